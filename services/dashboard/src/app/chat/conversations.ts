import { locks, Problem } from '../../../client'
import { now } from '../../clock'
import { setBadge } from './badge'
import * as http from './http'
import { byNewest, isMuted, newer, unreadOf, type Conversation } from './model'
import type { Chat } from './store'
import { againAfter, pageSize, refused, Told } from './told'

export interface ListState {
  readonly list: readonly Conversation[]
  readonly byId: ReadonlyMap<string, Conversation>
  readonly loaded: boolean
  readonly more: boolean
  readonly error: unknown
}

/** The conversations that the viewer is in, as far as they were read. */
export class Conversations extends Told {
  state: ListState = { list: [], byId: new Map(), loaded: false, more: false, error: undefined }
  #byId = new Map<string, Conversation>()
  #gone = new Set<string>()
  #cursor: string | undefined
  #reading: Promise<void> | undefined
  #fetching = new Map<string, Promise<Conversation | undefined>>()
  /** Of these something was heard while they were fetched. */
  #again = new Set<string>()
  /** What came while a page of the list was read: true for what the server answered, or what is gone. The page may be older. */
  #meanwhile = new Map<string, boolean>()
  #retry: ReturnType<typeof setTimeout> | undefined
  #counting: ReturnType<typeof setTimeout> | undefined
  /** What is unread in conversations that were not read, and how many of them were when it was counted. */
  #rest = 0
  #of = -1
  #publishing: ReturnType<typeof setTimeout> | undefined
  #stopped = false

