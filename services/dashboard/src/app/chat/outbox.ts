import { Offline, Problem } from '../../../client'
import { newKey } from '../common/new-key'
import type { Keep } from './keep'
import type { Draft, Message } from './model'

/** A message on its way. Its key is the Idempotency-Key of all tries, so that it is stored once. */
export interface Pending {
  readonly key: string
  readonly conversation: string
  /** When it was written, server time. */
  readonly at: number
  readonly body: Draft
  readonly state: 'waiting' | 'refused'
  /** Why it was refused. */
  readonly code?: string
  /** A file that is not with the server yet. It does not survive a reload. */
  readonly file?: File
  /** The part of it that is sent, 0 to 1. */
  readonly sent?: number
}

export interface Ways {
  send: (p: Pending) => Promise<Message>
  /** Sends the file of a message, and returns its id. */
  upload: (p: Pending, onSent: (part: number) => void) => Promise<string>
  onSent: (conversation: string, m: Message) => void
  /** The server refused one for good: what is known of the conversation may be old. */
  onRefused: (conversation: string) => void
  /** Runs one at a time in all tabs. */
  alone: <T>(f: () => Promise<T>) => Promise<T>
}

/** So many wait at most. */
export const most = 200

const passing = (e: unknown): boolean => e instanceof Offline || (e instanceof Problem && (e.status >= 500 || e.status === 429 || e.status === 408 || e.status === 401))

/**
 * What the viewer sent and the server has not yet taken. Messages of a conversation go in the order in which they were written. What fails
 * for lack of a network or of a server is tried again with the same key; a refusal stays until somebody decides, and the others go on.
 */
export class Outbox {
  #list: readonly Pending[]
  #keep: Keep
  #ways: Ways
  #listeners = new Set<() => void>()
  #running = false
  #failures = 0
  /** Conversations that are not tried again before the next round, and those whose last try failed. */
  #failed = new Set<string>()
  #late = new Set<string>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #stopped = false
  /** The browser does not keep the list. */
  #refused = false
  #endOther: () => void

  constructor(keep: Keep, ways: Ways) {
    this.#keep = keep
    this.#ways = ways
    this.#list = this.#kept()
    this.#endOther = keep.onOther((name) => name === 'outbox' && this.#reread())
  }

  get list(): readonly Pending[] {
    return this.#list
  }
  /** Whether something would be lost with the page: a file, or all that the browser does not keep. */
  get unkept(): boolean {
    return this.#list.some((p) => this.#refused || (p.file && p.state === 'waiting'))
  }
  /** Whether the last try in a conversation failed. */
  late(conversation: string): boolean {
    return this.#late.has(conversation)
  }
  subscribe = (f: () => void): (() => void) => {
    this.#listeners.add(f)
    return () => this.#listeners.delete(f)
  }

  start(): void {
    void this.#run()
  }
  stop(): void {
    this.#stopped = true
    this.#endOther()
    clearTimeout(this.#timer)
  }
  /** Tries again now. */
  resume(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#failed.clear()
    void this.#run()
  }

  /** False if too many wait already. */
  add(p: Pending): boolean {
    if (this.#list.length >= most) return false
    this.#set([...this.#list, p])
    void this.#run()
    return true
  }
  remove(key: string): void {
    this.#set(this.#list.filter((p) => p.key !== key))
  }
  retry(key: string): void {
    // A key that another message has is of no use any more.
    const taken = this.#list.some((p) => p.key === key && p.code === 'client_id_used')
    this.#change(key, { state: 'waiting', ...(taken && { key: newKey() }) })
    this.resume()
  }
  /** What is no longer sent, such as when somebody was removed from a conversation. */
  refuse(conversation: string, code: string): void {
    if (!this.#list.some((p) => p.conversation === conversation && p.state === 'waiting')) return
    this.#set(this.#list.map((p) => (p.conversation === conversation && p.state === 'waiting' ? { ...p, state: 'refused', code } : p)))
  }
  forget(): void {
    this.stop()
    this.#list = []
    this.#keep.write('outbox', undefined)
  }

  #kept(): readonly Pending[] {
    const list = this.#keep.read<Pending[]>('outbox')
    return Array.isArray(list) ? list.filter((p) => typeof p?.key === 'string' && typeof p.conversation === 'string' && typeof p.body === 'object').slice(0, most) : []
  }
  /** Another tab sent or added something. What is kept here alone stays here. */
  #reread(): void {
    const kept = this.#kept()
    this.#list = [...kept, ...this.#list.filter((p) => (p.file || this.#refused) && !kept.some((k) => k.key === p.key))].sort((a, b) => a.at - b.at)
    for (const f of this.#listeners) f()
    void this.#run()
  }
  #change(key: string, to: Partial<Pending>): void {
    this.#set(this.#list.map((p) => (p.key === key ? { ...p, ...to } : p)))
  }
  #set(list: readonly Pending[]): void {
    if (this.#stopped) return
    // What other tabs keep is kept: only what is here or was here changes.
    const mine = new Set([...this.#list, ...list].map((p) => p.key))
    const others = this.#kept().filter((p) => !mine.has(p.key))
    this.#list = [...others, ...list].sort((a, b) => a.at - b.at)
    const keep = this.#list.filter((p) => !p.file)
    this.#refused = !this.#keep.write('outbox', keep.length > 0 ? keep : undefined)
    for (const f of this.#listeners) f()
  }

  /** The first that may go: in a conversation nothing overtakes what waits. */
  #next(): Pending | undefined {
    return this.#list.find((p) => p.state === 'waiting' && !this.#failed.has(p.conversation))
  }

  async #run(): Promise<void> {
    if (this.#running || this.#stopped) return
    this.#running = true
    try {
      await this.#ways.alone(async () => {
        for (let p = this.#next(); p && !this.#stopped; p = this.#next()) {
          await this.#one(p)
        }
        if (this.#failed.size === 0) this.#failures = 0
      })
    } finally {
      this.#running = false
    }
    // Something came while the last answer was on its way.
    if (this.#next() && !this.#stopped) void this.#run()
  }

  /** Sends one. What fails for a while holds up its own conversation alone. */
  async #one(p: Pending): Promise<void> {
    try {
      let sending = p
      if (p.file) {
        let shown = 0
        const id = await this.#ways.upload(p, (sent) => {
          if (sent - shown < 0.02 && sent < 1) return
          shown = sent
          this.#change(p.key, { sent })
        })
        const { file: _, sent: __, ...rest } = p
        sending = { ...rest, body: { ...p.body, file_id: id } }
        if (!this.#list.some((x) => x.key === p.key)) return // given up meanwhile
        this.#set(this.#list.map((x) => (x.key === p.key ? sending : x)))
      }
      const m = await this.#ways.send(sending)
      if (this.#stopped) return
      this.#late.delete(p.conversation)
      this.#ways.onSent(p.conversation, m)
      this.remove(p.key)
    } catch (e) {
      if (this.#stopped) return
      if (passing(e)) {
        const wait = e instanceof Problem && e.retryAfter ? e.retryAfter * 1000 : Math.min(30_000, 1_000 * 2 ** this.#failures)
        // All that fail in one round are one failure.
        if (this.#timer === undefined) {
          this.#failures++
          this.#timer = setTimeout(() => this.resume(), wait)
        }
        this.#failed.add(p.conversation)
        this.#late.add(p.conversation)
        this.#list = [...this.#list]
        for (const f of this.#listeners) f()
        return
      }
      this.#change(p.key, { state: 'refused', code: e instanceof Problem ? e.code : 'unknown' })
      this.#ways.onRefused(p.conversation)
    }
  }
}
