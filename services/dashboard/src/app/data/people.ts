import type { components } from '../../../client'
import { now } from '../../clock'
import { plain } from './ages'

export type Position = components['schemas']['Position']
export type User = components['schemas']['UserView']

/** What matters about a person, in order of who needs attention first. */
export const states = ['alert', 'lost', 'silent', 'stale', 'fresh', 'never'] as const
export type State = (typeof states)[number]
export type Age = Exclude<State, 'alert' | 'lost'>

/** A position is fresh for two minutes. Who sends none for half an hour is silent, as the server's inactivity check has it. */
export const freshFor = 2 * 60_000
export const silentAfter = 30 * 60_000

export interface Person {
  readonly id: string
  readonly name: string
  readonly plain: string
  readonly initials: string
  readonly teams: readonly string[]
  readonly position: Position | undefined
  /** When the position was recorded, server time. */
  readonly at: number
  readonly heading: number | undefined
  readonly state: State
  /** The state without alert and silence: how old the position is. */
  readonly age: Age
}

export interface Snapshot {
  /** Sorted: who needs attention first, then by name. */
  readonly people: readonly Person[]
  /** Their ids. It is another array only when somebody came, went, or changed state, name or team: not when people move. */
  readonly order: readonly string[]
  readonly byId: ReadonlyMap<string, Person>
  /** How many are in each state; another object only when order is another one. */
  readonly counts: Readonly<Record<State, number>>
  /** False until users and positions were read once. */
  readonly loaded: boolean
}

const empty: Snapshot = { people: [], order: [], byId: new Map(), counts: { alert: 0, lost: 0, silent: 0, stale: 0, fresh: 0, never: 0 }, loaded: false }

export function ageState(at: number, time: number): Age {
  if (at === 0) return 'never'
  const old = time - at
  return old < freshFor ? 'fresh' : old < silentAfter ? 'stale' : 'silent'
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean)
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((w) => (w ? [...w][0]! : ''))
  return letters.join('').toLocaleUpperCase()
}

/** Where somebody goes from one position to the next; undefined when they hardly moved. */
export function headingOf(before: Position | undefined, after: Position): number | undefined {
  if (after.bearing_deg !== undefined) return after.bearing_deg
  if (!before || (after.speed_mps ?? 0) < 0.5) return undefined
  const scale = Math.cos((after.lat * Math.PI) / 180)
  const [dx, dy] = [(after.lon - before.lon) * scale, after.lat - before.lat]
  if (Math.hypot(dx, dy) * 111_320 < 8) return undefined
  return ((Math.atan2(dx, dy) * 180) / Math.PI + 360) % 360
}

/**
 * Everyone whom the viewer sees, with the newest position of each. What sockets deliver waits, and is applied at most once a
 * second, so that a burst costs one update. It knows neither React nor the map.
 */
export class People {
  #users = new Map<string, User>()
  #positions = new Map<string, { position: Position; at: number; heading: number | undefined }>()
  #waiting = new Map<string, Position>()
  #alerts: ReadonlySet<string> = new Set()
  #lost: ReadonlySet<string> = new Set()
  #snapshot = empty
  #ready = { users: false, positions: false }
  #dirty = false
  #timer: ReturnType<typeof setInterval> | undefined
  #listeners = new Set<() => void>()
  /** Called when a position came of somebody who is not among the users, such as somebody new. */
  onStranger: () => void = () => {}
  /** How often the snapshot was replaced, for tests. */
  updates = 0

  get snapshot(): Snapshot {
    return this.#snapshot
  }

  /** All users that the viewer sees, also those who are not on the map. It is another map only when the users were read again. */
  get users(): ReadonlyMap<string, User> {
    return this.#users
  }

  subscribe = (f: () => void): (() => void) => {
    this.#listeners.add(f)
    return () => this.#listeners.delete(f)
  }

