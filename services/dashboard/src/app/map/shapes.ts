import type { Feature, FeatureCollection, Geometry, Polygon, Position as Point } from 'geojson'
import type { Zone } from '../data/data'
import { geometryOf, shapeOf } from '../zones/model'

const metresPerDegree = 111_320

/** A circle of so many metres, as a polygon. */
export function circle(lon: number, lat: number, radiusM: number, corners = 128): Polygon {
  const ring: Point[] = []
  const dy = radiusM / metresPerDegree
  const dx = dy / Math.max(0.01, Math.cos((lat * Math.PI) / 180))
  for (let i = 0; i <= corners; i++) {
    const a = (2 * Math.PI * i) / corners
    ring.push([lon + dx * Math.cos(a), lat + dy * Math.sin(a)])
  }
  return { type: 'Polygon', coordinates: [ring] }
}

function areaAndCentre(ring: Point[]): { area: number; x: number; y: number } {
  let [area, x, y] = [0, 0, 0]
  const [ox, oy] = ring[0] as [number, number] // relative to a corner: the numbers stay small
  for (let i = 0; i < ring.length; i++) {
    const [x0, y0] = [ring[i]![0]! - ox, ring[i]![1]! - oy]
    const q = ring[(i + 1) % ring.length]!
    const [x1, y1] = [q[0]! - ox, q[1]! - oy]
    const cross = x0 * y1 - x1 * y0
    area += cross
    x += (x0 + x1) * cross
    y += (y0 + y1) * cross
  }
  return area === 0 ? { area: 0, x: ox, y: oy } : { area: Math.abs(area / 2), x: ox + x / (3 * area), y: oy + y / (3 * area) }
}

export function inside(rings: Point[][], x: number, y: number): boolean {
  let odd = false
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi, yi, xj, yj] = [ring[i]![0]!, ring[i]![1]!, ring[j]![0]!, ring[j]![1]!]
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd
    }
  }
  return odd
}

/** Where the name of a polygon stands: its centre, or the middle of the widest part at that height when the centre is outside. */
export function labelPoint(rings: Point[][]): Point {
  const { x, y } = areaAndCentre(rings[0]!)
  if (inside(rings, x, y)) return [x, y]
  const cuts: number[] = []
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi, yi, xj, yj] = [ring[i]![0]!, ring[i]![1]!, ring[j]![0]!, ring[j]![1]!]
      if (yi > y !== yj > y) cuts.push(((xj - xi) * (y - yi)) / (yj - yi) + xi)
    }
  }
  cuts.sort((a, b) => a - b)
  let best: [number, number] = [x, x]
  for (let i = 0; i + 1 < cuts.length; i += 2) if (cuts[i + 1]! - cuts[i]! > best[1] - best[0]) best = [cuts[i]!, cuts[i + 1]!]
  return [(best[0] + best[1]) / 2, y]
}

/** Where the name of a zone stands. */
export function zoneLabel(z: Zone): Point {
  const g = z.geometry
  switch (g.type) {
    case 'Point':
      return g.coordinates
    case 'LineString':
      return g.coordinates[Math.floor(g.coordinates.length / 2)]!
    case 'Polygon':
      return labelPoint(g.coordinates)
    case 'MultiPolygon': {
      const largest = [...g.coordinates].sort((a, b) => areaAndCentre(b[0]!).area - areaAndCentre(a[0]!).area)[0]!
      return labelPoint(largest)
    }
  }
}

export interface ZoneShapes {
  areas: FeatureCollection
  corridors: FeatureCollection
  labels: FeatureCollection
}

/** What is drawn of zones. A corridor is a line that is as wide as the corridor at every zoom. */
export function zoneShapes(zones: readonly Zone[]): ZoneShapes {
  const areas: Feature[] = []
  const corridors: Feature[] = []
  const labels: Feature[] = []
  const feature = (id: string, geometry: Geometry, more: Record<string, unknown> = {}): Feature => ({ type: 'Feature', geometry, properties: { id, ...more } })
  for (const z of zones) {
    // Read and written again, its longitudes run on past 180 and draw no line around the earth.
    const g = geometryOf(shapeOf(z.geometry))
    if (g.type === 'LineString') {
      const lat = g.coordinates[0]![1]!
      // Pixels that a metre takes at zoom 0; they double with each zoom.
      const wide = ((z.properties.width_m ?? 1) * 512) / (40_075_016.7 * Math.cos((lat * Math.PI) / 180))
      corridors.push(feature(z.id, g, { wide }))
    } else {
      areas.push(feature(z.id, g.type === 'Point' ? circle(g.coordinates[0]!, g.coordinates[1]!, z.properties.radius_m ?? 1) : g))
    }
    labels.push(feature(z.id, { type: 'Point', coordinates: zoneLabel({ ...z, geometry: g }) }, { name: z.properties.name }))
  }
  const all = (features: Feature[]): FeatureCollection => ({ type: 'FeatureCollection', features })
  return { areas: all(areas), corridors: all(corridors), labels: all(labels) }
}

export interface Part {
  line: Point[]
  /** How old its end is, 0 for the newest and 1 for the oldest. */
  age: number
}

/** Parts of a route for drawing: no line joins positions that lie longer apart than the gap, and a part spans five minutes. */
export function parts<P extends { lon: number; lat: number; recorded_at: string }>(route: readonly P[], gapMs = 5 * 60_000, spanMs = 3_600_000): Part[] {
  const newest = route.length > 0 ? Date.parse(route.at(-1)!.recorded_at) : 0
  const out: Part[] = []
  let last = -Infinity
  let slot = NaN
  let before: Point | undefined
  for (const p of route) {
    const at = Date.parse(p.recorded_at)
    const point: Point = [p.lon, p.lat]
    const mine = Math.floor((newest - at) / 300_000)
    const gap = at - last > gapMs
    if (gap || mine !== slot) out.push({ line: gap || !before ? [] : [before], age: Math.min(1, (newest - at) / spanMs) })
    out.at(-1)!.line.push(point)
    ;[last, slot, before] = [at, mine, point]
  }
  return out.filter((part) => part.line.length > 1)
}
