import type { Feature, FeatureCollection } from 'geojson'

// Distances of the lines, in seconds of arc.
const steps = [30, 20, 10, 5, 2, 1].map((d) => d * 3600).concat([30, 20, 10, 5, 2, 1].map((m) => m * 60), [30, 20, 10, 5, 2, 1])

/** The distance of lines, in seconds of arc, so that they lie about a hundred pixels apart. */
export function step(zoom: number): number {
  const pixelsPerSecond = (512 * 2 ** zoom) / 360 / 3600
  return [...steps].reverse().find((s) => s * pixelsPerSecond >= 110) ?? steps[0]!
}

/** 30°15′N: as precise as the lines need. */
export function degrees(seconds: number, positive: string, negative: string): string {
  const s = Math.abs(Math.round(seconds))
  const [d, m, rest] = [Math.floor(s / 3600), Math.floor((s % 3600) / 60), s % 60]
  const text = `${d}°${m || rest ? `${String(m).padStart(2, '0')}′` : ''}${rest ? `${String(rest).padStart(2, '0')}″` : ''}`
  return s === 0 ? text : text + (seconds < 0 ? negative : positive)
}

export interface Box {
  west: number
  south: number
  east: number
  north: number
}

interface Sides {
  north: string
  east: string
  south: string
  west: string
}

/** How a language shortens the sides of the sky. */
export const sidesOf = (language: string): Sides => ({ north: 'N', east: 'E', south: 'S', west: language.startsWith('es') ? 'O' : 'W' })

/**
 * The lines of latitude and longitude in a box. Their names are points: each line has one at every fourth line that it crosses,
 * in the middle to the next. Names along a line would cost the map more than all people.
 */
export function graticule(box: Box, zoom: number, sides: Sides): FeatureCollection {
  const by = step(zoom)
  const features: Feature[] = []
  const [south, north] = [Math.max(-85, box.south), Math.min(85, box.north)]
  const between = (from: number, to: number) => {
    const first = Math.ceil((from * 3600) / by)
    return Array.from({ length: Math.max(0, Math.floor((to * 3600) / by) - first + 1) }, (_, i) => (first + i) * by)
  }
  const [meridians, parallels] = [between(box.west, box.east), between(south, north)]
  const line = (coordinates: number[][]) => features.push({ type: 'Feature', geometry: { type: 'LineString', coordinates }, properties: {} })
  const name = (coordinates: number[], text: string, turn: number) => features.push({ type: 'Feature', geometry: { type: 'Point', coordinates }, properties: { name: text, turn } })
  // By the number of a line on the globe, so that names stay where they are when the box moves.
  const named = (s: number) => Math.round(s / by) % 4 === 0
  for (const s of meridians) {
    line([[s / 3600, south], [s / 3600, north]])
    const wrapped = ((((s / 3600 + 180) % 360) + 360) % 360) - 180
    for (const p of parallels.filter(named)) name([s / 3600, (p + by / 2) / 3600], degrees(wrapped * 3600, sides.east, sides.west), -90)
  }
  for (const s of parallels) {
    // Cut into pieces, since a line over half the globe would take the short way around.
    for (let west = box.west; west < box.east; west += 90) line([[west, s / 3600], [Math.min(west + 90, box.east), s / 3600]])
    for (const m of meridians.filter(named)) name([(m + by / 2) / 3600, s / 3600], degrees(s, sides.north, sides.south), 0)
  }
  return { type: 'FeatureCollection', features }
}
