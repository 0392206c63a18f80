import { expect, test } from 'vitest'
import { Player } from './player'
import { trackOf } from './track'

const start = Date.parse('2026-03-01T12:00:00Z')
const track = (...seconds: number[]) =>
  trackOf(seconds.map((s) => {
    const at = new Date(start + s * 1000).toISOString()
    return { user_id: 'u', device_id: 'd', recorded_at: at, received_at: at, lon: 0, lat: 0, activity: '', mock: false }
  }))

function world() {
  let next: ((at: number) => void) | undefined
  const p = new Player({ request: (f) => ((next = f), 1), cancel: () => (next = undefined) })
  let at = 5000
  const frame = (ms: number) => {
    at += ms
    const f = next
    next = undefined
    f?.(at)
  }
  return { p, frame, waits: () => next !== undefined, seconds: () => (p.time - start) / 1000 }
}

test('it plays at its speed, and ends at the last fix', () => {
  const { p, frame, waits, seconds } = world()
  p.setTrack(track(0, 60, 120))
  p.setSpeed(60)
  p.play()
  frame(0)
  frame(100)
  expect(seconds()).toBe(6)
  p.setSpeed(10)
  frame(100)
  expect(seconds()).toBe(7)
  frame(60_000) // the tab was hidden
  expect(seconds()).toBe(9.5)
  p.setSpeed(300)
  for (let i = 0; i < 20; i++) frame(100)
  expect([seconds(), p.playing, waits()]).toEqual([120, false, false])
  p.toggle() // begins again
  expect([seconds(), p.playing]).toEqual([0, true])
})

test('a gap of hours passes in about a second, and its end is not missed', () => {
  const { p, frame, seconds } = world()
  p.setTrack(track(0, 7200, 7210, 7300))
  p.setSpeed(1)
  p.play()
  frame(0)
  frame(120)
  expect(seconds()).toBeCloseTo(720, 0)
  for (let i = 0; i < 10; i++) frame(120)
  expect(seconds()).toBeGreaterThanOrEqual(7200)
  expect(seconds()).toBeLessThan(7201)
})

test('steps go from fix to fix, and stay in the day', () => {
  const { p, seconds } = world()
  p.setTrack(track(0, 10, 20))
  const walk = (by: 1 | -1) => (p.step(by), seconds())
  expect([walk(-1), walk(1), walk(1), walk(1)]).toEqual([0, 10, 20, 20])
  p.seek(start + 15_000)
  expect([walk(-1), walk(-1)]).toEqual([10, 0])
  p.seek(start + 1e9)
  expect(seconds()).toBe(20)
})

test('more of the day changes no moment, and no day has none', () => {
  const { p, seconds } = world()
  let told = 0
  p.onMove(() => told++)
  p.setTrack(track(0, 10))
  p.seek(start + 8000)
  p.setTrack(track(0, 10, 20, 30))
  expect([seconds(), told]).toEqual([8, 3])
  p.setTrack(undefined)
  p.play()
  expect([p.time, p.playing]).toEqual([NaN, false])
})
