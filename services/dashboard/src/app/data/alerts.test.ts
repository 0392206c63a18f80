import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Alerts, typeKey, withOpenAlert, type Alert } from './alerts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const alert = (id: string, more: Partial<Alert> = {}): Alert => ({
  id, type: 'outside_zone', user_id: `u-${id}`, user_name: `Name ${id}`, late: false, started_at: '2026-03-01T12:00:00Z', raised_at: '2026-03-01T12:02:00Z', zones: ['z1'], status: 'nueva',
  acknowledged_by: '', acknowledged_note: '', resolved_by: '', resolved_note: '', end_reason: '', cause: '', people: 0, people_of: 0, scope: '',
  delivered_to: '', en_route_by: '', resolution: '', unreachable: false, escalation_step: 0, note: '', joins: '', ...more,
})

const given = (list: Alert[]) => () => Promise.resolve(list)

test('open first, by severity, what continues first, the newest first', async () => {
  const a = new Alerts(() => undefined)
  await a.load(given([
    alert('done', { status: 'resuelta' }), alert('seen', { status: 'reconocida' }), alert('ended', { ended_at: '2026-03-01T13:00:00Z', started_at: '2026-03-01T12:30:00Z' }),
    alert('old'), alert('new', { started_at: '2026-03-01T12:20:00Z' }), alert('panic', { type: 'panico', started_at: '2026-03-01T10:00:00Z' }),
    alert('past', { late: true, ended_at: '2026-03-01T13:00:00Z', started_at: '2026-03-01T12:50:00Z' }),
  ]), false)
  expect(a.snapshot.all.map((x) => x.id)).toEqual(['panic', 'new', 'old', 'ended', 'seen', 'past', 'done'])
  expect(a.snapshot.fresh).toBe(4)
})

test('an event of the socket never empties what people did', async () => {
  const a = new Alerts((id) => (id === 'u-x' ? 'Rosa' : undefined))
  await a.load(given([alert('x', { status: 'reconocida', acknowledged_by: 'boss' })]), true)
  const { user_name: _, ...ended } = alert('x', { ended_at: '2026-03-01T13:00:00Z', end_reason: 'returned', status: '' as Alert['status'] })
  a.hear(ended, false)
  vi.runAllTimers()
  expect(a.snapshot.byId.get('x')).toMatchObject({ status: 'reconocida', acknowledged_by: 'boss', end_reason: 'returned', user_name: 'Name x' })
})

test('a new alert is told once, with the name from the list of people', () => {
  const told: string[] = []
  const a = new Alerts(() => 'Rosa')
  a.onNew = (x) => told.push(x.user_name)
  const { user_name: _, ...raised } = alert('x', { status: '' as Alert['status'] })
  a.hear(raised, true)
  a.hear(raised, true)
  a.hear({ ...raised, id: 'late' }, false)
  vi.runAllTimers()
  expect(told).toEqual(['Rosa'])
  expect(a.snapshot.byId.get('x')!.status).toBe('nueva')
})

test('a list of all open ones removes what is no longer open, and keeps resolved ones', async () => {
  const a = new Alerts(() => undefined)
  await a.load(given([alert('a'), alert('b'), alert('r', { status: 'resuelta' })]), false)
  await a.load(given([alert('b')]), true)
  expect(a.snapshot.all.map((x) => x.id)).toEqual(['b', 'r'])
})

test('only an alert that continues makes somebody red', async () => {
  const a = new Alerts(() => undefined)
  await a.load(given([alert('a'), alert('b', { ended_at: 'x' }), alert('c', { status: 'reconocida' }), alert('d', { status: 'resuelta' })]), true)
  expect([...withOpenAlert(a.snapshot)].sort()).toEqual(['u-a', 'u-c'])
})

test('what is heard while a list is read is newer than the list', async () => {
  const a = new Alerts(() => 'Rosa')
  await a.load(given([alert('seen')]), true)
  const { user_name: _, ...raised } = alert('raised', { status: '' as Alert['status'] })
  let answer: (list: Alert[]) => void = () => {}
  const reading = a.load(() => new Promise((done) => (answer = done)), true)
  a.hear(raised, true)
  a.put(alert('seen', { status: 'reconocida', acknowledged_by: 'boss' }))
  answer([alert('seen')])
  await reading
  expect(a.snapshot.byId.get('raised')).toMatchObject({ status: 'nueva', user_name: 'Rosa' })
  expect(a.snapshot.byId.get('seen')).toMatchObject({ status: 'reconocida', acknowledged_by: 'boss' })
  // A reading that fails changes nothing, and holds nothing back for the next one.
  await expect(a.load(() => Promise.reject(new Error('away')), true)).rejects.toThrow('away')
  await a.load(given([]), true)
  expect(a.snapshot.all).toEqual([])
})

test('an answer that comes after a newer event takes nothing back', async () => {
  const a = new Alerts(() => undefined)
  await a.load(given([alert('x')]), true)
  a.hear(alert('x', { status: 'resuelta', resolved_by: 'boss' }), false)
  a.put(alert('x', { status: 'reconocida', acknowledged_by: 'me' }))
  vi.runAllTimers()
  expect(a.snapshot.byId.get('x')).toMatchObject({ status: 'resuelta', resolved_by: 'boss' })
})

test('types have the names that the server gives them', () => {
  expect(['outside_zone', 'panico', 'x'].map((type) => typeKey({ type }))).toEqual(['outside_zone', 'panic', 'other'])
})
