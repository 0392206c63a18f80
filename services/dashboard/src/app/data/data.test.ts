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
