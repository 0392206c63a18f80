import { expect, test } from 'vitest'
import file from '../../../public/world.json'
import { inside } from './shapes'
import { worldOf, type WorldFile } from './world'

const { land, borders } = worldOf(file as unknown as WorldFile)

test('there is land where there is land', () => {
  const on = (places: readonly (readonly [number, number])[]) => places.map(([x, y]) => land.some((rings) => inside(rings, x, y)))
  expect(on([[-74.1, 4.6], [-97.7, 30.3], [-58.5, -34.7], [13.4, 52.5], [151, -33.5], [100, 60]])).toEqual(Array(6).fill(true))
  expect(on([[-40, 15], [-90, 25], [-150, 0], [80, -30], [-30, 45]])).toEqual(Array(5).fill(false))
})

test('land is cut at the antimeridian: no ring runs across the map', () => {
  expect(land.length).toBeGreaterThan(100)
  for (const ring of land.flat()) {
    expect(ring.at(-1)).toEqual(ring[0])
    ring.forEach((p, i) => {
      expect(Math.abs(p[0]!)).toBeLessThanOrEqual(180)
      const q = ring[i - 1]
      if (q && Math.abs(p[1]!) < 89 && Math.abs(q[1]!) < 89) expect(Math.abs(p[0]! - q[0]!)).toBeLessThan(180)
    })
  }
  for (const line of borders) line.forEach((p, i) => i > 0 && expect(Math.abs(p[0]! - line[i - 1]![0]!)).toBeLessThan(90))
})
