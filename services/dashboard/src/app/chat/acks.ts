import { Problem } from '../../../client'

export interface Marks {
  delivered: number
  read: number
}

type Send = (marks: readonly (readonly [string, Marks])[]) => Promise<unknown>
/** So many go with one request. */
const atOnce = 100

/**
 * Tells the server how far the viewer has got. Each mark goes forward only and is told once: one request is under way at a time, what
 * comes meanwhile goes with the next one, and what the server refuses is not told again.
 */
export class Acks {
  #told = new Map<string, Marks>()
  #wanted = new Map<string, Marks>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #busy = false
  #failures = 0
  #stopped = false

  /** `pause` is the time between two requests, milliseconds. */
  constructor(readonly send: Send, readonly pause = 500) {}

  /** The server knows this already. */
  known(conversation: string, marks: Marks): void {
    const was = this.#told.get(conversation)
    this.#told.set(conversation, { delivered: Math.max(was?.delivered ?? 0, marks.delivered), read: Math.max(was?.read ?? 0, marks.read) })
  }

  want(conversation: string, marks: Partial<Marks>): void {
    const was = this.#wanted.get(conversation)
    this.#wanted.set(conversation, { delivered: Math.max(was?.delivered ?? 0, marks.delivered ?? 0, marks.read ?? 0), read: Math.max(was?.read ?? 0, marks.read ?? 0) })
    this.#soon(this.pause)
  }

  /** Nothing of a conversation is told any more. */
  forget(conversation: string): void {
    this.#wanted.delete(conversation)
    this.#told.delete(conversation)
  }

  /** Tries again now what failed for lack of a network. */
  resume(): void {
    if (this.#failures === 0) return
    this.#failures = 0
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#soon(0)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #soon(ms: number): void {
    if (this.#stopped || this.#busy) return
    this.#timer ??= setTimeout(() => void this.#flush(), ms)
  }

  #next(): (readonly [string, Marks])[] {
    const list: (readonly [string, Marks])[] = []
    for (const [id, w] of this.#wanted) {
      const told = this.#told.get(id) ?? { delivered: 0, read: 0 }
      if (w.read <= told.read && w.delivered <= told.delivered) this.#wanted.delete(id)
      else if (list.length < atOnce) list.push([id, w])
    }
    return list
  }

  async #flush(): Promise<void> {
    this.#timer = undefined
    const next = this.#next()
    if (next.length === 0 || this.#busy) return
    this.#busy = true
    let wait = this.pause
    try {
      await this.send(next)
      // Also what was refused alone: it would be refused again.
      for (const [id, marks] of next) this.known(id, marks)
      this.#failures = 0
    } catch (e) {
      if (e instanceof Problem && e.status < 500 && e.status !== 429 && e.status !== 408 && e.status !== 401) for (const [id, marks] of next) this.known(id, marks)
      else wait = Math.min(60_000, 2_000 * 2 ** this.#failures++)
    }
    this.#busy = false
    if (this.#next().length > 0) this.#soon(wait)
  }
}
