import type { components } from '../../../client'
import type { Events } from '../../../client/events'

type Activity = components['schemas']['Activity']
type Shift = components['schemas']['Shift']
type Event = Events['actividad:estado']

interface Thing {
  readonly key: string
  readonly user: string
  readonly version: number
}
/** A shift that lasts. */
export interface OpenShift extends Thing {
  readonly paused: boolean
  /** Since when it is as it is. */
  readonly since: number
}
/** A visit or a task at which somebody is checked in. */
export interface OpenVisit extends Thing {
  readonly id: string
  readonly tipo: 'visita' | 'tarea'
  readonly title: string
  readonly place: string
  readonly since: number
}
export interface Work {
  readonly shift: OpenShift | undefined
  /** The last one first. */
  readonly visits: readonly OpenVisit[]
}

export const nothing: Work = { shift: undefined, visits: [] }

export const shiftOf = (s: Pick<Shift, 'id' | 'user_id' | 'state' | 'since' | 'version'>): OpenShift => ({ key: `shift/${s.user_id}/${s.id}`, user: s.user_id, version: s.version, paused: s.state === 'en_pausa', since: Date.parse(s.since) })
export const visitOf = (v: Pick<Activity, 'id' | 'user_id' | 'tipo' | 'title' | 'place_name' | 'check_in_at' | 'version'> & { since: string }): OpenVisit => ({
  key: `visit/${v.id}`, user: v.user_id, version: v.version, id: v.id, tipo: v.tipo as OpenVisit['tipo'], title: v.title, place: v.place_name, since: Date.parse(v.check_in_at ?? v.since),
})

/** What somebody does now, of everybody whom the viewer sees. Only what lasts is kept. It knows neither React nor the network. */
export class Works {
  #of = new Map<string, Work>()
  /** Who has a visit, by its key. */
  #owner = new Map<string, string>()
  /** What was heard since the reading that is under way began: it may be newer than what is read. */
  #heard: Map<string, Event> | undefined
  #listeners = new Set<() => void>()
  #loaded = false

  subscribe = (f: () => void): (() => void) => {
    this.#listeners.add(f)
    return () => void this.#listeners.delete(f)
  }
  /** The same object until it is another one; undefined while nothing was read. */
  of = (user: string): Work | undefined => (this.#loaded ? (this.#of.get(user) ?? nothing) : undefined)

  begin(): void {
    this.#heard = new Map()
  }
  read(shifts: readonly Shift[], visits: readonly Activity[]): void {
    this.#of = new Map()
    this.#owner = new Map()
    for (const s of shifts) this.#shift(shiftOf(s), s.state !== 'terminada')
    for (const v of visits) this.#visit(visitOf(v), v.state === 'en_sitio')
    for (const e of this.#heard?.values() ?? []) this.#put(e)
    this.#heard = undefined
    this.#loaded = true
    for (const f of this.#listeners) f()
  }
  hear(e: Event): void {
    const key = `${e.tipo === 'jornada' ? e.user_id : ''}/${e.id}`
    if ((this.#heard?.get(key)?.version ?? -1) <= e.version) this.#heard?.set(key, e)
    if (!this.#loaded) return
    this.#put(e)
    for (const f of this.#listeners) f()
  }

  #put(e: Event): void {
    if (e.tipo === 'jornada') this.#shift(shiftOf(e as Pick<Shift, 'id' | 'user_id' | 'state' | 'since' | 'version'>), !e.retirada && e.state !== 'terminada')
    else this.#visit(visitOf(e), !e.retirada && e.state === 'en_sitio')
  }
  #shift(s: OpenShift, lasts: boolean): void {
    const work = this.#of.get(s.user) ?? nothing
    const same = work.shift?.key === s.key
    if (same && work.shift!.version > s.version) return
    if (lasts && (same || !work.shift || work.shift.since <= s.since)) this.#set(s.user, { ...work, shift: s })
    else if (!lasts && same) this.#set(s.user, { ...work, shift: undefined })
  }
  #visit(v: OpenVisit, lasts: boolean): void {
    const had = this.#owner.get(v.key)
    const before = had === undefined ? undefined : this.#of.get(had)
    if (before?.visits.some((x) => x.key === v.key && x.version > v.version)) return
    if (had !== undefined && before) {
      this.#set(had, { ...before, visits: before.visits.filter((x) => x.key !== v.key) })
      this.#owner.delete(v.key)
    }
    if (!lasts || v.user === '') return
    const work = this.#of.get(v.user) ?? nothing
    this.#owner.set(v.key, v.user)
    this.#set(v.user, { ...work, visits: [...work.visits, v].sort((a, b) => b.since - a.since) })
  }
  #set(user: string, work: Work): void {
    if (work.shift || work.visits.length > 0) this.#of.set(user, work)
    else this.#of.delete(user)
  }
}
