import { plain } from '../data/ages'
import type { User } from '../data/people'
import { endOfWindow, isLong, lateness, startOfWindow, stateOf, type Activity } from './visit'

/** A visit in its row, and in which lane. */
export interface Placed {
  readonly visit: Activity
  readonly lane: number
}

export interface Row {
  /** The worker; empty for what nobody has. */
  readonly id: string
  readonly name: string
  readonly visits: readonly Activity[]
  readonly placed: readonly Placed[]
  readonly lanes: number
}

export interface Filter {
  readonly team: string
  /** A state, or overdue or unbegun. */
  readonly state: string
  readonly text: string
  /** Of this place alone. */
  readonly place?: string
}

/** No bar is narrower, whatever its window is. */
const least = 20 * 60_000

/**
 * Puts visits into lanes so that no plan covers another. Those with an hour come first: they stay at the top beside those that may be
 * done at any hour. What really happens changes no lane: it would move bars under the eyes of whoever looks.
 */
export function place(visits: readonly Activity[]): { placed: Placed[]; lanes: number } {
  const order = [...visits].sort((a, b) => Number(isLong(a)) - Number(isLong(b)) || startOfWindow(a) - startOfWindow(b) || (a.id < b.id ? -1 : 1))
  const lanes: { from: number; to: number }[][] = []
  const placed = order.map((visit) => {
    const from = startOfWindow(visit)
    const r = { from, to: Math.max(endOfWindow(visit), from + least) }
    let lane = lanes.findIndex((l) => l.every((x) => x.to <= r.from || x.from >= r.to))
    if (lane < 0) lane = lanes.push([]) - 1
    lanes[lane]!.push(r)
    return { visit, lane }
  })
  return { placed, lanes: lanes.length }
}

const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true })

/** Who works in the field, whether they have a visit or not, and on top what nobody has. */
export function rowsOf(visits: readonly Activity[], users: ReadonlyMap<string, User>, f: Filter, now: number): Row[] {
  const text = plain(f.text)
  const teamsOf = (id: string): readonly string[] => users.get(id)?.teams ?? []
  const named = (id: string, name: string) => text !== '' && id !== '' && plain(name).includes(text)
  const of = new Map<string, { name: string; all: Activity[] }>()
  for (const u of users.values()) if (u.role === 'colaborador') of.set(u.id, { name: u.name, all: [] })
  for (const v of visits) {
    const row = of.get(v.user_id)
    if (row) row.all.push(v)
    else of.set(v.user_id, { name: v.user_id === '' ? '' : v.user_name || users.get(v.user_id)?.name || v.user_id, all: [v] })
  }
  const rows: Row[] = []
  for (const [id, { name, all }] of of) {
    const found = all.filter(
      (v) =>
        (!f.team || v.team_id === f.team || teamsOf(id).includes(f.team)) &&
        (!f.place || v.place_id === f.place) &&
        (!f.state || stateOf(v) === f.state || lateness(v, now) === f.state) &&
        (!text || named(id, name) || plain(`${v.title} ${v.place_name} ${v.address} ${v.external_id}`).includes(text)),
    )
    // A search or a state shows who has something of it; without them, everybody has a row.
    const stays = found.length > 0 || (!f.state && !f.place && (!text || named(id, name)) && (!f.team || teamsOf(id).includes(f.team)))
    if (stays && (id !== '' || found.length > 0)) rows.push({ id, name, visits: found, ...place(found) })
  }
  return rows.sort((a, b) => Number(a.id !== '') - Number(b.id !== '') || collator.compare(a.name, b.name) || (a.id < b.id ? -1 : 1))
}

/** Rows that are as they were stay the same objects: what shows them is not drawn again. */
export function steady(before: readonly Row[], after: readonly Row[]): readonly Row[] {
  const known = new Map(before.map((r) => [r.id, r]))
  return after.map((r) => {
    const was = known.get(r.id)
    return was && was.name === r.name && was.visits.length === r.visits.length && was.visits.every((v, i) => v === r.visits[i]) ? was : r
  })
}

/** How many visits are in each state, and how many need a look. */
export function counts(visits: readonly Activity[], now: number): Record<string, number> {
  const n: Record<string, number> = {}
  for (const v of visits) {
    for (const key of [stateOf(v), lateness(v, now)]) if (key !== undefined) n[key] = (n[key] ?? 0) + 1
  }
  return n
}
