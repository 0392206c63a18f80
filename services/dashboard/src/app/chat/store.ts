import { Problem } from '../../../client'
import { locks, type Events } from '../../../client'
import { now } from '../../clock'
import { newKey } from '../common/new-key'
import type { Data } from '../data/data'
import { Acks } from './acks'
import { setBadge } from './badge'
import { Drafts } from './drafts'
import * as http from './http'
import { keepOf, memory } from './keep'
import { after, before, byNewest, heard, isMuted, merged, newer, nothing, unreadOf, withEdit, withMessage, withReceipt, type Conversation, type Draft, type Message, type Part } from './model'
import { Outbox, type Pending } from './outbox'
import { tone } from './tone'

const pageSize = 50
/** What could not be read is read again after this time. */
const againAfter = 5_000
const refused = (e: unknown): boolean => e instanceof Problem && e.status < 500 && e.status !== 429
/** Who says that it writes is believed this long. */
const typingFor = 6_000
/** The viewer's own writing is told at most this often. */
const typingEvery = 3_000
/** What is older when it is heard makes no sound: it was missed, and comes again. */
const soundWithin = 60_000

class Told {
  #listeners = new Set<() => void>()
  subscribe = (f: () => void): (() => void) => {
    this.#listeners.add(f)
    return () => this.#listeners.delete(f)
  }
  tell(): void {
    for (const f of this.#listeners) f()
  }
}

export interface ThreadState {
  readonly part: Part
  readonly loaded: boolean
  readonly error: unknown
  /** Who writes now. */
  readonly typing: readonly string[]
}

/** The messages of one conversation, as far as they were read. */
export class Thread extends Told {
  state: ThreadState = { part: nothing, loaded: false, error: undefined, typing: [] }
  #reading: Promise<void> | undefined
  #again = false
  #older = false
  #wantsOlder = false
  /** What failed last, to be read again. */
  #failed: (() => Promise<unknown>) | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #typing = new Map<string, ReturnType<typeof setTimeout>>()
  #heard = new Map<number, Message>()

  constructor(readonly chat: Chat, readonly id: string) {
    super()
  }

  #set(to: Partial<ThreadState>): void {
    this.state = { ...this.state, ...to }
    this.tell()
  }

