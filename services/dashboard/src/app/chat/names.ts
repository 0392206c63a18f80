import { Problem } from '../../../client'
import type { Data } from '../data/data'
import * as http from './http'
import { Told } from './told'

/** The names of people: those on the map, and others that are asked for. */
export class Names extends Told {
  /** It rises when a name became known. */
  round = 0
  #names = new Map<string, string>()
  #asking = new Set<string>()
  #askLater: ReturnType<typeof setTimeout> | undefined
  #users: unknown
  #end: () => void

  constructor(readonly d: Data) {
    super()
    this.#end = d.people.subscribe(() => this.#users !== d.people.users && this.#met())
  }

  stop(): void {
    this.#end()
    clearTimeout(this.#askLater)
  }

  #met(): void {
    this.#users = this.d.people.users
    this.round++
    this.tell()
  }

  /** The name of a user; undefined while it is not known. Whom the people on the map do not tell is asked for, many at once. */
  of(id: string): string | undefined {
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
    this.round++
    this.tell()
  }
}
