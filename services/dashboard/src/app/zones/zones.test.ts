import { expect, test } from 'vitest'
import { Problem } from '../../../client'
import type { Zone } from '../data/data'
import { zoneShapes } from '../map/shapes'
import { differences } from './diff'
import { Editor } from './editing'
import { faultsOf, placesIn } from './faults'
import { draftOfCandidate, drawable, readGeoJSON } from './files'
import { areaM2, box, metres } from './measure'
import { bodyOf, count, draftOf, geometryOf, shapeOf, type Geometry } from './model'
import { handles, maxHandles } from './shapes'

const square: Geometry = { type: 'Polygon', coordinates: [[[0, 0], [0.01, 0], [0.01, 0.01], [0, 0.01], [0, 0]]] }
const zone = (geometry: Geometry, more: object = {}): Zone => ({
  type: 'Feature', id: 'z', geometry, properties: { name: 'Z', users: [], teams: [], version: 3, created_at: '', updated_at: '', updated_by: 'jefa', ...more },
})

test('what is read and written again is the same', () => {
  for (const [g, r, w] of [
    [square, undefined, undefined],
    [{ type: 'Polygon', coordinates: [...square.coordinates, [[0.002, 0.002], [0.004, 0.002], [0.004, 0.004], [0.002, 0.002]]] }, undefined, undefined],
    [{ type: 'MultiPolygon', coordinates: [square.coordinates, [[[1, 1], [2, 1], [2, 2], [1, 1]]]] }, undefined, undefined],
    [{ type: 'Point', coordinates: [-74.08, 4.65] }, 200, undefined],
    [{ type: 'LineString', coordinates: [[0, 0], [0.123456789, 1]] }, undefined, 50],
  ] as [Geometry, number | undefined, number | undefined][]) {
    const z = zone(g, { radius_m: r, width_m: w, exit_buffer_m: 25, schedule: [{ days: ['mon'], from: '08:00', to: '24:00' }] })
    const body = bodyOf(draftOf(z), 3)
    expect(body.geometry).toEqual(g)
    expect(body.properties).toEqual({ name: 'Z', ...(r && { radius_m: r }), ...(w && { width_m: w }), exit_buffer_m: 25, schedule: [{ days: ['mon'], from: '08:00', to: '24:00' }], version: 3 })
  }
})

test('a border across the antimeridian runs on', () => {
  const s = shapeOf({ type: 'Polygon', coordinates: [[[179.9, 0], [-179.9, 0], [-179.9, 0.2], [179.9, 0.2], [179.9, 0]]] })
  expect(box(s)!.map((x) => Math.round(x * 10) / 10)).toEqual([179.9, 0, 180.1, 0.2])
  const [drawn] = zoneShapes([zone({ type: 'Polygon', coordinates: [[[179.9, 0], [-179.9, 0], [-179.9, 0.2], [179.9, 0.2], [179.9, 0]]] })]).areas.features
  expect((drawn!.geometry as { coordinates: number[][][] }).coordinates[0]!.map((p) => Math.round(p[0]! * 10) / 10)).toEqual([179.9, 180.1, 180.1, 179.9, 179.9])
  const cut = shapeOf({ type: 'MultiPolygon', coordinates: [[[[179.9, 0], [180, 0], [180, 0.2], [179.9, 0]]], [[[-180, 0], [-179.9, 0], [-179.9, 0.2], [-180, 0]]]] })
  expect(box(cut)![2]).toBeCloseTo(180.1)
})

