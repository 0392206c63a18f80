import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { now } from '../../clock'
import { all } from '../common/office'
import { useData } from '../data/data'
import { useZone } from '../data/hooks'
import { addDays, dateOf, startOf } from '../day/dates'
import { readAgain } from '../data/again'
import { heard as heardIn, keep, oldest, overlay, type Known, type Shift } from './model'

/** The time zone of the company; that of the viewer until it is known. */
export const useCompanyZone = () => useZone() ?? Intl.DateTimeFormat().resolvedOptions().timeZone

interface Reading {
  readonly begun: number
  readonly list: readonly Shift[]
}

/**
 * What changes shifts is heard here: what shows them over HTTP is read again, at most once a second. Answers what was heard since the shifts of now were
 * read. On pages that do not read them it keeps nothing.
 */
export function useShiftEvents(): ReadonlyMap<string, Known> {
  const d = useData()
  const queries = useQueryClient()
  const [since, setSince] = useState<ReadonlyMap<string, Known>>(() => new Map())
  useEffect(() => {
    const changed = new Set<string>()
    let timer: ReturnType<typeof setTimeout> | undefined
    const ends = [
      d.live.on('actividad:estado', (e) => {
        const s = heardIn(e)
        if (!s) return
        const begun = oldest(queries.getQueriesData<Reading>({ queryKey: ['shifts', 'now'] }).map(([, reading]) => reading))
        setSince((before) => keep(before, { ...s, heardAt: Date.now() }, begun))
        changed.add(s.user_id)
        timer ??= setTimeout(() => {
          timer = undefined
          for (const user of changed) void readAgain(queries, ['shifts', 'of', user])
          changed.clear()
        }, 1000)
      }),
      d.live.onReload((domains) => {
        if (domains.includes('actividad')) void readAgain(queries, ['shifts'])
      }),
    ]
    return () => {
      clearTimeout(timer)
      for (const end of ends) end()
    }
  }, [d, queries])
  return since
}

/** The shifts since yesterday of whomever the viewer sees, and those with an objection that nobody has answered, with what was heard since they were read. */
export function useShiftsNow(heard: ReadonlyMap<string, Known>) {
  const d = useData()
  const zone = useCompanyZone()
  const yesterday = addDays(dateOf(now(), zone), -1)
  const read = useQuery({
    queryKey: ['shifts', 'now', yesterday, zone], refetchInterval: 5 * 60_000, staleTime: 5_000,
    queryFn: async (): Promise<Reading> => {
      const begun = Date.now()
      const list = (query: { from: string } | { objected: 'true' }) => all<Shift>((page) => d.session.request('get', '/v1/shifts', { query: { ...page, ...query } }).then((a) => ({ list: a.shifts, next: a.next })))
      const [recent, objected] = await Promise.all([list({ from: new Date(startOf(yesterday, zone)).toISOString() }), list({ objected: 'true' })])
      const known = new Set(recent.map((s) => `${s.user_id}/${s.id}`))
      return { begun, list: [...recent, ...objected.filter((s) => !known.has(`${s.user_id}/${s.id}`))] }
    },
  })
  const { data } = read
  const shifts = useMemo(() => data && overlay(data.list, heard, data.begun), [data, heard])
  return { shifts, error: read.error, refetch: read.refetch }
}

/** The shifts of somebody that lasted in a period, the first one first. */
export function useShiftsOf(user: string, from: number, to: number) {
  const d = useData()
  return useQuery({
    queryKey: ['shifts', 'of', user, 'list', from, to], staleTime: 5_000,
    queryFn: () => all<Shift>((page) => d.session.request('get', '/v1/shifts', { query: { ...page, user, from: new Date(from).toISOString(), to: new Date(to).toISOString() } }).then((a) => ({ list: a.shifts, next: a.next }))).then((list) => list.reverse()),
  })
}

export function useShiftLog(user: string) {
  const d = useData()
  return useQuery({ queryKey: ['shifts', 'of', user, 'log'], staleTime: 5_000, queryFn: () => d.session.request('get', '/v1/shifts/log', { query: { user } }) })
}
