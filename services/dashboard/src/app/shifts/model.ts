import type { components } from '../../../client'
import type { Events } from '../../../client/events'

export type Shift = components['schemas']['Shift']
type Event = Events['actividad:estado']

/** What is known about a shift, from a list or from an event: events say nothing of the pauses. */
export type Known = Pick<Shift, 'id' | 'user_id' | 'state' | 'since' | 'started_at' | 'ended_at' | 'worked_s' | 'forced' | 'corrected' | 'objected' | 'version'> & { gone?: boolean; heardAt?: number }

/** A shift as an event tells it; undefined for other things. */
export function heard(e: Event): Known | undefined {
  if (e.tipo !== 'jornada') return undefined
  return {
    id: e.id, user_id: e.user_id, state: e.state as Shift['state'], since: e.since, started_at: e.from, worked_s: e.worked_s, forced: e.forced, corrected: e.corrected, objected: e.objected, version: e.version,
    ...(e.until && { ended_at: e.until }), ...(e.retirada && { gone: true }),
  }
}

const keyOf = (s: Known) => `${s.user_id}/${s.id}`

/**
 * The shifts that were read, with what was heard since the reading began, at `begun`: of two that know the same shift, the newer one counts.
 * What was heard before counts no more: what a gap of the socket swallowed could never correct it.
 */
export function overlay(read: readonly Known[], since: ReadonlyMap<string, Known>, begun = 0): Known[] {
  const all = new Map(read.map((s) => [keyOf(s), s]))
  for (const [key, s] of since) if ((s.heardAt ?? begun) >= begun && (all.get(key)?.version ?? -1) < s.version) all.set(key, s)
  return [...all.values()].filter((s) => !s.gone)
}

/** Leaves out what a reading that began at an instant knows. */
export function forget(since: ReadonlyMap<string, Known>, begun: number): ReadonlyMap<string, Known> {
  const kept = [...since].filter(([, s]) => (s.heardAt ?? 0) >= begun)
  return kept.length === since.size ? since : new Map(kept)
}

/**
 * When the oldest reading began that is at hand: what was heard before it counts no more. While the first reading is under way, all counts. While there
 * is none, as on pages that show no list, nothing does: whoever opens the list reads it anew.
 */
export const oldest = (readings: readonly ({ readonly begun: number } | undefined)[]) => Math.min(...readings.map((r) => r?.begun ?? 0))

/** More shifts than these change between two readings only when the readings fail. Then those that were heard first are left out. */
const mostHeard = 5000

/** Keeps what was heard, and leaves out what a reading that began at an instant knows. */
export function keep(since: ReadonlyMap<string, Known>, s: Known, begun = 0, most = mostHeard): ReadonlyMap<string, Known> {
  const needed = forget(since, begun)
  const known = needed.get(keyOf(s))
  if ((s.heardAt ?? begun) < begun || (known && known.version >= s.version)) return needed
  const next = new Map(needed)
  next.delete(keyOf(s)) // so that it is the last one
  next.set(keyOf(s), s)
  for (const key of next.keys()) {
    if (next.size <= most) break
    next.delete(key)
  }
  return next
}

/** How long somebody has worked in a shift, without its pauses. */
export const worked = (s: Pick<Known, 'state' | 'since' | 'worked_s'>, time: number) => s.worked_s * 1000 + (s.state === 'en_curso' ? Math.max(0, time - Date.parse(s.since)) : 0)

export const statuses = ['late', 'paused', 'in', 'out'] as const
export type Status = (typeof statuses)[number]

export interface Span {
  readonly from: number
  readonly until: number
}

export interface Row {
  readonly id: string
  readonly name: string
  readonly teams: readonly string[]
  readonly status: Status
  /** The shift that lasts, or the last one. */
  readonly shift: Known | undefined
  /** When somebody is planned to work: the time that runs, or the next one of today. */
  readonly plan: Span | undefined
  /** Nobody ended it: a shift that the close of the day ended yesterday or today. */
  readonly forced: Known | undefined
  /** They do not agree with what the office or the close made of a shift, and nobody has answered. */
  readonly objected: boolean
}

/** How long it is news that the system closed a shift: yesterday's is, in the morning. */
const news = 36 * 3_600_000
/** Somebody who comes a little late is not missing yet. */
export const grace = 5 * 60_000

interface Person {
  readonly id: string
  readonly name: string
  readonly teams: readonly string[]
}

/** Says of each person whether they work now, and whether they should. The list is by name. */
export function rowsOf(people: readonly Person[], shifts: readonly Known[], planned: (p: Person) => readonly Span[], time: number): Row[] {
  const of = new Map<string, Known[]>()
  for (const s of shifts) {
    const list = of.get(s.user_id)
    if (list) list.push(s)
    else of.set(s.user_id, [s])
  }
  return people.map((p) => {
    const own = (of.get(p.id) ?? []).sort((a, b) => Date.parse(b.started_at) - Date.parse(a.started_at))
    const open = own.find((s) => s.state !== 'terminada')
    const spans = planned(p)
    const plan = spans.find((w) => w.until > time)
    const running = plan && plan.from <= time ? plan : undefined
    // Who worked in the time that runs and has left is not missing: somebody let them go.
    const came = running && own.some((s) => s.ended_at && Date.parse(s.ended_at) > running.from)
    const status: Status = open ? (open.state === 'en_pausa' ? 'paused' : 'in') : running && !came && time >= running.from + grace ? 'late' : 'out'
    return { id: p.id, name: p.name, teams: p.teams, status, shift: open ?? own[0], plan, forced: own.find((s) => s.forced && time - Date.parse(s.ended_at ?? s.since) < news), objected: own.some((s) => s.objected) }
  })
}