  /** One reading at a time. What is heard meanwhile is put over what was read. `anew` is called after a while if it fails. */
  #read(f: () => Promise<Part>, anew: () => Promise<unknown>): Promise<void> {
    this.#reading ??= (async () => {
      this.#heard.clear()
      clearTimeout(this.#retry)
      try {
        const part = await f()
        let next = part
        for (const m of [...this.#heard.values()].sort((a, b) => a.seq - b.seq)) {
          const h = heard(next, m)
          next = h.part
          this.#again ||= h.gap
        }
        this.#failed = undefined
        this.#set({ part: next, loaded: true, error: undefined })
      } catch (error) {
        if (error instanceof Problem && error.status === 404) this.chat.gone(this.id)
        this.#set({ error })
        this.#failed = anew
        if (!refused(error) && this.chat.looking === this.id) this.#retry = setTimeout(() => void this.retry(), againAfter)
      } finally {
        this.#reading = undefined
        if (this.#again) {
          this.#again = false
          void this.catchUp()
        }
      }
    })()
    return this.#reading
  }

  /** Reads again what could not be read. */
  async retry(): Promise<void> {
    clearTimeout(this.#retry)
    while (this.#reading) await this.#reading
    const again = this.#failed
    this.#failed = undefined
    await again?.()
  }

  open(): Promise<void> {
    return this.state.loaded ? this.catchUp() : this.newest()
  }

  /** Reads the newest messages, and forgets the others. */
  newest(): Promise<void> {
    return this.#read(async () => {
      const a = await http.messages(this.chat.d.session, this.id, { limit: pageSize })
      return { list: merged([], a.messages), older: a.more, newer: false }
    }, () => this.newest())
  }

  /** Reads the page before the first that is known. Another reading that is under way is waited for: nobody scrolls a second time. */
  async older(): Promise<void> {
    if (this.#older || this.#wantsOlder || !this.state.part.older) return
    this.#wantsOlder = true
    while (this.#reading) await this.#reading
    this.#wantsOlder = false
    const first = this.state.part.list[0]?.seq
    if (first === undefined || !this.state.part.older) return
    this.#older = true
    await this.#read(async () => {
      const a = await http.messages(this.chat.d.session, this.id, { before_seq: first, limit: pageSize })
      return before(this.state.part, a.messages, a.more)
    }, () => this.older())
    this.#older = false
  }

  newer(): Promise<void> {
    const last = this.state.part.list.at(-1)?.seq
    if (last === undefined || !this.state.part.newer || this.#reading) return Promise.resolve()
    return this.#read(async () => {
      const a = await http.messages(this.chat.d.session, this.id, { after_seq: last, limit: pageSize })
      return after(this.state.part, a.messages, a.more)
    }, () => this.newer())
  }

  /** Reads what is missing after the newest that is known. After a long time the newest are read instead. */
  catchUp(): Promise<void> {
    if (this.#reading) {
      this.#again = true
      return this.#reading
    }
    const last = this.state.part.list.at(-1)?.seq
    if (last === undefined || this.state.part.newer) return last === undefined ? this.newest() : Promise.resolve()
    return this.#read(async () => {
      const a = await http.messages(this.chat.d.session, this.id, { after_seq: last, limit: 200 })
      if (!a.more) return after(this.state.part, a.messages, false)
      const b = await http.messages(this.chat.d.session, this.id, { limit: pageSize })
      return { list: merged([], b.messages), older: b.more, newer: false }
    }, () => this.catchUp())
  }

  /** Makes sure that a message is among those that are read, with some on both sides. It says whether it is there. */
  async around(seq: number): Promise<boolean> {
    const has = () => this.state.part.list.some((m) => m.seq === seq)
    while (this.#reading) await this.#reading
    if (has()) return true
    await this.#read(async () => {
      const [a, b] = await Promise.all([http.messages(this.chat.d.session, this.id, { before_seq: seq + 1, limit: 40 }), http.messages(this.chat.d.session, this.id, { after_seq: seq, limit: 40 })])
      return { list: merged(a.messages, b.messages), older: a.more, newer: b.more }
    }, () => this.around(seq))
    return has()
  }

  /** After a time in which events may have been missed: edits in what is shown are read again, too. */
  async reload(): Promise<void> {
    while (this.#reading) await this.#reading
    if (!this.state.loaded || this.state.part.list.length === 0 || this.state.part.newer) return this.newest()
    await this.#read(async () => {
      const { list } = this.state.part
      // As many as are shown: what nobody scrolled to is not read.
      const a = await http.messages(this.chat.d.session, this.id, { limit: Math.min(200, Math.max(pageSize, list.length)) })
      const oldest = a.messages.at(-1)?.seq ?? 0
      const joins = oldest <= list.at(-1)!.seq + 1
      return joins ? { list: merged(list, a.messages), older: list[0]!.seq < oldest ? this.state.part.older : a.more, newer: false } : { list: merged([], a.messages), older: a.more, newer: false }
    }, () => this.reload())
  }

  hear(m: Message): void {
    this.stopsTyping(m.sender_id)
    if (this.#reading && (this.#heard.get(m.seq)?.version ?? 0) < m.version) this.#heard.set(m.seq, m)
    if (!this.state.loaded) return
    const { part, gap } = heard(this.state.part, m)
    if (part !== this.state.part) this.#set({ part })
    if (gap) void this.catchUp()
  }

  types(user: string): void {
    clearTimeout(this.#typing.get(user))
    this.#typing.set(user, setTimeout(() => this.stopsTyping(user), typingFor))
    this.#set({ typing: [...this.#typing.keys()] })
  }

  stopsTyping(user: string): void {
    clearTimeout(this.#typing.get(user))
    if (this.#typing.delete(user)) this.#set({ typing: [...this.#typing.keys()] })
  }

  wipe(): void {
    clearTimeout(this.#retry)
    this.#failed = undefined
    this.#heard.clear()
    this.#set({ part: nothing, loaded: false, error: undefined })
  }
}

export interface ListState {
  readonly list: readonly Conversation[]
  readonly byId: ReadonlyMap<string, Conversation>
  readonly loaded: boolean
  readonly more: boolean
  readonly error: unknown
}

/** Everything that the page knows about the conversations of one signed-in user. */
export class Chat extends Told {
  state: ListState = { list: [], byId: new Map(), loaded: false, more: false, error: undefined }
  settings: http.Settings | undefined
  readonly outbox: Outbox
  readonly drafts: Drafts
  readonly acks: Acks
  /** The conversation that is looked at. */
  looking: string | undefined
  readonly me: string
  #byId = new Map<string, Conversation>()
  #gone = new Set<string>()
  #threads = new Map<string, Thread>()
  #cursor: string | undefined
  #reading: Promise<void> | undefined
  #ends: (() => void)[] = []
  #fetching = new Map<string, Promise<Conversation | undefined>>()
  #told = 0
  #sounded = 0
  #retry: ReturnType<typeof setTimeout> | undefined
  #retrySettings: ReturnType<typeof setTimeout> | undefined
  #publishing: ReturnType<typeof setTimeout> | undefined
  #stopped = false
  #names = new Map<string, string>()
  #asking = new Set<string>()
  #askLater: ReturnType<typeof setTimeout> | undefined

  constructor(readonly d: Data) {
    super()
    const { session, who } = d
    this.me = who.user
    const keep = keepOf(memory(), who.company, who.user)
    const held = locks()
    this.drafts = new Drafts(keep)
    this.acks = new Acks((list) => http.receipts(session, { receipts: list.map(([conversation_id, m]) => ({ conversation_id, delivered_seq: m.delivered, ...(m.read > 0 && { read_seq: m.read }) })) }))
    this.outbox = new Outbox(keep, {
      send: (p) => http.send(session, p.conversation, p.body, p.key),
      upload: (p, onSent) => http.upload(session, p.conversation, p.file!, { kind: p.body.kind === 'photo' ? 'photo' : 'file', key: `${p.key}-file`, onSent }),
      onSent: (id, m) => this.#message(id, m),
      alone: (f) => (held ? held.request(`terreno-outbox/${who.company}/${who.user}`, f) : f()),
    })
    const { live } = d
    const again = () => {
      this.outbox.resume()
      this.acks.resume()
    }
    const leaving = () => this.drafts.flush()
    const unsent = (e: BeforeUnloadEvent) => {
      if (this.outbox.list.some((p) => p.file && p.state === 'waiting')) e.preventDefault()
    }
    window.addEventListener('online', again)
    window.addEventListener('pagehide', leaving)
    window.addEventListener('beforeunload', unsent)
    this.#ends = [
      live.on('chat:mensaje', (m) => this.#event(m)),
      live.on('chat:editado', (m) => this.#edited(m.conversation_id, m)),
      live.on('chat:entregado', (r) => this.#receipt(r)),
      live.on('chat:leido', (r) => this.#receipt(r)),
      live.on('chat:conversacion', (c) => this.#conversation(c)),
      live.on('chat:ajustes', (s) => {
        if (!this.settings || s.version > this.settings.version) this.settings = s
        this.tell()
        void d.queries.invalidateQueries({ queryKey: ['chat-settings'] })
      }),
      live.on('chat:escribiendo', (x) => x.user_id !== this.me && this.#threads.get(x.conversation_id)?.types(x.user_id)),
      live.onReload((domains) => domains.includes('chat') && void this.reload()),
      live.onStatus((s) => s.state === 'live' && again()),
      d.people.subscribe(() => this.#users !== d.people.users && this.#met()),
      session.onChange((s) => s.state === 'out' && s.reason.startsWith('logout') && this.forget()),
      () => window.removeEventListener('online', again),
      () => window.removeEventListener('pagehide', leaving),
      () => window.removeEventListener('beforeunload', unsent),
    ]
  }
  #users: unknown
  /** It rises when a name became known. */
  names = 0

  start(): void {
    void this.reload()
    this.outbox.start()
  }

  /** The settings say whether the company may read along: whoever writes must know it. */
  async #readSettings(): Promise<void> {
    clearTimeout(this.#retrySettings)
    try {
      const s = await http.settings(this.d.session)
      if (!this.settings || s.version >= this.settings.version) this.settings = s
      this.tell()
    } catch (error) {
      if (!this.#stopped && !refused(error)) this.#retrySettings = setTimeout(() => void this.#readSettings(), againAfter)
    }
  }

  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    this.drafts.flush()
    for (const end of this.#ends) end()
    this.outbox.stop()
    this.acks.stop()
    clearTimeout(this.#retry)
    clearTimeout(this.#retrySettings)
    for (const t of this.#threads.values()) t.wipe()
    clearTimeout(this.#publishing)
    clearTimeout(this.#askLater)
    setBadge(0)
  }

  /** Takes from this browser what the viewer wrote and did not send: somebody else may sit here next. */
  forget(): void {
    this.drafts.forget()
    this.outbox.forget()
    this.stop()
  }

  // The list

  async reload(): Promise<void> {
    void this.#readSettings()
    // A page that is under way is not the first one.
    while (this.#reading) await this.#reading
    await this.#first()
    await Promise.all([...this.#threads.values()].filter((t) => t.id === this.looking).map((t) => t.reload()))
    for (const t of this.#threads.values()) if (t.id !== this.looking) t.wipe()
  }

  #first(): Promise<void> {
    this.#reading ??= (async () => {
      clearTimeout(this.#retry)
      try {
        const a = await http.list(this.d.session, { limit: pageSize })
        this.#cursor = a.next
        const there = new Set((a.conversations ?? []).map((c) => c.id))
        const last = a.conversations.at(-1)
        // What belongs on this page and is not on it is no longer the viewer's.
        for (const c of this.#byId.values()) if (!there.has(c.id) && (!a.next || (last && byNewest(c, last) < 0 && !this.#fetching.has(c.id)))) this.#byId.delete(c.id)
        for (const c of a.conversations ?? []) this.#put(c)
        this.#publish({ loaded: true, error: undefined })
        // What this device has now is delivered.
        if (this.d.live.leads || !locks()) for (const c of a.conversations ?? []) if (c.last_seq > c.delivered_seq && !c.left) this.acks.want(c.id, { delivered: c.last_seq })
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
      try {
        const a = await http.list(this.d.session, { limit: pageSize, cursor })
        this.#cursor = a.next
        for (const c of a.conversations ?? []) this.#put(c)
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
        const c = await http.one(this.d.session, id)
        this.#put(c)
        this.#publish({})
        return this.#byId.get(id)
      } catch (e) {
        if (!(e instanceof Problem && e.status === 404)) throw e
        this.gone(id)
        return undefined
      } finally {
        this.#fetching.delete(id)
      }
    })()
    this.#fetching.set(id, reading)
    return reading
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

  #put(c: Conversation): void {
    this.#gone.delete(c.id)
    this.#byId.set(c.id, newer(this.#byId.get(c.id), c))
    this.acks.known(c.id, { delivered: c.delivered_seq, read: c.read_seq })
  }

  /** The viewer is no longer in it: nothing of it stays here. */
  gone(id: string): void {
    this.#gone.add(id)
    this.#byId.delete(id)
    this.#threads.get(id)?.wipe()
    this.acks.forget(id)
    this.outbox.refuse(id, 'not_found')
    this.drafts.set(id, undefined)
    this.#publish({})
  }

  isGone = (id: string): boolean => this.#gone.has(id)

  #publish(to: Partial<ListState>): void {
    if (this.#stopped) return
    clearTimeout(this.#publishing)
    this.#publishing = undefined
    const list = [...this.#byId.values()].sort(byNewest)
    this.state = { ...this.state, ...to, list, byId: new Map(this.#byId), more: this.#cursor !== undefined }
    setBadge(unreadOf(list, now()))
    this.tell()
  }

  /** Many events come at once after a pause: they are shown together. */
  #soon(): void {
    this.#publishing ??= setTimeout(() => this.#publish({}), 30)
  }

  // Messages

  thread(id: string): Thread {
    let t = this.#threads.get(id)
    if (!t) {
      // A few are kept, so that going back and forth reads nothing.
      for (const [old, x] of this.#threads) {
        if (this.#threads.size < 12) break
        if (old !== this.looking) {
          x.wipe()
          this.#threads.delete(old)
        }
      }
      this.#threads.set(id, (t = new Thread(this, id)))
    }
    return t
  }

  #event(e: Events['chat:mensaje']): void {
    const id = e.conversation_id
    const m = clean(e)
    const known = this.#byId.get(id)
    const fresh = !known || m.seq > known.last_seq
    this.#message(id, m)
    if (!fresh || m.sender_id === this.me || m.kind === 'system' || (known && this.#unasked(known))) return
    if (this.d.live.leads || !locks()) this.acks.want(id, { delivered: m.seq })
    void this.#sound(id, m)
  }

  #message(id: string, m: Message): void {
    if (m.sender_id === this.me && this.outbox.list.some((p) => p.key === m.client_id)) this.outbox.remove(m.client_id)
    this.#threads.get(id)?.hear(m)
    const c = this.#byId.get(id)
    if (!c) return void this.fetch(id).catch(() => undefined)
    // Events were missed: only the server can count.
    if (m.seq > c.last_seq + 1) void this.fetch(id).catch(() => undefined)
    const next = withMessage(c, m, this.me)
    this.#byId.set(id, this.#unasked(c) ? { ...next, unread: next.mentions } : next)
    this.#soon()
  }

  /** An admin is in the conversation of each visit: what it has never opened does not call it. */
  #unasked = (c: Conversation): boolean => c.kind === 'visit' && this.d.who.role === 'admin' && c.read_seq === 0

  async #sound(id: string, m: Message): Promise<void> {
    if (!document.hidden || !this.d.live.leads || now() - Date.parse(m.created_at) > soundWithin || Date.now() - this.#sounded < 3_000) return
    const c = this.#byId.get(id) ?? (await this.fetch(id).catch(() => undefined))
    if (!c || (isMuted(c, now()) && !(m.mentions ?? []).includes(this.me))) return
    this.#sounded = Date.now()
    tone()
  }

  #edited(id: string, e: Message): void {
    const m = clean(e)
    this.#threads.get(id)?.hear(m)
    const c = this.#byId.get(id)
    if (!c) return
    this.#byId.set(id, withEdit(c, m))
    // A deleted message is unread no more, and only the server can say whether it was.
    if (m.deleted_at !== undefined && m.sender_id !== this.me && m.seq > c.read_seq) void this.fetch(id).catch(() => undefined)
    this.#soon()
  }

  #receipt(r: Events['chat:leido']): void {
    const c = this.#byId.get(r.conversation_id)
    if (!c) return
    const [next, recount] = withReceipt(c, r, this.me)
    this.#byId.set(c.id, next)
    if (r.user_id === this.me) this.acks.known(c.id, { delivered: r.delivered_seq, read: r.read_seq })
    if (recount) void this.fetch(c.id).catch(() => undefined)
    this.#soon()
  }

  #conversation(e: Events['chat:conversacion']): void {
    const known = this.#byId.get(e.id)
    if (e.retirada) {
      this.gone(e.id)
      // By the company's setting the viewer may still read what it had.
      void this.fetch(e.id).catch(() => undefined)
    } else if (!known || e.version > known.version || known.left) void this.fetch(e.id).catch(() => undefined)
  }

  /** The viewer has seen a conversation up to a message. */
  read(id: string, seq: number): void {
    const c = this.#byId.get(id)
    if (!c || c.left || seq <= c.read_seq) return
    this.acks.want(id, { read: seq })
    const [next, recount] = withReceipt(c, { conversation_id: id, user_id: this.me, delivered_seq: seq, read_seq: seq }, this.me)
    // Of a part that is read, what is left is counted from what is known here.
    const list = this.#threads.get(id)?.state.part.list ?? []
    const left = recount && list[0] && list[0].seq <= seq + 1 && !this.#threads.get(id)!.state.part.newer ? list.filter((m) => m.seq > seq && m.sender_id !== this.me && m.kind !== 'system' && m.deleted_at === undefined) : undefined
    this.#byId.set(id, left ? { ...next, unread: left.length, mentions: left.filter((m) => (m.mentions ?? []).includes(this.me)).length } : next)
    this.#soon()
  }

  typing(id: string): void {
    if (Date.now() - this.#told < typingEvery) return
    this.#told = Date.now()
    void http.typing(this.d.session, id).catch(() => undefined)
  }

  /** False if too much waits already. */
  send(conversation: string, body: Draft, file?: File): boolean {
    this.#told = 0
    const p: Pending = { key: newKey(), conversation, at: now(), body: { ...body, sent_at: new Date(now()).toISOString() }, state: 'waiting', ...(file && { file, sent: 0 }) }
    return this.outbox.add(p)
  }

  async edit(id: string, seq: number, text: string, mentions: readonly string[]): Promise<void> {
    this.#edited(id, await http.edit(this.d.session, id, seq, { text, mentions }))
  }

  async erase(id: string, seq: number): Promise<void> {
    const m = (await http.erase(this.d.session, id, seq)) as Message | undefined
    if (m) this.#edited(id, m)
    else await this.#threads.get(id)?.reload()
  }

  // Names

  #met(): void {
    this.#users = this.d.people.users
    this.names++
    this.tell()
  }

  /** The name of a user; undefined while it is not known. Whom the people on the map do not tell is asked for, many at once. */
  name(id: string): string | undefined {
    const known = this.d.people.users.get(id)?.name ?? this.#names.get(id)
    if (known === undefined && this.d.people.users.size > 0 && !this.#names.has(id) && !this.#asking.has(id)) {
      this.#asking.add(id)
      this.#askLater ??= setTimeout(() => void this.#ask(), 20)
    }
    return known || undefined
  }

  async #ask(): Promise<void> {
    this.#askLater = undefined
    const ids = [...this.#asking].slice(0, 100)
    try {
      const found = await http.people(this.d.session, { ids: ids.join(',') })
      for (const id of ids) this.#names.set(id, found.find((p) => p.id === id)?.name ?? '')
    } catch (e) {
      if (e instanceof Problem && e.status < 500) for (const id of ids) this.#names.set(id, '')
    }
    for (const id of ids) this.#asking.delete(id)
    this.names++
    this.tell()
  }
}

/** An event has each field, also those that say nothing. */
function clean(e: Message & { conversation_id?: string }): Message {
  const { conversation_id: _, ...m } = e
  return m
}

const chats = new WeakMap<Data, Chat>()

/** The conversations of a signed-in user. */
export function chatOf(d: Data): Chat {
  let c = chats.get(d)
  if (!c) {
    chats.set(d, (c = new Chat(d)))
    c.start()
  }
  return c
}
