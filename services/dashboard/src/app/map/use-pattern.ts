import { useQuery } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { keepPrefs, onPrefs, prefs } from '../../prefs'
import { useData } from '../data/data'
import { readStreets, type Streets } from './pattern'
import type { Settings } from './streets/streets'
import type { MapView } from './view'

const often = 3_600_000

/** Whether travelled streets are drawn: as somebody chose here, else when the installation has no other streets. */
export function usePatternOn(): boolean | undefined {
  const chosen = useSyncExternalStore(onPrefs, () => prefs.pattern)
  const page = useQuery({
    queryKey: ['page'], staleTime: Infinity, enabled: chosen === undefined,
    queryFn: async () => ((await (await fetch('/page.json', { cache: 'no-store' })).json()) as { map?: Settings }).map ?? {},
  })
  return chosen ?? (page.data && !page.data.file && !page.data.style)
}

export function setPatternOn(on: boolean): void {
  prefs.pattern = on
  keepPrefs()
}

/** Draws the streets that people of the company have travelled. They say neither who nor when. */
export function usePattern(view: MapView | undefined): void {
  const d = useData()
  const on = usePatternOn() === true
  const { data } = useQuery({
    queryKey: ['pattern'], enabled: on && view !== undefined, staleTime: often, refetchInterval: often, gcTime: Infinity, structuralSharing: false,
    queryFn: ({ signal }) => readStreets(d.session, d.queries.getQueryData<Streets>(['pattern']), signal),
  })
  useEffect(() => view?.setPattern(on ? data?.lines : undefined), [view, on, data])
}
