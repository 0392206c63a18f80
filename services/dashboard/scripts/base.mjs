// Makes the base map, public/world.json, from Natural Earth (world-atlas): land, borders, and where the name of each country
// stands. Polygons that cross the antimeridian are cut there. Drawn as they are, they would run across the whole map. A line is
// written as its first place and the steps from there on, in twentieths of a degree: half of what places in degrees weigh.
import { readFileSync, writeFileSync } from 'node:fs'
import countries from 'i18n-iso-countries'
import { feature, mesh } from 'topojson-client'

const atlas = JSON.parse(readFileSync(new URL('../node_modules/world-atlas/countries-110m.json', import.meta.url), 'utf8'))
const per = 20
const round = (x) => Math.round(x * per) / per

// unwrap makes longitudes of a ring go on beyond 180 degrees instead of jumping.
function unwrap(ring) {
  let turn = 0
  return ring.map(([lon, lat], i) => {
    if (i > 0) {
      const step = lon - ring[i - 1][0]
      if (step > 180) turn -= 360
      if (step < -180) turn += 360
    }
    return [lon + turn, lat]
  })
}

// clip keeps the part of a ring on one side of a meridian (Sutherland and Hodgman).
function clip(ring, lon, sign) {
  const inside = (p) => (p[0] - lon) * sign <= 0
  const kept = []
  ring.forEach((p, i) => {
    const q = ring[(i + 1) % ring.length]
    if (inside(p)) kept.push(p)
    if (inside(p) !== inside(q)) kept.push([lon, p[1] + ((q[1] - p[1]) * (lon - p[0])) / (q[0] - p[0])])
  })
  return kept
}

// cut returns the parts of a ring, each within -180 and 180.
function cut(ring) {
  let open = unwrap(ring)
  if (Math.abs(open.at(-1)[0] - open[0][0]) > 180) {
    // The ring goes around a pole: close it along the edge of the map.
    const pole = open[0][1] < 0 ? -90 : 90
    open.push([open.at(-1)[0], pole], [open[0][0], pole])
  } else {
    open = open.slice(0, -1)
  }
  const parts = []
  for (const shift of [-360, 0, 360]) {
    let part = open.map(([lon, lat]) => [lon + shift, lat])
    if (part.every(([lon]) => lon <= -180) || part.every(([lon]) => lon >= 180)) continue
    part = clip(clip(part, 180, 1), -180, -1)
    if (part.length > 2) parts.push([...part, part[0]])
  }
  return parts
}

const tidy = (line) => line.map(([lon, lat]) => [round(lon), round(lat)]).filter((p, i, all) => i === 0 || p[0] !== all[i - 1][0] || p[1] !== all[i - 1][1])

const land = []
const shape = feature(atlas, atlas.objects.land)
for (const f of shape.features ?? [shape]) {
  for (const [outer, ...holes] of f.geometry.type === 'Polygon' ? [f.geometry.coordinates] : f.geometry.coordinates) {
    for (const part of cut(outer)) {
      const ring = tidy(part)
      if (ring.length > 3) land.push([ring, ...holes.flatMap(cut).map(tidy).filter((h) => h.length > 3)])
    }
  }
}
const borders = mesh(atlas, atlas.objects.countries, (a, b) => a !== b).coordinates.map(tidy).filter((l) => l.length > 1)

function area(ring) {
  return Math.abs(ring.reduce((sum, [x, y], i) => { const [u, v] = ring[(i + 1) % ring.length]; return sum + x * v - u * y }, 0) / 2)
}
function inside(ring, x, y) {
  return ring.reduce((odd, [x1, y1], i) => { const [x2, y2] = ring.at(i - 1); return y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1 ? !odd : odd }, false)
}
function toEdge(ring, x, y) {
  return Math.min(...ring.map(([x1, y1], i) => {
    const [x2, y2] = ring.at(i - 1)
    const along = Math.max(0, Math.min(1, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / ((x2 - x1) ** 2 + (y2 - y1) ** 2 || 1)))
    return Math.hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1))
  }))
}

// middle is the point of a ring that is farthest from its edge, on a grid of thirty by thirty.
function middle(ring) {
  const [xs, ys] = [ring.map((p) => p[0]), ring.map((p) => p[1])]
  const [west, south] = [Math.min(...xs), Math.min(...ys)]
  const [dx, dy] = [(Math.max(...xs) - west) / 30, (Math.max(...ys) - south) / 30]
  let best = { far: -1, at: ring[0] }
  for (let x = west + dx / 2; x < west + 30 * dx; x += dx) {
    for (let y = south + dy / 2; y < south + 30 * dy; y += dy) {
      const far = inside(ring, x, y) ? toEdge(ring, x, y) : -1
      if (far > best.far) best = { far, at: [x, y] }
    }
  }
  return best.at
}

// A name is made in the browser, from the code of two letters of ISO 3166-1. What has no code there gets no name.
const names = feature(atlas, atlas.objects.countries).features.flatMap((f) => {
  const code = f.properties.name === 'Kosovo' ? 'XK' : countries.numericToAlpha2(f.id)
  const rings = (f.geometry.type === 'Polygon' ? [f.geometry.coordinates] : f.geometry.coordinates).flatMap(([outer]) => cut(outer))
  const largest = rings.sort((a, b) => area(b) - area(a))[0]
  return code && code !== 'AQ' ? [[code, ...tidy([middle(largest)])[0], Math.round(area(largest))]] : []
}).sort((a, b) => b[3] - a[3])

const whole = (x) => Math.round(x * per)
const steps = (line) => line.flatMap(([x, y], i) => [whole(x) - whole(line[i - 1]?.[0] ?? 0), whole(y) - whole(line[i - 1]?.[1] ?? 0)])
const text = JSON.stringify({ per, land: land.map((p) => p.map(steps)), borders: borders.map(steps), names })
writeFileSync(new URL('../public/world.json', import.meta.url), text)
const jumps = land.flat().filter((ring) => ring.some((p, i) => i > 0 && Math.abs(p[0] - ring[i - 1][0]) > 180 && Math.abs(p[1]) < 89))
console.log(`${land.length} polygons, ${borders.length} borders, ${names.length} names, ${text.length} bytes, ${jumps.length} rings across the map`)
