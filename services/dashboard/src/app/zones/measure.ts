import { rings, type Point, type Shape } from './model'

const metresPerDegree = 111_320
const scale = (lat: number) => metresPerDegree * Math.max(0.01, Math.cos((lat * Math.PI) / 180))

/** Metres between two places that are not far apart, as people are told them. */
export function metres(a: Point, b: Point): number {
  return Math.hypot((a[0] - b[0]) * scale((a[1] + b[1]) / 2), (a[1] - b[1]) * metresPerDegree)
}

export const lengthM = (line: readonly Point[]) => line.reduce((sum, p, i) => (i === 0 ? 0 : sum + metres(line[i - 1]!, p)), 0)

function ringM2(ring: readonly Point[]): number {
  const [ox, oy] = ring[0]!
  const east = scale(oy)
  let twice = 0
  for (let i = 0; i < ring.length; i++) {
    const [a, b] = [ring[i]!, ring[(i + 1) % ring.length]!]
    twice += (a[0] - ox) * (b[1] - oy) - (b[0] - ox) * (a[1] - oy)
  }
  return Math.abs(twice / 2) * east * metresPerDegree
}

/** About how many square metres a shape has. */
export function areaM2(s: Shape): number {
  if (s.kind === 'circle') return Math.PI * s.radiusM ** 2
  if (s.kind === 'corridor') return lengthM(s.line) * s.widthM + Math.PI * (s.widthM / 2) ** 2
  return s.parts.reduce((sum, p) => sum + p.reduce((a, r, i) => a + (i === 0 ? ringM2(r) : -ringM2(r)), 0), 0)
}

/** West, south, east and north of what a shape covers; undefined when it has no place yet. */
export function box(s: Shape): [number, number, number, number] | undefined {
  const b: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity]
  const reach = s.kind === 'circle' ? s.radiusM : s.kind === 'corridor' ? s.widthM / 2 : 0
  for (const { points } of rings(s)) {
    for (const [x, y] of points) {
      const [dx, dy] = [reach / scale(y), reach / metresPerDegree]
      b[0] = Math.min(b[0], x - dx)
      b[1] = Math.min(b[1], y - dy)
      b[2] = Math.max(b[2], x + dx)
      b[3] = Math.max(b[3], y + dy)
    }
  }
  return b[0] === Infinity ? undefined : b
}

/** The place so many metres east of another. */
export const east = (p: Point, m: number): Point => [p[0] + m / scale(p[1]), p[1]]
