import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import { expect, test } from 'vitest'
import type { Zone } from '../data/data'
import { degrees, graticule, sidesOf, step } from './graticule'
import { palettes } from './palette'
import { circle, inside, labelPoint, parts, zoneShapes } from './shapes'
import { style } from './style'

test('the style of both themes is one that the map takes', () => {
  for (const p of Object.values(palettes)) expect(validateStyleMin(style(p))).toEqual([])
})

test('lines of the grid lie about a hundred pixels apart at every zoom', () => {
  for (let zoom = 2; zoom <= 18; zoom += 0.5) {
    const pixels = (step(zoom) / 3600) * ((512 * 2 ** zoom) / 360)
    expect(pixels, `zoom ${zoom}`).toBeGreaterThanOrEqual(110)
    expect(pixels, `zoom ${zoom}`).toBeLessThan(330)
  }
})

test('the names of lines', () => {
  expect(degrees(30.25 * 3600, 'N', 'S')).toBe('30°15′N')
  expect(degrees(-97.75 * 3600, 'E', 'W')).toBe('97°45′W')
  expect(degrees(0, 'N', 'S')).toBe('0°')
  expect(degrees(3605, 'N', 'S')).toBe('1°00′05″N')
  const names = graticule({ west: 170, east: 200, south: -10, north: 10 }, 3, sidesOf('en')).features.map((f) => f.properties!['name'])
  expect(names).toContain('180°W')
  expect(names).toContain('170°W')
  expect(sidesOf('es-MX').west).toBe('O')
})

test('a name stands inside of its polygon, also of one like a U', () => {
  const u = [[[0, 0], [10, 0], [10, 10], [8, 10], [8, 2], [2, 2], [2, 10], [0, 10], [0, 0]]]
  const [x, y] = labelPoint(u) as [number, number]
  expect(inside(u, x, y)).toBe(true)
  const [cx, cy] = labelPoint(circle(-97.7, 30.2, 4500).coordinates) as [number, number]
  expect(cx).toBeCloseTo(-97.7, 5)
  expect(cy).toBeCloseTo(30.2, 5)
})

test('every kind of zone is drawn and has one name', () => {
  const zone = (id: string, geometry: Zone['geometry'], more = {}): Zone => ({
    type: 'Feature', id, geometry, properties: { name: id, users: [], teams: [], version: 1, created_at: '', updated_at: '', updated_by: '', ...more },
  })
  const ring = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
  const s = zoneShapes([
    zone('circle', { type: 'Point', coordinates: [1, 2] }, { radius_m: 100 }), zone('area', { type: 'Polygon', coordinates: [ring] }),
    zone('areas', { type: 'MultiPolygon', coordinates: [[ring], [[[5, 5], [9, 5], [9, 9], [5, 5]]]] }), zone('road', { type: 'LineString', coordinates: [[0, 0], [1, 1]] }, { width_m: 800 }),
  ])
  expect(s.areas.features.map((f) => f.properties!['id'])).toEqual(['circle', 'area', 'areas'])
  expect(s.corridors.features[0]!.properties!['wide'] * 40_075_016.7).toBeCloseTo(800 * 512, 0)
  expect(s.labels.features.length).toBe(4)
})

test('no line joins positions across a gap, and older parts are paler', () => {
  const p = (minute: number) => ({ lon: minute, lat: 0, recorded_at: new Date(minute * 60_000).toISOString() })
  const got = parts([0, 1, 2, 20, 21, 28].map(p))
  expect(got.map((x) => x.line.map((c) => c[0]))).toEqual([[0, 1, 2], [20, 21]])
  expect(got[0]!.age).toBeGreaterThan(got[1]!.age)
  const joined = parts([0, 2, 4, 6, 8, 10].map(p))
  for (let i = 1; i < joined.length; i++) expect(joined[i]!.line[0]).toEqual(joined[i - 1]!.line.at(-1))
})