test('a drawing: every click is a step that undo takes back', () => {
  const e = new Editor('polygon')
  for (const [x, y] of [[0, 0], [0.01, 0], [0.01, 0.01], [0, 0.01]] as const) e.add(x, y)
  expect(e.snapshot.sketch).toHaveLength(4)
  e.undo()
  expect(e.snapshot.sketch).toHaveLength(3)
  e.redo()
  e.remove() // the last point
  e.undo()
  e.finish()
  expect(geometryOf(e.snapshot.draft.shape)).toEqual(square)
  expect(e.snapshot.tool).toBe('edit')
  e.change({ name: 'A' }, 'name')
  e.change({ name: 'Al' }, 'name')
  e.change({ name: 'Ala' }, 'name')
  e.undo()
  expect(e.snapshot.draft.name).toBe('')
  e.redo()
  expect(e.snapshot.draft.name).toBe('Ala')
  for (let i = 0; i < 7; i++) e.undo()
  expect(e.snapshot).toMatchObject({ dirty: false, canUndo: false, tool: 'draw' })
})

test('vertices move, come and go; a triangle keeps its three', () => {
  const e = new Editor(zone(square))
  expect(e.snapshot.dirty).toBe(false)
  e.move({ part: 0, ring: 0, i: 2 }, 0.02, 0.02, 'drag1')
  e.move({ part: 0, ring: 0, i: 2 }, 0.03, 0.03, 'drag1')
  expect(e.snapshot.dirty).toBe(true)
  e.undo()
  expect(e.snapshot.dirty).toBe(false)
  expect(e.insert({ part: 0, ring: 0, i: 3 }, -0.005, 0.005)).toEqual({ part: 0, ring: 0, i: 4 })
  expect(count(e.snapshot.draft.shape)).toBe(5)
  for (let i = 0; i < 5; i++) {
    e.select({ part: 0, ring: 0, i: 0 })
    e.remove()
  }
  expect(count(e.snapshot.draft.shape)).toBe(3)
  e.undo()
  expect(count(e.snapshot.draft.shape)).toBe(4)
})

test('a ring within is a hole, one outside a part of its own', () => {
  const e = new Editor(zone(square))
  e.startRing()
  for (const [x, y] of [[0.002, 0.002], [0.004, 0.002], [0.004, 0.004]] as const) e.add(x, y)
  e.finish()
  expect(geometryOf(e.snapshot.draft.shape).type).toBe('Polygon')
  expect(areaM2(e.snapshot.draft.shape)).toBeLessThan(areaM2(shapeOf(square)))
  e.startRing()
  e.add(1, 1)
  expect(e.cancelSketch()).toBe(true)
  expect(e.snapshot.tool).toBe('edit')
  e.undo() // what Escape dropped comes back
  expect(e.snapshot.sketch).toHaveLength(1)
  e.add(1.01, 1)
  e.add(1.01, 1.01)
  e.finish()
  expect(geometryOf(e.snapshot.draft.shape).type).toBe('MultiPolygon')
  e.select({ part: 0, ring: 1, i: 0 })
  e.remove() // of a hole of three vertices nothing useful is left
  expect(count(e.snapshot.draft.shape)).toBe(7)
})

test('a refusal is put at its place and at its member', () => {
  const problem = (errors: { location: string; message: string }[], code = 'x') => new Problem({ status: 422, code, detail: 'first', errors })
  const bow: Geometry = { type: 'Polygon', coordinates: [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]] }
  const [f] = faultsOf(problem([{ location: 'body.geometry.coordinates[0][0]', message: 'The edge from here crosses the edge that begins at coordinates[0][2].' }]), shapeOf(bow))
  expect(f).toEqual({ detail: 'The edge from here crosses the edge that begins at coordinates[0][2].', field: 'geometry', at: { part: 0, ring: 0, i: 0 }, places: [[0, 0], [1, 0]] })
  // The last position repeats the first. Components of a position are at the position.
  expect(faultsOf(problem([{ location: 'body.geometry.coordinates[0][4][1]', message: 'x' }]), shapeOf(bow))[0]!.at).toEqual({ part: 0, ring: 0, i: 0 })
  expect(faultsOf(problem([{ location: 'body.properties.radius_m', message: 'r' }, { location: 'body.properties.schedule[1].to', message: 's' }]), shapeOf(square)).map((x) => x.field)).toEqual(['radius_m', 'schedule[1].to'])
  expect(faultsOf(new Problem({ status: 409, code: 'zone_name_taken', detail: 'Another zone has this name.' }), shapeOf(square))[0]).toMatchObject({ field: 'name', detail: 'Another zone has this name.' })
  expect(placesIn({ type: 'Polygon', coordinates: [[[3, 4], [5, 6]]] }, 'body.geometry.coordinates[0][1]')).toEqual([[5, 6]])
  expect(placesIn({ type: 'Polygon', coordinates: [[[3, 4], [5, 600]]] }, 'body.geometry.coordinates[0][1]')).toEqual([])
})

