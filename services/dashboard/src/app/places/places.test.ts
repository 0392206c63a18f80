import { expect, test } from 'vitest'
import { bodyOf, differences, draftOf, merge, pointText, readPoint, readRadius, same, type Place } from './model'

const place: Place = {
  id: 'p', external_id: 'CLI-1', name: 'La Ñapa', address: 'Calle 100', contact: '', notes: '', lat: 4.651234567, lon: -74.081234567, radius_m: 80, archived: false, version: 3, created_at: '', updated_at: '', updated_by: 'jefa',
}

test('coordinates are read as people write and paste them', () => {
  const p = { lat: 4.65, lon: -74.08 }
  for (const text of ['4.65, -74.08', '4.65,-74.08', ' (4.65 -74.08) ', '4,65; -74,08', '4,65, -74,08', '4.65° N, 74.08° W', '4.65 n 74.08 o', 'https://maps.example/@4.65,-74.08,17z', 'https://maps.example/?q=4.65%2C-74.08']) expect(readPoint(text), text).toEqual(p)
  for (const text of ['', '4.65', 'Calle 100 # 11-20', '91, 10', '10, 181', '4.65 -74.08 12']) expect(readPoint(text), text).toBeUndefined()
  expect([readRadius('80,5'), readRadius('4'), readRadius('5001'), readRadius(''), readRadius('x')]).toEqual([80.5, undefined, undefined, undefined, undefined])
})

test('who did not move a place leaves it exactly where it was', () => {
  const d = draftOf(place)
  expect(d.point).toBe('4.651235, -74.081235')
  expect(bodyOf({ ...d, name: 'X' }, place)).toMatchObject({ name: 'X', lat: 4.651234567, lon: -74.081234567, version: 3, archived: false })
  expect(bodyOf({ ...d, point: pointText({ lat: 1, lon: 2 }) }, place)).toMatchObject({ lat: 1, lon: 2 })
  expect(bodyOf(d)).not.toHaveProperty('version')
})

test('what two people changed comes together, and of the same field mine stays', () => {
  const theirs = { ...place, address: 'Calle 101', contact: 'Eva', version: 4 }
  expect(differences(place, theirs).map((x) => x.member)).toEqual(['address', 'contact'])
  const mine = { ...draftOf(place), address: 'Carrera 15', name: 'Ñ' }
  expect(merge(mine, place, theirs)).toMatchObject({ name: 'Ñ', address: 'Carrera 15', contact: 'Eva' })
  expect(same(draftOf(place), draftOf({ ...place, archived: true }))).toBe(true)
})
