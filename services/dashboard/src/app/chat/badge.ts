import { useSyncExternalStore } from 'react'

// What the frame of the page knows of conversations. The rest of them is loaded after it.
let count = 0
const listeners = new Set<() => void>()

export function setBadge(n: number): void {
  if (n === count) return
  count = n
  for (const f of listeners) f()
}

/** How many messages are not sent yet: whoever signs out loses them. */
export const unsent = { count: 0 }

const subscribe = (f: () => void) => {
  listeners.add(f)
  return () => void listeners.delete(f)
}
/** How many messages nobody has read yet. */
export const useBadge = () => useSyncExternalStore(subscribe, () => count)
