import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import i18next from 'i18next'
import { useEffect, useMemo } from 'react'
import type { components } from '../../../client'
import { useAlerts, useData, usePeople, type Zone } from '../data/data'
import { useTeams } from '../data/hooks'
import { areaM2, lengthM } from './measure'
import { shapeOf, type Kind, type Shape } from './model'

export type ZonePerson = components['schemas']['ZonePerson']
export type Settings = components['schemas']['ZoneSettings']

/** Who is where in a zone: asked again every half a minute, and when an alert of the zone begins or ends. */
export function useZonePeople(id: string) {
  const d = useData()
  const { all } = useAlerts()
  const stamp = useMemo(() => all.filter((a) => a.zones?.includes(id)).map((a) => a.id + (a.ended_at ?? '')).join(), [all, id])
  const query = useInfiniteQuery({
    queryKey: ['zone-people', id], refetchInterval: 30_000, staleTime: 5_000, initialPageParam: '',
    queryFn: ({ pageParam, signal }) => d.session.request('get', '/v1/zones/{id}/people', { path: { id }, query: { limit: 1000, ...(pageParam && { cursor: pageParam }) }, signal }),
    getNextPageParam: (last) => last.next,
  })
  const { hasNextPage, fetchNextPage, isFetching } = query
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage()
  }, [hasNextPage, isFetching, fetchNextPage])
  useEffect(() => void d.queries.invalidateQueries({ queryKey: ['zone-people', id] }), [d, id, stamp])
  return { people: useMemo(() => query.data?.pages.flatMap((p) => p.people), [query.data]), error: query.error }
}

export const useSettings = () => {
  const d = useData()
  return useQuery({ queryKey: ['zone-settings'], queryFn: () => d.session.request('get', '/v1/zone-settings') })
}

/** How many people are outside each zone, as the open alerts say. */
export function useOutside(): ReadonlyMap<string, number> {
  const { all } = useAlerts()
  return useMemo(() => {
    const people = new Map<string, Set<string>>()
    for (const a of all) {
      if (a.type !== 'outside_zone' || a.ended_at !== undefined || a.status === 'resuelta') continue
      for (const z of a.zones ?? []) people.set(z, (people.get(z) ?? new Set()).add(a.user_id))
    }
    return new Map([...people].map(([z, users]) => [z, users.size]))
  }, [all])
}

/** Names of people and teams by their ids. */
export function useNames() {
  const { byId } = usePeople()
  const teams = useTeams().data
  const d = useData()
  return useMemo(() => {
    const byTeam = new Map((teams ?? []).map((x) => [x.id, x.name]))
    const me = d.queries.getQueryData<{ name: string }>(['me'])
    return { user: (id: string) => (id === d.who.user ? me?.name : undefined) ?? byId.get(id)?.name ?? id, team: (id: string) => byTeam.get(id) ?? id }
  }, [byId, teams, d])
}

export const kindOf = (z: Zone): Kind => (z.geometry.type === 'Point' ? 'circle' : z.geometry.type === 'LineString' ? 'corridor' : 'polygon')

const number = (n: number, digits: number) => new Intl.NumberFormat(i18next.language, { maximumSignificantDigits: digits }).format(n)
const metric = (m: number) => (m >= 10_000 ? `${number(m / 1000, 3)} km` : `${number(Math.round(m), 4)} m`)

/** How large a shape is, as a person would say it. */
export function sizeText(s: Shape): string {
  if (s.kind === 'circle') return `⌀ ${metric(2 * s.radiusM)}`
  if (s.kind === 'corridor') return `${metric(lengthM(s.line))} × ${metric(s.widthM)}`
  const m2 = areaM2(s)
  return m2 >= 1e6 ? `${number(m2 / 1e6, 3)} km²` : m2 >= 1e4 ? `${number(m2 / 1e4, 3)} ha` : `${number(Math.round(m2), 3)} m²`
}

export const shapeOfZone = (z: Zone) => shapeOf(z.geometry, z.properties.radius_m, z.properties.width_m)

/** Puts a zone that was just written into the list that the page has. */
export function putZone(d: ReturnType<typeof useData>, z: Zone): void {
  d.queries.setQueryData<Zone[]>(['zones'], (all) => [...(all ?? []).filter((x) => x.id !== z.id), z])
  void d.queries.invalidateQueries({ queryKey: ['zones'] })
  void d.queries.invalidateQueries({ queryKey: ['zone-people', z.id] })
}

export function dropZone(d: ReturnType<typeof useData>, id: string): void {
  d.queries.setQueryData<Zone[]>(['zones'], (all) => (all ?? []).filter((x) => x.id !== id))
  void d.queries.invalidateQueries({ queryKey: ['zones'] })
}

/** "2 people and 1 team"; empty for nobody. */
export function whoText(users: number, teams: number): string {
  const parts = [users > 0 && i18next.t('zones.people', { count: users }), teams > 0 && i18next.t('zones.teams', { count: teams })].filter((x) => x !== false)
  return new Intl.ListFormat(i18next.language).format(parts)
}
