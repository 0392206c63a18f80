import { useMemo, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Input } from '../common/parts'
import { TimeField } from '../common/time-input'
import { clockTime } from '../data/ages'
import { useUsers } from '../data/data'
import { useTeams } from '../data/hooks'
import { dateOf } from '../day/dates'
import type { Target } from './move'
import { windowOf } from './times'

/** When and by whom, as a form has it. */
export interface Plan {
  date: string
  from: string
  until: string
  worker: string
  team: string
  /** At whatever hour of the day. */
  anyHour: boolean
}

export const planFrom = (t: Target, zone: string): Plan => ({ date: dateOf(t.from, zone), from: clockTime(t.from, zone), until: clockTime(t.until, zone), worker: t.worker, team: t.team, anyHour: false })

const minutes = (time: string): number => (time === '' ? NaN : Number(time.slice(0, 2)) * 60 + Number(time.slice(3)))

/** When it ends if it begins at another time and takes as long. */
export function after(p: Plan, from: string): string {
  const end = (minutes(from) + minutes(p.until) - minutes(p.from) + 1440) % 1440
  return Number.isNaN(end) ? p.until : `${String(Math.floor(end / 60)).padStart(2, '0')}:${String(end % 60).padStart(2, '0')}`
}

export function usePlan(t: Target, zone: string) {
  return useState<Plan>(() => planFrom(t, zone))
}

/** What a plan comes to, or what is wrong with it. What nobody touched stays to the second, and a window of some days stays one. */
export function planOf(p: Plan, zone: string, before?: Target): { target?: Target; fault?: 'date' | 'time' } {
  const same = before && planFrom(before, zone)
  if (before && same && same.date === p.date && same.from === p.from && same.until === p.until) return { target: { ...before, worker: p.worker, team: p.team } }
  const w = windowOf(p.date, p.from, p.until, zone)
  if (Number.isNaN(windowOf(p.date, '00:00', '01:00', zone).from)) return { fault: 'date' }
  if (Number.isNaN(w.from) || Number.isNaN(w.until)) return { fault: 'time' }
  return { target: { worker: p.worker, team: p.team, ...w } }
}

interface Props {
  plan: Plan
  onChange: (p: Plan) => void
  fault: 'date' | 'time' | undefined
  /** Whether nobody may be chosen: a supervisor leaves it with a team. */
  mayNobody: boolean
  /** Also a whole day may be chosen. */
  wholeDay?: boolean
  errors?: Record<string, string>
  /** What stands between the times and the worker. */
  children?: ReactNode
}

export function PlanFields({ plan: p, onChange, fault, mayNobody, wholeDay, errors = {}, children }: Props) {
  const { t } = useTranslation()
  const users = useUsers()
  const teams = useTeams().data ?? []
  const set = (more: Partial<Plan>) => onChange({ ...p, ...more })
  const workers = useMemo(() => {
    const list = [...users.values()].filter((u) => u.role === 'colaborador' || u.id === p.worker).sort((a, b) => a.name.localeCompare(b.name))
    return [['', t('board.unassigned')], ...list.map((u) => [u.id, u.name])] as [string, string][]
  }, [users, p.worker, t])
  return (
    <>
      <Input label={t('board.date')} type="date" value={p.date} onChange={(date) => set({ date })} error={fault === 'date' ? t('board.fault.date') : errors['day']} />
      {wholeDay && <label className="b-check"><input type="checkbox" checked={p.anyHour} onChange={(e) => set({ anyHour: e.target.checked })} /> {t('board.anyHour')}</label>}
      {!p.anyHour && (
        <div className="b-two">
          <TimeField label={t('board.field.from')} value={p.from} onTime={(from) => set({ from, until: after(p, from) })} error={fault === 'time' ? t('board.fault.time') : errors['from']} />
          <TimeField label={t('board.field.until')} value={p.until} onTime={(until) => set({ until })} error={errors['until']} hint={p.until <= p.from ? t('board.nextDay') : undefined} />
        </div>
      )}
      {children}
      <Input label={t('board.field.worker')} value={p.worker} onChange={(worker) => set({ worker })} options={workers} error={p.worker === '' && !mayNobody ? t('board.fault.nobody') : errors['user_id']} />
      {teams.length > 0 && <Input label={t('board.field.team')} value={p.team} onChange={(team) => set({ team })} options={[['', t('board.noTeam')], ...teams.map((x) => [x.id, x.name] as const)]} error={errors['team_id']} />}
    </>
  )
}
