import { Problem } from '../../../client'

export const pageSize = 50
/** What could not be read is read again after this time, milliseconds. */
export const againAfter = 5_000
/** Whoever writes on is not answered for each letter, milliseconds. */
export const restsFor = 300
/** The server will answer the same again. */
export const refused = (e: unknown): boolean => e instanceof Problem && e.status < 500 && e.status !== 429

/** Something that tells when it has changed. */
export class Told {
  #listeners = new Set<() => void>()
  subscribe = (f: () => void): (() => void) => {
    this.#listeners.add(f)
    return () => this.#listeners.delete(f)
  }
  tell(): void {
    for (const f of this.#listeners) f()
  }
}
