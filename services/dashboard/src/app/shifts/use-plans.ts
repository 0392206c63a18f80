import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { all } from '../common/office'
import { useData } from '../data/data'
import { planner, type Plan, type ShiftPlan } from './plan'
import { useCompanyZone } from './use-shifts'

const noPlans: readonly Plan[] = []

/** All plans that the viewer may see. Others change them as well: they are read again every five minutes. */
export const usePlans = () => {
  const d = useData()
  return useQuery({ queryKey: ['shift-plans', 'all'], refetchInterval: 5 * 60_000, queryFn: () => all<ShiftPlan>((page) => d.session.request('get', '/v1/shift-plans', { query: page }).then((a) => ({ list: a.plans, next: a.next }))) })
}

export const useHolidays = () => {
  const d = useData()
  return useQuery({ queryKey: ['shift-plans', 'holidays'], refetchInterval: 5 * 60_000, queryFn: () => d.session.request('get', '/v1/holidays') })
}

/** Finds when people are planned to work around now. */
export function usePlanner(time: number) {
  const zone = useCompanyZone()
  const plans = usePlans().data ?? noPlans
  const holidays = useHolidays().data
  const days = useMemo(() => new Set(holidays?.holidays?.map((h) => h.date)), [holidays])
  const minute = Math.floor(time / 60_000)
  return useMemo(() => planner(plans, days, time, zone), [plans, days, zone, minute])
}

/** When somebody is planned to work in a period, as the server says. */
export function usePlanned(user: string, from: number, to: number) {
  const d = useData()
  return useQuery({ queryKey: ['shift-plans', 'of', user, from, to], queryFn: () => d.session.request('get', '/v1/shift-plans/of/{id}', { path: { id: user }, query: { from: new Date(from).toISOString(), to: new Date(to).toISOString() } }) })
}

/** Whose plan it is, as an address names it: company, team/norte, user/ana. */
export interface Scope {
  readonly kind: ShiftPlan['scope']
  readonly id: string
}

export function scopeOf(text: string): Scope | undefined {
  const [kind, ...rest] = text.split('/')
  if (text === 'company') return { kind: 'company', id: '' }
  return (kind === 'team' || kind === 'user') && rest.length > 0 ? { kind, id: rest.join('/') } : undefined
}

type Session = ReturnType<typeof useData>['session']

/** Reads a plan, also one that is not there: then its version is still known. */
export function getPlan(s: Session, { kind, id }: Scope): Promise<ShiftPlan> {
  if (kind === 'company') return s.request('get', '/v1/shift-plans/company')
  return kind === 'team' ? s.request('get', '/v1/shift-plans/team/{id}', { path: { id } }) : s.request('get', '/v1/shift-plans/user/{id}', { path: { id } })
}

export function putPlan(s: Session, { kind, id }: Scope, body: Pick<ShiftPlan, 'zone' | 'on_holidays' | 'version'> & { windows: NonNullable<ShiftPlan['windows']> }): Promise<ShiftPlan> {
  if (kind === 'company') return s.request('put', '/v1/shift-plans/company', { body })
  return kind === 'team' ? s.request('put', '/v1/shift-plans/team/{id}', { path: { id }, body }) : s.request('put', '/v1/shift-plans/user/{id}', { path: { id }, body })
}

export function removePlan(s: Session, { kind, id }: Scope, version: number): Promise<ShiftPlan> {
  const query = { version }
  if (kind === 'company') return s.request('delete', '/v1/shift-plans/company', { query })
  return kind === 'team' ? s.request('delete', '/v1/shift-plans/team/{id}', { path: { id }, query }) : s.request('delete', '/v1/shift-plans/user/{id}', { path: { id }, query })
}

export const keyOf = (scope: Scope) => ['shift-plans', 'one', scope.kind, scope.id]

/** One plan while it is looked at. Who changes it learns within half a minute that somebody else did. */
export const usePlan = (scope: Scope) => {
  const d = useData()
  return useQuery({ queryKey: keyOf(scope), staleTime: 0, refetchInterval: 30_000, queryFn: () => getPlan(d.session, scope) })
}

