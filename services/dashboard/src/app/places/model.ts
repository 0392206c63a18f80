import type { components } from '../../../client'

export type Place = components['schemas']['Place']
export type PlaceBody = components['schemas']['NewPlace']
export interface Point {
  readonly lat: number
  readonly lon: number
}

export const leastRadius = 5
export const mostRadius = 5000
export const usualRadius = 100

/** A place as somebody writes it. Where it is, is a text: people paste coordinates. */
export interface Draft {
  readonly name: string
  readonly external_id: string
  readonly address: string
  readonly contact: string
  readonly notes: string
  readonly point: string
  readonly radius: string
}

export const blank: Draft = { name: '', external_id: '', address: '', contact: '', notes: '', point: '', radius: String(usualRadius) }

/** Coordinates as people write them: latitude, longitude. */
export const pointText = (p: Point) => `${round(p.lat)}, ${round(p.lon)}`
const round = (degrees: number) => Number(degrees.toFixed(6))

export const draftOf = (p: Place): Draft => ({
  name: p.name, external_id: p.external_id, address: p.address, contact: p.contact, notes: p.notes, point: pointText(p), radius: String(p.radius_m),
})

const number = String.raw`([-+]?\d+(?:[.,]\d+)?)\s*°?`
const pair = new RegExp(String.raw`^\(?\s*${number}\s*([NSns])?\s*(?:[;,]\s*|\s+)${number}\s*([EWOewo])?\s*\)?$`)
/** Addresses of map pages have the point after an @, or in a parameter. */
const address = /[@=](-?\d+\.\d+)(?:,|%2C)\s*(-?\d+\.\d+)/

/** Reads coordinates: "4.65, -74.08", "4,65; -74,08", "4.65 N 74.08 W", or the address of a map page. Latitude comes first. */
export function readPoint(text: string): Point | undefined {
  const found = pair.exec(text.trim())
  const link = found ? undefined : address.exec(text)
  const [lat, ns, lon, ew] = found ? [found[1]!, found[2], found[3]!, found[4]] : link ? [link[1]!, undefined, link[2]!, undefined] : []
  if (lat === undefined || lon === undefined) return undefined
  const degrees = (s: string, side: string | undefined) => Number(s.replace(',', '.')) * (side && /[swo]/i.test(side) ? -1 : 1)
  const p = { lat: degrees(lat, ns), lon: degrees(lon, ew) }
  return Math.abs(p.lat) <= 90 && Math.abs(p.lon) <= 180 ? p : undefined
}

/** The radius that a form holds, or undefined when it is none. */
export function readRadius(text: string): number | undefined {
  const n = Number(text.replace(',', '.'))
  return text.trim() !== '' && n >= leastRadius && n <= mostRadius ? n : undefined
}

/** What a request writes of a draft. Whoever did not move the place leaves it exactly where it was. */
export function bodyOf(d: Draft, base?: Place): PlaceBody {
  const at = base && d.point === pointText(base) ? base : readPoint(d.point)
  return {
    name: d.name, external_id: d.external_id, address: d.address, contact: d.contact, notes: d.notes, lat: at?.lat ?? 0, lon: at?.lon ?? 0, radius_m: readRadius(d.radius) ?? 0,
    ...(base && { archived: base.archived, version: base.version }),
  }
}

export const same = (a: Draft, b: Draft) => (Object.keys(a) as (keyof Draft)[]).every((k) => a[k] === b[k])

export interface Difference {
  readonly member: keyof Draft | 'archived'
  readonly before: string | boolean
  readonly after: string | boolean
}

/** What somebody else changed. */
export function differences(before: Place, after: Place): Difference[] {
  const [a, b] = [{ ...draftOf(before), archived: before.archived }, { ...draftOf(after), archived: after.archived }]
  return (Object.keys(a) as (keyof typeof a)[]).filter((k) => a[k] !== b[k]).map((member) => ({ member, before: a[member], after: b[member] }))
}

/** Fields that only the other person changed come along; where both did, mine stays. */
export function merge(mine: Draft, base: Place, theirs: Place): Draft {
  const [was, is] = [draftOf(base), draftOf(theirs)]
  return Object.fromEntries((Object.keys(mine) as (keyof Draft)[]).map((k) => [k, mine[k] === was[k] ? is[k] : mine[k]])) as unknown as Draft
}
