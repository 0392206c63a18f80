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
export const useSmall = () => useMedia('(max-width: 760px)')
/** Whether the bar with the sections has room for a few of them, as on a phone, upright or on its side. */
export const useTight = () => useMedia('(max-width: 760px), (max-height: 540px)')

function useMedia(media: string): boolean {
  const query = useMemo(() => window.matchMedia(media), [media])
  return useSyncExternalStore(
    (f) => {
      query.addEventListener('change', f)
      return () => query.removeEventListener('change', f)
    },
    () => query.matches,
  )
}
