import { expect, test } from 'vitest'
import { Works } from './work-store'

type Read = Parameters<Works['read']>
type Event = Parameters<Works['hear']>[0]
const at = (m: number) => new Date(Date.UTC(2026, 2, 9, 8, m)).toISOString()
const shift = (version: number, state: string, more = {}) => ({ id: 's1', tipo: 'jornada', user_id: 'ana', state, since: at(version), version, retirada: false, ...more }) as unknown as Event & Read[0][number]
const visit = (version: number, state: string, more = {}) => ({ id: 'v1', tipo: 'visita', user_id: 'ana', title: 'Bomba', place_name: 'Ñandú', state, since: at(version), check_in_at: at(1), version, retirada: false, ...more }) as unknown as Event & Read[1][number]

test('who is checked in or on shift is known, until the end; an older event changes nothing', () => {
  const w = new Works()
  w.hear(shift(1, 'en_curso'))
  expect(w.of('ana')).toBe(undefined) // nothing was read
  w.begin()
  w.read([shift(1, 'en_curso')], [visit(2, 'en_sitio')])
  expect(w.of('ana')).toMatchObject({ shift: { paused: false, since: Date.parse(at(1)) }, visits: [{ id: 'v1', title: 'Bomba', place: 'Ñandú', since: Date.parse(at(1)) }] })
  expect(w.of('ana')).toBe(w.of('ana'))
  w.hear(shift(3, 'en_pausa'))
  w.hear(shift(2, 'en_curso'))
  expect(w.of('ana')!.shift!.paused).toBe(true)
  w.hear(visit(3, 'completada'))
  expect(w.of('ana')!.visits).toEqual([])
  w.hear(shift(4, 'terminada'))
  expect(w.of('ana')).toEqual({ shift: undefined, visits: [] })
})

test('what is heard while it is read counts when it is newer', () => {
  const w = new Works()
  w.begin()
  w.hear(visit(3, 'completada'))
  w.hear(shift(1, 'terminada'))
  w.hear(visit(2, 'en_sitio', { id: 'v2', user_id: 'leo' }))
  w.read([shift(2, 'en_curso')], [visit(2, 'en_sitio')])
  expect(w.of('ana')).toMatchObject({ shift: { version: 2 }, visits: [] })
  expect(w.of('leo')!.visits).toHaveLength(1)
})

test('a visit that goes to somebody else leaves the first one; a shift that begins earlier than was known has another id', () => {
  const w = new Works()
  w.begin()
  w.read([shift(1, 'en_curso')], [visit(2, 'en_sitio')])
  w.hear(visit(4, 'en_sitio', { user_id: 'leo' }))
  expect([w.of('ana')!.visits.length, w.of('leo')!.visits.length]).toEqual([0, 1])
  w.hear(visit(5, 'en_sitio', { user_id: 'leo', retirada: true }))
  expect(w.of('leo')!.visits).toEqual([])
  w.hear(shift(1, 'en_curso', { id: 's0' }))
  w.hear(shift(2, 'terminada', { retirada: true }))
  expect(w.of('ana')!.shift!.key).toContain('s0')
})
