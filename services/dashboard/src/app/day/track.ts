import { headingOf, type Position } from '../data/people'

/** No line joins two fixes that lie longer apart: nobody knows where the person was. */
export const gapAfter = 5 * 60_000
/** A fix that came longer after it was taken was late. The card of a person says the same. */
export const lateAfter = 10 * 60_000
/** A fix that is less accurate is drawn faint. */
export const vagueAfter = 100

export interface Gap {
  /** Number of the last fix before it. */
  readonly after: number
  readonly from: number
  readonly to: number
}

/** A run of fixes that have something in common, by their numbers, both included. */
export interface Run {
  readonly first: number
  readonly last: number
}

/** The fixes of a day in the order in which they were taken, as columns, so that a search touches few bytes. */
export interface Track {
  readonly size: number
  /** When each was taken, milliseconds since 1970. */
  readonly at: Float64Array
  readonly lon: Float64Array
  readonly lat: Float64Array
  /** NaN where the device did not say. */
  readonly speed: Float32Array
  readonly accuracy: Float32Array
  readonly heading: Float32Array
  /** How long after it was taken each was received, milliseconds; 0 for those that were in time. */
  readonly late: Float64Array
  readonly mock: Uint8Array
  readonly vague: Uint8Array
  readonly gaps: readonly Gap[]
  readonly devices: number
}

export function trackOf(positions: readonly Position[]): Track {
  const n = positions.length
  const t = {
    at: new Float64Array(n), lon: new Float64Array(n), lat: new Float64Array(n), speed: new Float32Array(n), accuracy: new Float32Array(n), heading: new Float32Array(n),
    late: new Float64Array(n), mock: new Uint8Array(n), vague: new Uint8Array(n),
  }
  const gaps: Gap[] = []
  const devices = new Set<string>()
  positions.forEach((p, i) => {
    const at = (t.at[i] = Date.parse(p.recorded_at))
    t.lon[i] = p.lon
    t.lat[i] = p.lat
    t.speed[i] = p.speed_mps ?? NaN
    t.accuracy[i] = p.accuracy_m ?? NaN
    t.heading[i] = headingOf(positions[i - 1], p) ?? NaN
    const age = Date.parse(p.received_at) - at
    t.late[i] = age > lateAfter ? age : 0
    t.mock[i] = Number(p.mock)
    t.vague[i] = Number((p.accuracy_m ?? 0) > vagueAfter)
    devices.add(p.device_id)
    if (i > 0 && at - t.at[i - 1]! > gapAfter) gaps.push({ after: i - 1, from: t.at[i - 1]!, to: at })
  })
  return { size: n, gaps, devices: devices.size, ...t }
}

const key = (p: Position) => `${p.recorded_at} ${p.device_id}`

/** Adds what arrived to what was read, each fix once, in the order of time. */
export function joined(read: readonly Position[], more: readonly Position[]): readonly Position[] {
  if (more.length === 0) return read
  const known = new Set(read.map(key))
  const added = more.filter((p) => !known.has(key(p)) && known.add(key(p)))
  return added.length === 0 ? read : [...read, ...added].sort((a, b) => Date.parse(a.recorded_at) - Date.parse(b.recorded_at))
}

/** The number of the last fix that was taken at or before an instant; the first one for instants before it. */
export function indexAt(t: Track, ms: number): number {
  let [low, high] = [0, t.size]
  while (low < high) {
    const middle = (low + high) >> 1
    if (t.at[middle]! <= ms) low = middle + 1
    else high = middle
  }
  return Math.max(0, low - 1)
}

/** The gap in which an instant lies, ends not included. */
export function gapAt(t: Track, ms: number): Gap | undefined {
  const i = indexAt(t, ms)
  const next = t.at[i + 1]
  return next !== undefined && next - t.at[i]! > gapAfter && ms > t.at[i]! ? { after: i, from: t.at[i]!, to: next } : undefined
}

export interface Place {
  readonly lon: number
  readonly lat: number
  readonly index: number
  /** Degrees from north; NaN when not known. */
  readonly heading: number
  /** Where the person is not known: it is the place of the last fix before. */
  readonly gap: Gap | undefined
}

/** Where the person was at an instant. Between two fixes it is on the line between them; in a gap it stays at the last one. */
export function placeAt(t: Track, ms: number): Place {
  const i = indexAt(t, ms)
  const gap = gapAt(t, ms)
  const [from, to] = [t.at[i]!, t.at[i + 1]]
  const share = gap || to === undefined || to === from ? 0 : Math.min(1, Math.max(0, (ms - from) / (to - from)))
  const j = share > 0 ? i + 1 : i
  return { lon: t.lon[i]! + (t.lon[j]! - t.lon[i]!) * share, lat: t.lat[i]! + (t.lat[j]! - t.lat[i]!) * share, index: i, heading: gap ? NaN : t.heading[i]!, gap }
}

/** The fix nearest to a place, within so many metres. Of those that lie within a metre of each other, the one nearest in time. */
export function nearest(t: Track, lon: number, lat: number, withinM: number, around: number): number | undefined {
  const scale = Math.cos((lat * Math.PI) / 180)
  const limit = withinM / 111_320
  const slack = 1 / 111_320
  let found: number | undefined
  let best = Infinity
  for (let i = 0; i < t.size; i++) {
    const [dx, dy] = [(t.lon[i]! - lon) * scale, t.lat[i]! - lat]
    if (dx > limit || dx < -limit || dy > limit || dy < -limit) continue
    const d = Math.hypot(dx, dy)
    if (d > limit) continue
    const closer = d < best - slack
    const same = !closer && d < best + slack && found !== undefined && Math.abs(t.at[i]! - around) < Math.abs(t.at[found]! - around)
    if (!closer && !same) continue
    best = closer ? d : Math.min(best, d)
    found = i
  }
  return found
}

/** Runs of fixes for which something holds. A gap, and five minutes without one, end a run. */
export function runs(t: Track, holds: (i: number) => boolean): Run[] {
  const out: { first: number; last: number }[] = []
  for (let i = 0; i < t.size; i++) {
    if (!holds(i)) continue
    const run = out.at(-1)
    if (run && t.at[i]! - t.at[run.last]! <= gapAfter) run.last = i
    else out.push({ first: i, last: i })
  }
  return out
}

/** The largest of a column in a run. */
export function largest(column: Float64Array, { first, last }: Run): number {
  let most = 0
  for (let i = first; i <= last; i++) most = Math.max(most, column[i]!)
  return most
}

/** How many of a column are more than 0. */
export function count(column: Float64Array | Uint8Array): number {
  let n = 0
  for (const x of column) if (x > 0) n++
  return n
}
