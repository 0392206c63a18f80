import { expect, test } from 'vitest'
import { readTime } from '../common/time-input'
import { forget, keep, oldest, overlay, rowsOf, worked, type Known } from './model'
import { copyDay, lengthOf, overlapping, plansFor, spansAround, summary, weekLength, type Plan } from './plan'
import { hours, instantOf, localText, mondayOf, weekday } from './times'

const at = (text: string) => Date.parse(text)
const shift = (id: string, more: Partial<Known> = {}): Known => ({ id, user_id: 'ana', state: 'en_curso', since: '2026-03-09T14:00:00Z', started_at: '2026-03-09T14:00:00Z', worked_s: 0, forced: false, corrected: false, objected: false, version: 1, ...more })
const plan = (scope: Plan['scope'], id: string, windows: Plan['windows'], more: Partial<Plan> = {}): Plan => ({ scope, id, exists: true, zone: '', on_holidays: false, windows, ...more })
const ana = { id: 'ana', name: 'Ana', teams: ['norte', 'sur'] }

test('local times across a change of clocks', () => {
  expect(instantOf('2026-03-09T18:00', 'America/Bogota')).toBe(at('2026-03-09T23:00:00Z'))
  // New York goes ahead at 2:00 of March 8 and back at 2:00 of November 1.
  expect(instantOf('2026-03-08T01:59', 'America/New_York')).toBe(at('2026-03-08T06:59:00Z'))
  expect(instantOf('2026-03-08T03:00', 'America/New_York')).toBe(at('2026-03-08T07:00:00Z'))
  expect(instantOf('2026-11-01T03:00', 'America/New_York')).toBe(at('2026-11-01T08:00:00Z'))
  expect(instantOf('2026-03-09T24:00', 'America/Bogota')).toBe(at('2026-03-10T05:00:00Z'))
  expect(localText(at('2026-03-09T23:00:00Z'), 'America/Bogota')).toBe('2026-03-09T18:00')
  expect([weekday('2026-03-09'), weekday('2026-03-15'), mondayOf('2026-03-15')]).toEqual([1, 7, '2026-03-09'])
  expect(['8', '08:00', '8.30', '830', '1730', '24', '0', ' 7 : 05 '].map(readTime)).toEqual(['08:00', '08:00', '08:30', '08:30', '17:30', '00:00', '00:00', '07:05'])
  expect(['', '25', '8:60', '24:30', 'x', '12345'].map(readTime)).toEqual(Array(6).fill(undefined))
  expect([hours(0), hours(3_599_000), hours(36 * 3_600_000)]).toEqual(['0:00', '0:59', '36:00'])
})

test('what was heard counts until a reading is newer', () => {
  const paused = shift('a', { state: 'en_pausa', version: 3 })
  let since: ReadonlyMap<string, Known> = keep(new Map(), paused)
  expect(keep(since, shift('a', { version: 2 }))).toBe(since)
  expect(overlay([shift('a', { version: 2 })], since)).toEqual([paused])
  expect(overlay([shift('a', { version: 4 })], since)[0]!.version).toBe(4)
  since = keep(since, shift('b', { version: 5, gone: true }))
  expect(overlay([shift('b', { version: 4 })], since)).toEqual([paused])
  // What was heard before a reading began counts no more, also when the reading does not know it.
  const old = keep(new Map(), shift('c', { objected: true, heardAt: 5 }))
  expect([overlay([], old, 5).length, overlay([], old, 6).length, forget(old, 6).size]).toEqual([1, 0, 0])
  expect(forget(old, 5)).toBe(old)
  expect(worked(shift('a', { worked_s: 60 }), at('2026-03-09T14:10:00Z'))).toBe(660_000)
  expect(worked({ ...paused, worked_s: 60 }, at('2026-03-09T15:00:00Z'))).toBe(60_000)
})

test('what was heard is kept only while a reading needs it, and never without end', () => {
  const at = (id: string, heardAt: number) => shift(id, { heardAt })
  // No page shows the list; the first reading is under way; two readings.
  expect([oldest([]), oldest([undefined]), oldest([{ begun: 7 }, { begun: 5 }])]).toEqual([Infinity, 0, 5])
  let since: ReadonlyMap<string, Known> = keep(new Map(), at('a', 5), 0)
  since = keep(since, at('b', 6), 5)
  expect([...since.keys()]).toEqual(['ana/a', 'ana/b'])
  expect([...keep(since, at('c', 9), 6).keys()]).toEqual(['ana/b', 'ana/c'])
  expect(keep(since, at('c', 9), oldest([])).size).toBe(0)
  since = keep(keep(since, at('d', 7), 5, 3), { ...at('a', 8), version: 2 }, 5, 3)
  expect([...keep(since, at('e', 9), 5, 3).keys()]).toEqual(['ana/d', 'ana/a', 'ana/e'])
})

