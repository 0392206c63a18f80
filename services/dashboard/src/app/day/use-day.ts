import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { Problem } from '../../../client'
import type { Alert } from '../data/alerts'
import { useAlerts, useData } from '../data/data'
import type { Position } from '../data/people'
import { joined, trackOf, type Track } from './track'

/** So many fixes of a day are read at most. One in five seconds makes 17,280 a day. */
export const mostFixes = 50_000
const pageSize = 5000
/** How often what arrives is added to a day that is not over. */
const addEvery = 10_000

export interface Day {
  readonly from: number
  readonly to: number
}

const iso = (ms: number) => new Date(ms).toISOString()
export const isMissing = (e: unknown): boolean => e instanceof Problem && e.status === 404

/** Who it is. Somebody who is no longer active has a day too. */
export function usePerson(id: string) {
  const d = useData()
  return useQuery({ queryKey: ['user', id], queryFn: () => d.session.request('get', '/v1/users/{id}', { path: { id } }) })
}

/** The fixes of a day, page by page until its end. The track grows with each page. */
export function useTrack(id: string, day: Day, goesOn: boolean) {
  const d = useData()
  const read = useInfiniteQuery({
    queryKey: ['day', id, day.from, day.to],
    structuralSharing: false,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      d.session.request('get', '/v1/users/{id}/positions', { path: { id }, query: { from: iso(day.from), to: iso(day.to), limit: pageSize, ...(pageParam && { cursor: pageParam }) }, signal }),
    getNextPageParam: (last, pages) => (pages.reduce((n, p) => n + (p.positions?.length ?? 0), 0) < mostFixes ? last.next : undefined),
  })
  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = read
  useEffect(() => {
    if (hasNextPage && !isFetching && !isFetchNextPageError) void fetchNextPage()
  }, [hasNextPage, isFetching, isFetchNextPageError, fetchNextPage])

  const pages = read.data?.pages
  const whole = pages !== undefined && !pages.at(-1)?.next
  const more = useArriving(id, day, goesOn && whole)
  const track: Track | undefined = useMemo(() => pages && trackOf(joined(pages.flatMap((p) => p.positions ?? []), more)), [pages, more])
  return { read, track, whole, limited: pages !== undefined && !hasNextPage && !whole }
}

/** Positions that arrive while the day is shown. */
function useArriving(id: string, day: Day, listens: boolean): readonly Position[] {
  const d = useData()
  const [list, setList] = useState<readonly Position[]>([])
  useEffect(() => {
    setList([])
    if (!listens) return
    let waiting: Position[] = []
    const end = d.live.on('tracking:ubicacion', (p) => {
      const at = Date.parse(p.recorded_at)
      if (p.user_id === id && at >= day.from && at < day.to) waiting.push(p)
    })
    const timer = setInterval(() => {
      if (waiting.length === 0) return
      const added = waiting
      waiting = []
      setList((before) => [...before, ...added])
    }, addEvery)
    // What may be missing is read again.
    const off = d.live.onReload((domains) => domains.includes('tracking') && void d.queries.invalidateQueries({ queryKey: ['day', id] }))
    const decided = d.live.on('actividad:rastreo', () => {
      waiting = []
      setList([])
    })
    return () => {
      end()
      off()
      decided()
      clearInterval(timer)
    }
  }, [d, id, day.from, day.to, listens])
  return list
}

/** How long before a day an alert may have begun that went on into it. */
const lookBack = 2 * 86_400_000

/** The alerts that went on at some time of the day, the oldest first. What the socket says of them is newer than what was read. */
export function useDayAlerts(id: string, day: Day, now: number): { alerts: readonly Alert[]; failed: unknown } {
  const d = useData()
  const { byId } = useAlerts()
  const read = useQuery({
    queryKey: ['day-alerts', id, day.from, day.to],
    queryFn: async ({ signal }) => {
      const all: Alert[] = []
      let cursor: string | undefined
      do {
        const page = await d.session.request('get', '/v1/alerts', { query: { user: id, from: iso(day.from - lookBack), to: iso(day.to), limit: 1000, ...(cursor && { cursor }) }, signal })
        all.push(...(page.alerts ?? []))
        cursor = page.next
      } while (cursor)
      return all
    },
  })
  const data = read.data
  const last = useRef<readonly Alert[]>([])
  const alerts = useMemo(() => {
    const all = new Map((data ?? []).map((a) => [a.id, a]))
    for (const a of byId.values()) if (a.user_id === id) all.set(a.id, a)
    const list = [...all.values()].filter((a) => within(a, day, now)).sort((a, b) => (a.started_at < b.started_at ? -1 : 1))
    // What happens to others draws nothing again.
    if (list.length !== last.current.length || list.some((a, i) => a !== last.current[i])) last.current = list
    return last.current
    // The clock alone changes no alert.
    // eslint-disable-next-line
  }, [data, byId, id, day.from, day.to])
  return { alerts, failed: read.error }
}

const within = (a: Alert, day: Day, now: number) => Date.parse(a.started_at) < day.to && (a.ended_at ? Date.parse(a.ended_at) : now) > day.from
