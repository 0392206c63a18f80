import { expect, test } from 'vitest'
import { dayOf } from '../day/dates'
import type { User } from '../data/people'
import { detailsOf, mergeDetails } from './details'
import { give, moves, onto, restarts, slide, stretch, take, targetOf } from './move'
import { after, planFrom, planOf } from './plan-fields'
import { counts, place, rowsOf, steady } from './rows'
import { atTime, windowOf } from './times'
import { afterEvent, isOf, lateness, newer, realOf, type Activity, type Heard } from './visit'

const day = dayOf('2026-03-09', 'America/Bogota')
const at = (time: string) => atTime('2026-03-09', time, 'America/Bogota')
const iso = (time: string) => new Date(at(time)).toISOString()
const visit = (id: string, from: string, until: string, more: Partial<Activity> = {}) =>
  ({ id, tipo: 'visita', version: 1, user_id: 'ana', user_name: 'Ana', team_id: '', state: 'pendiente', title: `Visita ${id}`, place_name: '', address: '', external_id: '', from: iso(from), until: iso(until), ...more }) as Activity

test('a time of a day is found in any zone, also where clocks jump', () => {
  expect(new Date(at('08:30')).toISOString()).toBe('2026-03-09T13:30:00.000Z')
  expect(new Date(atTime('2026-03-08', '03:30', 'America/New_York')).toISOString()).toBe('2026-03-08T07:30:00.000Z')
  expect(new Date(atTime('2026-03-08', '02:30', 'America/New_York')).toISOString()).toMatch(/T0[67]:30/)
  expect(new Date(atTime('2026-04-05', '12:00', 'Australia/Lord_Howe')).toISOString()).toBe('2026-04-05T01:30:00.000Z')
  expect(atTime('2026-02-30', '08:00', 'UTC')).toBeNaN()
  const night = windowOf('2026-03-09', '22:00', '06:00', 'America/Bogota')
  expect(night.until - night.from).toBe(8 * 3_600_000)
})

test('lateness: overdue after the window, unbegun when half of it or all but two hours are over', () => {
  const v = visit('a', '09:00', '10:00')
  expect(lateness(v, at('09:29'))).toBeUndefined()
  expect(lateness(v, at('09:30'))).toBe('unbegun')
  expect(lateness({ ...v, state: 'en_ruta' }, at('09:30'))).toBeUndefined()
  expect(lateness({ ...v, state: 'en_sitio' }, at('10:00'))).toBe('overdue')
  expect(lateness({ ...v, state: 'completada' }, at('12:00'))).toBeUndefined()
  const long = visit('b', '00:00', '22:00')
  expect([lateness(long, at('19:59')), lateness(long, at('20:00'))]).toEqual([undefined, 'unbegun'])
})

test('no bar covers another, and those with an hour are above those of a whole day', () => {
  const list = [visit('day', '00:00', '22:00'), visit('a', '08:00', '09:00'), visit('b', '08:30', '09:30'), visit('c', '09:00', '10:00')]
  const { placed, lanes } = place(list)
  expect(placed.map((p) => [p.visit.id, p.lane])).toEqual([['a', 0], ['b', 1], ['c', 0], ['day', 2]])
  expect(lanes).toBe(3)
  // Who stays longer than planned moves no other bar.
  const over = visit('a', '08:00', '09:00', { state: 'completada', check_in_at: iso('08:10'), check_out_at: iso('09:40') })
  expect(place([over, visit('c', '09:00', '10:00')]).lanes).toBe(1)
})

const user = (id: string, name: string, teams: string[], role = 'colaborador') => [id, { id, name, teams, role, active: true } as unknown as User] as const
const users = new Map([user('ana', 'Ána Pérez', ['norte']), user('beto', 'Beto', ['sur']), user('jefa', 'Jefa', ['norte'], 'supervisor')])
const none = { team: '', state: '', text: '' }

test('rows: nobody first, then the workers; a filter shows who has something of it', () => {
  const list = [visit('a', '08:00', '09:00', { title: 'Bomba' }), visit('b', '08:00', '09:00', { user_id: '', team_id: 'sur' }), visit('c', '10:00', '11:00', { user_id: 'gone', user_name: 'Zoé' })]
  const ids = (f: Partial<typeof none>) => rowsOf(list, users, { ...none, ...f }, at('08:10')).map((r) => `${r.id}:${r.visits.length}`)
  expect(ids({})).toEqual([':1', 'ana:1', 'beto:0', 'gone:1'])
  expect(ids({ team: 'norte' })).toEqual(['ana:1'])
  expect(ids({ team: 'sur' })).toEqual([':1', 'beto:0'])
  expect(ids({ text: 'bomba' })).toEqual(['ana:1'])
  expect(ids({ text: 'ana perez' })).toEqual(['ana:1'])
  expect(ids({ text: 'beto' })).toEqual(['beto:0'])
  expect(ids({ state: 'overdue' })).toEqual([])
  expect(counts(list, at('09:30'))).toEqual({ pendiente: 3, overdue: 2 })
})

test('200 workers with 1,000 visits are put in rows in less than a frame or two', () => {
  const many = new Map(Array.from({ length: 200 }, (_, i) => user(`u${i}`, `Persona ${i}`, ['norte'])))
  const list = Array.from({ length: 1000 }, (_, i) => visit(`v${i}`, `${String(7 + (i % 5) * 2).padStart(2, '0')}:00`, `${String(8 + (i % 5) * 2).padStart(2, '0')}:30`, { user_id: `u${i % 200}` }))
  rowsOf(list, many, none, at('08:00'))
  // The quickest of some: the machine may stop for a while in one of them.
  const times = Array.from({ length: 5 }, () => {
    const t = performance.now()
    expect(rowsOf(list, many, none, at('08:00'))).toHaveLength(200)
    return performance.now() - t
  })
  expect(Math.min(...times)).toBeLessThan(500) // 10 ms on a quiet machine
}, 30_000)