test('the narrowest plan holds, and of several teams all do', () => {
  const all = [plan('company', '', [{ day: 1, from: '08:00', to: '17:00' }]), plan('team', 'norte', [{ day: 1, from: '18:00', to: '06:00' }]), plan('team', 'sur', [{ day: 1, from: '14:00', to: '18:00' }]), plan('user', 'eva', [], {})]
  expect(plansFor(ana, all).map((p) => p.id)).toEqual(['norte', 'sur'])
  expect(plansFor({ id: 'eva', teams: ['norte'] }, all).map((p) => p.id)).toEqual(['eva'])
  expect(plansFor({ id: 'leo', teams: [] }, all).map((p) => p.scope)).toEqual(['company'])
  // Monday in Bogotá: what touches is one time, and the night goes on into Tuesday.
  expect(spansAround(plansFor(ana, all), new Set(), at('2026-03-10T10:00:00Z'), 'America/Bogota')).toEqual([{ from: at('2026-03-09T19:00:00Z'), until: at('2026-03-10T11:00:00Z') }])
  expect(spansAround(plansFor(ana, all), new Set(['2026-03-09']), at('2026-03-10T10:00:00Z'), 'America/Bogota')).toEqual([])
  expect(spansAround([{ ...all[0]!, on_holidays: true }], new Set(['2026-03-09']), at('2026-03-09T15:00:00Z'), 'America/Bogota')).toHaveLength(1)
})

test('who is in, paused, missing or out', () => {
  const span = { from: at('2026-03-09T14:00:00Z'), until: at('2026-03-09T22:00:00Z') }
  const row = (shifts: Known[], time: string) => rowsOf([ana], shifts, () => [span], at(time))[0]!
  expect(row([], '2026-03-09T13:00:00Z')).toMatchObject({ status: 'out', plan: span })
  expect(row([], '2026-03-09T14:04:00Z').status).toBe('out')
  expect(row([], '2026-03-09T14:05:00Z').status).toBe('late')
  expect(row([shift('a')], '2026-03-09T15:00:00Z').status).toBe('in')
  expect(row([shift('a', { state: 'en_pausa' })], '2026-03-09T15:00:00Z').status).toBe('paused')
  expect(row([shift('a', { state: 'terminada', ended_at: '2026-03-09T16:00:00Z' })], '2026-03-09T17:00:00Z').status).toBe('out')
  // Yesterday's, which nobody ended, does not excuse today.
  expect(row([shift('y', { state: 'terminada', started_at: '2026-03-08T14:00:00Z', ended_at: '2026-03-09T03:00:00Z', forced: true })], '2026-03-09T15:00:00Z')).toMatchObject({ status: 'late', forced: { id: 'y' } })
  expect(row([], '2026-03-09T23:00:00Z')).toMatchObject({ status: 'out', plan: undefined })
})

test('a day is copied, and what overlaps is found, also over midnight and from Sunday to Monday', () => {
  const week = [{ day: 1, from: '08:00', to: '12:00' }, { day: 1, from: '13:00', to: '17:00' }, { day: 3, from: '20:00', to: '04:00' }]
  expect(weekLength(week)).toBe(960)
  expect([lengthOf({ from: '00:00', to: '00:00' }), lengthOf({ from: '06:00', to: '06:00' }), lengthOf({ from: '18:00', to: '06:00' })]).toEqual([1440, 1440, 720])
  const copied = copyDay(week, 1, [2, 3])
  expect(copied.map((w) => `${w.day} ${w.from}`)).toEqual(['1 08:00', '1 13:00', '2 08:00', '2 13:00', '3 08:00', '3 13:00'])
  expect(overlapping(copied)).toEqual(new Set())
  expect(overlapping([{ day: 1, from: '20:00', to: '04:00' }, { day: 2, from: '03:00', to: '08:00' }, { day: 2, from: '08:00', to: '09:00' }])).toEqual(new Set([0, 1]))
  expect(summary(copied, (d) => String(d))).toBe('1–3 08:00–12:00 13:00–17:00')
  expect(summary([...week, { day: 7, from: '06:00', to: '00:00' }], (d) => String(d))).toBe('1 08:00–12:00 13:00–17:00 · 3 20:00–04:00 · 7 06:00–00:00')
  expect(overlapping([{ day: 1, from: '00:00', to: '05:00' }, { day: 7, from: '22:00', to: '01:00' }])).toEqual(new Set([0, 1]))
})
