import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { afterClose, backoff } from './closure'
import { FakeWire } from './fake'
import { Offline, Problem } from './problem'
import { Socket, type Frame, type SocketStatus } from './socket'

let frames: Frame[]
let statuses: SocketStatus[]
let signedOut: string[]
let calls: string[]

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
  FakeWire.all = []
  frames = []
  statuses = []
  signedOut = []
  calls = []
})
afterEach(() => vi.useRealTimers())

const settle = () => vi.advanceTimersByTimeAsync(0)
const wire = () => FakeWire.all.at(-1)!
const status = () => statuses.at(-1)!

async function start(more: Partial<ConstructorParameters<typeof Socket>[0]> = {}): Promise<Socket> {
  const s = new Socket({
    url: 'ws://x/ws',
    token: async () => (calls.push('token'), 't1'),
    refresh: async () => (calls.push('refresh'), 't2'),
    onFrame: (f) => frames.push(f),
    onStatus: (x) => statuses.push(x),
    onSignedOut: (r) => signedOut.push(r),
    open: (url) => new FakeWire(url),
    random: () => 1,
    ...more,
  })
  s.start()
  await settle()
  return s
}

test('it signs in with a frame and never puts the token into the address', async () => {
  await start()
  wire().open()
  expect(wire().url).toBe('ws://x/ws')
  expect(wire().sent).toEqual([{ event: 'auth', data: { token: 't1' } }])
  expect(status()).toEqual({ state: 'connecting' })
})

test('it begins at the cursor of listo, and resumes from the last one that it saw', async () => {
  const s = await start()
  wire().ready('c0')
  expect(wire().sent[1]).toEqual({ event: 'reanudar', data: { desde: '' } })
  expect(status()).toEqual({ state: 'live' })
  expect(s.cursor).toBe('c0')
  wire().frame('alerta:nueva', { id: 'a1' }, 'c1')
  wire().frame('latido', null, 'c2')
  wire().frame('tracking:ubicacion', { user_id: 'u1' })
  wire().end(1012)
  await vi.advanceTimersByTimeAsync(600)
  wire().ready('c9')
  expect(wire().sent[1]).toEqual({ event: 'reanudar', data: { desde: 'c2' } })
  // It is lost again before anything was replayed: what was missed is still missed.
  wire().end(1006)
  await vi.advanceTimersByTimeAsync(1100)
  wire().ready('c10')
  expect(wire().sent[1]).toEqual({ event: 'reanudar', data: { desde: 'c2' } })
})

test('pauses grow with chance in them, and a steady socket begins anew', async () => {
  await start()
  for (const pause of [500, 1000, 2000]) {
    wire().end(1006)
    expect(status()).toEqual({ state: 'waiting', retryAt: Date.now() + pause, code: 1006 })
    const before = FakeWire.all.length
    await vi.advanceTimersByTimeAsync(pause - 1)
    expect(FakeWire.all.length).toBe(before)
    await vi.advanceTimersByTimeAsync(1)
    expect(FakeWire.all.length).toBe(before + 1)
  }
  wire().ready()
  await vi.advanceTimersByTimeAsync(11_000)
  wire().end(1001)
  expect(status()).toMatchObject({ retryAt: Date.now() + 500 })
  expect(backoff(50, () => 1)).toBe(30_000)
  expect(backoff(3, () => 0)).toBe(2_000)
})

test('a token that ended is replaced at once, and then with pauses', async () => {
  await start()
  wire().ready()
  wire().end(4401, 'token_expired')
  await settle()
  expect(calls).toEqual(['token', 'refresh'])
  wire().open()
  expect(wire().sent[0]).toEqual({ event: 'auth', data: { token: 't2' } })
  wire().end(4401, 'token_invalid')
  expect(status()).toMatchObject({ state: 'waiting' })
})

test('a revoked session is over and does not come back', async () => {
  const s = await start()
  wire().ready()
  wire().end(4403, 'token_revoked')
  s.hurry()
  await vi.advanceTimersByTimeAsync(600_000)
  expect(FakeWire.all.length).toBe(1)
  expect(signedOut).toEqual(['token_revoked'])
  expect(status()).toEqual({ state: 'over', code: 4403 })
})

test('without a network it tries again, without a session it does not', async () => {
  let fail: Error = new Offline(new Error('x'))
  await start({ token: () => Promise.reject(fail) })
  expect(status()).toMatchObject({ state: 'waiting', code: 1006 })
  fail = new Problem({ status: 401, code: 'refresh_revoked' })
  await vi.advanceTimersByTimeAsync(500)
  expect(status()).toEqual({ state: 'over', code: 4403 })
  expect(FakeWire.all.length).toBe(0)
})

test('a silent network is noticed', async () => {
  await start()
  wire().ready()
  const first = wire()
  await vi.advanceTimersByTimeAsync(60_000)
  first.frame('latido', null, 'c5')
  await vi.advanceTimersByTimeAsync(64_000)
  expect(status()).toEqual({ state: 'live' })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(first.closed).toBe(3000)
  expect(status()).toMatchObject({ state: 'waiting', code: 3000 })
  first.frame('alerta:nueva', {}, 'c6') // what an old socket still says does not count
  expect(frames.some((f) => f.event === 'alerta:nueva')).toBe(false)
})

test('a new token is put in force on the open socket', async () => {
  const s = await start()
  s.authenticate('early') // not open yet
  wire().ready()
  s.authenticate('t3')
  expect(wire().sent.at(-1)).toEqual({ event: 'auth', data: { token: 't3' } })
  expect(wire().sent.some((m) => m.data['token'] === 'early')).toBe(false)
})

test('stop is final, and hurry skips the pause', async () => {
  const s = await start()
  wire().end(1013)
  s.hurry()
  await settle()
  expect(FakeWire.all.length).toBe(2)
  wire().ready()
  s.stop()
  expect(wire().closed).toBe(1000)
  wire().end(1000)
  await vi.advanceTimersByTimeAsync(600_000)
  expect(FakeWire.all.length).toBe(2)
})

test('every closing code has an answer', () => {
  const want: Record<number, string> = {
    1001: 'retry', 1006: 'retry', 1009: 'retry', 1011: 'retry', 1012: 'retry', 1013: 'retry', 4400: 'slow', 4401: 'refresh',
    4403: 'sign-in', 4408: 'retry', 4409: 'retry', 4429: 'slow',
  }
  for (const [code, next] of Object.entries(want)) expect(afterClose(Number(code)), code).toBe(next)
})
