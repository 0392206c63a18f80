import { beforeEach, expect, test, vi } from 'vitest'
import type { Data } from './data'
import { Presence, presenceOf, type UserPresence } from './presence'

beforeEach(() => void vi.useFakeTimers())

const at = '2026-05-04T15:00:00Z'
const user = (user_id: string, state: UserPresence['state'], last_seen?: string): UserPresence => ({ user_id, state, ...(last_seen && { last_seen }) })
const states = (p: Presence, ...ids: string[]) => ids.map((id) => p.of(id)?.state)
const shown = () => vi.advanceTimersByTime(1000)

function live(): Presence {
  const p = new Presence()
  p.setLive(true)
  return p
}

test('before anything is told nobody knows, and a list in parts says who is online', () => {
  const p = live()
  expect([p.known, p.listed, p.of('a')]).toEqual([false, false, undefined])
  p.hearList({ users: [user('a', 'online'), user('b', 'offline', at)], parte: 1 })
  expect(p.listed).toBe(false)
  p.hearList({ users: [user('c', 'unknown'), user('d', 'hidden')], parte: 2, completo: true })
  expect(p.listed).toBe(true)
  expect(states(p, 'a', 'b', 'c', 'd')).toEqual(['online', 'offline', undefined, 'hidden'])
  expect(p.of('b')!.seen).toBe(Date.parse(at))
  expect([...p.online]).toEqual(['a'])
})

test('news before the list is replaced by the list, and who is not in it is forgotten', () => {
  const p = live()
  p.hear({ user_id: 'a', at }, 'online')
  p.hear({ user_id: 'gone', at }, 'online')
  p.hearList({ users: [user('a', 'offline', at)], parte: 1, completo: true })
  expect(states(p, 'a', 'gone')).toEqual(['offline', undefined])
  p.hearList({ users: [user('x', 'online')] }) // one person, such as whose shift began
  p.hearList({ users: [user('a', 'online'), user('b', 'online')], parte: 1 })
  p.hearList({ users: [user('c', 'online')], parte: 2, completo: true })
  expect(states(p, 'a', 'b', 'c', 'x')).toEqual(['online', 'online', 'online', undefined])
})

test('a list of which the rest never came keeps nobody, and one whose beginning was not heard forgets nobody', () => {
  const p = live()
  p.hearList({ users: [user('gone', 'online'), user('a', 'online')], parte: 1 })
  p.hearList({ users: [user('a', 'online')], parte: 1 })
  p.hearList({ users: [user('b', 'online')], parte: 2, completo: true })
  expect(states(p, 'gone', 'a', 'b')).toEqual([undefined, 'online', 'online'])
  const late = live()
  late.hearList({ users: [user('b', 'online')], parte: 2, completo: true })
  expect(late.listed).toBe(false)
  late.read([user('a', 'offline', at), user('b', 'offline', at)], late.round)
  expect(states(late, 'a', 'b')).toEqual(['offline', 'online'])
})

test('what changes is shown together, once, and what changes nothing is not told', () => {
  const p = live()
  p.hearList({ users: [user('a', 'online'), user('b', 'online')], parte: 1, completo: true })
  let told = 0
  const off = p.subscribe(() => told++)
  const { online } = p
  p.hear({ user_id: 'a', at, last_seen: at }, 'offline')
  p.hear({ user_id: 'c', at }, 'online')
  p.hearList({ users: [user('b', 'hidden')] })
  expect([told, ...states(p, 'a', 'b')]).toEqual([0, 'online', 'online'])
  shown()
  expect([told, ...states(p, 'a', 'b', 'c')]).toEqual([1, 'offline', 'hidden', 'online'])
  expect(p.online).not.toBe(online)
  const [same, a] = [p.online, p.of('a')]
  p.hear({ user_id: 'a', at, last_seen: at }, 'offline') // said again
  p.hear({ user_id: 'c', at }, 'offline') // and back within a moment
  p.hear({ user_id: 'c', at }, 'online')
  shown()
  expect(told).toBe(2) // c is another object; the set is not
  expect([p.online, p.of('a')]).toEqual([same, a])
  expect(p.online).toBe(same)
  off()
  p.hear({ user_id: 'c', at }, 'offline')
  shown()
  expect(told).toBe(2)
})

test('with the socket goes all that is known, at once, and nothing heard without one counts', () => {
  const p = live()
  p.hearList({ users: [user('a', 'online'), user('b', 'offline', at)], parte: 1, completo: true })
  let told = 0
  p.subscribe(() => told++)
  p.hear({ user_id: 'a', at }, 'offline')
  p.setLive(false)
  expect([told, p.known, p.listed, ...states(p, 'a', 'b')]).toEqual([1, false, false, undefined, undefined])
  expect(p.online.size).toBe(0)
  // A list that was on its way when it was cut.
  p.hearList({ users: [user('a', 'offline')], parte: 1, completo: true })
  p.hear({ user_id: 'b', at }, 'offline')
  shown()
  expect([p.known, ...states(p, 'a', 'b')]).toEqual([false, undefined, undefined])
})

