import type { Events } from './events'
import { Socket, type Frame, type SocketStatus, type Wire } from './socket'
import type { Channel, Locks } from './tabs'

export interface LiveOptions {
  url: string
  token: () => Promise<string>
  refresh: () => Promise<string>
  /** Calls back with every new token; it returns what ends that. */
  onToken: (f: (token: string) => void) => () => void
  onSignedOut: (reason: string) => void
  locks?: Locks | undefined
  channel: Channel
  open?: (url: string) => Wire
}

type Message =
  | { kind: 'frame'; frame: Frame }
  | { kind: 'status'; status: SocketStatus }
  /** A tab that was just opened asks for the status. */
  | { kind: 'hello' }

const about = new Set(['listo', 'latido', 'auth:ok', 'error', 'pong'])

/**
 * The events of one user, over one socket for all tabs of a browser. The tab that holds the lock is the leader: it has the
 * socket, and passes every frame on at once. When it is closed, the next tab takes over and resumes from the cursor of the
 * last frame that it heard, so that no tab misses an event. Without locks each tab has a socket of its own.
 */
export class Live {
  #o: LiveOptions
  #socket: Socket | undefined
  #cursor: string | undefined
  #status: SocketStatus = { state: 'connecting' }
  #listeners = new Map<string, Set<(data: never) => void>>()
  #reload = new Set<(domains: string[]) => void>()
  #statusListeners = new Set<(s: SocketStatus) => void>()
  #ending = new AbortController()
  #lastFrame = 0

  constructor(o: LiveOptions) {
    this.#o = o
    o.channel.listen((m) => this.#hear(m as Message))
  }

  /** Ends when stop is called. */
  async start(): Promise<void> {
    this.#o.channel.send({ kind: 'hello' } satisfies Message)
    if (!this.#o.locks) return this.#lead()
    try {
      await this.#o.locks.request('terreno-socket', { signal: this.#ending.signal }, () => this.#lead())
    } catch (e) {
      if (!this.#ending.signal.aborted) throw e
    }
  }

  stop(): void {
    this.#ending.abort()
  }

  get status(): SocketStatus {
    return this.#status
  }

  /** When the last frame came, on the clock of Date.now; 0 before the first. */
  get lastFrame(): number {
    return this.#lastFrame
  }

  get leads(): boolean {
    return this.#socket !== undefined
  }

  on<E extends keyof Events>(event: E, f: (data: Events[E]) => void): () => void {
    let all = this.#listeners.get(event)
    if (!all) this.#listeners.set(event, (all = new Set()))
    all.add(f as (data: never) => void)
    return () => all.delete(f as (data: never) => void)
  }

  /** Calls back when events of these domains may be missing, and must be read again over HTTP. */
  onReload(f: (domains: string[]) => void): () => void {
    this.#reload.add(f)
    return () => this.#reload.delete(f)
  }

  onStatus(f: (s: SocketStatus) => void): () => void {
    this.#statusListeners.add(f)
    return () => this.#statusListeners.delete(f)
  }

  /** Comes back now, if this tab leads and waits. */
  hurry(): void {
    this.#socket?.hurry()
  }

  #lead(): Promise<void> {
    const o = this.#o
    const socket = new Socket({
      url: o.url,
      token: o.token,
      refresh: o.refresh,
      onSignedOut: o.onSignedOut,
      ...(this.#cursor !== undefined && { cursor: this.#cursor }),
      ...(o.open && { open: o.open }),
      onFrame: (frame) => {
        // First to the others: their pictures may be looked at while this tab is hidden.
        if (o.locks) o.channel.send({ kind: 'frame', frame } satisfies Message)
        this.#deliver(frame)
      },
      onStatus: (status) => {
        if (o.locks) o.channel.send({ kind: 'status', status } satisfies Message)
        this.#show(status)
      },
    })
    const off = o.onToken((token) => socket.authenticate(token))
    this.#socket = socket
    socket.start()
    return new Promise((done) => {
      const end = () => {
        off()
        socket.stop()
        this.#socket = undefined
        done()
      }
      if (this.#ending.signal.aborted) end()
      else this.#ending.signal.addEventListener('abort', end)
    })
  }

  #hear(m: Message): void {
    if (this.#ending.signal.aborted) return
    if (m.kind === 'hello') {
      if (this.#socket) this.#o.channel.send({ kind: 'status', status: this.#status } satisfies Message)
    } else if (this.#socket) {
      return // this tab has the socket; an old leader may still tell of its end
    } else if (m.kind === 'frame') this.#deliver(m.frame)
    else this.#show(m.status)
  }

  #deliver(f: Frame): void {
    this.#lastFrame = Date.now()
    if (f.id !== undefined) this.#cursor = f.id
    if (f.event === 'recargar') this.#tell((f.data as { dominios: string[] }).dominios)
    else if (f.event === 'listo') {
      // Without a cursor nobody knows what happened between the page's first reads and now.
      if (this.#cursor === undefined) this.#tell(['alerta', 'tracking', 'actividad', 'chat'])
    } else if (!about.has(f.event)) {
      for (const l of this.#listeners.get(f.event) ?? []) l(f.data as never)
    }
  }

  #tell(domains: string[]): void {
    for (const l of this.#reload) l(domains)
  }

  #show(s: SocketStatus): void {
    this.#status = s
    for (const l of this.#statusListeners) l(s)
  }
}
