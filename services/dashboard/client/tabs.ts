/** The part of navigator.locks that is used here. */
export interface Locks {
  request<T>(name: string, f: () => Promise<T>): Promise<T>
  request<T>(name: string, o: { signal?: AbortSignal }, f: () => Promise<T>): Promise<T>
}

/** What tabs of one browser tell each other. What a tab sends, it does not hear itself. */
export interface Channel {
  send(message: unknown): void
  listen(f: (message: unknown) => void): void
  close(): void
}

/** A channel of all tabs of this origin. Without BroadcastChannel every tab is alone. */
export function channel(name: string): Channel {
  if (typeof BroadcastChannel === 'undefined') return { send() {}, listen() {}, close() {} }
  const c = new BroadcastChannel(name)
  let open = true
  return {
    send: (m) => open && c.postMessage(m), // a closed one throws
    listen: (f) => c.addEventListener('message', (e: MessageEvent) => f(e.data)),
    close() {
      open = false
      c.close()
    },
  }
}

/** The browser's locks. A page of an http address that is not this machine has none. */
export function locks(): Locks | undefined {
  return (globalThis.navigator as { locks?: Locks } | undefined)?.locks
}
