import type { components } from '../../../client'
import type { Zone } from '../data/data'

/** Longitude and latitude in degrees. Longitudes run on past 180, so that no border jumps around the earth. */
export type Point = readonly [number, number]
export type Window = components['schemas']['Window']
export type Geometry = components['schemas']['ZoneGeometry']
type NewZone = components['schemas']['NewZone']

/** What is drawn. Rings are open: the repetition that closes them in GeoJSON is left out. */
export type Shape =
  | { readonly kind: 'polygon'; readonly parts: readonly (readonly (readonly Point[])[])[] }
  | { readonly kind: 'circle'; readonly centre: Point | undefined; readonly radiusM: number }
  | { readonly kind: 'corridor'; readonly line: readonly Point[]; readonly widthM: number }
export type Kind = Shape['kind']

/** A place in a shape. Part and ring are 0 for what has none. A circle's centre is vertex 0. */
export interface Ref {
  readonly part: number
  readonly ring: number
  readonly i: number
}

export interface Draft {
  readonly name: string
  readonly shape: Shape
  readonly exitBufferM: number | undefined
  readonly confirmFixes: number | undefined
  readonly confirmS: number | undefined
  readonly schedule: readonly Window[]
}

export const maxVertices = 10_000

export function emptyShape(kind: Kind): Shape {
  return kind === 'polygon' ? { kind, parts: [] } : kind === 'circle' ? { kind, centre: undefined, radiusM: 150 } : { kind, line: [], widthM: 60 }
}

/** Adds full turns to a longitude until it is within half a turn of another. */
export const near = (lon: number, to: number) => lon + 360 * Math.round((to - lon) / 360)

/** Makes the longitudes of a line run on, beginning near one that is given. */
export function unwrap(line: readonly (readonly number[])[], first = line[0]?.[0] ?? 0): Point[] {
  let last = first
  return line.map((p) => [(last = near(p[0]!, last)), p[1]!])
}

export function shapeOf(g: Geometry, radiusM = 0, widthM = 0): Shape {
  const start = firstLon(g)
  const open = (ring: readonly number[][]) => {
    const points = unwrap(ring, start)
    const [a, b] = [points[0], points.at(-1)]
    return a && b && points.length > 1 && Math.abs(a[0] - b[0]) < 1e-7 && Math.abs(a[1] - b[1]) < 1e-7 ? points.slice(0, -1) : points
  }
  switch (g.type) {
    case 'Point':
      return { kind: 'circle', centre: [g.coordinates[0]!, g.coordinates[1]!], radiusM }
    case 'LineString':
      return { kind: 'corridor', line: unwrap(g.coordinates), widthM }
    case 'Polygon':
      return { kind: 'polygon', parts: [g.coordinates.map(open)] }
    case 'MultiPolygon':
      return { kind: 'polygon', parts: g.coordinates.map((p) => p.map(open)) }
  }
}

function firstLon(g: Geometry): number {
  let c: unknown = g.coordinates
  while (Array.isArray(c) && Array.isArray(c[0])) c = c[0]
  return Array.isArray(c) && typeof c[0] === 'number' ? c[0] : 0
}

/** Seven digits are a centimetre; what was read with more keeps them. */
const written = (p: Point): number[] => [...p]
export const rounded = (lon: number, lat: number): Point => [Math.round(lon * 1e7) / 1e7, Math.round(lat * 1e7) / 1e7]

export function geometryOf(s: Shape): Geometry {
  if (s.kind === 'circle') return { type: 'Point', coordinates: s.centre ? written(s.centre) : [] }
  if (s.kind === 'corridor') return { type: 'LineString', coordinates: s.line.map(written) }
  const parts = s.parts.map((rings) => rings.map((r) => [...r, ...r.slice(0, 1)].map(written)))
  return parts.length === 1 ? { type: 'Polygon', coordinates: parts[0]! } : { type: 'MultiPolygon', coordinates: parts }
}

export function draftOf(z: Zone): Draft {
  const p = z.properties
  return {
    name: p.name, shape: shapeOf(z.geometry, p.radius_m, p.width_m), exitBufferM: p.exit_buffer_m, confirmFixes: p.confirm_fixes, confirmS: p.confirm_s,
    schedule: p.schedule ?? [],
  }
}

