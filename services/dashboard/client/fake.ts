import type { Wire } from './socket'
import type { Channel, Locks } from './tabs'

// What the tests use in place of a browser.

/** A socket whose other end is the test. */
export class FakeWire implements Wire {
  static all: FakeWire[] = []
  sent: { event: string; data: Record<string, unknown> }[] = []
  closed: number | undefined
  onopen: (() => void) | null = null
  onmessage: ((e: { data: unknown }) => void) | null = null
  onclose: ((e: { code: number; reason: string }) => void) | null = null

  constructor(readonly url: string) {
    FakeWire.all.push(this)
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as (typeof this.sent)[number])
  }
  close(code?: number): void {
    this.closed = code
  }
  open(): void {
    this.onopen?.()
  }
  frame(event: string, data: unknown = null, id?: string): void {
    this.onmessage?.({ data: JSON.stringify({ event, data, ...(id !== undefined && { id }) }) })
  }
  ready(cursor = 'c0'): void {
    this.open()
    this.frame('listo', { cursor, latido_s: 25, user: 'u', id_empresa: 'acme', expira: '' }, cursor)
  }
  end(code: number, reason = ''): void {
    this.onclose?.({ code, reason })
  }
}

/** Channels of the tabs of one browser. What is sent arrives at once. */
export function tabs(): () => Channel {
  const all: { f?: (m: unknown) => void; open: boolean }[] = []
  return () => {
    const me: (typeof all)[number] = { open: true }
    all.push(me)
    return {
      send: (m) => all.forEach((o) => o !== me && o.open && o.f?.(structuredClone(m))),
      listen: (f) => (me.f = f),
      close: () => (me.open = false),
    }
  }
}

/** Locks of one browser: who asks first has it first. */
export function fakeLocks(): Locks {
  const tails = new Map<string, Promise<unknown>>()
  return {
    request<T>(name: string, a: { signal?: AbortSignal } | (() => Promise<T>), b?: () => Promise<T>): Promise<T> {
      const f = (b ?? a) as () => Promise<T>
      const signal = b ? (a as { signal?: AbortSignal }).signal : undefined
      const before = tails.get(name) ?? Promise.resolve()
      const mine = before.then(() => (signal?.aborted ? Promise.reject(new Error('aborted')) : f()))
      tails.set(name, mine.catch(() => undefined))
      return mine
    },
  }
}

/** An access token of a user, as far as a client reads it. */
export function token(user: string, n = 0): string {
  const claims = btoa(JSON.stringify({ sub: user, id_empresa: 'acme', rol: 'supervisor', equipos: ['norte'], n }))
  return `h.${claims.replaceAll('=', '')}.s`
}
