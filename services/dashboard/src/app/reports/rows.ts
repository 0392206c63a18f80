import type { Events } from '../../../client'
import type { Summary, Total } from '../data/shapes'
import { addDays } from '../day/dates'
import { daysIn, mondayOf, weekday, type Period } from '../shifts/times'

export const sums = ['day', 'all', 'week', 'month'] as const
/** What a row is of: a day of somebody, or the sum of their days. */
export type By = (typeof sums)[number]
export const longest = 93
export const furthest = 400

/** Periods that people ask for. What lies ahead of today is left out. */
export function shortcuts(today: string) {
  const [monday, month] = [mondayOf(today), today.slice(0, 8)]
  const lastMonth = addDays(`${month}01`, -1)
  return {
    yesterday: { from: addDays(today, -1), to: addDays(today, -1) }, today: { from: today, to: today }, week: { from: monday, to: today }, lastWeek: { from: addDays(monday, -7), to: addDays(monday, -1) },
    month: { from: `${month}01`, to: today }, lastMonth: { from: `${lastMonth.slice(0, 8)}01`, to: lastMonth },
  } satisfies Record<string, Period>
}
export const shortcutNames = ['yesterday', 'today', 'week', 'lastWeek', 'month', 'lastMonth'] as const

/** Whether the server answers for a period. */
export const mayShow = (p: Period, today: string): boolean => daysIn(p) >= 1 && daysIn(p) <= longest && p.to <= today && p.from >= addDays(today, -furthest)

/** A period in the two parts that are read where the server answers for at most so many days. The second is missing for a short period. */
export function halves({ from, to }: Period, most: number): [Period, Period | undefined] {
  const end = addDays(from, most - 1)
  return to <= end ? [{ from, to }, undefined] : [{ from, to: end }, { from: addDays(end, 1), to }]
}

/** The week, such as 2026-W11, or the month of a date, as the server names them. */
export function periodOf(date: string, by: By): string {
  if (by === 'month') return date.slice(0, 7)
  if (by !== 'week') return 'all'
  const thursday = addDays(date, 4 - weekday(date)) // a week belongs to the year of its Thursday
  const day = (Date.parse(`${thursday}T00:00:00Z`) - Date.parse(`${thursday.slice(0, 4)}-01-01T00:00:00Z`)) / 86_400_000
  return `${thursday.slice(0, 4)}-W${String(Math.floor(day / 7) + 1).padStart(2, '0')}`
}

/** The Monday of a week such as 2026-W11; undefined for another period. */
export function mondayIn(period: string): string | undefined {
  const [, year, week] = /^(\d{4})-W(\d\d)$/.exec(period) ?? []
  return year === undefined ? undefined : addDays(mondayOf(`${year}-01-04`), (Number(week) - 1) * 7)
}

const lacks = ['hidden', 'thinned'] as const
export type Lack = (typeof lacks)[number]
/** What the figures of a day leave out, or those of some of the days of a sum. */
export function lacksOf(s: Summary | Total): readonly Lack[] {
  if ('date' in s) return lacks.filter((k) => s[k])
  return s.hidden_days > 0 ? ['hidden'] : []
}

export interface Row {
  readonly id: string
  readonly user: string
  readonly name: string
  /** A date, a week, a month, or all. */
  readonly period: string
  readonly state: Summary['state'] | undefined
  readonly days: number
  readonly distance: number
  readonly moving: number
  readonly stopped: number
  readonly gap: number
  readonly gapM: number
  readonly mock: number
  readonly late: number
  readonly first: number | undefined
  readonly last: number | undefined
  readonly done: number
  readonly notDone: number
  readonly visits: number
  readonly shift: number
  /** What its figures leave out: hidden by the company since, or of too many positions. */
  readonly lacks: readonly Lack[]
  /** Seconds; undefined while plans are not known. */
  readonly planned: number | undefined
}

const instant = (iso: string | undefined) => (iso ? Date.parse(iso) : undefined)

/** `planned` says how many seconds somebody was planned to work in a period. */
export function rowOf(s: Summary | Total, name: string, planned: (user: string, period: string) => number | undefined): Row {
  const period = 'date' in s ? s.date : s.period
  return {
    id: `${s.user_id}/${period}`, user: s.user_id, name, period, state: 'state' in s ? s.state : undefined, days: 'days' in s ? s.days : 1,
    distance: s.distance_m, moving: s.moving_s, stopped: s.stopped_s, gap: s.gap_s, gapM: s.gap_m, mock: s.mock_m, late: s.late_fixes, first: 'date' in s ? instant(s.first_at) : undefined, last: 'date' in s ? instant(s.last_at) : undefined,
    done: s.visits_done, notDone: s.visits_not_done, visits: s.visits_done + s.visits_not_done + s.visits_open, shift: s.shift_s, lacks: lacksOf(s), planned: planned(s.user_id, period),
  }
}

export type Sums = Pick<Row, 'days' | 'distance' | 'moving' | 'stopped' | 'gap' | 'done' | 'notDone' | 'visits' | 'shift' | 'planned'>

/** What all rows come to. */
export function sumOf(rows: readonly Row[]): Sums {
  const sum = { days: 0, distance: 0, moving: 0, stopped: 0, gap: 0, done: 0, notDone: 0, visits: 0, shift: 0, planned: undefined as number | undefined }
  for (const r of rows) {
    for (const k of ['days', 'distance', 'moving', 'stopped', 'gap', 'done', 'notDone', 'visits', 'shift'] as const) sum[k] += r[k]
    if (r.planned !== undefined) sum.planned = (sum.planned ?? 0) + r.planned
  }
  return sum
}

/** Takes what the socket says of a day into a list: undefined when that changes nothing, because the day is not in it, or is known as well or better. */
export function patched(list: readonly Summary[], s: Events['resumen:diario']): readonly Summary[] | undefined {
  const at = list.findIndex((x) => x.user_id === s.user_id && x.date === s.date)
  if (at < 0) return undefined
  const had = list[at]!
  if (had.state !== 'preliminary' && had.version >= s.version) return undefined
  return list.with(at, { ...had, hidden: false, ...s })
}
