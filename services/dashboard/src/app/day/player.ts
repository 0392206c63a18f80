import { gapAt, indexAt, type Track } from './track'

export const speeds = [1, 10, 60, 300] as const
export type Speed = (typeof speeds)[number]

/** How long a gap takes at most while the route plays, in milliseconds on the wall. */
const gapTakes = 1200

interface Frames {
  request: (f: (at: number) => void) => number
  cancel: (id: number) => void
}

const browserFrames: Frames = { request: (f) => requestAnimationFrame(f), cancel: (id) => cancelAnimationFrame(id) }

/** The moment of the day that is looked at, and the clock that moves it while the route plays. It knows no React: what draws the moment listens. */
export class Player {
  #track: Track | undefined
  #time = NaN
  #playing = false
  #speed: Speed = 60
  #frame = 0
  #last = 0
  #moved = new Set<(time: number) => void>()
  #changed = new Set<() => void>()

  constructor(private readonly frames: Frames = browserFrames) {}

  /** The moment; NaN while there is no track. */
  get time(): number {
    return this.#time
  }
  get playing(): boolean {
    return this.#playing
  }
  get speed(): Speed {
    return this.#speed
  }

  /** Called with every new moment, which is every frame while it plays. */
  onMove = (f: (time: number) => void): (() => void) => {
    this.#moved.add(f)
    return () => this.#moved.delete(f)
  }
  /** Called when it begins or ends to play, or plays at another speed. */
  onChange = (f: () => void): (() => void) => {
    this.#changed.add(f)
    return () => this.#changed.delete(f)
  }

  /** Another part of the day is known. The moment stays when it lies within. */
  setTrack(t: Track | undefined): void {
    this.#track = t && t.size > 0 ? t : undefined
    if (!this.#track) {
      this.pause()
      this.#time = NaN
    } else this.seek(Number.isNaN(this.#time) ? this.#track.at[0]! : this.#time)
  }

  seek(time: number): void {
    const t = this.#track
    if (!t || Number.isNaN(time)) return
    this.#time = Math.min(t.at[t.size - 1]!, Math.max(t.at[0]!, time))
    for (const f of this.#moved) f(this.#time)
  }

  /** Goes to the next fix, or to the one before. */
  step(by: 1 | -1): void {
    const t = this.#track
    if (!t) return
    const i = indexAt(t, this.#time)
    const between = this.#time > t.at[i]!
    this.seek(t.at[Math.max(0, Math.min(t.size - 1, by > 0 ? i + 1 : between ? i : i - 1))]!)
  }

  setSpeed(s: Speed): void {
    this.#speed = s
    this.#tell()
  }

  /** One speed up or down. */
  shift(by: 1 | -1): void {
    this.setSpeed(speeds[Math.max(0, Math.min(speeds.length - 1, speeds.indexOf(this.#speed) + by))]!)
  }

  toggle(): void {
    if (this.#playing) this.pause()
    else this.play()
  }

  play(): void {
    const t = this.#track
    if (!t || this.#playing) return
    if (this.#time >= t.at[t.size - 1]!) this.seek(t.at[0]!)
    this.#playing = true
    this.#last = 0
    this.#frame = this.frames.request(this.#tick)
    this.#tell()
  }

  pause(): void {
    if (!this.#playing) return
    this.#playing = false
    this.frames.cancel(this.#frame)
    this.#tell()
  }

  #tick = (at: number): void => {
    const t = this.#track
    if (!this.#playing || !t) return
    // After a pause of the browser, such as a hidden tab, it goes on where it was.
    const passed = this.#last === 0 ? 0 : Math.min(250, at - this.#last)
    this.#last = at
    const gap = gapAt(t, this.#time + 1)
    const rate = gap ? Math.max(this.#speed, (gap.to - gap.from) / gapTakes) : this.#speed
    this.seek(Math.min(this.#time + passed * rate, gap?.to ?? Infinity))
    if (this.#time >= t.at[t.size - 1]!) this.pause()
    else this.#frame = this.frames.request(this.#tick)
  }

  #tell(): void {
    for (const f of this.#changed) f()
  }
}