test('a list that was cut in the middle leaves nothing to the one after it', () => {
  const p = live()
  p.hearList({ users: [user('a', 'online'), user('b', 'online')] })
  p.setLive(false)
  p.setLive(true)
  expect(states(p, 'a', 'b')).toEqual([undefined, undefined])
  p.hearList({ users: [user('b', 'offline', at)], parte: 1, completo: true })
  expect(states(p, 'a', 'b')).toEqual([undefined, 'offline'])
})

test('resumed, a new list says what happened meanwhile', () => {
  const p = live()
  p.hearList({ users: [user('a', 'online'), user('b', 'offline', at)], parte: 1, completo: true })
  p.setLive(false)
  p.setLive(true)
  p.hear({ user_id: 'b', at }, 'online')
  shown()
  expect(states(p, 'a', 'b')).toEqual([undefined, 'online']) // known of b alone
  p.hearList({ users: [user('a', 'offline', at), user('b', 'online')], parte: 1, completo: true })
  expect(states(p, 'a', 'b')).toEqual(['offline', 'online'])
})

test('what is read over HTTP is older than what was heard, and worth nothing after another socket', () => {
  const p = live()
  const asked = p.round
  p.hear({ user_id: 'a', at }, 'online')
  p.hearList({ users: [user('b', 'unknown')] })
  p.read([user('a', 'offline'), user('b', 'offline'), user('c', 'offline', at)], asked)
  expect(states(p, 'a', 'b', 'c')).toEqual(['online', undefined, 'offline'])
  p.setLive(false)
  p.read([user('a', 'offline')], asked)
  p.setLive(true)
  p.read([user('a', 'offline')], asked)
  expect([p.known, p.listed]).toEqual([false, false])
  p.hearList({ users: [user('a', 'online')], parte: 1, completo: true })
  p.read([user('a', 'offline'), user('d', 'offline')], p.round)
  expect(states(p, 'a', 'd')).toEqual(['online', undefined])
})

/** A page whose socket is in the hands of a test. */
function page(role = 'admin') {
  const listeners = new Map<string, (e: unknown) => void>()
  let told: () => void = () => {}
  const asked: unknown[] = []
  const d = {
    who: { role }, stopped: false,
    live: { status: { state: 'connecting' }, on: (name: string, f: (e: never) => void) => listeners.set(name, f as (e: unknown) => void), onStatus: (f: () => void) => (told = f) },
    session: { request: (_m: string, _p: string, q: { query: { cursor?: string } }) => new Promise((done, fail) => asked.push({ q, done, fail })) },
  }
  return {
    d: d as unknown as Data, asked: asked as { q: { query: { cursor?: string } }; done: (p: unknown) => void; fail: (e: unknown) => void }[],
    say: (name: string, e: unknown) => listeners.get(name)?.(e),
    status: (state: string) => {
      d.live.status = { state }
      told()
    },
  }
}

test('a tab that did not hear the list reads it, page after page, and again when that fails; who heard it does not', async () => {
  const { d, asked, status, say } = page()
  const p = presenceOf(d)
  expect(presenceOf(d)).toBe(p)
  status('live')
  await vi.advanceTimersByTimeAsync(1500)
  expect(asked).toHaveLength(1)
  asked[0]!.fail(new Error('away'))
  await vi.advanceTimersByTimeAsync(5000)
  asked[1]!.done({ users: [user('a', 'online')], next: 'x' })
  await vi.advanceTimersByTimeAsync(0)
  expect(asked[2]!.q.query.cursor).toBe('x')
  asked[2]!.done({ users: [user('b', 'offline', at)] })
  await vi.advanceTimersByTimeAsync(0)
  expect(states(p, 'a', 'b')).toEqual(['online', 'offline'])
  status('waiting')
  expect(states(p, 'a', 'b')).toEqual([undefined, undefined])
  status('live')
  say('usuario:presencia', { users: [user('a', 'offline', at)], parte: 1, completo: true })
  say('usuario:online', { user_id: 'b', at })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(asked).toHaveLength(3)
  expect(states(p, 'a', 'b')).toEqual(['offline', 'online'])
})

test('who sees only oneself is told of nobody, and asks nothing', async () => {
  const { d, asked, status, say } = page('colaborador')
  const p = presenceOf(d)
  status('live')
  say('usuario:presencia', { users: [user('me', 'online')], parte: 1, completo: true })
  await vi.advanceTimersByTimeAsync(10_000)
  expect([p.known, asked.length]).toEqual([false, 0])
})
