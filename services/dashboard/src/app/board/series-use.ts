import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { components } from '../../../client'
import { all } from '../common/office'
import { readAgain } from '../data/again'
import { useData } from '../data/data'
import { dateOf, startOf } from '../day/dates'
import { datesOf, readRule } from './series-rule'
import { iso, windowOf } from './times'
import type { Activity } from './visit'

export type Series = components['schemas']['ActivitySeries']

/** Whether the visit of a date can still be done. */
export const isToCome = (date: string, from: string, until: string, zone: string, now: number): boolean => (from === '' ? date >= dateOf(now, zone) : windowOf(date, from, until, zone).until > now)

/** The next date that a series names. Where the page cannot read its rule, it is the next whose visit is still to be made. */
export function nextDate(s: Series, zone: string, now: number): string {
  if (s.state === 'ended') return ''
  const rule = readRule(s.rule, s.first_date)
  if (!rule) return s.next_dates?.[0] ?? ''
  return datesOf(rule, s.first_date).dates.find((d) => isToCome(d, s.from, s.until, zone, now)) ?? ''
}

/** Whether visits of it are still to come. */
export const isCurrent = (s: Series, today: string): boolean => s.state === 'active' || (s.state === 'over' && s.last_date >= today)

/** All series that the viewer may see, read again when a visit of one changes. */
export function useSeries() {
  const d = useData()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const again = () => {
      // The end of a series tells of each of its visits: it is read once.
      timer ??= setTimeout(() => {
        timer = undefined
        void readAgain(d.queries, ['series'])
      }, 300)
    }
    const off = d.live.on('actividad:estado', (e) => e.series_id && again())
    const reload = d.live.onReload((domains) => domains.includes('actividad') && again())
    return () => {
      clearTimeout(timer)
      off()
      reload()
    }
  }, [d])
  return useQuery({ queryKey: ['series', 'list'], staleTime: 0, queryFn: () => all<Series>((query) => d.session.request('get', '/v1/activity-series', { query }).then((a) => ({ list: a.series, next: a.next }))) })
}

/** The visits of a series whose windows end today or later. */
export function useVisitsOf(id: string, zone: string, now: number) {
  const d = useData()
  const from = startOf(dateOf(now, zone), zone)
  return useQuery({ queryKey: ['series', 'visits', id, from], staleTime: 0, queryFn: () => all<Activity>((query) => d.session.request('get', '/v1/activities', { query: { ...query, series: id, from: iso(from) } }).then((a) => ({ list: a.activities, next: a.next }))) })
}
