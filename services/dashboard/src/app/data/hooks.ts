import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { useData } from './data'

/** Renders again every so many milliseconds, for ages. */
export function useTick(ms: number): number {
  const [n, set] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => set((x) => x + 1), ms)
    return () => clearInterval(timer)
  }, [ms])
  return n
}

export const useZones = () => {
  const d = useData()
  return useQuery({ queryKey: ['zones'], queryFn: d.zones })
}
export const useTeams = () => {
  const d = useData()
  return useQuery({ queryKey: ['teams'], queryFn: d.teams })
}
export const useMe = () => {
  const d = useData()
  return useQuery({ queryKey: ['me'], queryFn: d.me, staleTime: Infinity })
}
/** The company's time zone; undefined while it is not known. */
export const useZone = () => useMe().data?.company?.zone

/** Whether the window is as narrow as a phone. */
export function useSmall(): boolean {
  const query = useMemo(() => window.matchMedia('(max-width: 760px)'), [])
  const small = useSyncExternalStore(
    (f) => {
      query.addEventListener('change', f)
      return () => query.removeEventListener('change', f)
    },
    () => query.matches,
  )
  return small
}
