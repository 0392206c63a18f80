import { useMemo, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Column } from '../common/grid'
import { clockTime, distance, whole } from '../data/ages'
import { balance } from '../shifts/hours-view'
import { addDays } from '../day/dates'
import { hours } from '../shifts/times'
import { mondayIn, type By, type Row, type Sums } from './rows'
import { DayState } from './state-sign'

const time = (s: number) => (s === 0 ? '' : hours(s * 1000))
const far = (m: number) => (m < 1 ? '' : distance(m))
const num = (text: string) => <span className="num">{text}</span>
const states = ['failed', 'preliminary', 'closed', 'final']

/** A date, week or month as people write it. */
export function periodText(period: string, language: string): string {
  if (period === 'all') return ''
  if (/^\d{4}-\d\d$/.test(period)) return new Intl.DateTimeFormat(language, { timeZone: 'UTC', month: 'long', year: 'numeric' }).format(Date.parse(`${period}-01T00:00:00Z`))
  const monday = mondayIn(period)
  if (monday !== undefined) return new Intl.DateTimeFormat(language, { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' }).formatRange(Date.parse(monday), Date.parse(addDays(monday, 6)))
  return new Intl.DateTimeFormat(language, { timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short' }).format(Date.parse(`${period}T00:00:00Z`))
}

/** What is shown of each row. With days of several dates, or sums by week or month, a column says which. */
export function useColumns(by: By, oneDay: boolean, zone: string): readonly Column<Row>[] {
  const { t, i18n } = useTranslation()
  const language = i18n.language
  return useMemo(() => {
    const notes = (r: Row) => [...r.lacks.map((x) => t(`reports.lack.${x}`)), r.state !== 'preliminary' && open(r) > 0 && t('reports.openVisits', { count: open(r) }), r.late > 0 && t('reports.late', { count: r.late }), r.gapM >= 1000 && t('reports.gapNote', { distance: distance(r.gapM) }), r.mock >= 1 && t('reports.mock', { distance: distance(r.mock) })].filter(Boolean).join(' · ')
    const clock = (ms: number | undefined) => num(ms === undefined ? '' : clockTime(ms, zone))
    const visits = (r: Row) => (r.visits === 0 ? '' : t('reports.visitsOf', { done: whole(r.done), all: whole(r.visits) }))
    const day = by === 'day'
    const all: (Column<Row> | false)[] = [
      { id: 'name', header: t('reports.person'), grow: 2.2, value: (r) => r.name },
      !(day && oneDay) && by !== 'all' && { id: 'period', header: day ? t('reports.date') : t(by === 'week' ? 'reports.week' : 'reports.month'), grow: 1.7, value: (r) => r.period, render: (r) => periodText(r.period, language) },
      !day && { id: 'days', header: t('reports.days'), grow: 0.7, value: (r) => r.days, render: (r) => num(whole(r.days)), wide: true },
      { id: 'distance', header: t('reports.distance'), grow: 1.4, value: (r) => r.distance, render: (r) => num(far(r.distance)) },
      { id: 'moving', header: t('reports.moving'), grow: 1.1, value: (r) => r.moving, render: (r) => num(time(r.moving)), wide: true },
      { id: 'stopped', header: t('reports.stopped'), grow: 1, value: (r) => r.stopped, render: (r) => num(time(r.stopped)), wide: true },
      { id: 'gap', header: t('reports.gaps'), grow: 1, value: (r) => r.gap, render: (r) => num(time(r.gap)), wide: true },
      day && { id: 'first', header: t('reports.first'), grow: 0.9, value: (r) => r.first ?? 0, render: (r) => clock(r.first), wide: true },
      day && { id: 'last', header: t('reports.last'), grow: 0.9, value: (r) => r.last ?? 0, render: (r) => clock(r.last), wide: true },
      { id: 'visits', header: t('reports.visits'), grow: 1.3, value: (r) => r.done, render: (r) => num(visits(r)), wide: true },
      { id: 'notDone', header: t('reports.notDone'), grow: 1.15, value: (r) => r.notDone, render: (r) => <span className={r.notDone > 0 ? 'num warn' : 'num'}>{r.notDone > 0 ? whole(r.notDone) : ''}</span>, wide: true },
      { id: 'shift', header: t('reports.shift'), grow: 1, value: (r) => r.shift, render: (r) => num(time(r.shift)) },
      { id: 'planned', header: t('reports.planned'), grow: day ? 0.9 : 1.1, value: (r) => r.planned ?? -1, render: (r) => num(time(r.planned ?? 0)), wide: true },
      { id: 'balance', header: t('reports.balance'), grow: day ? 1 : 1.2, value: (r) => r.shift - (r.planned ?? 0), render: (r) => num(balanceOf(r)), wide: true },
      day && { id: 'state', header: t('reports.state'), grow: 1.3, value: (r) => states.indexOf(r.state ?? 'final'), render: (r) => r.state && <DayState state={r.state} /> },
      { id: 'note', header: t('reports.note'), grow: 2.2, value: (r) => r.late, render: (r) => <span className="dim" title={notes(r)}>{notes(r)}</span>, wide: true },
    ]
    return all.filter((c) => c !== false)
  }, [t, language, by, oneDay, zone])
}

const balanceOf = (r: Pick<Row, 'shift' | 'planned'>) => (r.planned === undefined || r.shift + r.planned === 0 ? '' : balance(r.shift, r.planned))

/** Visits that nobody ended. */
const open = (r: Row) => r.visits - r.done - r.notDone

/** The row of sums, by column. */
export function useFoot(s: Sums): Readonly<Record<string, ReactNode>> {
  const { t } = useTranslation()
  return {
    name: t('reports.sum'), days: num(whole(s.days)), distance: num(far(s.distance)), moving: num(time(s.moving)), stopped: num(time(s.stopped)), gap: num(time(s.gap)), shift: num(time(s.shift)), planned: num(time(s.planned ?? 0)), balance: num(balanceOf(s)),
    visits: num(s.visits === 0 ? '' : t('reports.visitsOf', { done: whole(s.done), all: whole(s.visits) })), notDone: num(s.notDone > 0 ? whole(s.notDone) : ''),
  }
}
