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

/** The lines of latitude and longitude in a box, each with its name. */
export function graticule(box: Box, zoom: number): FeatureCollection {
  const by = step(zoom)
  const features: Feature[] = []
  const [south, north] = [Math.max(-85, box.south), Math.min(85, box.north)]
  const line = (coordinates: number[][], name: string) => features.push({ type: 'Feature', geometry: { type: 'LineString', coordinates }, properties: { name } })
  for (let s = Math.ceil((box.west * 3600) / by) * by; s <= box.east * 3600; s += by) {
    const wrapped = ((((s / 3600 + 180) % 360) + 360) % 360) - 180
    line([[s / 3600, south], [s / 3600, north]], degrees(wrapped * 3600, 'E', 'W'))
  }
  for (let s = Math.ceil((south * 3600) / by) * by; s <= north * 3600; s += by) {
    // Cut into pieces, since a line over half the globe would take the short way around.
    for (let west = box.west; west < box.east; west += 90) line([[west, s / 3600], [Math.min(west + 90, box.east), s / 3600]], degrees(s, 'N', 'S'))
  }
  return { type: 'FeatureCollection', features }
}
