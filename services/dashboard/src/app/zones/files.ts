import { shapeOf, type Draft, type Geometry, type Window } from './model'

/** A feature of a file, before the server has seen it. */
export interface Candidate {
  readonly key: string
  readonly name: string
  /** What a zone can be; undefined for another type of geometry, which is told by its name. */
  readonly geometry: Geometry | undefined
  readonly type: string
  readonly radiusM: number | undefined
  readonly widthM: number | undefined
  readonly exitBufferM: number | undefined
  readonly confirmFixes: number | undefined
  readonly confirmS: number | undefined
  readonly schedule: readonly Window[]
}

export type Read = { readonly candidates: Candidate[] } | { readonly error: 'json' | 'geojson' | 'empty' | 'large'; readonly detail: string }

export const maxBytes = 50 << 20
export const maxFeatures = 2000

const record = (v: unknown): Record<string, unknown> => (typeof v === 'object' && v !== null && !Array.isArray(v) ? (v as Record<string, unknown>) : {})
const number = (v: unknown) => (typeof v === 'number' && Number.isFinite(v) ? v : typeof v === 'string' && v.trim() !== '' && Number.isFinite(Number(v)) ? Number(v) : undefined)
const kinds = new Set(['Polygon', 'MultiPolygon', 'Point', 'LineString'])
const names = ['name', 'nombre', 'title', 'titulo', 'título', 'label']

function nameOf(p: Record<string, unknown>): string {
  const lower = new Map(Object.entries(p).map(([k, v]) => [k.toLowerCase(), v]))
  const found = names.map((n) => lower.get(n)).find((v) => (typeof v === 'string' && v.trim() !== '') || typeof v === 'number')
  return found === undefined ? '' : String(found).trim()
}

function candidate(f: unknown, i: number, other: string): Candidate {
  const p = record(record(f)['properties'])
  const g = record(record(f)['geometry'])
  const type = typeof g['type'] === 'string' ? g['type'] : '—'
  return {
    key: `${i}`, name: nameOf(p) || `${other} ${i + 1}`, type, geometry: kinds.has(type) && Array.isArray(g['coordinates']) ? (g as unknown as Geometry) : undefined,
    radiusM: number(p['radius_m']), widthM: number(p['width_m']), exitBufferM: number(p['exit_buffer_m']), confirmFixes: number(p['confirm_fixes']), confirmS: number(p['confirm_s']),
    schedule: Array.isArray(p['schedule']) ? (p['schedule'] as Window[]) : [],
  }
}

/** Reads a GeoJSON file: a collection, one feature, or a bare geometry. `other` names features without a name. */
export function readGeoJSON(text: string, other: string): Read {
  let v: unknown
  try {
    v = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (e) {
    return { error: 'json', detail: e instanceof Error ? e.message : '' }
  }
  const o = record(v)
  const features = o['type'] === 'FeatureCollection' && Array.isArray(o['features']) ? o['features'] : o['type'] === 'Feature' ? [o] : kinds.has(String(o['type'])) ? [{ geometry: o, properties: {} }] : undefined
  if (!features) return { error: 'geojson', detail: '' }
  if (features.length === 0) return { error: 'empty', detail: '' }
  if (features.length > maxFeatures) return { error: 'large', detail: String(features.length) }
  return { candidates: features.map((f, i) => candidate(f, i, other)) }
}

/** What is sent for a candidate. Points and lines that say no size get one. */
export function draftOfCandidate(c: Candidate & { geometry: Geometry }, radiusM: number, widthM: number): Draft {
  return {
    name: c.name, shape: shapeOf(c.geometry, c.radiusM ?? radiusM, c.widthM ?? widthM), exitBufferM: c.exitBufferM, confirmFixes: c.confirmFixes, confirmS: c.confirmS, schedule: c.schedule,
  }
}

/** Whether the numbers of a geometry can be drawn. What cannot be drawn is still sent: the server says what is wrong. */
export function drawable(g: Geometry): boolean {
  const depth = { Point: 1, LineString: 2, Polygon: 3, MultiPolygon: 4 }[g.type]
  const check = (v: unknown, d: number): boolean =>
    Array.isArray(v) && (d === 1 ? v.length >= 2 && typeof v[0] === 'number' && typeof v[1] === 'number' && Math.abs(v[0]) <= 540 && Math.abs(v[1]) <= 90 : v.length > 0 && v.every((x) => check(x, d - 1)))
  return check(g.coordinates, depth)
}

/** What is sent for a candidate: its geometry as the file has it, so that what the server says is true of the file. */
export function bodyOfCandidate(c: Candidate & { geometry: Geometry }, name: string, radiusM: number, widthM: number) {
  return {
    type: 'Feature' as const, geometry: c.geometry,
    properties: {
      name,
      ...(c.geometry.type === 'Point' && { radius_m: c.radiusM ?? radiusM }), ...(c.geometry.type === 'LineString' && { width_m: c.widthM ?? widthM }),
      ...(c.exitBufferM !== undefined && { exit_buffer_m: c.exitBufferM }), ...(c.confirmFixes !== undefined && { confirm_fixes: c.confirmFixes }), ...(c.confirmS !== undefined && { confirm_s: c.confirmS }),
      ...(c.schedule.length > 0 && { schedule: [...c.schedule] }),
    },
  }
}
