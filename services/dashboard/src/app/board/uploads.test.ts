import { expect, test } from 'vitest'
import { Offline, Problem } from '../../../client'
import { Uploads } from './uploads'

const file = (name: string) => new File(['x'], name)
const names = (u: Uploads) => u.list.map((x) => `${x.file.name} ${x.state}`)
const turn = () => new Promise((done) => setImmediate(done))

test('photos go one after the other; a refused one stays, the others go on, and a new try has the same key', async () => {
  const calls: { name: string; key: string; done: () => void; fail: (e: unknown) => void; onSent: (n: number) => void; signal: AbortSignal }[] = []
  let read = 0
  let keys = 0
  const u = new Uploads((f, o) => new Promise<void>((done, fail) => calls.push({ name: f.name, ...o, done, fail })), async () => void read++, () => `k${keys++}`)
  let told = 0
  u.subscribe(() => told++)
  u.add([file('a'), file('b'), file('c')])
  expect(calls.map((c) => c.name)).toEqual(['a'])
  expect(names(u)).toEqual(['a sending', 'b waiting', 'c waiting'])
  calls[0]!.onSent(0.5)
  expect(u.list[0]!.sent).toBe(0.5)
  const refused = new Error('too big')
  calls[0]!.fail(refused)
  await turn()
  expect(names(u)).toEqual(['a failed', 'b sending', 'c waiting'])
  expect(u.list[0]!.error).toBe(refused)
  calls[1]!.done()
  await turn()
  expect(names(u)).toEqual(['a failed', 'c sending'])
  expect([u.done, read]).toEqual([1, 1])
  u.retry(u.list[0]!.id)
  expect(names(u)).toEqual(['a waiting', 'c sending'])
  calls[2]!.done()
  await turn()
  expect(calls.map((c) => c.name)).toEqual(['a', 'b', 'c', 'a'])
  expect(calls[3]!.key).toBe(calls[0]!.key)
  expect(calls[3]!.key).not.toBe(calls[1]!.key)
  // One that is given up while it is sent leaves the list, and the next may go.
  calls[3]!.signal.addEventListener('abort', () => calls[3]!.fail(calls[3]!.signal.reason))
  u.remove(u.list[0]!.id)
  await turn()
  u.add([file('d')])
  expect(names(u)).toEqual(['d sending'])
  expect(u.done).toBe(2)
  expect(told).toBeGreaterThan(8)
})

test('what failed for lack of a network goes by itself once there is one, with its key; what was refused does not', async () => {
  const sent: string[] = []
  let why: Error | undefined = new Offline('away')
  const u = new Uploads((f, o) => (sent.push(`${f.name} ${o.key}`), why ? Promise.reject(why) : Promise.resolve()), async () => undefined, (() => { let n = 0; return () => `k${n++}` })())
  u.add([file('a'), file('b')])
  await turn()
  expect(names(u)).toEqual(['a failed', 'b failed'])
  why = new Problem({ status: 413, code: 'body_too_large' })
  u.add([file('c')])
  await turn()
  why = undefined
  sent.length = 0
  u.resume()
  await turn()
  expect([sent, names(u)]).toEqual([['a k0', 'b k1'], ['c failed']])
})