test('files: collections, features, geometries, and what is none', () => {
  const of = (v: unknown) => readGeoJSON(JSON.stringify(v), 'Zona')
  expect(of({ type: 'FeatureCollection', features: [{ type: 'Feature', properties: { Nombre: 'Ñuñoa 😀' }, geometry: square }, { type: 'Feature', properties: null, geometry: { type: 'Point', coordinates: [1, 2] } }, { geometry: { type: 'GeometryCollection' } }] })).toMatchObject({
    candidates: [{ name: 'Ñuñoa 😀', geometry: square }, { name: 'Zona 2', type: 'Point' }, { type: 'GeometryCollection', geometry: undefined }],
  })
  expect(of(square)).toMatchObject({ candidates: [{ name: 'Zona 1' }] })
  expect(readGeoJSON('\uFEFF{"type":"Feature","properties":{"name":7},"geometry":null}', 'Zona')).toMatchObject({ candidates: [{ name: '7', geometry: undefined }] })
  expect(readGeoJSON('{"type":', 'Zona')).toMatchObject({ error: 'json' })
  expect(of([1])).toMatchObject({ error: 'geojson' })
  expect(of({ type: 'FeatureCollection', features: [] })).toMatchObject({ error: 'empty' })
  const read = of({ type: 'Feature', properties: { name: 'C' }, geometry: { type: 'Point', coordinates: [1, 2] } })
  if (!('candidates' in read)) throw new Error('unread')
  expect(draftOfCandidate({ ...read.candidates[0]!, geometry: read.candidates[0]!.geometry! }, 80, 30).shape).toEqual({ kind: 'circle', centre: [1, 2], radiusM: 80 })
  expect(drawable({ type: 'Polygon', coordinates: [[['a', 1]]] } as unknown as Geometry)).toBe(false)
  expect(drawable(square)).toBe(true)
})

test('what somebody else changed', () => {
  expect(differences(zone(square), zone(square, { version: 4, updated_by: 'otra' }))).toEqual([])
  expect(differences(zone(square), zone({ type: 'Point', coordinates: [0, 0] }, { name: 'Y', radius_m: 5, users: ['juan'] })).map((d) => d.member)).toEqual(['geometry', 'name', 'radius_m', 'users'])
})

test('handles are of what is in view, and never thousands', () => {
  const ring = Array.from({ length: 10_000 }, (_, i) => [Math.cos(i / 1591.55), Math.sin(i / 1591.55)])
  const s = shapeOf({ type: 'Polygon', coordinates: [[...ring, ring[0]!]] })
  expect(count(s)).toBe(10_000)
  expect(handles(s, { west: -2, south: -2, east: 2, north: 2 }, undefined)).toEqual({ list: [], many: 10_000 })
  const near = handles(s, { west: 0.99, south: -0.01, east: 1.01, north: 0.01 }, undefined)
  expect(near.list.length).toBeGreaterThan(10)
  expect(near.list.length).toBeLessThan(2 * maxHandles)
})

test('sizes are about right', () => {
  expect(metres([-74, 4.6], [-74, 4.61])).toBeCloseTo(1113, -1)
  expect(areaM2(shapeOf(square)) / 1_239_000).toBeCloseTo(1, 2)
})
