import { useSyncExternalStore } from 'react'

/** What the rest of the page needs to know of a zone, or of a form, that is being edited. The editor itself is loaded when it is needed. */
interface Guarded {
  /** The zone that the map must not draw, since the editor draws it. */
  readonly id: string | undefined
  readonly open: boolean
  readonly dirty: boolean
  /** The address of it; /zones when left out. */
  readonly at?: string
}

export const unguarded: Guarded = { id: undefined, open: false, dirty: false }

let now = unguarded
const listeners = new Set<() => void>()

/** Asked before a dirty drawing is left. It gets what goes on when the answer is yes. */
let ask: ((go: () => void) => void) | undefined

export function guard(next: Guarded): void {
  if (next.id === now.id && next.open === now.open && next.dirty === now.dirty) return
  now = next
  for (const f of listeners) f()
}

export function onLeave(f: typeof ask): () => void {
  ask = f
  return () => {
    if (ask === f) ask = undefined
  }
}

/** Goes where somebody wants to go, or first asks when something would be lost. */
export function leave(go: () => void, to?: string): void {
  if (now.open && to === '/zones') return // already there
  if (now.dirty && ask) ask(go)
  else go()
}

const subscribe = (f: () => void) => {
  listeners.add(f)
  return () => void listeners.delete(f)
}
export const useGuarded = () => useSyncExternalStore(subscribe, () => now)

// Back and Forward have already gone when the page hears of it: it returns, and asks. It hears of it before the router does.
if (typeof window !== 'undefined') {
  window.addEventListener(
    'popstate',
    () => {
      const { dirty, at = '/zones' } = now
      if (!dirty || !ask || location.pathname === at.split('?')[0]) return
      history.pushState(null, '', at)
      ask(() => history.back())
    },
    { capture: true },
  )
  window.addEventListener('beforeunload', (e) => {
    if (now.dirty) e.preventDefault()
  })
}
