import { Problem } from '../../../client'
import * as http from './http'
import { after, before, heard, merged, nothing, type Message, type Part } from './model'
import type { Chat } from './store'
import { againAfter, pageSize, refused, Told } from './told'

/** Who says that it writes is believed this long. */
const typingFor = 6_000

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
  /** It rises when all is forgotten: what was asked for before counts no more. */
  #round = 0
  #older = false
  #wantsOlder = false
  /** What failed last, to be read again. */
  #failed: (() => Promise<unknown>) | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #typing = new Map<string, ReturnType<typeof setTimeout>>()
  #heard = new Map<number, Message>()

  /** `audit` says that the viewer is not in the conversation and reads it for auditing. */
  constructor(readonly chat: Chat, readonly id: string, readonly audit = false) {
    super()
  }

  #page(query: { before_seq?: number; after_seq?: number; limit: number }): Promise<http.Messages> {
    return http.messages(this.chat.d.session, this.id, { ...query, ...(this.audit && { audit: true }) })
  }

  #set(to: Partial<ThreadState>): void {
    this.state = { ...this.state, ...to }
    this.tell()
  }

  /** One reading at a time. What is heard meanwhile is put over what was read. `anew` is called after a while if it fails. */
  #read(f: () => Promise<Part>, anew: () => Promise<unknown>): Promise<void> {
    this.#reading ??= (async () => {
      const round = this.#round
      this.#heard.clear()
      clearTimeout(this.#retry)
      try {
        const part = await f()
        if (round !== this.#round) return
        let next = part
        for (const m of [...this.#heard.values()].sort((a, b) => a.seq - b.seq)) {
          const h = heard(next, m)
          next = h.part
          this.#again ||= h.gap
        }
        this.#failed = undefined
        this.#set({ part: next, loaded: true, error: undefined })
      } catch (error) {
        if (round !== this.#round) return
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
    const round = this.#round
    while (this.#reading) await this.#reading
    if (round !== this.#round) return
    const again = this.#failed
    this.#failed = undefined
    await again?.()
  }

  async open(): Promise<void> {
    // What is being read when it is opened a second time is what it needs.
    const round = this.#round
    while (!this.state.loaded && this.#reading) await this.#reading
    if (round !== this.#round) return
    return this.state.loaded ? this.catchUp() : this.newest()
  }

  /** Reads the newest messages, and forgets the others. Another reading that is under way may be of another part: it is waited for. */
  async newest(limit = pageSize): Promise<void> {
    const round = this.#round
    while (this.#reading) await this.#reading
    if (round !== this.#round) return
    return this.#read(async () => {
      const a = await this.#page({ limit })
      return { list: merged([], a.messages), older: a.more, newer: false }
    }, () => this.newest(limit))
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
      const a = await this.#page({ before_seq: first, limit: pageSize })
      return before(this.state.part, a.messages, a.more)
    }, () => this.older())
    this.#older = false
  }

  newer(): Promise<void> {
    const last = this.state.part.list.at(-1)?.seq
    if (last === undefined || !this.state.part.newer || this.#reading) return Promise.resolve()
    return this.#read(async () => {
      const a = await this.#page({ after_seq: last, limit: pageSize })
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
      const a = await this.#page({ after_seq: last, limit: 200 })
      if (!a.more) return after(this.state.part, a.messages, false)
      const b = await this.#page({ limit: pageSize })
      return { list: merged([], b.messages), older: b.more, newer: false }
    }, () => this.catchUp())
  }

  /** Makes sure that a message is among those that are read, with some on both sides. What is shown stays when it is gone, or cannot be read. */
  async around(seq: number): Promise<'there' | 'gone' | 'failed'> {
    const has = (list: readonly Message[]) => list.some((m) => m.seq === seq)
    const round = this.#round
    while (this.#reading) await this.#reading
    if (round !== this.#round) return 'failed'
    if (has(this.state.part.list)) return 'there'
    await this.#read(async () => {
      const [a, b] = await Promise.all([this.#page({ before_seq: seq + 1, limit: 40 }), this.#page({ after_seq: seq, limit: 40 })])
      return has(a.messages) || !this.state.loaded ? { list: merged(a.messages, b.messages), older: a.more, newer: b.more } : this.state.part
    }, () => this.around(seq))
    if (round !== this.#round) return 'failed'
    return has(this.state.part.list) ? 'there' : this.state.error === undefined ? 'gone' : 'failed'
  }

  /**
   * After a time in which events may have been missed: as many as are shown are read again, up to a page of the server. What is not read
   * again is let go of, so that nothing stays readable that was deleted meanwhile.
   */
  async reload(): Promise<void> {
    const round = this.#round
    while (this.#reading) await this.#reading
    if (round !== this.#round) return
    const { list, newer } = this.state.part
    return this.newest(newer ? pageSize : Math.min(200, Math.max(pageSize, list.length)))
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
    this.#round++
    this.#again = false
    this.#failed = undefined
    this.#heard.clear()
    this.#set({ part: nothing, loaded: false, error: undefined })
  }
}
