import type { Locks } from '../../../client/tabs'

/**
 * off: nobody wants it. blocked: the browser lets this page sound only once somebody used it. elsewhere: another tab sounds. none: this
 * browser has no sound.
 */
export type SirenState = 'off' | 'blocked' | 'elsewhere' | 'on' | 'none'

/** What is used of an AudioContext. */
export interface Audio {
  readonly state: string
  resume(): Promise<void>
  onstatechange: ((e: Event) => void) | null
  /** Sounds until what it returns is called. */
  sound(): () => void
}

/** A sound that goes on until nobody wants it any more. Of several tabs one sounds: the first that may, and the next when it is closed. */
export class Siren {
  #audio: Audio | undefined
  #wanted = false
  #ending: AbortController | undefined
  #listeners = new Set<() => void>()
  #state: SirenState = 'off'

  constructor(readonly lock: string, readonly locks: Locks | undefined, readonly make: () => Audio = webAudio) {}

  get state(): SirenState {
    return this.#state
  }

  subscribe = (f: () => void): (() => void) => {
    this.#listeners.add(f)
    return () => void this.#listeners.delete(f)
  }

  want(on: boolean): void {
    if (on === this.#wanted) return
    this.#wanted = on
    if (!on) {
      this.#ending?.abort()
      this.#ending = undefined
      return this.#show('off')
    }
    try {
      this.#audio ??= this.make()
    } catch {
      return this.#show('none')
    }
    this.#audio.onstatechange = () => this.#look()
    this.allow()
    this.#look()
  }

  /** Somebody used the page: the browser may allow it now. */
  allow = (): void => {
    if (this.#wanted) void this.#audio?.resume().then(() => this.#look(), () => undefined)
  }

  #look(): void {
    if (!this.#wanted || !this.#audio) return
    if (this.#audio.state !== 'running') {
      this.#ending?.abort()
      this.#ending = undefined
      return this.#show('blocked')
    }
    if (this.#ending) return
    const ending = (this.#ending = new AbortController())
    const { signal } = ending
    const go = () =>
      new Promise<void>((done) => {
        if (signal.aborted) return done()
        const stop = this.#audio!.sound()
        this.#show('on')
        signal.addEventListener('abort', () => {
          stop()
          done()
        })
      })
    if (!this.locks) return void go()
    this.#show('elsewhere')
    this.locks.request(this.lock, { signal }, go).catch(() => undefined) // given up before its turn
  }

  #show(state: SirenState): void {
    if (state === this.#state) return
    this.#state = state
    for (const f of this.#listeners) f()
  }
}

const seconds = 1.8
/** When each tone begins, and how high it is. */
const tones = [[0, 880], [0.34, 660], [0.68, 880]] as const
const length = 0.28

/** Three tones and a pause, as a record that repeats: a hidden tab has no timers to rely on. */
export function record(rate: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(Math.round(seconds * rate))
  for (const [from, hz] of tones) {
    for (let i = 0; i < length * rate; i++) {
      const at = i / rate
      const swell = Math.min(1, at / 0.02, (length - at) / 0.05)
      samples[Math.round(from * rate) + i] = 0.22 * swell * Math.sin(2 * Math.PI * hz * at)
    }
  }
  return samples
}

function webAudio(): Audio {
  const context = new AudioContext()
  const buffer = context.createBuffer(1, Math.round(seconds * context.sampleRate), context.sampleRate)
  buffer.copyToChannel(record(context.sampleRate), 0)
  return {
    get state() {
      return context.state
    },
    resume: () => context.resume(),
    get onstatechange() {
      return context.onstatechange
    },
    set onstatechange(f) {
      context.onstatechange = f
    },
    sound() {
      const source = context.createBufferSource()
      source.buffer = buffer
      source.loop = true
      source.connect(context.destination)
      source.start()
      return () => {
        source.stop()
        source.disconnect()
      }
    },
  }
}
