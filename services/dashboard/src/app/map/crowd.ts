import type { Feature, Point } from 'geojson'
import type { GeoJSONSourceDiff } from 'maplibre-gl'
import type { Person, Position } from '../data/people'
import { Clusters, latOf, lonOf, mercatorX, mercatorY, rank, type Group, type Place, type Spot } from './clusters'
import type { Box } from './graticule'

/** Nearer than so many pixels, signs lie over each other. */
const near = 32
/** Moves of less than so many pixels wait for others, but no longer than so many updates. A sign is 30 pixels wide. */
const small = 3
const patience = 5
/** Who moved less than so many pixels stays where they are drawn. */
const least = 0.5
/** From this zoom on a sign tells who is connected: further away it would say nothing of most people, who are in groups. */
const presenceFrom = 10.5

interface Drawn {
  at: Spot
  look: string
}

/**
 * What is drawn of people: only who is in view, several who lie over each other as one, and of all that only what became another
 * picture since the last time. Each change makes the map build its tiles anew, whether the change is large or small: so a crowd
 * that moves by less than a few pixels costs the map nothing, and what cannot be seen is never sent to it.
 */
export class Crowd {
  #clusters = new Clusters()
  #places = new Map<string, Place & { position: Position }>()
  /** Where everyone was, and in which state, when the crowd was drawn. */
  #seen = new Map<string, Place>()
  #drawn = new Map<string, Drawn>()
  #groups = new Map<string, Group>()
  #view: { box: Box; zoom: number; except: string | undefined } | undefined
  #waited = 0
  /** Who is drawn as connected. */
  #lit = new Set<string>()
  /** Who is connected now. */
  online: ReadonlySet<string> = new Set()

  /** What has to change in the source of people, of whom one is left out; undefined when nothing has to. */
  change(people: readonly Person[], box: Box, zoom: number, except?: string): GeoJSONSourceDiff | undefined {
    const had = this.#view
    const places = this.#inside(people, box, except)
    const world = 512 * 2 ** zoom
    const same = had?.box === box && had.zoom === zoom && had.except === except
    if (same && ++this.#waited < patience && !this.#matters(places, world, zoom)) return undefined
    this.#waited = 0
    if (had?.zoom !== zoom) this.#clusters.forget()
    this.#view = { box, zoom, except }
    this.#seen = new Map(places.map((p) => [p.person.id, p]))
    this.#lit = new Set(places.filter((p) => this.#isOnline(p.person.id, zoom)).map((p) => p.person.id))
    return this.#draw(this.#clusters.groups(places, near / world), world)
  }

  /** All that is drawn, for a source that was just made. */
  all(): Feature[] {
    return [...this.#groups].map(([id, g]) => feature(id, g, this.#drawn.get(id)!.at, g.members.length === 1 && this.#lit.has(id)))
  }

  /** Who is inside of what was pointed at. */
  members(id: string): readonly Person[] {
    return this.#groups.get(id)?.members.map((m) => m.person) ?? []
  }

  #inside(people: readonly Person[], box: Box, except: string | undefined): Place[] {
    const turned = box.west < -180 || box.east > 180 // over the antimeridian: everyone of these latitudes
    const [west, east, north, south] = [turned ? 0 : mercatorX(box.west), turned ? 1 : mercatorX(box.east), mercatorY(box.north), mercatorY(box.south)]
    const inside: Place[] = []
    for (const person of people) {
      const { id, position } = person
      if (!position || id === except) continue
      let p = this.#places.get(id)
      if (p?.person !== person) {
        const still = p?.position === position
        this.#places.set(id, (p = { person, position, x: still ? p!.x : mercatorX(position.lon), y: still ? p!.y : mercatorY(position.lat) }))
      }
      if (p.x >= west && p.x <= east && p.y >= north && p.y <= south) inside.push(p)
    }
    return inside
  }

  /** Whether somebody came, went, changed or moved so far that one sees it. */
  #matters(places: readonly Place[], world: number, zoom: number): boolean {
    if (places.length !== this.#seen.size) return true
    for (const p of places) {
      const seen = this.#seen.get(p.person.id)
      if (!seen || seen.person.state !== p.person.state || seen.person.name !== p.person.name || this.#lit.has(p.person.id) !== this.#isOnline(p.person.id, zoom)) return true
      if (Math.abs(seen.x - p.x) * world > small || Math.abs(seen.y - p.y) * world > small) return true
    }
    return false
  }

  #isOnline = (id: string, zoom: number): boolean => zoom >= presenceFrom && this.online.has(id)

  #draw(groups: readonly Group[], world: number): GeoJSONSourceDiff | undefined {
    const before = this.#drawn
    const [add, update, remove] = [[] as Feature[], [] as NonNullable<GeoJSONSourceDiff['update']>, [] as string[]]
    this.#drawn = new Map()
    this.#groups = new Map()
    for (const g of groups) {
      const id = g.members.length > 1 ? `*${g.id}` : g.id
      const was = before.get(id)
      const online = g.members.length === 1 && this.#lit.has(g.id)
      const look = online ? `${lookOf(g)} online` : lookOf(g)
      const stays = was && Math.abs(was.at.x - g.at.x) * world < least && Math.abs(was.at.y - g.at.y) * world < least
      const at = stays ? was.at : g.at
      this.#groups.set(id, g)
      this.#drawn.set(id, { at, look })
      if (was?.look !== look) add.push(feature(id, g, at, online))
      else if (!stays) update.push({ id, newGeometry: point(at) })
    }
    for (const id of before.keys()) if (!this.#drawn.has(id)) remove.push(id)
    return add.length + update.length + remove.length > 0 ? { add, update, remove } : undefined
  }
}

const point = (at: Spot): Point => ({ type: 'Point', coordinates: [lonOf(at.x), latOf(at.y)] })

/** Five degrees are the least that one sees of a heading. */
const headingOf = (p: Person) => (p.heading === undefined || p.age === 'silent' ? undefined : (Math.round(p.heading / 5) * 5) % 360)

function lookOf(g: Group): string {
  const p = g.members[0]!.person
  return g.members.length > 1 ? `${g.members.length} ${g.worst}` : `${p.state} ${headingOf(p)} ${p.name}`
}

function feature(id: string, g: Group, at: Spot, online: boolean): Feature {
  const count = g.members.length
  return { type: 'Feature', geometry: point(at), properties: count > 1 ? { id, count, worst: g.worst } : personProperties(g.members[0]!.person, online ? 'online' : undefined) }
}

/** What the layers of signs read of a person. */
export function personProperties(p: Person, presence?: 'online' | 'offline'): Record<string, unknown> {
  const properties: Record<string, unknown> = { id: p.id, name: p.name, initials: p.initials, state: p.state, rank: rank[p.state] }
  const heading = headingOf(p)
  if (heading !== undefined) properties['heading'] = heading
  if (presence) properties['presence'] = presence
  return properties
}
