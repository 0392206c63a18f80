// A small street map for tests, made here: a lake, a road and a town around Austin, where the demo's buses are.
import { GeoJSONVT } from '@maplibre/geojson-vt'
import { fromGeojsonVt } from '@maplibre/vt-pbf'
import { zxyToTileId } from 'pmtiles'

const [west, south, east, north] = [-98.4, 29.8, -97.2, 30.8]
/** Where the lake's water is. */
export const lake = [-97.9, 30.2]
const box = (w, s, e, n) => [[[w, s], [e, s], [e, n], [w, n], [w, s]]]
const of = (type, coordinates, properties) => ({ type: 'FeatureCollection', features: [{ type: 'Feature', geometry: { type, coordinates }, properties }] })
const layers = {
  earth: of('Polygon', box(west, south, east, north), { kind: 'earth' }),
  water: of('Polygon', box(lake[0] - 0.2, lake[1] - 0.2, lake[0] + 0.2, lake[1] + 0.2), { kind: 'lake' }),
  roads: of('LineString', [[west, 30.3], [east, 30.3]], { kind: 'highway', name: 'Road of the test' }),
  places: of('Point', [lake[0] + 0.05, lake[1] + 0.03], { kind: 'locality', name: 'Test town', 'name:es': 'Villa de prueba', min_zoom: 1 }),
}
const maxZoom = 9
const indexes = Object.fromEntries(Object.entries(layers).map(([name, data]) => [name, new GeoJSONVT(data, { maxZoom, indexMaxZoom: maxZoom, buffer: 64 })]))

/** The vector tile at a place, or undefined. */
export function tile(z, x, y) {
  const found = Object.fromEntries(Object.entries(indexes).map(([name, index]) => [name, index.getTile(z, x, y)]).filter(([, t]) => t))
  return Object.keys(found).length ? Buffer.from(fromGeojsonVt(found, { version: 2 })) : undefined
}

const column = (lon, z) => Math.floor(((lon + 180) / 360) * 2 ** z)
const row = (lat, z) => Math.floor(((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * 2 ** z)

function varints(numbers) {
  const bytes = []
  for (let n of numbers) {
    for (; n > 127; n = Math.floor(n / 128)) bytes.push((n % 128) | 128)
    bytes.push(n)
  }
  return Buffer.from(bytes)
}

/** A PMTiles file of version 3: header, one directory, metadata, tiles; nothing compressed. */
export function pmtiles() {
  const tiles = []
  for (let z = 0; z <= maxZoom; z++) {
    for (let x = column(west, z); x <= column(east, z); x++) {
      for (let y = row(north, z); y <= row(south, z); y++) {
        const data = tile(z, x, y)
        if (data) tiles.push({ id: zxyToTileId(z, x, y), data })
      }
    }
  }
  tiles.sort((a, b) => a.id - b.id)
  let at = 0
  const offsets = tiles.map(({ data }) => (at += data.length) - data.length + 1)
  const root = varints([tiles.length, ...tiles.map((t, i) => t.id - (tiles[i - 1]?.id ?? 0)), ...tiles.map(() => 1), ...tiles.map((t) => t.data.length), ...offsets])
  const metadata = Buffer.from(JSON.stringify({ name: 'test', attribution: 'Made by the test' }))
  const head = Buffer.alloc(127)
  head.write('PMTiles')
  head[7] = 3
  const sizes = [127, root.length, 127 + root.length, metadata.length, 0, 0, 127 + root.length + metadata.length, at, tiles.length, tiles.length, tiles.length]
  sizes.forEach((n, i) => head.writeBigUInt64LE(BigInt(n), 8 + 8 * i))
  head.set([1, 1, 1, 1, 0, maxZoom], 96) // clustered, no compression twice, vector tiles, zooms
  ;[west, south, east, north].forEach((n, i) => head.writeInt32LE(n * 1e7, 102 + 4 * i))
  return Buffer.concat([head, root, metadata, ...tiles.map((t) => t.data)])
}
