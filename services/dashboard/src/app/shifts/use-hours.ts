import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { components } from '../../../client'
import { all } from '../common/office'
import { useData } from '../data/data'
import { addDays } from '../day/dates'
import { mondayOf, type Period } from './times'

export type UserHours = components['schemas']['UserHours']
export type HoursDay = components['schemas']['HoursDay']
export type Approval = components['schemas']['HoursApproval']

export const longest = 62

/** Periods that people ask for: the weeks and half months around today. */
export function periods(today: string): Record<'week' | 'lastWeek' | 'half' | 'lastHalf', Period> {
  const monday = mondayOf(today)
  const half = (date: string): Period => {
    const month = date.slice(0, 8)
    if (date.slice(8) <= '15') return { from: `${month}01`, to: `${month}15` }
    return { from: `${month}16`, to: addDays(`${addDays(`${month}28`, 4).slice(0, 8)}01`, -1) }
  }
  const now = half(today)
  return { week: { from: monday, to: addDays(monday, 6) }, lastWeek: { from: addDays(monday, -7), to: addDays(monday, -1) }, half: now, lastHalf: half(addDays(now.from, -1)) }
}

/** The hours of everybody whom the viewer sees, in a period. */
export function useHours(p: Period, team: string, enabled: boolean) {
  const d = useData()
  return useQuery({
    queryKey: ['hours', p.from, p.to, team], enabled, placeholderData: keepPreviousData, staleTime: 10_000, refetchInterval: 60_000,
    queryFn: () => all<UserHours>((page) => d.session.request('get', '/v1/hours', { query: { ...page, from: p.from, to: p.to, ...(team && { team }) } }).then((a) => ({ list: a.hours, next: a.next }))),
  })
}

export const statuses = ['late', 'objected', 'open', 'todo', 'approved', 'none'] as const
export type HoursStatus = (typeof statuses)[number]

/** The approvals that hold. */
export const holding = (h: Pick<UserHours, 'approvals'>) => (h.approvals ?? []).filter((a) => !a.reopened_at)
/** What arrived after the approvals that hold, and so does not count. */
export const lateOf = (h: Pick<UserHours, 'approvals'>) => holding(h).reduce((sum, a) => sum + a.late, 0)

/** What somebody has to do about the hours of a user: what arrived late comes first. */
export function statusOf(h: Pick<UserHours, 'approvals' | 'days'>): HoursStatus {
  const days = h.days ?? []
  const worked = days.filter((d) => d.shifts > 0)
  if (lateOf(h) > 0) return 'late'
  if (days.some((d) => d.objected > 0)) return 'objected'
  if (days.some((d) => d.open)) return 'open'
  if (worked.length === 0 && holding(h).length === 0) return 'none'
  return days.every((d) => d.approved) ? 'approved' : 'todo'
}
