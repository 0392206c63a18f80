import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fakeLocks, tabs, token } from './fake'
import { address } from './http'
import { Offline, Problem } from './problem'
import { read, Session } from './session'

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => vi.useRealTimers())

interface Asked {
  url: string
  init: RequestInit
}

/** A server that grants tokens, with what it was asked. */
function server(answer: (n: number, a: Asked) => Response | Promise<Response> = () => granted()) {
  const asked: Asked[] = []
  const f = (async (url: string, init: RequestInit) => {
    asked.push({ url, init })
    await Promise.resolve()
    return answer(asked.length, { url, init })
  }) as unknown as typeof fetch
  return { asked, fetch: f }
}

let n = 0
const granted = (user = 'u1') => json(200, { access_token: token(user, ++n), token_type: 'Bearer', expires_in: 900 })
const json = (status: number, body: unknown) =>
  new Response(status === 204 ? null : JSON.stringify(body), { status, headers: { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' } })

test('a login asks for a cookie and keeps the token in memory alone', async () => {
  const s = server()
  const one = new Session({ fetch: s.fetch, channel: tabs()() })
  await one.login({ company: 'acme', login: 'ana', password: 'secret' })
  expect(JSON.parse(s.asked[0]!.init.body as string)).toEqual({ company: 'acme', login: 'ana', password: 'secret', cookie: true })
  expect(one.state).toEqual({ state: 'in', who: { user: 'u1', company: 'acme', role: 'supervisor', teams: ['norte'] } })
})

test('tabs that refresh at once ask the server once', async () => {
  const s = server()
  const channel = tabs()
  const locks = fakeLocks()
  const all = [1, 2, 3].map(() => new Session({ fetch: s.fetch, channel: channel(), locks }))
  const got = await Promise.all([...all.map((x) => x.refresh()), all[0]!.refresh()])
  expect(s.asked.length).toBe(1)
  expect(new Set(got).size).toBe(1)
  expect(all.map((x) => x.state.state)).toEqual(['in', 'in', 'in'])
})

test('a token is replaced before it ends', async () => {
  const s = server()
  const one = new Session({ fetch: s.fetch, channel: tabs()() })
  const tokens: string[] = []
  one.onToken((t) => tokens.push(t))
  await one.refresh()
  await vi.advanceTimersByTimeAsync(900_000)
  expect(s.asked.length).toBe(2)
  expect(tokens.length).toBe(2)
  expect(await one.token()).toBe(tokens[1])
})

test('a refusal ends the session in all tabs, and a lost network does not', async () => {
  let fail: 'network' | 'refused' | undefined
  const s = server(() => {
    if (fail === 'network') throw new TypeError('Failed to fetch')
    return fail ? json(401, { status: 401, code: 'refresh_revoked', detail: 'The session was ended. Sign in again.' }) : granted()
  })
  const channel = tabs()
  const [one, two] = [new Session({ fetch: s.fetch, channel: channel() }), new Session({ fetch: s.fetch, channel: channel() })]
  await one.refresh()
  fail = 'network'
  await expect(two.refresh()).rejects.toBeInstanceOf(Offline)
  expect([one.state.state, two.state.state]).toEqual(['in', 'in'])
  fail = 'refused'
  await expect(two.refresh()).rejects.toBeInstanceOf(Problem)
  expect(one.state).toEqual({ state: 'out', reason: 'refresh_revoked' })
})

test('a browser that was never signed in is out, without an error', async () => {
  const s = server(() => json(401, { status: 401, code: 'refresh_missing' }))
  const one = new Session({ fetch: s.fetch, channel: tabs()() })
  expect(await one.restore()).toEqual({ state: 'out', reason: 'refresh_missing' })
})

test('a server that is away leaves it open who is signed in', async () => {
  const s = server(() => new Response('<h1>Bad gateway</h1>', { status: 502 }))
  const one = new Session({ fetch: s.fetch, channel: tabs()() })
  await expect(one.restore()).rejects.toMatchObject({ status: 502, code: 'unknown' })
  expect(one.state.state).toBe('unknown')
})

test('a request with a token that ended is sent once more', async () => {
  let refused = 0
  const s = server((_, a) => {
    if (a.url.startsWith('/v1/auth')) return granted()
    return refused++ === 0 ? json(401, { status: 401, code: 'token_expired' }) : json(200, { alerts: [] })
  })
  const one = new Session({ fetch: s.fetch, channel: tabs()() })
  expect(await one.request('get', '/v1/alerts', { query: { status: 'nueva' } })).toEqual({ alerts: [] })
  expect(s.asked.map((a) => a.url)).toEqual(['/v1/auth/refresh', '/v1/alerts?status=nueva', '/v1/auth/refresh', '/v1/alerts?status=nueva'])
})

test('logout is over here whatever the server says', async () => {
  let away = false
  const s = server(() => {
    if (away) throw new TypeError('Failed to fetch')
    return granted()
  })
  const one = new Session({ fetch: s.fetch, channel: tabs()() })
  await one.refresh()
  away = true
  await expect(one.logout()).rejects.toBeInstanceOf(Offline)
  expect(one.state.state).toBe('out')
})

test('a refresh that was under way signs nobody in who signed out meanwhile, in any tab', async () => {
  for (const locks of [undefined, fakeLocks()]) {
    const answers: ((r: Response) => void)[] = []
    const s = server((_, a) => (a.url.endsWith('/refresh') ? new Promise((done) => answers.push(done)) : a.url.endsWith('/logout') ? json(204, undefined) : granted('u2')))
    const channel = tabs()
    const [one, two] = [new Session({ fetch: s.fetch, channel: channel(), locks }), new Session({ fetch: s.fetch, channel: channel(), locks })]
    const first = one.refresh()
    await vi.advanceTimersByTimeAsync(0)
    answers[0]!(granted('u1'))
    await first
    const refreshing = two.refresh()
    const seen = expect(refreshing).rejects.toMatchObject({ code: 'signed_out' })
    await vi.advanceTimersByTimeAsync(0)
    const out = one.logout()
    expect([one.state.state, two.state.state]).toEqual(['out', 'out'])
    answers[1]!(granted('u1'))
    await Promise.all([out, seen])
    expect([one.state.state, two.state.state]).toEqual(['out', 'out'])
    // With locks the logout ended also what the refresh had got.
    if (locks) expect(s.asked.map((a) => a.url)).toEqual(['/v1/auth/refresh', '/v1/auth/refresh', '/v1/auth/logout'])
    await one.login({ login: 'bea', password: 'x' })
    expect(two.state).toMatchObject({ state: 'in', who: { user: 'u2' } })
  }
})

test('what still runs after a logout neither signs in nor speaks for who signs in next', async () => {
  let late: (r: Response) => void = () => {}
  const s = server((_, a) => (a.url === '/v1/alerts' ? new Promise((done) => (late = done)) : a.url.endsWith('/logout') ? json(204, undefined) : granted(a.url.endsWith('/login') ? 'u2' : 'u1')))
  const one = new Session({ fetch: s.fetch, channel: tabs()() })
  await one.refresh()
  const asked = expect(one.request('get', '/v1/alerts')).rejects.toMatchObject({ status: 401 })
  await vi.advanceTimersByTimeAsync(0)
  await one.logout()
  await expect(one.request('get', '/v1/users/me')).rejects.toMatchObject({ code: 'signed_out' })
  await one.login({ login: 'bea', password: 'x' })
  late(json(401, { status: 401, code: 'token_revoked' }))
  await asked
  expect(s.asked.map((a) => a.url)).toEqual(['/v1/auth/refresh', '/v1/alerts', '/v1/auth/logout', '/v1/auth/login'])
})

test('a logout that the server did not hear is said again until it does, and never ends the session of who comes next', async () => {
  let away = false
  const s = server((_, a) => {
    if (away) throw new TypeError('Failed to fetch')
    return a.url.endsWith('/logout') ? json(204, undefined) : granted()
  })
  const one = new Session({ fetch: s.fetch, channel: tabs()() })
  await one.refresh()
  away = true
  await expect(one.logout()).rejects.toBeInstanceOf(Offline)
  expect(one.state).toEqual({ state: 'out', reason: 'logout_unsent' })
  await vi.advanceTimersByTimeAsync(12_000)
  away = false
  await vi.advanceTimersByTimeAsync(6_000)
  expect(one.state).toEqual({ state: 'out', reason: 'logout' })
  const asked = s.asked.length
  await vi.advanceTimersByTimeAsync(60_000)
  expect(s.asked.length).toBe(asked)
  away = true
  await expect(one.logout()).rejects.toBeInstanceOf(Offline)
  away = false
  await one.login({ login: 'ana', password: 'x' })
  const before = s.asked.length
  await vi.advanceTimersByTimeAsync(30_000)
  expect([one.state.state, s.asked.length]).toEqual(['in', before])
})

test('addresses escape what is put into them', () => {
  expect(address('/v1/users/{id}', { id: 'a/b ñ' }, { q: 'José & co', team: undefined, role: '' })).toBe('/v1/users/a%2Fb%20%C3%B1?q=Jos%C3%A9+%26+co')
})

test('names in tokens are UTF-8', () => {
  const claims = Buffer.from(JSON.stringify({ sub: 'ñandú-😀', id_empresa: 7, rol: 'admin' })).toString('base64url')
  expect(read(`h.${claims}.s`)).toEqual({ user: 'ñandú-😀', company: '7', role: 'admin', teams: [] })
})
