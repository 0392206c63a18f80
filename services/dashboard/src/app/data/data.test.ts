import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Problem, type Session, type Who } from '../../../client'
import { Data } from './data'

beforeEach(() => {
  vi.useFakeTimers()
  const page = { addEventListener: () => {}, removeEventListener: () => {} }
  vi.stubGlobal('location', { protocol: 'http:', host: 'x' })
  vi.stubGlobal('window', page)
  vi.stubGlobal('document', { ...page, visibilityState: 'visible' })
  vi.stubGlobal('BroadcastChannel', undefined)
  vi.stubGlobal('navigator', {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('a list that cannot be read is asked for again by one timer alone, and by none after the session', async () => {
  const asked: string[] = []
  const session = {
    token: () => new Promise(() => {}), onToken: () => () => {},
    request: (_: string, path: string) => (asked.push(path), Promise.reject(new Problem({ status: 500 }))),
  } as unknown as Session
  const d = new Data(session, { user: 'u', company: 'acme', role: 'supervisor', teams: [] } as Who)
  d.start()
  for (let i = 0; i < 10; i++) void d.loadPeople()
  await vi.advanceTimersByTimeAsync(1000)
  asked.length = 0
  await vi.advanceTimersByTimeAsync(10_000)
  expect(asked.filter((p) => p === '/v1/users').length).toBe(2)
  expect(d.failed('people')).toBeInstanceOf(Problem)
  const last = d.loadPeople()
  d.stop()
  await last
  asked.length = 0
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked).toEqual([])
})

test('a company that decides when its people are tracked makes the page forget what it shows, and read it again', async () => {
  let seen: object[] = [{ user_id: 'a', device_id: 'd', recorded_at: new Date().toISOString(), received_at: new Date().toISOString(), lat: 1, lon: 1 }]
  const session = {
    token: () => new Promise(() => {}), onToken: () => () => {},
    request: (_: string, path: string) => Promise.resolve(path === '/v1/positions/latest' ? { positions: seen } : path === '/v1/users' ? { users: [{ id: 'a', name: 'Ana', role: 'colaborador', active: true, teams: [] }] } : { alerts: [] }),
  } as unknown as Session
  const d = new Data(session, { user: 'u', company: 'acme', role: 'supervisor', teams: [] } as unknown as Who)
  const heard = vi.spyOn(d.live, 'on')
  d.start()
  await vi.advanceTimersByTimeAsync(1000)
  expect(d.people.snapshot.byId.get('a')!.position).toBeDefined()
  seen = []
  const decided = heard.mock.calls.find(([event]) => event === 'actividad:rastreo')![1] as (data: object) => void
  decided({ tracking: 'on_shift', since: new Date().toISOString(), version: 1 })
  await vi.advanceTimersByTimeAsync(1000)
  expect(d.people.snapshot.byId.get('a')!.position).toBeUndefined()
  d.stop()
})
