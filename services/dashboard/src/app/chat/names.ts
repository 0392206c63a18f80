import { Problem } from '../../../client'
import type { Data } from '../data/data'
import * as http from './http'
import { againAfter, Told } from './told'

/** So many are asked for at once. */
const atOnce = 100

/** The names of people: those on the map, and others that are asked for. */
export class Names extends Told {
  /** It rises when a name became known. */
  round = 0
  #names = new Map<string, string>()
  #asking = new Set<string>()
  #askLater: ReturnType<typeof setTimeout> | undefined
  #busy = false
  #stopped = false
  #users: unknown
  #end: () => void

  constructor(readonly d: Data) {
    super()
    this.#end = d.people.subscribe(() => this.#users !== d.people.users && this.#met())
  }

  stop(): void {
    this.#stopped = true
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
      this.#soon(20)
    }
    return known || undefined
  }

  #soon(ms: number): void {
    if (this.#stopped || this.#busy) return
    this.#askLater ??= setTimeout(() => void this.#ask(), ms)
  }

  /** One request at a time. What has failed is asked again after a while; who is refused has no name. */
  async #ask(): Promise<void> {
    this.#askLater = undefined
    this.#busy = true
    const ids = [...this.#asking].slice(0, atOnce)
    let found: http.Person[] | undefined
    try {
      found = await http.people(this.d.session, { ids: ids.join(',') })
    } catch (e) {
      if (e instanceof Problem && [400, 403, 404, 422].includes(e.status)) found = []
    }
    this.#busy = false
    if (found) {
      const names = new Map(found.map((p) => [p.id, p.name]))
      for (const id of ids) {
        this.#names.set(id, names.get(id) ?? '')
        this.#asking.delete(id)
      }
      this.round++
      this.tell()
    }
    if (this.#asking.size > 0) this.#soon(found ? 0 : againAfter)
  }
}