/** What the server is sent. */
export function bodyOf(d: Draft, version?: number): NewZone {
  const s = d.shape
  return {
    type: 'Feature', geometry: geometryOf(s),
    properties: {
      name: d.name.trim(),
      ...(s.kind === 'circle' && { radius_m: s.radiusM }), ...(s.kind === 'corridor' && { width_m: s.widthM }),
      ...(d.exitBufferM !== undefined && { exit_buffer_m: d.exitBufferM }), ...(d.confirmFixes !== undefined && { confirm_fixes: d.confirmFixes }),
      ...(d.confirmS !== undefined && { confirm_s: d.confirmS }), ...(d.schedule.length > 0 && { schedule: d.schedule.map((w) => ({ ...w, days: [...w.days] })) }),
      ...(version !== undefined && { version }),
    },
  }
}

/** All lists of vertices, with where they are. */
export function rings(s: Shape): { part: number; ring: number; points: readonly Point[]; closed: boolean }[] {
  if (s.kind === 'circle') return [{ part: 0, ring: 0, points: s.centre ? [s.centre] : [], closed: false }]
  if (s.kind === 'corridor') return [{ part: 0, ring: 0, points: s.line, closed: false }]
  return s.parts.flatMap((p, part) => p.map((points, ring) => ({ part, ring, points, closed: true })))
}

export const count = (s: Shape) => rings(s).reduce((n, r) => n + r.points.length, 0)
export const complete = (s: Shape) => (s.kind === 'polygon' ? s.parts.length > 0 : s.kind === 'circle' ? s.centre !== undefined : s.line.length >= 2)
export const vertex = (s: Shape, at: Ref): Point | undefined => rings(s).find((r) => r.part === at.part && r.ring === at.ring)?.points[at.i]

function withRing(s: Shape, at: Ref, change: (points: readonly Point[]) => readonly Point[]): Shape {
  if (s.kind === 'corridor') return { ...s, line: change(s.line) }
  if (s.kind === 'circle') return { ...s, centre: change(s.centre ? [s.centre] : [])[0] }
  return { ...s, parts: s.parts.map((p, i) => (i === at.part ? p.map((r, j) => (j === at.ring ? change(r) : r)) : p)) }
}

export const moved = (s: Shape, at: Ref, to: Point): Shape => withRing(s, at, (points) => points.with(at.i, to))
/** Puts a vertex after another one. */
export const inserted = (s: Shape, at: Ref, p: Point): Shape => withRing(s, at, (points) => points.toSpliced(at.i + 1, 0, p))

/** Takes a vertex out. A hole of which too little is left goes, and so does a part; the last part and a short line stay. */
export function removed(s: Shape, at: Ref): Shape {
  if (s.kind === 'circle') return s
  if (s.kind === 'corridor') return s.line.length > 2 ? withRing(s, at, (points) => points.toSpliced(at.i, 1)) : s
  if ((s.parts[at.part]?.[at.ring]?.length ?? 0) > 3) return withRing(s, at, (points) => points.toSpliced(at.i, 1))
  if (at.ring > 0) return { ...s, parts: s.parts.map((p, i) => (i === at.part ? p.toSpliced(at.ring, 1) : p)) }
  return s.parts.length > 1 ? { ...s, parts: s.parts.toSpliced(at.part, 1) } : s
}

/** Adds a ring: a hole of the part in which it begins, or else a part of its own. */
export function withNewRing(s: Shape, ring: readonly Point[]): Shape {
  if (s.kind !== 'polygon') return s
  const [x, y] = ring[0]!
  const part = s.parts.findIndex((p) => p[0] && contains(p[0], x, y))
  return part < 0 ? { ...s, parts: [...s.parts, [ring]] } : { ...s, parts: s.parts.map((p, i) => (i === part ? [...p, ring] : p)) }
}

export function contains(ring: readonly Point[], x: number, y: number): boolean {
  let odd = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi, xj, yj] = [ring[i]![0], ring[i]![1], ring[j]![0], ring[j]![1]]
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd
  }
  return odd
}
