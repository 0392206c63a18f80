import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import type { Events } from '../../../client'
import type { Data } from '../data/data'
import { useData } from '../data/data'
import type { Summary, Total } from '../data/shapes'
import type { Period } from '../shifts/times'
import { longest as longestHours, useHours } from '../shifts/use-hours'
import { halves, patched, periodOf, type By } from './rows'

/** More rows than these are not read: nobody reads them either. */
export const mostRows = 20_000

export interface Asked extends Period {
  by: By
  team: string
  user: string
  /** The period has a day that still runs: it is read again by itself. */
  runs: boolean
}

const whose = (p: Asked) => ({ ...(p.team && { team: p.team }), ...(p.user && { user: p.user }) })

/** What is shown of a period. limited says that there are more rows, and pending is how many days are still being computed. */
export interface Shown<T> {
  list: readonly T[]
  limited: boolean
  pending: number
}

/** The days of a period, to its end or to the most that are shown. */
async function readDays(d: Data, p: Asked, signal: AbortSignal): Promise<Shown<Summary>> {
  const list: Summary[] = []
  let cursor: string | undefined
  let pending = 0
  do {
    const page: { summaries: Summary[] | null; next?: string; pending: number } = await d.session.request('get', '/v1/summaries', { query: { from: p.from, to: p.to, ...whose(p), limit: 1000, ...(cursor && { cursor }) }, signal })
    list.push(...(page.summaries ?? []))
    pending = page.pending
    cursor = page.next
  } while (cursor && list.length < mostRows)
  return { list, limited: cursor !== undefined && cursor !== '', pending }
}

async function readTotals(d: Data, p: Asked, signal: AbortSignal): Promise<Shown<Total>> {
  const answer = await d.session.request('get', '/v1/summaries/totals', { query: { from: p.from, to: p.to, by: p.by as Exclude<By, 'day'>, ...whose(p) }, signal })
  return { list: answer.totals ?? [], limited: false, pending: answer.pending }
}

/** The days of everybody whom the viewer sees, or their sums. While days are being computed it looks again by itself, beside what the socket says. */
export function useSummaries(p: Asked, enabled: boolean) {
  const d = useData()
  const shared = { placeholderData: keepPreviousData, staleTime: 10_000 }
  const every = (had: { pending: number } | undefined) => (had && had.pending > 0 ? 10_000 : p.runs ? 60_000 : (false as const))
  const days = useQuery<Shown<Summary>>({ ...shared, refetchInterval: (q) => every(q.state.data), enabled: enabled && p.by === 'day', queryKey: ['summaries', p.from, p.to, p.team, p.user], queryFn: ({ signal }) => readDays(d, p, signal) })
  const totals = useQuery<Shown<Total>>({ ...shared, refetchInterval: (q) => every(q.state.data), enabled: enabled && p.by !== 'day', queryKey: ['totals', p.from, p.to, p.by, p.team, p.user], queryFn: ({ signal }) => readTotals(d, p, signal) })
  return p.by === 'day' ? days : totals
}

/** How long to wait after an event before sums are read again: events come in crowds when days are closed. */
const settle = 3000

/** Keeps what is shown up to date by the socket. */
export function useSummaryEvents(): void {
  const d = useData()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const again = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        for (const what of ['summaries', 'totals']) void d.queries.invalidateQueries({ queryKey: [what] })
      }, settle)
    }
    const hear = (s: Events['resumen:diario']) => {
      let known = false
      d.queries.setQueriesData<Shown<Summary>>({ queryKey: ['summaries'] }, (had) => {
        const list = had && patched(had.list, s)
        if (!list) return had
        known = true
        return { ...had, list }
      })
      if (known) void d.queries.invalidateQueries({ queryKey: ['totals'], refetchType: 'none' })
      again()
    }
    const ends = [d.live.on('resumen:diario', hear), d.live.on('resumen:actualizado', hear), d.live.onReload((domains) => domains.includes('resumen') && again())]
    return () => {
      clearTimeout(timer)
      for (const end of ends) end()
    }
  }, [d])
}

const nobody = () => undefined

/**
 * How long somebody was planned to work in each period; nothing is known where hours cannot be read, or while a part is missing. Sums are
 * of closed days, so a plan of today or later is not among them.
 */
export function usePlanned(p: Asked, enabled: boolean, today: string): (user: string, period: string) => number | undefined {
  const [first, second] = halves(p, longestHours)
  const a = useHours(first, p.team, enabled).data
  const b = useHours(second ?? first, p.team, enabled && second !== undefined).data
  const whole = second === undefined
  return useMemo(() => {
    if (!a || (!whole && !b)) return nobody
    const of = new Map<string, number>()
    for (const h of whole ? a : [...a, ...b!]) {
      for (const day of h.days ?? []) {
        if (p.by !== 'day' && day.day >= today) continue
        const key = `${h.user_id}/${p.by === 'day' ? day.day : periodOf(day.day, p.by)}`
        of.set(key, (of.get(key) ?? 0) + day.planned_s)
      }
    }
    return (user, period) => of.get(`${user}/${period}`)
  }, [a, b, whole, p.by, today])
}
