import { locks, type Events } from '../../../client'
import { now } from '../../clock'
import { newKey } from '../common/new-key'
import type { Data } from '../data/data'
import { Acks } from './acks'
import { unsent } from './badge'
import { Conversations } from './conversations'
import { Drafts } from './drafts'
import * as http from './http'
import { keepOf, memory } from './keep'
import { Thread } from './messages'
import { isMuted, withEdit, withMessage, withReceipt, type Conversation, type Draft, type Message } from './model'
import { Names } from './names'
import { Outbox, type Pending } from './outbox'
import { againAfter, refused, Told } from './told'
import { tone } from './tone'

/** The viewer's own writing is told at most this often. */
const typingEvery = 3_000
/** What is older when it is heard makes no sound: it was missed, and comes again. */
const soundWithin = 60_000

/** Everything that the page knows about the conversations of one signed-in user. */
export class Chat extends Told {
  settings: http.Settings | undefined
  readonly list = new Conversations(this)
  readonly names: Names
  readonly outbox: Outbox
  readonly drafts: Drafts
  readonly acks: Acks
  /** The conversation that is looked at. */
  looking: string | undefined
  readonly me: string
  #threads = new Map<string, Thread>()
  #ends: (() => void)[] = []
  #told = 0
  #sounded = 0
  #retrySettings: ReturnType<typeof setTimeout> | undefined
  #stopped = false