test('a move: quarters of an hour, the whole window, within the day; only what changes is sent', () => {
  const v = visit('a', '09:07', '10:07')
  const m = take(v, 'keys')
  expect(moves(v, m.to)).toBe(false)
  expect(slide(v, m.to, 1, day, false)).toMatchObject({ from: at('09:22'), until: at('10:22') })
  expect(slide(v, m.to, 1, day, true)).toMatchObject({ from: at('09:15'), until: at('10:15') })
  expect(slide(v, m.to, 400, day, true).from).toBe(day.to - 15 * 60_000)
  expect(slide(v, m.to, -400, day, true).from).toBe(day.from)
  expect(stretch(m.to, -9).until).toBe(at('09:22'))
  expect(give(v, m.to, 'beto', () => 'norte')).toMatchObject({ worker: 'beto', team: '' })
  expect(give(v, m.to, '', () => 'norte')).toMatchObject({ worker: '', team: 'norte' })
  expect(give({ ...v, team_id: 'sur' }, m.to, '', () => 'norte').team).toBe('sur')
  expect(restarts({ ...v, state: 'aceptada' }, { ...targetOf(v), worker: 'beto' })).toBe(true)
  expect(restarts({ ...v, state: 'aceptada' }, { ...targetOf(v), from: 1 })).toBe(false)
})

test('an event says all but what only answers have, and nothing of what was before comes back', () => {
  const known = visit('a', '09:00', '10:00', { check_in_at: iso('09:05'), external_id: 'OT-1', radius_m: 80, notes: 'whole', version: 3 })
  const e = { id: 'a', tipo: 'visita', version: 4, user_id: 'beto', team_id: '', state: 'pendiente', since: iso('09:30'), from: iso('11:00'), until: iso('12:00'), title: 'T', notes: 'wh', retirada: false, cut: true, forced: false, worked_s: 0 } as unknown as Heard
  const v = afterEvent(known, e, (id) => (id === 'beto' ? 'Beto' : undefined))
  expect(v).toMatchObject({ user_name: 'Beto', external_id: 'OT-1', radius_m: 80, notes: 'whole', version: 4 })
  expect('check_in_at' in v || 'retirada' in v).toBe(false)
  expect(newer(v, known)).toBe(v)
  expect(isOf(v, day)).toBe(true)
  expect(isOf(v, dayOf('2026-03-10', 'America/Bogota'))).toBe(false)
})

test('what really happened ends with the check-out, or goes on', () => {
  const v = visit('a', '09:00', '10:00', { state: 'en_sitio', check_in_at: iso('09:05') })
  expect(realOf(v, at('09:40'))).toEqual({ from: at('09:05'), to: at('09:40') })
  expect(realOf({ ...v, state: 'completada', check_out_at: iso('09:50') }, at('11:00'))!.to).toBe(at('09:50'))
  expect(realOf(visit('b', '09:00', '10:00'), at('11:00'))).toBeUndefined()
})

test('a form: who begins at another time takes as long; what nobody touched stays to the second', () => {
  const v = visit('a', '09:07', '10:07')
  const p = planFrom({ ...targetOf(v), from: at('09:07') + 1234 }, 'America/Bogota')
  expect(after(p, '23:30')).toBe('00:30')
  expect(after(p, '')).toBe('10:07')
  expect(planOf(p, 'America/Bogota', { ...targetOf(v), from: at('09:07') + 1234 }).target!.from).toBe(at('09:07') + 1234)
  expect(planOf({ ...p, from: '22:00', until: '06:00' }, 'America/Bogota').target!.until).toBe(at('06:00') + 86_400_000)
  expect(planOf({ ...p, date: 'x' }, 'America/Bogota').fault).toBe('date')
  expect(planOf({ ...p, until: '' }, 'America/Bogota').fault).toBe('time')
})

test('a change that comes after another one keeps what the other changed elsewhere', () => {
  const seen = visit('a', '09:00', '10:00')
  const theirs = visit('a', '09:00', '10:00', { version: 2, user_id: 'beto', team_id: 'sur' })
  const later = { ...targetOf(seen), from: at('11:00'), until: at('12:00') }
  expect(onto(seen, later, theirs)).toEqual({ worker: 'beto', team: 'sur', from: at('11:00'), until: at('12:00') })
  expect(onto(seen, { ...targetOf(seen), worker: 'eva' }, visit('a', '15:00', '16:00', { version: 2 }))).toEqual({ worker: 'eva', team: '', from: at('15:00'), until: at('16:00') })
  expect(onto(seen, later, seen)).toEqual(later)
  const detail = { ...seen, notes: '', priority: 'normal', checklist: [] } as unknown as Parameters<typeof detailsOf>[0]
  const was = detailsOf(detail)
  const is = detailsOf({ ...detail, title: 'Bomba 2', notes: 'Llamar antes' })
  expect(mergeDetails({ ...was, notes: 'Por la puerta de atrás', priority: 'high' }, was, is)).toMatchObject({ title: 'Bomba 2', notes: 'Por la puerta de atrás', priority: 'high' })
})

test('a visit that changes makes its own row anew, and no other', () => {
  const list = [visit('a', '08:00', '09:00'), visit('b', '08:00', '09:00', { user_id: 'beto' })]
  const before = rowsOf(list, users, none, at('08:10'))
  const after = steady(before, rowsOf([list[0]!, { ...list[1]!, version: 2, state: 'aceptada' }], users, none, at('08:10')))
  expect(after.map((r, i) => r === before[i])).toEqual([true, false])
})
