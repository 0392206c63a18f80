import { Offline } from '../../../client'

/** A photo on its way to the server. */
export interface Upload {
  readonly id: string
  readonly file: File
  readonly state: 'waiting' | 'sending' | 'failed'
  /** The part that is sent, 0 to 1. */
  readonly sent: number
  readonly error: unknown
}

type Send = (file: File, o: { key: string; onSent: (part: number) => void; signal: AbortSignal }) => Promise<void>

/**
 * Photos on their way, sent one after the other in the order in which they were chosen. A refusal stays until somebody tries again or
 * removes it, and the others go on; what failed for lack of a network goes by itself once there is one (resume). Each has one Idempotency-Key for all its tries: a photo whose answer was lost is not added twice.
 */
export class Uploads {
  #list: readonly Upload[] = []
  #done = 0
  #listeners = new Set<() => void>()
  #abort: AbortController | undefined
  #sending: string | undefined

  /** `onDone` is called after each photo; what it waits for is shown before the photo leaves the list. */
  constructor(readonly send: Send, readonly onDone: () => Promise<unknown>, readonly newKey: () => string) {}

  get list(): readonly Upload[] {
    return this.#list
  }
  /** How many arrived. */
  get done(): number {
    return this.#done
  }
  subscribe = (f: () => void): (() => void) => {
    this.#listeners.add(f)
    return () => this.#listeners.delete(f)
  }
  add(files: readonly File[]): void {
    this.#set([...this.#list, ...files.map((file): Upload => ({ id: this.newKey(), file, state: 'waiting', sent: 0, error: undefined }))])
    void this.#next()
  }
  retry(id: string): void {
    this.#change(id, { state: 'waiting', sent: 0, error: undefined })
    void this.#next()
  }
  /** Tries again what failed because there was no network. */
  resume(): void {
    if (!this.#list.some(lacked)) return
    this.#set(this.#list.map((u) => (lacked(u) ? { ...u, state: 'waiting', sent: 0, error: undefined } : u)))
    void this.#next()
  }
  /** Gives one up, also while it is sent. */
  remove(id: string): void {
    if (this.#sending === id) this.#abort?.abort()
    this.#set(this.#list.filter((u) => u.id !== id))
  }

  async #next(): Promise<void> {
    const u = this.#list.find((x) => x.state === 'waiting')
    if (!u || this.#sending !== undefined) return
    this.#sending = u.id
    this.#abort = new AbortController()
    this.#change(u.id, { state: 'sending' })
    try {
      await this.send(u.file, { key: u.id, onSent: (sent) => this.#change(u.id, { sent }), signal: this.#abort.signal })
      this.#change(u.id, { sent: 1 })
      await this.onDone().catch(() => undefined) // the photo is there, whether the visit could be read again or not
      this.#done++
      this.#set(this.#list.filter((x) => x.id !== u.id))
    } catch (error) {
      this.#change(u.id, { state: 'failed', error })
    }
    this.#sending = undefined
    void this.#next()
  }
  #change(id: string, to: Partial<Upload>): void {
    this.#set(this.#list.map((u) => (u.id === id ? { ...u, ...to } : u)))
  }
  #set(list: readonly Upload[]): void {
    this.#list = list
    for (const f of this.#listeners) f()
  }
}

/** Whether a photo failed because there was no network. */
export const lacked = (u: Upload): boolean => u.state === 'failed' && u.error instanceof Offline
