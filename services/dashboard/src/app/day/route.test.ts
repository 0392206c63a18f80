import { expect, test } from 'vitest'
import type { Position } from '../data/people'
import { chartData } from './columns'
import { boxOf, routeShapes } from './route'
import { joined, trackOf } from './track'

const start = Date.parse('2026-03-01T12:00:00Z')
const iso = (s: number) => new Date(start + s * 1000).toISOString()
const fix = (s: number, more: Partial<Position> = {}, receivedAfter = 2): Position => ({
  user_id: 'u', device_id: 'd', recorded_at: iso(s), received_at: iso(s + receivedAfter), lon: s / 10_000, lat: 0, speed_mps: 10, accuracy_m: 8, activity: '', mock: false, ...more,
})
const shapes = (...fixes: Position[]) => routeShapes(trackOf(fixes), (ms) => `${ms / 60_000} min`)

test('no line crosses a gap; a thin one with its duration does', () => {
  const s = shapes(fix(0), fix(10), fix(1210), fix(1220))
  expect(s.route.features.map((f) => (f.geometry as { coordinates: number[][] }).coordinates.map((c) => c[0]))).toEqual([[0, 0.001], [0.121, 0.122]])
  expect(s.gaps.features.map((f) => [f.geometry.type, f.properties!['name']])).toEqual([['LineString', undefined], ['Point', '20 min']])
  expect((s.gaps.features[0]!.geometry as { coordinates: number[][] }).coordinates).toEqual([[0.001, 0], [0.121, 0]])
})

test('parts of a route say what is doubtful about them, and hang together', () => {
  const s = shapes(fix(0), fix(10), fix(20, {}, 5000), fix(30, {}, 5000), fix(40), fix(50, { mock: true }), fix(60, { accuracy_m: 101 }), fix(70))
  expect(s.route.features.map((f) => [f.properties!['kind'], f.properties!['vague'], (f.geometry as { coordinates: number[][] }).coordinates.length])).toEqual([
    ['plain', false, 2], ['late', false, 4], ['mock', false, 2], ['mock', true, 2], ['plain', true, 2],
  ])
  expect(s.fixes.features.map((f) => f.properties!['kind'])).toEqual(['plain', 'plain', 'late', 'late', 'plain', 'mock', 'plain', 'plain'])
})

test('a fix with silence on both sides is alone', () => {
  expect(shapes(fix(0), fix(400), fix(410)).fixes.features.map((f) => f.properties!['alone'])).toEqual([true, false, false])
})

test('no line goes around the globe', () => {
  const s = shapes(fix(0, { lon: 179.99 }), fix(10, { lon: -179.99 }))
  expect(s.route.features).toEqual([])
})

test('what is made up does not make the map wider', () => {
  const far = fix(20, { lon: 90, mock: true })
  expect(boxOf(trackOf([fix(0), fix(10), far]))).toEqual([[0, 0], [0.001, 0]])
  expect(boxOf(trackOf([far]))).toEqual([[90, 0], [90, 0]])
  expect(boxOf(trackOf([]))).toBeUndefined()
})

test('the chart has a hole at a gap and where the device said nothing', () => {
  const { data, fixes } = chartData(trackOf([fix(0, { accuracy_m: 20_000_000 }), fix(10), fix(1000, { speed_mps: undefined as never }), fix(1010, { accuracy_m: 0 })]))
  expect(data[0].map((s) => s - start / 1000)).toEqual([0, 10, 10.001, 1000, 1010].map((s) => expect.closeTo(s, 5)))
  expect(data[1]).toEqual([36, 36, null, null, 36])
  expect(data[2]).toEqual([1000, 8, null, 8, 1])
  expect([...fixes]).toEqual([0, 1, 1, 2, 3])
})

test('what arrives is added once, at its time', () => {
  const read = [fix(0), fix(10)]
  expect(joined(read, [fix(10)])).toBe(read)
  expect(joined(read, [fix(20), fix(5), fix(20), fix(10, { device_id: 'e' })]).map((p) => p.recorded_at)).toEqual([0, 5, 10, 10, 20].map(iso))
})
