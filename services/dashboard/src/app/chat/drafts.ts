import type { Keep } from './keep'

export interface Written {
  text: string
  /** The seq of the message that it answers. */
  reply?: number
  /** Who was picked to be mentioned: id and name. */
  picked?: readonly (readonly [string, string])[]
}

/** So many drafts are kept: those that were touched last. */
const most = 50

/** What one user has begun to write in each conversation. It survives a reload, and nobody else sees it. */
export class Drafts {
  #all: Record<string, Written>
  #keep: Keep
  #timer: ReturnType<typeof setTimeout> | undefined
  /** What was written here and is not kept yet. */
  #touched = new Set<string>()
  #listeners = new Set<() => void>()

  constructor(keep: Keep) {
    this.#keep = keep
    this.#all = keep.read<Record<string, Written>>('drafts') ?? {}
  }

  subscribe = (f: () => void): (() => void) => {
    this.#listeners.add(f)
    return () => this.#listeners.delete(f)
  }

  get(conversation: string): Written | undefined {
    return this.#all[conversation]
  }

  set(conversation: string, written: Written | undefined): void {
    const was = this.#all[conversation]
    const had = was !== undefined
    const { [conversation]: _, ...rest } = this.#all
    const none = written === undefined || (written.text.trim() === '' && written.reply === undefined)
    if (none ? !had : JSON.stringify(was) === JSON.stringify(written)) return
    this.#touched.add(conversation)
    // The newest is the last.
    this.#all = Object.fromEntries(Object.entries(none ? rest : { ...rest, [conversation]: written }).slice(-most))
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.flush(), 300)
    if (had === none) for (const f of this.#listeners) f()
  }

  /** Keeps at once what waits. */
  flush(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    // Another tab keeps its own: only what was written here changes.
    const kept = Object.entries(this.#keep.read<Record<string, Written>>('drafts') ?? {}).filter(([id]) => !this.#touched.has(id))
    const mine = Object.entries(this.#all).filter(([id]) => this.#touched.has(id))
    this.#touched.clear()
    const all = [...kept, ...mine].slice(-most)
    this.#keep.write('drafts', all.length > 0 ? Object.fromEntries(all) : undefined)
  }

  /** Forgets everything. What was to be kept is not kept. */
  forget(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#touched.clear()
    this.#all = {}
    this.#keep.write('drafts', undefined)
  }
}
