import { Problem } from '../../../client'
import { vertex, type Geometry, type Point, type Ref, type Shape } from './model'

/** What the server refuses in a zone, in its own words, with where that is. */
export interface Fault {
  readonly detail: string
  /** The member of the form, such as name; 'geometry' for what was drawn. */
  readonly field: string
  /** The places in the shape that the words name, the first is where it is. */
  readonly places: readonly Point[]
  readonly at: Ref | undefined
}

type Indices = number[]
const indices = (path: string): Indices => [...path.matchAll(/\[(\d+)\]/g)].map((m) => Number(m[1]))

/** The vertex at a path of indices, such as 0, 17 in a Polygon. Fewer indices name a ring or a part: its first vertex stands for it. */
function refOf(shape: Shape, parts: number, path: Indices): Ref {
  if (shape.kind === 'circle') return { part: 0, ring: 0, i: 0 }
  if (shape.kind === 'corridor') return { part: 0, ring: 0, i: path[0] ?? 0 }
  const [part = 0, ring = 0, i = 0] = parts === 1 ? [0, ...path] : path
  // The last position of a ring repeats its first.
  const n = shape.parts[part]?.[ring]?.length ?? 0
  return { part, ring, i: i >= n ? 0 : i }
}

/** Reads what a refusal says about a zone's drawing and members. */
export function faultsOf(e: unknown, shape: Shape): Fault[] {
  if (!(e instanceof Problem)) return []
  const parts = shape.kind === 'polygon' ? shape.parts.length : 1
  const list = e.errors?.length ? e.errors : e.status === 409 ? [{ location: e.code === 'zone_name_taken' ? 'body.properties.name' : 'body', message: e.detail }] : []
  return list.map(({ location = '', message = '' }) => {
    if (!location.startsWith('body.geometry')) {
      const field = location.replace(/^body\.(properties\.)?/, '')
      return { detail: message, field, at: undefined, places: [] }
    }
    const named = [location.replace(/^body\.geometry\.?/, ''), ...(message.match(/coordinates(?:\[\d+\])+/g) ?? [])]
    const refs = named.map((path) => refOf(shape, parts, indices(path)))
    const places = refs.map((r) => vertex(shape, r)).filter((p) => p !== undefined)
    return { detail: message, field: 'geometry', at: /\[/.test(named[0]!) || shape.kind !== 'polygon' ? refs[0] : undefined, places: places.length > 0 ? places : [] }
  })
}

/** The place of a fault in a geometry that may not be one: as near as its numbers can be read. */
export function placesIn(g: Geometry, location: string): Point[] {
  let c: unknown = g.coordinates
  for (const i of indices(location)) {
    const next: unknown = Array.isArray(c) ? c[i] : undefined
    if (!Array.isArray(next)) break
    c = next
  }
  while (Array.isArray(c) && Array.isArray(c[0])) c = c[0]
  return Array.isArray(c) && typeof c[0] === 'number' && typeof c[1] === 'number' && Math.abs(c[0]) <= 540 && Math.abs(c[1]) <= 90 ? [[c[0], c[1]]] : []
}
