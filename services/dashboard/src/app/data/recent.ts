import type { Position } from './people'

/** The positions of one person as they come, of as long ago as they are needed. */
export class Recent {
  #id: string | undefined
  #list: Position[] = []

  /** Adds the newest position of a person, and forgets those of others and those before an instant. */
  add(id: string, p: Position | undefined, since: number): readonly Position[] {
    if (this.#id !== id) [this.#id, this.#list] = [id, []]
    if (p && this.#list.at(-1) !== p) this.#list.push(p)
    const first = this.#list.findIndex((x) => Date.parse(x.recorded_at) >= since)
    if (first !== 0) this.#list = first < 0 ? [] : this.#list.slice(first)
    return this.#list
  }
}
