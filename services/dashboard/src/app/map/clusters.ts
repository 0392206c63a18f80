import type { Person, State } from '../data/people'

/** How urgent a state is; a cluster shows the most urgent one inside it. */
export const rank: Record<State, number> = { alert: 4, lost: 3, silent: 2, stale: 1, fresh: 0, never: 0 }

/** A point of the world, from 0 to 1 in both directions, as the Mercator projection has it. y grows to the south. */
export interface Spot {
  readonly x: number
  readonly y: number
}

/** Somebody, and where they are. */
export interface Place extends Spot {
  readonly person: Person
}

/** Somebody alone, or several who would lie over each other. */
export interface Group {
  /** The id of who leads the group. It stays the same while the group lasts. */
  readonly id: string
  at: Spot
  readonly members: Place[]
  worst: number
}

export const mercatorX = (lon: number) => lon / 360 + 0.5
export const mercatorY = (lat: number) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (Math.max(-85, Math.min(85, lat)) * Math.PI) / 360)) / (2 * Math.PI)
export const lonOf = (x: number) => (x - 0.5) * 360
export const latOf = (y: number) => (Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) * 360) / Math.PI - 90

const far = (a: Spot, b: Spot) => Math.hypot(a.x - b.x, a.y - b.y)
/** More than there are cells from north to south at the largest zoom. */
const row = 2 ** 26

/**
 * Puts people together who are nearer to each other than a radius, which is a part of the world. A group stays where it stands
 * while people come and go, so that nothing trembles on the map: it moves only when its members have moved away from it. Who is
 * alone is where they are.
 */
export class Clusters {
  /** Where groups of several stood the last time, by who led them. */
  #stood = new Map<string, Spot>()

  groups(places: readonly Place[], radius: number): Group[] {
    const [all, cells, later] = [[] as Group[], new Map<number, Group[]>(), [] as Place[]]
    // Who led a group leads it again, so that it stays the same group.
    for (const p of places) {
      const stood = this.#stood.get(p.person.id)
      if (stood && far(stood, p) < radius) join(p, stood, cells, all, radius)
      else later.push(p)
    }
    for (const p of later) join(p, p, cells, all, radius)
    this.#settle(all, radius)
    return all
  }

  /** Forgets where groups stood: at another zoom all of them are others. */
  forget(): void {
    this.#stood.clear()
  }

  /** Places groups of several: where they stood, or in the middle of their members when that has moved away. */
  #settle(all: Group[], radius: number): void {
    const before = this.#stood
    this.#stood = new Map()
    for (const g of all) {
      const n = g.members.length
      if (n === 1) {
        g.at = g.members[0]!
        continue
      }
      let [x, y] = [0, 0]
      for (const m of g.members) {
        x += m.x / n
        y += m.y / n
      }
      const stood = before.get(g.id)
      g.at = stood && far(stood, { x, y }) < radius / 2 ? stood : { x, y }
      this.#stood.set(g.id, g.at)
    }
  }
}

/** Puts somebody into the nearest group, or makes one that begins at a place. Cells are two radii wide: four of them are all that can be near. */
function join(p: Place, at: Spot, cells: Map<number, Group[]>, all: Group[], radius: number): void {
  const [fx, fy] = [at.x / radius / 2, at.y / radius / 2]
  const [cx, cy] = [Math.floor(fx), Math.floor(fy)]
  const [dx, dy] = [fx - cx < 0.5 ? -1 : 1, fy - cy < 0.5 ? -1 : 1]
  const cell = cx * row + cy
  let nearest: Group | undefined
  let least = radius * radius
  for (const key of [cell, cell + dy, cell + dx * row, cell + dx * row + dy]) {
    const there = cells.get(key)
    if (!there) continue
    for (const g of there) {
      const d = (g.at.x - at.x) ** 2 + (g.at.y - at.y) ** 2
      if (d < least) [nearest, least] = [g, d]
    }
  }
  const worst = rank[p.person.state]
  if (nearest) {
    nearest.members.push(p)
    if (worst > nearest.worst) nearest.worst = worst
    return
  }
  const g: Group = { id: p.person.id, at, members: [p], worst }
  all.push(g)
  const there = cells.get(cell)
  if (there) there.push(g)
  else cells.set(cell, [g])
}
