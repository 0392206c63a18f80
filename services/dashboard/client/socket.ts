import { afterClose, backoff } from './closure'
import { Offline, Problem } from './problem'

/** A frame of the server. `id` is a cursor: the place in the stream of events that the frame leads to. */
export interface Frame {
  event: string
  data: unknown
  id?: string
}

export type SocketStatus =
  | { state: 'connecting' }
  | { state: 'live' }
  /** It was lost and comes back by itself. `retryAt` is on the clock of Date.now. */
  | { state: 'waiting'; retryAt: number; code: number }
  | { state: 'over'; code: number }

/** The part of WebSocket that is used here. */
export interface Wire {
  send(text: string): void
  close(code?: number, reason?: string): void
  onopen: (() => void) | null
  onmessage: ((e: { data: unknown }) => void) | null
  onclose: ((e: { code: number; reason: string }) => void) | null
}

export interface SocketOptions {
  url: string
  /** An access token that is good now. */
  token: () => Promise<string>
  /** A new access token. It throws a Problem when the session is over. */
  refresh: () => Promise<string>
  /** Every frame that is about what happened, and every frame that has a cursor. */
  onFrame: (f: Frame) => void
  onStatus: (s: SocketStatus) => void
  /** The server closed the socket because the session is over. */
  onSignedOut: (reason: string) => void
  /** Where to resume. */
  cursor?: string
  open?: (url: string) => Wire
  random?: () => number
}

/** Closing code of a socket that this client gave up, because nothing came for too long. */
const silent = 3000
/** How long a socket must have been live before its loss counts as the first one again. */
const steady = 10_000
const slowest = 60_000

/**
 * One socket to the gateway that comes back by itself. It signs in with a first frame, so that no token is in an address,
 * resumes from the last cursor, and replaces its token in place. It does not know what the events mean.
 */
export class Socket {
  #o: SocketOptions
  #wire: Wire | undefined
  #cursor: string | undefined
  #attempt = 0
  #liveSince: number | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #watchdog: ReturnType<typeof setTimeout> | undefined
  #patience = 65_000
  #stopped = false
  #round = 0

  constructor(o: SocketOptions) {
    this.#o = o
    this.#cursor = o.cursor
  }

  get cursor(): string | undefined {
    return this.#cursor
  }

  start(): void {
    void this.#connect(this.#o.token)
  }

  stop(): void {
    this.#stopped = true
    this.#round++
    clearTimeout(this.#timer)
    clearTimeout(this.#watchdog)
    this.#drop(1000)
  }

  /** Connects now instead of at the end of the pause, for example when the network is back. */
  hurry(): void {
    if (this.#stopped || this.#wire || this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.start()
  }

  /** Puts a new token in force on the open socket. */
  authenticate(token: string): void {
    if (this.#liveSince !== undefined) this.#send('auth', { token })
  }

  async #connect(token: () => Promise<string>): Promise<void> {
    this.#timer = undefined
    const round = ++this.#round
    this.#o.onStatus({ state: 'connecting' })
    let text: string
    try {
      text = await token()
    } catch (e) {
      if (round !== this.#round) return
      // Only a refusal ends the session. Whoever gave it has told the page already.
      if (e instanceof Problem && (e.status === 401 || e.status === 403)) return this.#over(4403)
      if (!(e instanceof Problem || e instanceof Offline)) console.error(e)
      return this.#later(1006, backoff(this.#attempt++, this.#o.random))
    }
    if (round !== this.#round) return
    const wire = (this.#o.open ?? ((url) => new WebSocket(url) as unknown as Wire))(this.#o.url)
    this.#wire = wire
    wire.onopen = () => wire === this.#wire && this.#send('auth', { token: text })
    wire.onmessage = (e) => wire === this.#wire && this.#receive(e.data)
    wire.onclose = (e) => wire === this.#wire && this.#lost(e.code, e.reason)
    this.#watch(15_000)
  }

  #receive(text: unknown): void {
    let f: Frame
    try {
      f = JSON.parse(String(text)) as Frame
    } catch {
      return // not a frame of ours; the server never sends one
    }
    this.#watch(this.#patience)
    if (f.event === 'listo') {
      // What was missed comes after this frame. Its own cursor is behind that, and must not replace ours.
      delete f.id
      this.#ready(f.data as { cursor: string; latido_s: number })
    }
    if (f.id !== undefined) this.#cursor = f.id
    this.#o.onFrame(f)
  }

  #ready(d: { cursor: string; latido_s: number }): void {
    // Also without a cursor: otherwise the gateway waits some seconds for one.
    this.#send('reanudar', { desde: this.#cursor ?? '' })
    this.#cursor ??= d.cursor
    this.#patience = (2 * d.latido_s + 15) * 1000
    this.#watch(this.#patience)
    this.#liveSince = Date.now()
    this.#o.onStatus({ state: 'live' })
  }

  #send(event: string, data: unknown): void {
    this.#wire?.send(JSON.stringify({ event, data }))
  }

  /** Gives the socket up when nothing comes for so long. A lost network closes nothing by itself. */
  #watch(patience: number): void {
    clearTimeout(this.#watchdog)
    this.#watchdog = setTimeout(() => {
      this.#drop(silent)
      this.#lost(silent, 'silent')
    }, patience)
  }

  #drop(code: number): void {
    const wire = this.#wire
    this.#wire = undefined
    this.#liveSince = undefined
    wire?.close(code)
  }

  #lost(code: number, reason: string): void {
    clearTimeout(this.#watchdog)
    if (this.#liveSince !== undefined && Date.now() - this.#liveSince >= steady) this.#attempt = 0
    this.#wire = undefined
    this.#liveSince = undefined
    const next = afterClose(code)
    if (next === 'sign-in') {
      this.#over(code)
      this.#o.onSignedOut(reason)
      return
    }
    // A token that just ended is replaced at once. If that does not help, the next time waits.
    if (next === 'refresh' && this.#attempt++ === 0) return void this.#connect(this.#o.refresh)
    const pause = next === 'slow' ? slowest : backoff(next === 'refresh' ? this.#attempt : this.#attempt++, this.#o.random)
    this.#later(code, pause, next === 'refresh' ? this.#o.refresh : this.#o.token)
  }

  #later(code: number, pause: number, token = this.#o.token): void {
    this.#o.onStatus({ state: 'waiting', retryAt: Date.now() + pause, code })
    this.#timer = setTimeout(() => void this.#connect(token), pause)
  }

  #over(code: number): void {
    this.#stopped = true
    this.#o.onStatus({ state: 'over', code })
  }
}
