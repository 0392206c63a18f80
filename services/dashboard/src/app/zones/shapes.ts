import type { Feature, FeatureCollection } from 'geojson'
import { circle } from '../map/shapes'
import { metres, lengthM } from './measure'
import { rings, type Point, type Ref, type Shape } from './model'

export const collection = (features: Feature[]): FeatureCollection => ({ type: 'FeatureCollection', features })
export const point = (p: Point, properties: Record<string, unknown> = {}): Feature => ({ type: 'Feature', properties, geometry: { type: 'Point', coordinates: [...p] } })
export const line = (points: readonly Point[], properties: Record<string, unknown> = {}): Feature => ({ type: 'Feature', properties, geometry: { type: 'LineString', coordinates: points.map((p) => [...p]) } })

/** Pixels that a corridor takes at zoom 0; they double with each zoom. */
const wide = (p: Point, widthM: number) => (widthM * 512) / (40_075_016.7 * Math.cos((p[1] * Math.PI) / 180))

/** What is drawn of a shape: areas with their outlines, and lines that are as wide as a corridor. */
export function areaOf(s: Shape, properties: Record<string, unknown> = {}): Feature[] {
  if (s.kind === 'corridor') return s.line.length < 2 ? [] : [line(s.line, { ...properties, wide: wide(s.line[0]!, s.widthM) })]
  const round = s.kind === 'circle' && s.centre ? [circle(s.centre[0], s.centre[1], s.radiusM).coordinates] : []
  const parts = s.kind === 'circle' ? round : s.parts.map((p) => p.map((r) => [...r, ...r.slice(0, 1)].map((x) => [...x])))
  if (parts.length === 0) return []
  // The outline is a feature of its own: a map draws nothing of a ring that crosses itself, and just that must be seen.
  return [
    { type: 'Feature', properties, geometry: { type: 'MultiPolygon', coordinates: parts } },
    { type: 'Feature', properties, geometry: { type: 'MultiLineString', coordinates: parts.flat() } },
  ]
}

export interface Handle {
  readonly kind: 'vertex' | 'middle' | 'radius'
  readonly at: Ref
  readonly p: Point
}

/** More handles than these are not shown at once: nobody could take hold of the right one. */
export const maxHandles = 400

export interface View {
  west: number
  south: number
  east: number
  north: number
}

/** The handles of what is in view. `many` is how many vertices are there when they are too many to be shown. */
export function handles(s: Shape, view: View, radiusAt: Point | undefined): { list: Handle[]; many: number } {
  if (s.kind === 'circle') {
    if (!s.centre) return { list: [], many: 0 }
    const centre: Handle = { kind: 'vertex', at: { part: 0, ring: 0, i: 0 }, p: s.centre }
    return { list: radiusAt ? [centre, { ...centre, kind: 'radius', p: radiusAt }] : [centre], many: 0 }
  }
  const list: Handle[] = []
  const inView = (p: Point) => p[0] >= view.west && p[0] <= view.east && p[1] >= view.south && p[1] <= view.north
  let many = 0
  for (const r of rings(s)) {
    for (let i = 0; i < r.points.length; i++) {
      const p = r.points[i]!
      const at = { part: r.part, ring: r.ring, i }
      if (inView(p)) {
        many++
        if (list.length < 3 * maxHandles) list.push({ kind: 'vertex', at, p })
      }
      const next = r.points[i + 1] ?? (r.closed ? r.points[0] : undefined)
      if (!next) continue
      const middle: Point = [(p[0] + next[0]) / 2, (p[1] + next[1]) / 2]
      if (inView(middle) && list.length < 3 * maxHandles) list.push({ kind: 'middle', at, p: middle })
    }
  }
  return many > maxHandles ? { list: [], many } : { list, many: 0 }
}

/** The lines that are drawn while a ring or line is not ended, and to where the pointer is. */
export function sketchOf(kind: Shape['kind'], sketch: readonly Point[], pointer: Point | undefined): Feature[] {
  const all = pointer ? [...sketch, pointer] : sketch
  if (all.length < 2) return []
  return [line(kind === 'polygon' && all.length > 2 ? [...all, all[0]!] : all)]
}

/** What a person reads of the size of what is being drawn. */
export const sketchLength = (sketch: readonly Point[]) => lengthM(sketch)
export const radiusTo = (centre: Point, p: Point) => Math.max(1, metres(centre, p))
