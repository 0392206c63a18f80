import { useQuery } from '@tanstack/react-query'
import type { FeatureCollection } from 'geojson'
import { useEffect, useSyncExternalStore } from 'react'
import { keepPrefs, onPrefs, prefs } from '../../prefs'
import { useData } from '../data/data'
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
  const { data } = useQuery({ queryKey: ['pattern'], enabled: on && view !== undefined, staleTime: often, refetchInterval: often, structuralSharing: false, queryFn: ({ signal }) => d.session.request('get', '/v1/routes/pattern', { signal }) as Promise<unknown> as Promise<FeatureCollection> })
  useEffect(() => view?.setPattern(on ? data : undefined), [view, on, data])
}