  constructor(readonly chat: Chat) {
    super()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#retry)
    clearTimeout(this.#publishing)
    clearTimeout(this.#counting)
    setBadge(0)
  }

  /** Reads the first page anew. */
  async read(): Promise<void> {
    // A page that is under way is not the first one.
    while (this.#reading) await this.#reading
    await this.#first()
  }

  #first(): Promise<void> {
    this.#reading ??= (async () => {
      clearTimeout(this.#retry)
      this.#meanwhile.clear()
      try {
        const a = await http.list(this.chat.d.session, { limit: pageSize })
        this.#cursor = a.next
        const there = new Set((a.conversations ?? []).map((c) => c.id))
        const last = a.conversations.at(-1)
        // What belongs on this page and is not on it is no longer the viewer's.
        for (const c of this.#byId.values()) if (!there.has(c.id) && !this.#meanwhile.has(c.id) && (!a.next || (last && byNewest(c, last) < 0 && !this.#fetching.has(c.id)))) this.#byId.delete(c.id)
        this.#putPage(a.conversations ?? [])
        this.#of = -1
        this.#publish({ loaded: true, error: undefined })
        // What this device has now is delivered.
        if (this.chat.d.live.leads || !locks()) for (const c of a.conversations ?? []) if (c.last_seq > c.delivered_seq && !c.left && !this.#gone.has(c.id)) this.chat.acks.want(c.id, { delivered: c.last_seq })
      } catch (error) {
        this.#publish({ error })
        if (!this.#stopped && !refused(error)) this.#retry = setTimeout(() => void this.#first(), againAfter)
      } finally {
        this.#reading = undefined
      }
    })()
    return this.#reading
  }

  /** The next page of the list. */
  async more(): Promise<void> {
    const cursor = this.#cursor
    if (!cursor || this.#reading) return
    this.#reading = (async () => {
      this.#meanwhile.clear()
      try {
        const a = await http.list(this.chat.d.session, { limit: pageSize, cursor })
        this.#cursor = a.next
        this.#putPage(a.conversations ?? [])
        this.#publish({})
      } catch {
        // The end of the list comes into sight again.
      } finally {
        this.#reading = undefined
      }
    })()
    await this.#reading
  }

  /** Reads one conversation; undefined if it is not the viewer's. */
  fetch(id: string): Promise<Conversation | undefined> {
    const under = this.#fetching.get(id)
    if (under) return under
    const reading = (async () => {
      try {
        const c = await http.one(this.chat.d.session, id)
        this.#put(c)
        this.#publish({})
        return this.#byId.get(id)
      } catch (e) {
        if (!(e instanceof Problem && e.status === 404)) throw e
        this.chat.gone(id)
        return undefined
      } finally {
        this.#fetching.delete(id)
        if (this.#again.delete(id) && !this.#stopped) this.refresh(id)
      }
    })()
    this.#fetching.set(id, reading)
    return reading
  }

  /** Something was heard of a conversation: an answer that is under way may be older, and it is read once more. */
  refresh(id: string): void {
    if (this.#fetching.has(id)) this.#again.add(id)
    else void this.fetch(id).catch(() => undefined)
  }

  /** The same, if an answer is under way: what was heard is not in it, perhaps. */
  heard(id: string): void {
    if (this.#fetching.has(id)) this.#again.add(id)
  }

  /** Takes a conversation as the server answered. */
  take(c: Conversation): void {
    this.#put(c)
    this.#publish({})
  }

  /** Until when a conversation is muted now: an answer without it says that it is not. */
  unmute(id: string, until: string | undefined): void {
    const c = this.#byId.get(id)
    if (!c) return
    const { muted_until: _, ...rest } = c
    this.#byId.set(id, { ...rest, ...(until !== undefined && { muted_until: until }) })
  }

  /** A page does not bring back what has gone while it was read, and takes nothing back that was answered since. */
  #putPage(page: readonly Conversation[]): void {
    for (const c of page) if (!this.#meanwhile.get(c.id)) this.#put(c)
  }

  #put(c: Conversation): void {
    if (this.#reading) this.#meanwhile.set(c.id, true)
    this.#gone.delete(c.id)
    this.#byId.set(c.id, newer(this.#byId.get(c.id), c))
    this.chat.acks.known(c.id, { delivered: c.delivered_seq, read: c.read_seq })
  }

  /** A conversation as it is now, also before it is shown. */
  get(id: string): Conversation | undefined {
    return this.#byId.get(id)
  }
  /** Many events come at once after a pause: they are shown together. */
  set(c: Conversation): void {
    if (this.#reading && !this.#meanwhile.has(c.id)) this.#meanwhile.set(c.id, false)
    this.#byId.set(c.id, c)
    this.#publishing ??= setTimeout(() => this.#publish({}), 30)
  }

  drop(id: string): void {
    if (this.#reading) this.#meanwhile.set(id, true)
    this.#gone.add(id)
    this.#byId.delete(id)
    this.#publish({})
  }

  isGone = (id: string): boolean => this.#gone.has(id)

  #publish(to: Partial<ListState>): void {
    if (this.#stopped) return
    clearTimeout(this.#publishing)
    this.#publishing = undefined
    const list = [...this.#byId.values()].sort(byNewest)
    this.state = { ...this.state, ...to, list, byId: new Map(this.#byId), more: this.#cursor !== undefined }
    // Before it is known what the others have, no smaller number is shown.
    if (this.#cursor === undefined) this.#rest = 0
    else if (this.#of !== this.#byId.size && this.state.loaded) this.#counting ??= setTimeout(() => void this.#count(), 300)
    setBadge(this.#rest + unreadOf(list, now()))
    this.tell()
  }

  /** Something was read elsewhere, in a conversation that was not read here. */
  recount(): void {
    this.#of = -1
    this.#publish({})
  }

  /** Of the pages that nobody has read only the server can count what is unread. */
  async #count(): Promise<void> {
    this.#of = this.#byId.size
    try {
      const all = await http.unread(this.chat.d.session)
      this.#counting = undefined
      const heard = this.state.list.filter((c) => !isMuted(c, now()))
      this.#rest = Math.max(0, all.messages - heard.reduce((sum, c) => sum + c.unread, 0))
      this.#publish({})
    } catch {
      this.#counting = undefined
      // It is counted with the next page, and when the list is read again.
    }
  }
}
