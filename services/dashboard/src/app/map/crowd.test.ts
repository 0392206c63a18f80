import { expect, test } from 'vitest'
import type { Person, State } from '../data/people'
import { Crowd } from './crowd'

const box = { west: -99, south: 19, east: -98, north: 20 }
const pixel = 360 / (512 * 2 ** 12) // degrees of longitude at zoom 12
/** Somebody, so many pixels east of a place. */
const at = (id: string, pixels: number, state: State = 'fresh'): Person =>
  ({ id, name: `Name ${id}`, plain: id, initials: id, teams: [], at: 1, heading: undefined, state, age: 'fresh', position: { lon: -98.5 + pixels * pixel, lat: 19.5 } }) as unknown as Person
const shown = (c: Crowd) => c.all().map((f) => f.properties!['count'] ?? f.properties!['id'])

test('who lies over another is one sign with a number, and it shows the worst state inside', () => {
  const c = new Crowd()
  c.change([at('a', 0), at('b', 5, 'silent'), at('c', 10, 'alert'), at('d', 200)], box, 12)
  expect(shown(c)).toEqual([3, 'd'])
  expect(c.all()[0]!.properties!['worst']).toBe(4)
  expect(c.members('*a').map((p) => p.id)).toEqual(['a', 'b', 'c'])
})

test('a group stays where it stands while its people move a little, come and go', () => {
  const c = new Crowd()
  c.change([at('a', 0), at('b', 20)], box, 12)
  const before = c.all()[0]!.geometry
  for (const [n, people] of [[3, [at('a', 6), at('b', 24), at('c', 12)]], [2, [at('a', -6), at('c', 12)]]] as const) {
    const d = c.change(people, box, 12)!
    expect(d.add![0]!.properties!['count']).toBe(n)
    expect(c.all()[0]!.geometry).toEqual(before)
  }
})

test('a move of less than some pixels waits, and then all of them are drawn at once', () => {
  const c = new Crowd()
  const people = (by: number) => [at('a', by), at('b', 300 + by)]
  c.change(people(0), box, 12)
  const changes = [1, 1.5, 2, 2.2, 2.4].map((by) => c.change(people(by), box, 12)?.update?.length)
  expect(changes).toEqual([undefined, undefined, undefined, undefined, 2])
  expect(c.change(people(8), box, 12)?.update?.length).toBe(2) // a visible move is drawn at once
  expect(c.change(people(8), box, 12)).toBeUndefined()
})

test('what concerns somebody is drawn at once, and only that', () => {
  const c = new Crowd()
  c.change([at('a', 0), at('b', 300)], box, 12)
  expect(c.change([at('a', 0), at('b', 300, 'alert')], box, 12)!.add!.map((f) => f.properties!['id'])).toEqual(['b'])
  expect(c.change([at('a', 0), at('b', 300, 'alert'), at('c', 600)], box, 12)!.add!.map((f) => f.properties!['id'])).toEqual(['c'])
  expect(c.change([at('a', 0), at('c', 600)], box, 12)).toEqual({ add: [], update: [], remove: ['b'] })
})

test('who is out of view, and who is shown apart, is not sent to the map', () => {
  const c = new Crowd()
  c.change([at('a', 0), at('b', 300), at('far', 50_000)], box, 12, 'b')
  expect(shown(c)).toEqual(['a'])
  // A view over the antimeridian shows both of its sides.
  const d = new Crowd()
  d.change([{ ...at('x', 0), position: { lon: 179.9, lat: -17 } } as unknown as Person, { ...at('y', 0), position: { lon: -179.9, lat: -17 } } as unknown as Person], { west: 179, east: 181, south: -18, north: -16 }, 8)
  expect(shown(d)).toEqual(['x', 'y'])
})

test('who is connected has a dot: only who stands alone, near enough, and only that is sent when it changes', () => {
  const c = new Crowd()
  const people = [at('a', 0), at('b', 5), at('d', 200), at('e', 400)]
  c.change(people, box, 12)
  const dots = () => c.all().map((f) => [f.properties!['count'] ?? f.properties!['id'], f.properties!['presence']])
  c.online = new Set(['a', 'd', 'far'])
  expect(c.change(people, box, 12)!.add!.map((f) => f.properties!['id'])).toEqual(['d'])
  expect(dots()).toEqual([[2, undefined], ['d', 'online'], ['e', undefined]])
  c.online = new Set(['a', 'd', 'farther']) // somebody whom nobody sees here
  expect(c.change(people, box, 12)).toBeUndefined()
  c.online = new Set(['e', 'b']) // one went and another came
  expect(c.change(people, box, 12)!.add!.map((f) => f.properties!['id'])).toEqual(['d', 'e'])
  expect(dots()).toEqual([[2, undefined], ['d', undefined], ['e', 'online']])
  c.change(people, box, 9)
  expect(dots().map(([, presence]) => presence)).not.toContain('online')
})
