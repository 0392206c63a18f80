import type { Position as Point } from 'geojson'
import type { CountryPoint } from './countries'

/** world.json, which scripts/base.mjs writes. A line is the place where it begins and then the steps to the next one, whole numbers of which `per` are a degree. */
export interface WorldFile {
  per: number
  land: number[][][]
  borders: number[][]
  names: CountryPoint[]
}

export function worldOf({ per, land, borders, names }: WorldFile): { land: Point[][][]; borders: Point[][]; names: CountryPoint[] } {
  const line = (steps: readonly number[]): Point[] => {
    let [x, y] = [0, 0]
    return Array.from({ length: steps.length / 2 }, (_, i) => [(x += steps[2 * i]!) / per, (y += steps[2 * i + 1]!) / per])
  }
  return { land: land.map((p) => p.map(line)), borders: borders.map(line), names }
}