  start(): void {
    this.#timer ??= setInterval(() => this.apply(), 1000)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Who is shown: who works in the field, and whoever else has a position. */
  setUsers(users: readonly User[]): void {
    this.#users = new Map(users.map((u) => [u.id, u]))
    this.#ready.users = true
    this.#dirty = true
    this.apply()
  }

  setPositions(all: readonly Position[]): void {
    for (const p of all) this.#keep(p)
    this.#ready.positions = true
    this.#dirty = true
    this.apply()
  }

  /** What was seen may not be seen any more. What may is read again. */
  forgetPositions(): void {
    this.#positions.clear()
    this.#waiting.clear()
    this.#dirty = true
    this.apply()
  }

  /** Whose alert is open. */
  setAlerts(users: ReadonlySet<string>): void {
    this.#alerts = users
    this.#dirty = true
  }

  /** Who should report and gives no sign, as the server says. */
  setLost(users: ReadonlySet<string>): void {
    this.#lost = users
    this.#dirty = true
  }

  hear(p: Position): void {
    const other = this.#waiting.get(p.user_id)
    if (!other || Date.parse(other.recorded_at) < Date.parse(p.recorded_at)) this.#waiting.set(p.user_id, p)
  }

  #keep(p: Position): void {
    const known = this.#positions.get(p.user_id)
    // Instants have milliseconds or none, so their texts cannot be compared.
    const at = Date.parse(p.recorded_at)
    if (known && known.at >= at) return
    this.#positions.set(p.user_id, { position: p, at, heading: headingOf(known?.position, p) ?? ((p.speed_mps ?? 0) >= 0.5 ? known?.heading : undefined) })
    this.#dirty = true
  }

  /** Applies what waits, and lets everyone age. */
  apply(): void {
    let strangers = false
    for (const p of this.#waiting.values()) {
      this.#keep(p)
      strangers ||= this.#ready.users && !this.#users.has(p.user_id)
    }
    this.#waiting.clear()
    if (strangers) this.onStranger()
    const before = this.#snapshot
    const time = now()
    const aged = before.people.some((p) => p.age !== ageState(p.at, time))
    if (!this.#dirty && !aged) return
    this.#dirty = false
    this.#snapshot = this.#build(before, time)
    this.updates++
    for (const f of this.#listeners) f()
  }

  #build(before: Snapshot, time: number): Snapshot {
    const byId = new Map<string, Person>()
    const counts = { alert: 0, lost: 0, silent: 0, stale: 0, fresh: 0, never: 0 }
    let reorder = false
    const add = (id: string, user: User | undefined) => {
      const found = this.#positions.get(id)
      const old = before.byId.get(id)
      const at = found?.at ?? 0
      const aged = ageState(at, time)
      // Who has just reported is not lost, even before the server has said so.
      const state = this.#alerts.has(id) ? 'alert' : this.#lost.has(id) && aged !== 'fresh' ? 'lost' : aged
      const name = user?.name ?? id
      counts[state]++
      if (old && old.name === name && old.position === found?.position && old.state === state && old.age === aged && old.teams === (user?.teams ?? noTeams)) {
        byId.set(id, old)
        return
      }
      reorder ||= !old || old.state !== state || old.name !== name || old.teams !== (user?.teams ?? noTeams)
      byId.set(id, {
        id, name, at, state, age: aged, position: found?.position, heading: found?.heading, teams: user?.teams ?? noTeams,
        plain: old?.name === name ? old.plain : plain(name), initials: old?.name === name ? old.initials : initials(name),
      })
    }
    for (const u of this.#users.values()) if (u.role === 'colaborador' || this.#positions.has(u.id)) add(u.id, u)
    // Before the users are known everyone is shown by id. Afterwards a stranger is somebody who works here no more.
    if (!this.#ready.users) for (const id of this.#positions.keys()) if (!this.#users.has(id)) add(id, undefined)
    reorder ||= byId.size !== before.byId.size
    const people = reorder ? [...byId.values()].sort(compare) : before.order.map((id) => byId.get(id)!)
    const order = reorder ? people.map((p) => p.id) : before.order
    return { people, order, byId, counts: reorder ? counts : before.counts, loaded: this.#ready.users && this.#ready.positions }
  }
}

const noTeams: readonly string[] = []

const rank: Record<State, number> = { alert: 0, lost: 1, silent: 2, stale: 3, fresh: 4, never: 5 }
const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true })

function compare(a: Person, b: Person): number {
  return rank[a.state] - rank[b.state] || collator.compare(a.name, b.name) || (a.id < b.id ? -1 : 1)
}
