import type { Feature, FeatureCollection, Position as Point } from 'geojson'
import { gapAfter, type Track } from './track'

export type Kind = 'plain' | 'late' | 'mock'

export interface RouteShapes {
  /** Lines, each with its kind, and whether it is vague. */
  route: FeatureCollection
  /** A thin line over each gap, and a point in its middle with the gap's name. */
  gaps: FeatureCollection
  /** Every fix. Those with no line to another one are alone. */
  fixes: FeatureCollection
}

const collection = (features: Feature[]): FeatureCollection => ({ type: 'FeatureCollection', features })
const feature = (geometry: Feature['geometry'], properties: Record<string, unknown>): Feature => ({ type: 'Feature', geometry, properties })

const kindOf = (t: Track, i: number): Kind => (t.mock[i] ? 'mock' : t.late[i]! > 0 ? 'late' : 'plain')

/** What is drawn of a day. It is made once for each part of the day that was read. */
export function routeShapes(t: Track, nameOfGap: (ms: number) => string): RouteShapes {
  const [route, gaps, fixes]: [Feature[], Feature[], Feature[]] = [[], [], []]
  const point = (i: number): Point => [t.lon[i]!, t.lat[i]!]
  // A line that goes around the globe would cross the whole map.
  const joined = (i: number) => i > 0 && i < t.size && t.at[i]! - t.at[i - 1]! <= gapAfter && Math.abs(t.lon[i]! - t.lon[i - 1]!) < 180
  let line: { style: string; points: Point[] } | undefined
  for (let i = 0; i < t.size; i++) {
    const kind = kindOf(t, i)
    fixes.push(feature({ type: 'Point', coordinates: point(i) }, { kind, vague: t.vague[i] === 1, alone: !joined(i) && !joined(i + 1) }))
    if (!joined(i)) {
      line = undefined
      continue
    }
    // A line is as bad as the worse of its ends.
    const worse = t.mock[i - 1] ? 'mock' : kind === 'plain' ? kindOf(t, i - 1) : kind
    const vague = t.vague[i] === 1 || t.vague[i - 1] === 1
    const style = worse + vague
    if (line?.style !== style) {
      line = { style, points: [point(i - 1)] }
      route.push(feature({ type: 'LineString', coordinates: line.points }, { kind: worse, vague }))
    }
    line.points.push(point(i))
  }
  for (const g of t.gaps) {
    const [a, b] = [point(g.after), point(g.after + 1)]
    const name = nameOfGap(g.to - g.from)
    if (Math.abs(a[0]! - b[0]!) < 180) gaps.push(feature({ type: 'LineString', coordinates: [a, b] }, {}))
    gaps.push(feature({ type: 'Point', coordinates: [(a[0]! + b[0]!) / 2, (a[1]! + b[1]!) / 2] }, { name }))
  }
  return { route: collection(route), gaps: collection(gaps), fixes: collection(fixes) }
}

/** The box around a day; undefined for a day without fixes. Fixes that are known to be bad do not make it larger, unless there are no others. */
export function boxOf(t: Track): [[number, number], [number, number]] | undefined {
  const box = (use: (i: number) => boolean) => {
    let [w, s, e, n] = [Infinity, Infinity, -Infinity, -Infinity]
    for (let i = 0; i < t.size; i++) {
      if (!use(i)) continue
      ;[w, e] = [Math.min(w, t.lon[i]!), Math.max(e, t.lon[i]!)]
      ;[s, n] = [Math.min(s, t.lat[i]!), Math.max(n, t.lat[i]!)]
    }
    return w === Infinity ? undefined : ([[w, s], [e, n]] as [[number, number], [number, number]])
  }
  return box((i) => !t.mock[i] && !t.vague[i]) ?? box(() => true)
}
