import type { components, paths } from './openapi'
import { address, send, type Answer, type PathOf, type Request } from './http'
import { Problem } from './problem'
import type { Channel, Locks } from './tabs'

/** Who is signed in, as the access token says. */
export interface Who {
  user: string
  company: string
  role: string
  teams: string[]
}

export type SessionState = { state: 'unknown' } | { state: 'out'; reason: string } | { state: 'in'; who: Who }

interface Grant {
  token: string
  /** On this machine's clock, milliseconds. */
  until: number
  who: Who
}

type Message = { kind: 'grant'; grant: Grant } | { kind: 'out'; reason: string }

export interface SessionOptions {
  /** Where the API is; the page's own origin when left out. The cookie works only there. */
  base?: string
  fetch?: typeof fetch
  locks?: Locks | undefined
  channel: Channel
  now?: () => number
}

/** How long before its end a token is replaced. */
const margin = 60_000

/**
 * A session in a browser. The refresh token is in a cookie that no script can read, and the access token is only in memory.
 * All tabs of the browser are one session: one of them refreshes at a time, under a lock, and tells the others what it got.
 */
export class Session {
  #o: SessionOptions
  #grant: Grant | undefined
  #state: SessionState = { state: 'unknown' }
  #listeners = new Set<(s: SessionState) => void>()
  #tokenListeners = new Set<(token: string) => void>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #refreshing: Promise<string> | undefined
  /** How often somebody's session ended here. What was asked before an end counts no more after it. */
  #ended = 0
  #tail: Promise<unknown> = Promise.resolve()

