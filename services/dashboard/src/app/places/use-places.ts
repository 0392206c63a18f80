import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { Map as MapLibre } from 'maplibre-gl'
import { useEffect, useMemo, useState } from 'react'
import { useData } from '../data/data'
import { metres } from '../zones/measure'
import type { Place } from './model'
import type { components } from '../../../client'
import { now } from '../../clock'

/** So many are read at once, and so many at most without being asked for: then the map shows those around what is seen. */
const page = 500
const most = 2000
/** The server lists places around a point up to so far, metres. */
const farthest = 100_000

/** What follows a text that is typed: not each letter is a question to the server. */
export function useSettled<T>(value: T, ms = 250): T {
  const [settled, settle] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => settle(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}

/** The places by name. Others change them as well: they are read again every minute. */
export function usePlaces(q: string, archived: boolean) {
  const d = useData()
  const query = useInfiniteQuery({
    queryKey: ['places', 'list', q, archived], initialPageParam: '', placeholderData: keepPreviousData, refetchInterval: 60_000, staleTime: 10_000,
    queryFn: ({ pageParam, signal }) => d.session.request('get', '/v1/places', { query: { limit: page, q, ...(archived && { archived: 'true' }), ...(pageParam && { cursor: pageParam }) }, signal }),
    getNextPageParam: (last) => last.next,
  })
  const { data, hasNextPage, isFetching, isFetchNextPageError: failed, fetchNextPage } = query
  const list = useMemo(() => data?.pages.flatMap((p) => p.places ?? []), [data])
  const few = (list?.length ?? 0) < most
  useEffect(() => {
    // What failed is asked for again with the next reading, and not at once for ever.
    if (hasNextPage && few && !isFetching && !failed) void fetchNextPage()
  }, [hasNextPage, few, isFetching, failed, fetchNextPage])
  return { ...query, list, more: Boolean(hasNextPage) && !few }
}

/** One place, also an archived one or one that the list has not come to. */
export function usePlace(id: string) {
  const d = useData()
  return useQuery({ queryKey: ['place', id], enabled: id !== '' && id !== '+', staleTime: 5_000, refetchInterval: 60_000, queryFn: () => d.session.request('get', '/v1/places/{id}', { path: { id } }) })
}

/** The places around what is seen of the map, when they are too many to have all. `cut` says that there are still more. */
export function useNear(map: MapLibre | undefined, q: string, archived: boolean, enabled: boolean): { places: readonly Place[]; cut: boolean } {
  const d = useData()
  const [seen, setSeen] = useState<{ near: string; within: number; wider: boolean }>()
  useEffect(() => {
    if (!map || !enabled) return
    const look = () => {
      const [c, ne] = [map.getCenter(), map.getBounds().getNorthEast()]
      const reach = metres([c.lng, c.lat], [ne.lng, ne.lat])
      setSeen({ near: `${c.lat.toFixed(4)},${c.lng.toFixed(4)}`, within: Math.min(farthest, Math.max(1, Math.round(reach))), wider: reach > farthest })
    }
    look()
    map.on('moveend', look)
    return () => void map.off('moveend', look)
  }, [map, enabled])
  const query = useQuery({
    queryKey: ['places', 'near', q, archived, seen?.near, seen?.within], enabled: enabled && seen !== undefined, placeholderData: keepPreviousData,
    queryFn: ({ signal }) => d.session.request('get', '/v1/places', { query: { limit: 1000, q, near: seen!.near, within_m: seen!.within, ...(archived && { archived: 'true' }) }, signal }),
  })
  return useMemo(() => ({ places: enabled ? (query.data?.places ?? []) : [], cut: enabled && (Boolean(query.data?.next) || (seen?.wider ?? false)) }), [enabled, query.data, seen])
}

type Activity = components['schemas']['Activity']
/** So far back a card looks for the last visit. */
export const lastDays = 60
export const endOf = (v: Activity) => Date.parse(v.check_out_at ?? v.since)

/** The visits of a place that have not ended. */
export function useOpenVisits(id: string) {
  const d = useData()
  return useQuery({ queryKey: ['place-visits', id], staleTime: 10_000, queryFn: () => d.session.request('get', '/v1/activities', { query: { place: id, open: 'true', limit: 100 } }) })
}

/** The last visit that was made at a place, of the last days; null when there is none. */
export function useLastVisit(id: string) {
  const d = useData()
  return useQuery({
    queryKey: ['place-visits', id, 'last'], staleTime: 60_000,
    queryFn: async () => {
      const to = now()
      const done = await d.session.request('get', '/v1/activities', { query: { place: id, state: 'completada', from: new Date(to - lastDays * 86_400_000).toISOString(), to: new Date(to).toISOString(), limit: 1000 } })
      return (done.activities ?? []).reduce<Activity | null>((last, v) => (last && endOf(last) >= endOf(v) ? last : v), null)
    },
  })
}

/** Reads again what shows a place that was written. */
export function changedPlace(d: ReturnType<typeof useData>, p?: Place): void {
  if (p) d.queries.setQueryData(['place', p.id], p)
  void d.queries.invalidateQueries({ queryKey: ['places'] })
}
