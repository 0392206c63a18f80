import { expect, test } from 'vitest'
import type { Summary, Total } from '../data/shapes'
import { halves, mayShow, mondayIn, patched, periodOf, rowOf, shortcuts, sumOf } from './rows'

const day = (user: string, date: string, more: Partial<Summary> = {}): Summary => ({
  user_id: user, date, zone: 'UTC', state: 'closed', from: '', until: '', day_s: 86_400, computed_at: '', algorithm: 1, version: 1, distance_m: 1000, moving_s: 600, stopped_s: 1200, gap_m: 0, gap_s: 0, mock_m: 0,
  thinned: false, hidden: false, fixes: 10, late_fixes: 0, devices: 1, max_speed_mps: 10, avg_moving_speed_mps: 5, trips: 1, stops: 1, visits_done: 3, visits_not_done: 1, visits_open: 1, shift_s: 7200, pause_s: 0, ...more,
})

test('weeks are named as ISO 8601 and the server name them', () => {
  const week = (d: string) => periodOf(d, 'week')
  expect(['2026-03-08', '2026-03-09', '2025-12-29', '2027-01-03', '2021-01-03', '2020-12-31'].map(week)).toEqual(['2026-W10', '2026-W11', '2026-W01', '2026-W53', '2020-W53', '2020-W53'])
  expect(['2026-W10', '2026-W01', '2026-W53', '2026-03', 'all'].map(mondayIn)).toEqual(['2026-03-02', '2025-12-29', '2026-12-28', undefined, undefined])
  expect([periodOf('2026-03-08', 'month'), periodOf('2026-03-08', 'all')]).toEqual(['2026-03', 'all'])
})

test('shortcuts end today or before, and a period is shown when the server answers for it', () => {
  const s = shortcuts('2026-03-11')
  expect(s).toMatchObject({ yesterday: { from: '2026-03-10' }, week: { from: '2026-03-09', to: '2026-03-11' }, lastWeek: { from: '2026-03-02', to: '2026-03-08' }, lastMonth: { from: '2026-02-01', to: '2026-02-28' } })
  for (const p of Object.values(s)) expect(mayShow(p, '2026-03-11')).toBe(true)
  expect(mayShow({ from: '2026-03-05', to: '2026-03-04' }, '2026-03-11')).toBe(false)
  expect(mayShow({ from: '2026-01-01', to: '2026-04-04' }, '2026-03-11')).toBe(false)
  expect(mayShow({ from: '2025-01-01', to: '2025-01-02' }, '2026-03-11')).toBe(false)
  expect(mayShow({ from: '2026-03-11', to: '2026-03-12' }, '2026-03-11')).toBe(false)
})

test('rows have what was planned, and the sums are those of what is shown', () => {
  const planned = (user: string) => (user === 'a' ? 28_800 : undefined)
  const rows = [rowOf(day('a', '2026-03-10'), 'Ana', planned), rowOf(day('b', '2026-03-10', { distance_m: 500, first_at: '2026-03-10T12:00:00Z' }), 'Beto', planned)]
  expect(rows[0]).toMatchObject({ id: 'a/2026-03-10', visits: 5, planned: 28_800, days: 1 })
  expect(rows[1]).toMatchObject({ first: Date.parse('2026-03-10T12:00:00Z'), planned: undefined })
  expect(sumOf(rows)).toMatchObject({ days: 2, distance: 1500, shift: 14_400, done: 6, visits: 10, planned: 28_800 })
  expect(sumOf([]).planned).toBeUndefined()
  expect(rowOf(day('a', '2026-03-10', { hidden: true, thinned: true }), 'Ana', planned).lacks).toEqual(['hidden', 'thinned'])
  const total = { ...day('a', ''), period: '2026-W11', days: 4, hidden_days: 1 } as unknown as Total & { date?: string }
  delete total.date
  expect(rowOf(total, 'Ana', () => 1)).toMatchObject({ id: 'a/2026-W11', days: 4, lacks: ['hidden'] })
})

test('what the socket says of a day replaces it when it is newer, and nothing else', () => {
  const list = [day('a', '2026-03-10'), day('b', '2026-03-10', { version: 3 }), day('c', '2026-03-10', { state: 'preliminary', version: 9 })]
  expect(patched(list, day('a', '2026-03-10', { version: 2, distance_m: 7 }))?.[0]).toMatchObject({ distance_m: 7, version: 2 })
  expect(patched(list, day('b', '2026-03-10', { version: 2 }))).toBeUndefined()
  expect(patched(list, day('c', '2026-03-10', { version: 1 }))?.[2]?.state).toBe('closed')
  expect(patched(list, day('d', '2026-03-10'))).toBeUndefined()
  // A day that was computed anew hides nothing.
  const { hidden: _, ...anew } = day('e', '2026-03-10', { version: 2 })
  expect(patched([day('e', '2026-03-10', { hidden: true })], anew)?.[0]).toMatchObject({ hidden: false, version: 2 })
})

test('hours of a long period are read in two parts that touch', () => {
  expect(halves({ from: '2026-01-01', to: '2026-03-03' }, 62)).toEqual([{ from: '2026-01-01', to: '2026-03-03' }, undefined])
  expect(halves({ from: '2026-01-01', to: '2026-04-03' }, 62)).toEqual([{ from: '2026-01-01', to: '2026-03-03' }, { from: '2026-03-04', to: '2026-04-03' }])
})
