import i18next from 'i18next'
import { Problem } from '../../../client'
import { fieldErrors } from '../common/problem'
import { clockTime } from '../data/ages'
import { dateOf, startOf } from '../day/dates'
import { weekdays, type Pattern, type Rule, type Weekday } from './series-rule'
import { atTime } from './times'
import { sayVisit, visitWords } from './words'

const formats = new Map<string, Intl.DateTimeFormat>()
function inWords(date: string, options: Intl.DateTimeFormatOptions): string {
  const key = `${i18next.language} ${JSON.stringify(options)}`
  let f = formats.get(key)
  if (!f) formats.set(key, (f = new Intl.DateTimeFormat(i18next.language, { ...options, timeZone: 'UTC' })))
  return f.format(Date.parse(`${date}T12:00:00Z`))
}

/** Monday, 9 March 2026 */
export const fullDate = (date: string): string => inWords(date, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
/** Mon, 9 Mar, with the year where it is another one. */
export const shortDate = (date: string, year: string): string => inWords(date, { weekday: 'short', day: 'numeric', month: 'short', ...(!date.startsWith(year) && { year: 'numeric' }) })
// The first of January 2024 was a Monday.
export const dayName = (d: Weekday): string => inWords(`2024-01-0${weekdays.indexOf(d) + 1}`, { weekday: 'long' })
export const dayLetters = (d: Weekday): string => inWords(`2024-01-0${weekdays.indexOf(d) + 1}`, { weekday: 'short' }).slice(0, 2)

const listOf = (days: readonly Weekday[], say = dayName): string => new Intl.ListFormat(i18next.language, { type: 'conjunction' }).format(weekdays.filter((d) => days.includes(d)).map(say))
const theDay = (d: Weekday): string => i18next.t('board.series.say.theDay', { day: dayName(d) })

export const nthName = (nth: number): string => i18next.t(`board.series.nth.n${nth < 0 ? 'last' : nth}` as 'board.series.nth.n1')

/** When it is done again, in words: every Monday and Thursday. */
export function patternText(p: Pattern): string {
  const t = i18next.t
  const n = p.interval
  if (p.every === 'day' || (p.every === 'week' && n === 1 && p.days.length === 7)) return n === 1 ? t('board.series.say.day') : t('board.series.say.days', { n })
  if (p.every === 'week') {
    if (n === 1 && p.days.length === 5 && !p.days.includes('SA') && !p.days.includes('SU')) return t('board.series.say.workdays')
    return n === 1 ? t('board.series.say.week', { days: listOf(p.days) }) : t('board.series.say.weeks', { n: n === 2 ? t('board.series.say.two') : n, days: listOf(p.days, theDay) })
  }
  const what = 'date' in p ? (p.date < 0 ? t('board.series.say.lastDate') : t('board.series.say.date', { n: p.date })) : t('board.series.say.nth', { nth: nthName(p.nth), day: dayName(p.day) })
  return n === 1 ? t('board.series.say.month', { what }) : t('board.series.say.months', { what, n })
}

/** A whole rule, with the times and the end, as a sentence. */
export function ruleText({ pattern, end }: Rule, from: string, until: string): string {
  const t = i18next.t
  const parts = [patternText(pattern), timesText(from, until), 'until' in end ? t('board.series.say.until', { date: fullDate(end.until) }) : t('board.series.say.times', { count: end.count })]
  return `${parts.join(', ')}.`
}

export const timesText = (from: string, until: string): string => (from === '' ? i18next.t('board.series.say.anyHour') : i18next.t('board.series.say.from', { from, until }))

/** What clocks show when a visit of a date begins: a time that they skip is the first that they show after the jump. */
export function shownTime(date: string, time: string, zone: string): string {
  const at = atTime(date, time, zone)
  if (Number.isNaN(at) || clockTime(at, zone) === time) return time
  let ms = Math.max(startOf(date, zone), at - 2 * 3_600_000)
  while (clockTime(ms, zone) < time && dateOf(ms, zone) === date) ms += 60_000
  return clockTime(ms, zone)
}

/** Where in the form a refusal without a field belongs. */
const fieldOf: Record<string, string> = { place_not_found: 'place_id', place_archived: 'place_id', user_not_found: 'user_id', worker_or_team_required: 'user_id', team_not_found: 'team_id', series_passed: 'rule' }

/** What is wrong with a series, by the fields that a visit's form has. */
export function seriesErrors(e: unknown): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [name, words] of Object.entries(fieldErrors(e, visitWords))) found[name.replace(/^visit\./, '').replace(/^first_date$/, 'day')] = words
  const field = e instanceof Problem ? fieldOf[e.code] : undefined
  if (field) found[field] ??= sayVisit(e)
  return found
}
