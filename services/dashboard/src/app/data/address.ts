import { useCallback } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { leave } from '../zones/guard'

/** Parts of the address that say what is shown. A change replaces the entry of the history, so that Back leaves the view. */
export function useAddress() {
  const [path, navigate] = useLocation()
  const go = useCallback((to: string) => leave(() => navigate(to), to), [navigate])
  const [search, setSearch] = useSearchParams()
  const get = (name: string) => search.get(name) ?? ''
  const set = useCallback(
    (changes: Record<string, string | undefined>) =>
      setSearch(
        (before) => {
          const next = new URLSearchParams(before)
          for (const [name, value] of Object.entries(changes)) {
            if (value) next.set(name, value)
            else next.delete(name)
          }
          return next
        },
        { replace: true },
      ),
    [setSearch],
  )
  return { path, go, get, set, search: search.toString() }
}
