/**
 * The server's time, milliseconds since 1970. It is domain time: a demo may be on another day and run faster than the
 * clock on the wall, and everything that happened in the field is told in this time.
 */
let base = Date.now()
let at = Date.now()
export let speed = 1

export function now(): number {
  return base + (Date.now() - at) * speed
}

/** Asks the server what time it is. When that fails, the time that is known goes on. */
export async function syncClock(): Promise<void> {
  try {
    const sent = Date.now()
    const r = await fetch('/page.json', { cache: 'no-store' })
    if (!r.ok) return
    const s = (await r.json()) as { now: string; speed: number }
    speed = s.speed
    at = (sent + Date.now()) / 2
    base = Date.parse(s.now)
  } catch {
    // The page says by itself that it is offline.
  }
}
