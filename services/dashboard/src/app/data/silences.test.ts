import { expect, test } from 'vitest'
import { withOpenAlert, type AlertsSnapshot } from './alerts'
import { People } from './people'
import type { Silence } from './shapes'
import { lost, Silences, type SilenceEvent } from './silences'

const silence = (user: string, more: Partial<Silence> = {}): Silence => ({ user_id: user, kind: 'inactividad', since: '2026-03-02T16:42:00Z', cause: 'app_closed', alert_id: `a-${user}`, ...more })
const event = (user: string, more: Partial<SilenceEvent> = {}): SilenceEvent => ({ id: `a-${user}`, type: 'inactividad', user_id: user, started_at: '2026-03-02T16:42:00Z', cause: 'unknown', ...more })
const ended = { ended_at: '2026-03-02T17:00:00Z' }

test('silences are read once and go on by events; what is heard while they are read is newer', async () => {
  const s = new Silences()
  let answer: (list: Silence[]) => void = () => {}
  const reading = s.load(() => new Promise((done) => (answer = done)))
  s.hear(event('rosa', ended)) // she came back while the list was on its way
  s.hear(event('juan'))
  answer([silence('rosa'), silence('eva')])
  await reading
  expect([...s.ofUser.keys()].sort()).toEqual(['eva', 'juan'])
  s.hear(event('eva', ended))
  s.hear({ ...event('system'), type: 'sistema', user_id: '' })
  s.hear({ ...event('ana'), type: 'outside_zone' })
  expect([...s.ofUser.keys()]).toEqual(['juan'])
})

test('of a silence and a standstill, the silence is told; only who gives no sign is lost', () => {
  const s = new Silences()
  s.hear(event('juan'))
  s.hear({ ...event('juan'), id: 'b', type: 'sin_movimiento' })
  s.hear({ ...event('eva'), type: 'sin_movimiento' })
  expect(s.ofUser.get('juan')?.kind).toBe('inactividad')
  expect([...lost(s)]).toEqual(['juan'])
})

test('who is lost comes after those with an alert and before the others; a fresh position ends it', () => {
  const p = new People()
  p.setUsers(['a', 'b', 'c'].map((id) => ({ id, name: id, role: 'colaborador', teams: [] })) as never)
  p.setPositions([])
  p.setLost(new Set(['b']))
  p.setAlerts(new Set(['c']))
  p.apply()
  expect(p.snapshot.people.map((x) => `${x.id} ${x.state}`)).toEqual(['c alert', 'b lost', 'a never'])
  p.hear({ user_id: 'b', recorded_at: new Date().toISOString(), received_at: new Date().toISOString(), lat: 1, lon: 1 } as never)
  p.apply()
  expect(p.snapshot.byId.get('b')?.state).toBe('fresh')
})

test('a silence or a low battery makes nobody red, and an alert of the system is about nobody', () => {
  const all = [{ type: 'inactividad', user_id: 'a' }, { type: 'sistema', user_id: '' }, { type: 'sin_movimiento', user_id: 'b' }, { type: 'outside_zone', user_id: 'c' }, { type: 'bateria_baja', user_id: 'd' }].map((a) => ({ status: 'nueva', ...a }))
  expect([...withOpenAlert({ all } as unknown as AlertsSnapshot)]).toEqual(['b', 'c'])
})
