import type { components } from '../../../client'
import type { Events } from '../../../client/events'
import type { Data } from './data'

export type UserPresence = components['schemas']['UserPresence']

/** What is known of the connection of somebody. Nothing at all is kept of people of whom the server knows nothing. */
export interface Connection {
  readonly state: 'online' | 'offline' | 'hidden'
  /** When the last connection of somebody offline ended, to the minute; 0 when nobody knows. Milliseconds, server time. */
  readonly seen: number
}

/** Changes are shown this much later, together: 2,000 people who come and go must not draw the page each time. Milliseconds. */
const batch = 1000

/**
 * Who has a connection now. It knows neither React nor the network. Without a socket it knows nothing: nobody is said to be offline
 * because the viewer is. After listo the server sends a whole list in parts, and then what changes.
 */
export class Presence {
  #of = new Map<string, Connection>()
  /** Who was told of since the socket is live, also that nobody knows. That is newer than what is read over HTTP. */
  #told = new Set<string>()
  /** Who is named in the list that is coming. */
  #named = new Set<string>()
  /** Its last part that was heard. */
  #part = 0
  #live = false
  #listed = false
  #round = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #listeners = new Set<() => void>()
  #online: ReadonlySet<string> = new Set()
  #shown: ReadonlyMap<string, Connection> = new Map()

  subscribe = (f: () => void): (() => void) => {
    this.#listeners.add(f)
    return () => void this.#listeners.delete(f)
  }
  /** The same object until it is another one; undefined while nobody knows. */
  of = (user: string): Connection | undefined => this.#shown.get(user)
  /** Who is online. It is another set only when it has others in it. */
  get online(): ReadonlySet<string> {
    return this.#online
  }
  /** Whether there is anything to show. */
  get known(): boolean {
    return this.#shown.size > 0
  }
  /** Whether all that one may see was told, since the socket is live. */
  get listed(): boolean {
    return this.#listed
  }
  /** It is another number with each socket: what was asked for before it is worth nothing. */
  get round(): number {
    return this.#round
  }

  /** The socket is there, or it is not: then at once nobody knows anything. */
  setLive(live: boolean): void {
    if (live === this.#live) return
    this.#live = live
    this.#round++
    this.#of.clear()
    this.#told.clear()
    this.#named.clear()
    this.#part = 0
    this.#listed = false
    this.#show()
  }

  hearList(e: Events['usuario:presencia']): void {
    if (!this.#live) return
    for (const u of e.users) this.#put(u)
    if (e.parte === 1) this.#named.clear()
    // Somebody became different, or the list began before this page listened.
    else if (e.parte !== this.#part + 1) return this.#later()
    this.#part = e.parte
    for (const u of e.users) this.#named.add(u.user_id)
    if (!e.completo) return this.#later()
    for (const id of this.#of.keys()) if (!this.#named.has(id)) this.#of.delete(id)
    this.#named.clear()
    this.#listed = true
    this.#show()
  }

  hear(e: Events['usuario:online'], state: 'online' | 'offline'): void {
    if (!this.#live) return
    this.#put({ user_id: e.user_id, state, ...(e.last_seen !== undefined && { last_seen: e.last_seen }) })
    this.#later()
  }

  /** What was read over HTTP fills gaps alone. round is that of when it was asked for. */
  read(users: readonly UserPresence[], round: number): void {
    if (!this.#live || round !== this.#round || this.#listed) return
    for (const u of users) if (!this.#told.has(u.user_id)) this.#put(u)
    this.#listed = true
    this.#show()
  }

  #put(u: UserPresence): void {
    this.#told.add(u.user_id)
    if (u.state === 'unknown') this.#of.delete(u.user_id)
    else {
      const had = this.#of.get(u.user_id)
      const seen = u.state === 'offline' ? Date.parse(u.last_seen ?? '') || 0 : 0
      if (had?.state !== u.state || had.seen !== seen) this.#of.set(u.user_id, { state: u.state, seen })
    }
  }

  #later(): void {
    this.#timer ??= setTimeout(() => this.#show(), batch)
  }

  #show(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const before = this.#shown
    if (before.size === this.#of.size && [...this.#of].every(([id, c]) => before.get(id) === c)) return
    this.#shown = new Map(this.#of)
    const online = new Set<string>()
    for (const [id, c] of this.#of) if (c.state === 'online') online.add(id)
    if (online.size !== this.#online.size || [...online].some((id) => !this.#online.has(id))) this.#online = online
    for (const f of this.#listeners) f()
  }
}

/** The list comes by the socket within this time after it is live, or another tab has heard it: then it is read. Milliseconds. */
const patience = 1500
const again = 5000

const kept = new WeakMap<Data, Presence>()

/** Who has a connection, as long as the page lives. Whoever sees only oneself is told of nobody. */
export function presenceOf(d: Data): Presence {
  const known = kept.get(d)
  if (known) return known
  const presence = new Presence()
  kept.set(d, presence)
  if (d.who.role === 'colaborador') return presence
  let timer: ReturnType<typeof setTimeout> | undefined
  const read = async () => {
    const { round } = presence
    if (presence.listed || d.live.status.state !== 'live' || d.stopped) return
    try {
      const users: UserPresence[] = []
      let cursor: string | undefined
      do {
        const page = await d.session.request('get', '/v1/presence', { query: { limit: 1000, ...(cursor !== undefined && { cursor }) } })
        users.push(...(page.users ?? []))
        cursor = page.next
      } while (cursor)
      presence.read(users, round)
    } catch {
      if (round === presence.round) timer = setTimeout(() => void read(), again)
    }
  }
  const status = () => {
    const live = d.live.status.state === 'live'
    clearTimeout(timer)
    presence.setLive(live)
    if (live && !presence.listed) timer = setTimeout(() => void read(), patience)
  }
  d.live.onStatus(status)
  d.live.on('usuario:presencia', (e) => presence.hearList(e))
  d.live.on('usuario:online', (e) => presence.hear(e, 'online'))
  d.live.on('usuario:offline', (e) => presence.hear(e, 'offline'))
  status()
  return presence
}
