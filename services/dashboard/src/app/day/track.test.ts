import { expect, test } from 'vitest'
import type { Position } from '../data/people'
import { count, gapAt, indexAt, nearest, placeAt, runs, trackOf } from './track'

const start = Date.parse('2026-03-01T12:00:00Z')
const iso = (ms: number) => new Date(ms).toISOString()

/** A position so many seconds after the start, and received so many seconds later. */
const fix = (s: number, more: Partial<Position> = {}, receivedAfter = 2): Position => ({
  user_id: 'u', device_id: 'd', recorded_at: iso(start + s * 1000), received_at: iso(start + (s + receivedAfter) * 1000), lon: s / 10_000, lat: 0, activity: '', mock: false, ...more,
})

test('silence of more than five minutes is a gap, and nobody is in it', () => {
  const t = trackOf([fix(0), fix(300), fix(601), fix(610)])
  expect(t.gaps).toEqual([{ after: 1, from: start + 300_000, to: start + 601_000 }])
  expect(gapAt(t, start + 300_000)).toBeUndefined()
  expect(gapAt(t, start + 300_001)).toEqual(t.gaps[0])
  expect(gapAt(t, start + 601_000)).toBeUndefined()
  const inside = placeAt(t, start + 450_000)
  expect(inside).toMatchObject({ lon: 0.03, index: 1, gap: t.gaps[0] })
  expect(inside.heading).toBeNaN()
})

test('between two fixes the person is on the line between them', () => {
  const t = trackOf([fix(0), fix(10, { bearing_deg: 90 }), fix(20)])
  expect(placeAt(t, start + 5000).lon).toBeCloseTo(0.0005, 9)
  expect(placeAt(t, start + 10_000)).toMatchObject({ lon: 0.001, index: 1, heading: 90 })
  expect(placeAt(t, start - 1).lon).toBe(0)
  expect(placeAt(t, start + 99_000).lon).toBe(0.002)
})

test('an instant finds its fix, also when two were taken at once', () => {
  const t = trackOf([fix(0), fix(10), fix(10, { device_id: 'e' }), fix(20)])
  expect([-5, 0, 9.9, 10, 19, 20, 99].map((s) => indexAt(t, start + s * 1000))).toEqual([0, 0, 0, 2, 2, 3, 3])
  expect(t.devices).toBe(2)
  expect(placeAt(t, start + 10_000).lon).toBe(0.001)
})

test('late, made up and inaccurate fixes are told apart', () => {
  const t = trackOf([fix(0, {}, 600), fix(10, {}, 601), fix(20, {}, 7200), fix(30, { mock: true }), fix(40, { accuracy_m: 100 }), fix(50, { accuracy_m: 100.5 }), fix(60, {}, 900), fix(900, {}, 900)])
  expect([...t.late]).toEqual([0, 601_000, 7_200_000, 0, 0, 0, 900_000, 900_000])
  expect([...t.mock]).toEqual([0, 0, 0, 1, 0, 0, 0, 0])
  expect([...t.vague]).toEqual([0, 0, 0, 0, 0, 1, 0, 0])
  // A run goes on over a few that were in time, and ends at a gap.
  expect(runs(t, (i) => t.late[i]! > 0)).toEqual([{ first: 1, last: 6 }, { first: 7, last: 7 }])
  expect([count(t.late), count(t.mock)]).toEqual([4, 1])
})

test('the nearest fix is found within some metres, and of one spot the nearest in time', () => {
  const t = trackOf([fix(0), fix(10), fix(20, { lon: 0 }), fix(30, { lon: 0.000001 })])
  expect(nearest(t, 0.0011, 0, 30, start)).toBe(1)
  expect(nearest(t, 0.0011, 0, 5, start)).toBeUndefined()
  expect([0, 21, 40].map((s) => nearest(t, 0, 0, 30, start + s * 1000))).toEqual([0, 2, 3])
})

test('a day of one fix, and of none', () => {
  const one = trackOf([fix(0)])
  expect(placeAt(one, start + 50_000)).toMatchObject({ lon: 0, index: 0, gap: undefined })
  expect(trackOf([]).size).toBe(0)
})
