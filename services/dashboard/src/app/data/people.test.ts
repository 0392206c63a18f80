import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ageState, headingOf, initials, People, type Position, type User } from './people'

const start = Date.parse('2026-03-01T12:00:00Z')
beforeEach(() => void vi.useFakeTimers({ now: start }))
afterEach(() => vi.useRealTimers())

const user = (id: string, name = id, more: Partial<User> = {}): User => ({ id, name, role: 'colaborador', active: true, teams: ['norte'], version: 1, ...more })
const at = (id: string, secondsAgo: number, more: Partial<Position> = {}): Position => ({
  user_id: id, device_id: 'd', recorded_at: new Date(Date.now() - secondsAgo * 1000).toISOString(), received_at: new Date(Date.now()).toISOString(), lat: 19.4, lon: -99.1, activity: '', mock: false, ...more,
})
const names = (p: People) => p.snapshot.people.map((x) => x.id)

test('who needs attention comes first, then by name as people sort names', () => {
  const p = new People()
  p.setUsers([user('z', 'Zoe'), user('a', 'Ángel'), user('o', 'Óscar'), user('s'), user('x'), user('n')])
  p.setAlerts(new Set(['x']))
  p.setPositions([at('z', 10), at('o', 20), at('a', 30), at('s', 3600), at('x', 10)])
  expect(names(p)).toEqual(['x', 's', 'a', 'o', 'z', 'n'])
  expect(p.snapshot.counts).toEqual({ alert: 1, lost: 0, silent: 1, stale: 0, fresh: 3, never: 1 })
})

test('a burst costs one update, and of a person only the newest counts', () => {
  const p = new People()
  p.start()
  p.setUsers([user('a')])
  p.setPositions([at('a', 60)])
  const before = p.updates
  for (let i = 50; i > 0; i--) p.hear(at('a', i, { lat: i }))
  p.hear(at('a', 40, { lat: 99 })) // late
  vi.advanceTimersByTime(900)
  expect(p.updates).toBe(before)
  vi.advanceTimersByTime(100)
  expect(p.updates).toBe(before + 1)
  expect(p.snapshot.byId.get('a')!.position!.lat).toBe(1)
  // What came late is behind the newest, also when it was heard last.
  p.hear(at('a', 300, { lat: 98 }))
  vi.advanceTimersByTime(1000)
  expect(p.snapshot.byId.get('a')!.position!.lat).not.toBe(98)
  p.stop()
})

test('what may not be seen any more goes, and older positions count again', () => {
  const p = new People()
  p.setUsers([user('a'), user('b')])
  p.setPositions([at('a', 10, { lat: 1 }), at('b', 10)])
  p.hear(at('b', 5))
  p.forgetPositions()
  expect(p.snapshot.counts.never).toBe(2)
  p.setPositions([at('a', 60, { lat: 2 })])
  p.apply()
  expect(p.snapshot.byId.get('a')!.position!.lat).toBe(2)
  expect(p.snapshot.byId.get('b')!.position).toBeUndefined()
})

test('instants with and without milliseconds are compared as instants', () => {
  const p = new People()
  p.setUsers([user('a')])
  p.setPositions([at('a', 60, { recorded_at: '2026-03-01T11:59:00Z', lat: 1 })])
  p.hear(at('a', 60, { recorded_at: '2026-03-01T11:59:00.500Z', lat: 2 }))
  p.apply()
  expect(p.snapshot.byId.get('a')!.position!.lat).toBe(2)
})

test('somebody new is asked for, and nobody is shown who works here no more', () => {
  const p = new People()
  let asked = 0
  p.onStranger = () => asked++
  p.hear(at('new', 1)) // nobody is known yet
  p.apply()
  expect([names(p), asked]).toEqual([['new'], 0])
  p.setUsers([user('a')])
  expect(names(p)).toEqual(['a'])
  p.hear(at('new', 0))
  p.apply()
  expect(asked).toBe(1)
  p.setUsers([user('a'), user('new', 'Nueva')])
  expect(p.snapshot.byId.get('new')).toMatchObject({ name: 'Nueva', state: 'fresh' })
})

test('nothing is rebuilt for who did not change, and nothing at all when nobody did', () => {
  const p = new People()
  p.start()
  p.setUsers([user('a'), user('b')])
  p.setPositions([at('a', 1), at('b', 1)])
  const first = p.snapshot
  vi.advanceTimersByTime(5000)
  expect(p.snapshot).toBe(first)
  p.hear(at('a', 0))
  vi.advanceTimersByTime(1000)
  expect(p.snapshot.byId.get('b')).toBe(first.byId.get('b'))
  expect(p.snapshot.byId.get('a')).not.toBe(first.byId.get('a'))
  p.stop()
})

test('the order is the same array while people only move', () => {
  const p = new People()
  p.start()
  p.setUsers([user('a'), user('b')])
  p.setPositions([at('a', 100), at('b', 1)])
  const { order, counts } = p.snapshot
  p.hear(at('b', 0))
  vi.advanceTimersByTime(1000)
  expect(p.snapshot.people.map((x) => x.id)).toEqual(order)
  expect([p.snapshot.order, p.snapshot.counts]).toEqual([order, counts])
  expect(p.snapshot.order === order && p.snapshot.counts === counts).toBe(true)
  vi.advanceTimersByTime(30_000) // a becomes stale
  expect(p.snapshot.order === order).toBe(false)
  expect(p.snapshot.counts).toEqual({ alert: 0, lost: 0, silent: 0, stale: 1, fresh: 1, never: 0 })
  p.stop()
})

test('people age without any news', () => {
  const p = new People()
  p.start()
  p.setUsers([user('a')])
  p.setPositions([at('a', 0)])
  const states = [0, 119, 2, 27 * 60, 120].map((s) => {
    vi.advanceTimersByTime(s * 1000)
    return p.snapshot.byId.get('a')!.state
  })
  expect(states).toEqual(['fresh', 'fresh', 'stale', 'stale', 'silent'])
  expect(ageState(0, start)).toBe('never')
  p.stop()
})

test('supervisors are shown only when they have a position', () => {
  const p = new People()
  p.setUsers([user('a'), user('boss', 'Jefa', { role: 'supervisor' })])
  p.setPositions([])
  expect(names(p)).toEqual(['a'])
  p.setPositions([at('boss', 5)])
  expect(names(p)).toContain('boss')
})

test('initials of the names of this world', () => {
  for (const [name, want] of Object.entries({ 'Ana García': 'AG', 'ñandú': 'Ñ', 'María José de la Cruz': 'MC', '😀 Pérez': '😀P', '': '', ' Luis ': 'L' })) expect(initials(name)).toBe(want)
})

test('a heading comes from the phone, or from where somebody came', () => {
  const a = at('a', 60, { lat: 19.4, lon: -99.1 })
  expect(headingOf(a, at('a', 0, { lat: 19.41, lon: -99.1, speed_mps: 5 }))).toBeCloseTo(0, 0)
  expect(headingOf(a, at('a', 0, { lat: 19.4, lon: -99.09, speed_mps: 5 }))).toBeCloseTo(90, 0)
  expect(headingOf(a, at('a', 0, { lat: 19.41, lon: -99.1, bearing_deg: 77 }))).toBe(77)
  expect(headingOf(a, at('a', 0, { lat: 19.400001, lon: -99.1, speed_mps: 5 }))).toBeUndefined()
})