  constructor(o: SessionOptions) {
    this.#o = o
    o.channel.listen((m) => this.#hear(m as Message))
  }

  get state(): SessionState {
    return this.#state
  }

  /** Calls back at every change of who is signed in. It returns what ends that. */
  onChange(f: (s: SessionState) => void): () => void {
    this.#listeners.add(f)
    return () => this.#listeners.delete(f)
  }

  /** Calls back with every new access token, for what stays open longer than one of them. */
  onToken(f: (token: string) => void): () => void {
    this.#tokenListeners.add(f)
    return () => this.#tokenListeners.delete(f)
  }

  /** Finds out whether this browser is signed in. It throws Offline when that cannot be known now. */
  async restore(): Promise<SessionState> {
    try {
      await this.#sharedRefresh()
    } catch (e) {
      if (!(e instanceof Problem)) throw e
      if (e.status >= 500 || e.status === 429) throw e
    }
    return this.#state
  }

  async login(input: { company?: string; login: string; password: string }): Promise<void> {
    const body: components['schemas']['LoginInputBody'] = { login: input.login, password: input.password, cookie: true }
    if (input.company) body.company = input.company
    this.#take(await this.#alone(() => this.#call('/v1/auth/login', body)), true)
  }

  /**
   * Ends the session of this browser, in all its tabs. It is over here at once. A server that does not answer is asked again until
   * it does, because the cookie still signs in until then; the reason is logout_unsent meanwhile.
   */
  async logout(): Promise<void> {
    this.end('logout')
    try {
      // Not before a refresh that is under way: its answer would bring the cookie back.
      await this.#alone(async () => void (this.#grant ?? (await this.#call('/v1/auth/logout'))))
      if (this.#state.state === 'out') this.#set({ state: 'out', reason: 'logout' })
    } catch (e) {
      if (this.#state.state === 'out' && !(e instanceof Problem && e.status < 500)) {
        this.#set({ state: 'out', reason: 'logout_unsent' })
        clearTimeout(this.#timer)
        this.#timer = setTimeout(() => void this.logout().catch(() => undefined), 5_000)
      }
      throw e
    }
  }

  /** Makes the session over, for example because a socket was closed with 4403. */
  end(reason: string): void {
    this.#o.channel.send({ kind: 'out', reason } satisfies Message)
    this.#out(reason)
  }

  /** An access token that is good for a while yet. */
  async token(): Promise<string> {
    const g = this.#grant
    return g && g.until - this.#now() > margin / 2 ? g.token : this.refresh()
  }

  /** A new access token. Callers at the same time, also in other tabs, share one. Nobody who signed out is signed in by it. */
  refresh(): Promise<string> {
    return this.#state.state === 'out' ? Promise.reject(signedOut()) : this.#sharedRefresh()
  }

  #sharedRefresh(): Promise<string> {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined))
    return this.#refreshing
  }

  async #refresh(): Promise<string> {
    const [before, ended] = [this.#grant, this.#ended]
    return this.#alone(async () => {
      if (ended !== this.#ended) throw signedOut()
      // Another tab refreshed while this one waited for the lock, and told what it got.
      if (this.#grant && this.#grant !== before) return this.#grant.token
      try {
        const got = await this.#call('/v1/auth/refresh')
        if (ended !== this.#ended) throw signedOut()
        return this.#take(got, true).token
      } catch (e) {
        if (ended === this.#ended && e instanceof Problem && (e.status === 401 || e.status === 403)) this.end(e.code)
        throw e
      }
    })
  }

  /** Runs what changes the cookie, one after the other in all tabs. Without locks only this tab keeps the order. */
  #alone<T>(f: () => Promise<T>): Promise<T> {
    if (this.#o.locks) return this.#o.locks.request('terreno-refresh', f)
    const mine = this.#tail.then(f)
    this.#tail = mine.catch(() => undefined)
    return mine
  }

  /** Sends a request of the session. A token that ended meanwhile is replaced, and the request is sent once more. */
  async request<M extends 'get' | 'post' | 'put' | 'patch' | 'delete', P extends PathOf<M>>(method: M, path: P, r: Request<M, P> = {}): Promise<Answer<M, P>> {
    const url = (this.#o.base ?? '') + address(path as keyof paths & string, r.path as Record<string, unknown>, r.query as Record<string, unknown>)
    const once = async (token: string) =>
      (await send(this.#fetch(), method, url, {
        token,
        body: r.body,
        ...(r.key !== undefined && { key: r.key }),
        ...(r.signal && { signal: r.signal }),
      })) as Answer<M, P>
    const ended = this.#ended
    // Somebody else may have signed in while this waited: it is not their request.
    const mine = (token: string) => {
      if (ended !== this.#ended) throw signedOut()
      return token
    }
    try {
      return await once(mine(await this.token()))
    } catch (e) {
      if (!(e instanceof Problem) || e.status !== 401 || ended !== this.#ended) throw e
      return once(mine(await this.refresh()))
    }
  }

  #now(): number {
    return (this.#o.now ?? Date.now)()
  }

  #fetch(): typeof fetch {
    return this.#o.fetch ?? globalThis.fetch.bind(globalThis)
  }

  async #call(path: string, body?: unknown): Promise<components['schemas']['TokensOutputBody']> {
    return (await send(this.#fetch(), 'post', (this.#o.base ?? '') + path, { body })) as components['schemas']['TokensOutputBody']
  }

  #take(t: components['schemas']['TokensOutputBody'], tell: boolean): Grant {
    const grant = { token: t.access_token, until: this.#now() + t.expires_in * 1000, who: read(t.access_token) }
    this.#accept(grant)
    if (tell) this.#o.channel.send({ kind: 'grant', grant } satisfies Message)
    return grant
  }

  #accept(grant: Grant): void {
    this.#grant = grant
    clearTimeout(this.#timer)
    // A little earlier in some tabs than in others, so that one of them is first.
    const wait = Math.max(5_000, grant.until - this.#now() - margin - Math.random() * margin)
    this.#timer = setTimeout(() => void this.refresh().catch(() => this.#later()), wait)
    const was = this.#state
    if (was.state === 'in' && (was.who.user !== grant.who.user || was.who.company !== grant.who.company)) this.#ended++
    if (was.state !== 'in' || was.who.user !== grant.who.user || was.who.company !== grant.who.company || was.who.role !== grant.who.role) {
      this.#set({ state: 'in', who: grant.who })
    }
    for (const f of this.#tokenListeners) f(grant.token)
  }

  /** Tries again soon: the server could not be reached when the token was to be replaced. */
  #later(): void {
    if (this.#state.state === 'in') this.#timer = setTimeout(() => void this.refresh().catch(() => this.#later()), 10_000 + Math.random() * 10_000)
  }

  #hear(m: Message): void {
    if (m.kind === 'grant') this.#accept(m.grant)
    else this.#out(m.reason)
  }

  #out(reason: string): void {
    clearTimeout(this.#timer)
    this.#grant = undefined
    this.#ended++
    if (this.#state.state !== 'out') this.#set({ state: 'out', reason })
  }

  #set(s: SessionState): void {
    this.#state = s
    for (const f of this.#listeners) f(s)
  }
}

const signedOut = () => new Problem({ status: 401, code: 'signed_out', detail: 'The session is over. Sign in.' })

/** Reads who a token is of. Nobody decides on that here: the server verifies the token with every request. */
export function read(token: string): Who {
  const part = token.split('.')[1] ?? ''
  const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
  const claims = JSON.parse(new TextDecoder().decode(bytes)) as { sub: string; id_empresa?: string | number; rol: string; equipos?: string[] }
  return { user: claims.sub, company: String(claims.id_empresa ?? ''), role: claims.rol, teams: claims.equipos ?? [] }
}
