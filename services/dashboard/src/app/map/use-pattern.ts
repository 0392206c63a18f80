import { useQuery } from '@tanstack/react-query'
import type { FeatureCollection } from 'geojson'
import { useEffect, useSyncExternalStore } from 'react'
import { Offline, Problem, type Session } from '../../../client'
import { keepPrefs, onPrefs, prefs } from '../../prefs'
import { withToken } from '../common/blob'
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

interface Streets {
  tag: string | null
  lines: FeatureCollection
}

/** Reads the streets whole once a session. After that it asks whether they are still the same, and an answer without a body says yes. */
export function readStreets(session: Session, had: Streets | undefined, signal: AbortSignal): Promise<Streets> {
  return withToken(session, async (token) => {
    const headers = { Authorization: `Bearer ${token}`, ...(had?.tag && { 'If-None-Match': had.tag }) }
    try {
      const r = await fetch('/v1/routes/pattern', { headers, credentials: 'same-origin', cache: 'no-store', signal })
      if (r.status === 304 && had) return had
      if (!r.ok) throw await Problem.of(r)
      return { tag: r.headers.get('ETag'), lines: (await r.json()) as FeatureCollection }
    } catch (e) {
      throw e instanceof Problem || signal.aborted ? e : new Offline(e)
    }
  })
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
