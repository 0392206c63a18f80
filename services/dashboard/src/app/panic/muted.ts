import { useSyncExternalStore } from 'react'

const key = 'panic-muted'
const most = 50
const none: readonly string[] = []
let text: string | null = null
let list = none
const listeners = new Set<() => void>()

/** Which alerts this browser was told not to sound for: in all its tabs, and after a reload. */
function read(): readonly string[] {
  let now: string | null = text
  try {
    now = localStorage.getItem(key)
  } catch {
    // It holds until the page is closed.
  }
  if (now === text) return list
  text = now
  try {
    const found: unknown = JSON.parse(now ?? '[]')
    list = Array.isArray(found) ? found.filter((x) => typeof x === 'string') : none
  } catch {
    list = none
  }
  return list
}

export function mute(id: string, on: boolean): void {
  list = [...read().filter((x) => x !== id), ...(on ? [id] : [])].slice(-most)
  text = JSON.stringify(list)
  try {
    localStorage.setItem(key, text)
  } catch {
    // As above.
  }
  for (const f of listeners) f()
}

const subscribe = (f: () => void) => {
  listeners.add(f)
  window.addEventListener('storage', f)
  return () => {
    listeners.delete(f)
    window.removeEventListener('storage', f)
  }
}
export const useMuted = () => useSyncExternalStore(subscribe, read)