  constructor(readonly d: Data) {
    super()
    const { session, who } = d
    this.me = who.user
    this.names = new Names(d)
    const keep = keepOf(memory(), who.company, who.user)
    const held = locks()
    this.drafts = new Drafts(keep)
    this.acks = new Acks((list) => http.receipts(session, { receipts: list.map(([conversation_id, m]) => ({ conversation_id, delivered_seq: m.delivered, ...(m.read > 0 && { read_seq: m.read }) })) }))
    this.outbox = new Outbox(keep, {
      send: (p) => http.send(session, p.conversation, p.body, p.key),
      upload: (p, onSent) => http.upload(session, p.conversation, p.file!, { kind: p.body.kind === 'photo' ? 'photo' : 'file', key: `${p.key}-file`, onSent }),
      onSent: (id, m) => this.#message(id, m),
      onRefused: (id) => this.list.refresh(id),
      alone: (f) => (held ? held.request(`terreno-outbox/${who.company}/${who.user}`, f) : f()),
    })
    const counts = () => void (unsent.count = this.outbox.list.length)
    counts()
    const { live } = d
    const again = () => {
      this.outbox.resume()
      this.acks.resume()
    }
    const leaving = () => this.drafts.flush()
    const closing = (e: BeforeUnloadEvent) => {
      if (this.outbox.unkept) e.preventDefault()
    }
    window.addEventListener('online', again)
    window.addEventListener('pagehide', leaving)
    window.addEventListener('beforeunload', closing)
    this.#ends = [
      this.outbox.subscribe(counts),
      live.on('chat:mensaje', (m) => this.#event(m)),
      live.on('chat:editado', (m) => this.#edited(m.conversation_id, m)),
      live.on('chat:entregado', (r) => this.#receipt(r)),
      live.on('chat:leido', (r) => this.#receipt(r)),
      live.on('chat:conversacion', (c) => this.#conversation(c)),
      live.on('chat:ajustes', (s) => {
        this.#set(s)
        void d.queries.invalidateQueries({ queryKey: ['chat-settings'] })
      }),
      live.on('chat:escribiendo', (x) => x.user_id !== this.me && this.#threads.get(x.conversation_id)?.types(x.user_id)),
      live.onReload((domains) => domains.includes('chat') && void this.reload()),
      live.onStatus((s) => s.state === 'live' && again()),
      session.onChange((s) => s.state === 'out' && s.reason.startsWith('logout') && this.forget()),
      () => window.removeEventListener('online', again),
      () => window.removeEventListener('pagehide', leaving),
      () => window.removeEventListener('beforeunload', closing),
    ]
  }

  start(): void {
    void this.reload()
    this.outbox.start()
  }

  /** The settings say whether the company may read along: whoever writes must know it. */
  async #readSettings(): Promise<void> {
    clearTimeout(this.#retrySettings)
    try {
      this.#set(await http.settings(this.d.session))
    } catch (error) {
      if (!this.#stopped && !refused(error)) this.#retrySettings = setTimeout(() => void this.#readSettings(), againAfter)
    }
  }

  #set(s: http.Settings): void {
    if (!this.settings || s.version > this.settings.version) this.settings = s
    // Without auditing nothing stays that was read for it.
    if (!this.settings.auditing) for (const t of this.#threads.values()) if (t.audit) t.wipe()
    this.tell()
  }

  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    this.drafts.flush()
    for (const end of this.#ends) end()
    this.list.stop()
    this.names.stop()
    this.outbox.stop()
    this.acks.stop()
    unsent.count = 0
    clearTimeout(this.#retrySettings)
    for (const t of this.#threads.values()) t.wipe()
  }

  /** Takes from this browser what the viewer wrote and did not send: somebody else may sit here next. */
  forget(): void {
    this.drafts.forget()
    this.outbox.forget()
    this.stop()
  }

  async reload(): Promise<void> {
    void this.#readSettings()
    await this.list.read()
    await Promise.all([...this.#threads.values()].filter((t) => t.id === this.looking).map((t) => t.reload()))
    for (const t of this.#threads.values()) if (t.id !== this.looking) t.wipe()
  }

  /** The viewer is no longer in it: nothing of it stays here. */
  gone(id: string): void {
    this.list.drop(id)
    this.#threads.get(id)?.wipe()
    this.acks.forget(id)
    this.outbox.refuse(id, 'not_found')
    this.drafts.set(id, undefined)
  }

  thread(id: string, audit = false): Thread {
    let t = this.#threads.get(id)
    if (t?.audit !== audit) {
      // What is drawn now may still listen to it.
      const other = t
      if (other) queueMicrotask(() => other.wipe())
      // A few are kept, so that going back and forth reads nothing.
      for (const [old, x] of this.#threads) {
        if (this.#threads.size < 12) break
        if (old !== this.looking) {
          x.wipe()
          this.#threads.delete(old)
        }
      }
      this.#threads.set(id, (t = new Thread(this, id, audit)))
    }
    return t
  }

  #event(e: Events['chat:mensaje']): void {
    const id = e.conversation_id
    const m = clean(e)
    const known = this.list.get(id)
    const fresh = !known || m.seq > known.last_seq
    this.#message(id, m)
    if (!fresh || m.sender_id === this.me || m.kind === 'system' || (known && this.#unasked(known))) return
    if (this.d.live.leads || !locks()) this.acks.want(id, { delivered: m.seq })
    void this.#sound(id, m)
  }

  #message(id: string, m: Message): void {
    if (m.sender_id === this.me && this.outbox.list.some((p) => p.key === m.client_id)) this.outbox.remove(m.client_id)
    this.#threads.get(id)?.hear(m)
    this.list.heard(id)
    const c = this.list.get(id)
    if (!c) return this.list.refresh(id)
    // Events were missed: only the server can count.
    // Who writes again in a private conversation is no longer deactivated, so one may write there too.
    if (m.seq > c.last_seq + 1 || (c.kind === 'private' && !c.writes)) this.list.refresh(id)
    const next = withMessage(c, m, this.me)
    this.list.set(this.#unasked(c) ? { ...next, unread: next.mentions } : next)
  }

  /** An admin is in the conversation of each visit: what it has never opened does not call it. */
  #unasked = (c: Conversation): boolean => c.kind === 'visit' && this.d.who.role === 'admin' && c.read_seq === 0

  async #sound(id: string, m: Message): Promise<void> {
    if (!document.hidden || !this.d.live.leads || now() - Date.parse(m.created_at) > soundWithin || Date.now() - this.#sounded < 3_000) return
    const c = this.list.get(id) ?? (await this.list.fetch(id).catch(() => undefined))
    if (!c || (isMuted(c, now()) && !(m.mentions ?? []).includes(this.me))) return
    this.#sounded = Date.now()
    tone()
  }

  #edited(id: string, e: Message): void {
    const m = clean(e)
    this.#threads.get(id)?.hear(m)
    const c = this.list.get(id)
    if (!c) return this.list.heard(id)
    this.list.set(withEdit(c, m))
    // A deleted message is unread no more, and only the server can say whether it was.
    if (m.deleted_at !== undefined && m.sender_id !== this.me && m.seq > c.read_seq) this.list.refresh(id)
  }

  #receipt(r: Events['chat:leido']): void {
    const c = this.list.get(r.conversation_id)
    if (!c) {
      this.list.heard(r.conversation_id)
      return r.user_id === this.me ? this.list.recount() : undefined
    }
    const [next, recount] = withReceipt(c, r, this.me)
    this.list.set(next)
    if (r.user_id === this.me) this.acks.known(c.id, { delivered: r.delivered_seq, read: r.read_seq })
    if (recount) this.list.refresh(c.id)
  }

  #conversation(e: Events['chat:conversacion']): void {
    const known = this.list.get(e.id)
    if (e.retirada) {
      this.gone(e.id)
      // By the company's setting the viewer may still read what it had.
      this.list.refresh(e.id)
    } else if (!known || e.version > known.version || known.left) this.list.refresh(e.id)
  }

  /** The viewer has seen a conversation up to a message. */
  read(id: string, seq: number): void {
    const c = this.list.get(id)
    if (!c || seq <= c.read_seq) return
    this.acks.want(id, { read: seq })
    const [next, recount] = withReceipt(c, { conversation_id: id, user_id: this.me, delivered_seq: seq, read_seq: seq }, this.me)
    // Of a part that is read, what is left is counted from what is known here.
    const list = this.#threads.get(id)?.state.part.list ?? []
    const left = recount && list[0] && list[0].seq <= seq + 1 && !this.#threads.get(id)!.state.part.newer ? list.filter((m) => m.seq > seq && m.sender_id !== this.me && m.kind !== 'system' && m.deleted_at === undefined) : undefined
    this.list.set(left ? { ...next, unread: left.length, mentions: left.filter((m) => (m.mentions ?? []).includes(this.me)).length } : next)
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
