import { addDays, readDate } from '../day/dates'

/** The days of a week as rules name them, Monday first. */
export const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const
export type Weekday = (typeof weekdays)[number]
const workdays: readonly Weekday[] = ['MO', 'TU', 'WE', 'TH', 'FR']

export const weekdayOf = (date: string): Weekday => weekdays[(new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7]!
const dayIn = (date: string): number => Number(date.slice(8))
const lengthOf = (date: string): number => new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)), 0)).getUTCDate()

/** When something is done again. -1 is the last of a month. */
export type Pattern =
  | { readonly every: 'day'; readonly interval: number }
  | { readonly every: 'week'; readonly interval: number; readonly days: readonly Weekday[] }
  | { readonly every: 'month'; readonly interval: number; readonly date: number }
  | { readonly every: 'month'; readonly interval: number; readonly nth: number; readonly day: Weekday }

export interface Rule {
  readonly pattern: Pattern
  readonly end: { readonly until: string } | { readonly count: number }
}

export const kinds = ['once', 'day', 'workdays', 'week', 'twoWeeks', 'date', 'lastDate', 'weekday', 'lastWeekday'] as const
export type Kind = (typeof kinds)[number]

/** What a form has about it. */
export interface Repeat {
  readonly kind: Kind
  /** For those that are chosen in a week. */
  readonly days: readonly Weekday[]
  readonly end: 'until' | 'count'
  readonly until: string
  readonly count: string
}

/** Days that a series takes when nobody says otherwise. */
const usual = 84

export const repeatFrom = (date: string): Repeat => ({ kind: 'once', days: [weekdayOf(date)], end: 'until', until: addDays(date, usual), count: '10' })

/** What a form has when another date is chosen: what came from the old one goes along. */
export function moved(r: Repeat, from: string, to: string): Repeat {
  const own = r.days.length === 1 && r.days[0] === weekdayOf(from)
  return { ...r, ...(own && { days: [weekdayOf(to)] }), ...((r.until < to || r.until === addDays(from, usual)) && { until: addDays(to, usual) }) }
}

/** The kinds that make sense from a date: the last of a month only where it is one. */
export function kindsFrom(date: string): readonly Kind[] {
  const left = lengthOf(date) - dayIn(date)
  return kinds.filter((k) => (k === 'lastDate' ? left === 0 : k === 'weekday' ? dayIn(date) <= 28 : k === 'lastWeekday' ? left < 7 : true))
}

/** A kind that is still there from another date. */
export const kindFrom = (kind: Kind, date: string): Kind => (kindsFrom(date).includes(kind) ? kind : kind === 'lastDate' ? 'date' : kind === 'weekday' ? 'lastWeekday' : 'weekday')

export function patternOf(r: Repeat, date: string): Pattern | undefined {
  switch (kindFrom(r.kind, date)) {
    case 'once': return undefined
    case 'day': return { every: 'day', interval: 1 }
    case 'workdays': return { every: 'week', interval: 1, days: workdays }
    case 'week': return { every: 'week', interval: 1, days: r.days }
    case 'twoWeeks': return { every: 'week', interval: 2, days: r.days }
    case 'date': return { every: 'month', interval: 1, date: dayIn(date) }
    case 'lastDate': return { every: 'month', interval: 1, date: -1 }
    case 'weekday': return { every: 'month', interval: 1, nth: Math.ceil(dayIn(date) / 7), day: weekdayOf(date) }
    case 'lastWeekday': return { every: 'month', interval: 1, nth: -1, day: weekdayOf(date) }
  }
}

/** A rule from what a form has, or what is missing. */
export function ruleOf(r: Repeat, date: string): { rule?: Rule; fault?: 'days' | 'until' | 'count' } {
  const pattern = patternOf(r, date)
  if (!pattern) return {}
  if (pattern.every === 'week' && pattern.days.length === 0) return { fault: 'days' }
  if (r.end === 'until') return readDate(r.until) === undefined || r.until < date ? { fault: 'until' } : { rule: { pattern, end: { until: r.until } } }
  const count = /^\d+$/.test(r.count.trim()) ? Number(r.count) : 0
  return count < 1 ? { fault: 'count' } : { rule: { pattern, end: { count } } }
}

/** A rule as RFC 5545 writes it. */
export function textOf({ pattern: p, end }: Rule): string {
  const parts = [`FREQ=${p.every === 'day' ? 'DAILY' : p.every === 'week' ? 'WEEKLY' : 'MONTHLY'}`]
  if (p.interval > 1) parts.push(`INTERVAL=${p.interval}`)
  if (p.every === 'week') parts.push(`BYDAY=${weekdays.filter((d) => p.days.includes(d)).join(',')}`)
  if (p.every === 'month') parts.push('date' in p ? `BYMONTHDAY=${p.date}` : `BYDAY=${p.nth}${p.day}`)
  parts.push('until' in end ? `UNTIL=${end.until.replaceAll('-', '')}` : `COUNT=${end.count}`)
  return parts.join(';')
}

/** Reads a rule that counts from a date, or undefined where it is more than the page has words for. */
export function readRule(text: string, first: string): Rule | undefined {
  const values = new Map(text.trim().toUpperCase().replace(/^RRULE:/, '').split(';').map((p) => p.split('=') as [string, string]))
  const take = (name: string) => {
    const v = values.get(name)
    values.delete(name)
    return v
  }
  const [freq, interval, until, count, days, dates, at] = [take('FREQ'), Number(take('INTERVAL') ?? 1), take('UNTIL'), take('COUNT'), take('BYDAY')?.split(','), take('BYMONTHDAY'), take('BYSETPOS')]
  const monday = (take('WKST') ?? 'MO') === 'MO'
  // An UNTIL that is an instant may end on another local date than it names.
  const end = until !== undefined ? (/^\d{8}$/.test(until) ? { until: `${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6)}` } : undefined) : count === undefined ? undefined : { count: Number(count) }
  const pattern = ((): Pattern | undefined => {
    const named = days?.map((d) => /^([+-]?\d+)?([A-Z]{2})$/.exec(d))
    if (freq === 'DAILY' && !days && !dates && !at) return { every: 'day', interval }
    if (freq === 'WEEKLY' && (monday || interval === 1) && !dates && !at && (named ?? []).every((d) => d && !d[1])) return { every: 'week', interval, days: weekdays.filter((d) => (days ?? [weekdayOf(first)]).includes(d)) }
    if (freq !== 'MONTHLY') return undefined
    if (!days && !at) {
      const date = dates === undefined ? dayIn(first) : Number(dates)
      return date === -1 || (date >= 1 && date <= 31) ? { every: 'month', interval, date } : undefined
    }
    const [one] = named ?? []
    const nth = Number(one?.[1] ?? at)
    return !dates && named?.length === 1 && one && !(one[1] && at) && (nth === -1 || (nth >= 1 && nth <= 5)) ? { every: 'month', interval, nth, day: one[2] as Weekday } : undefined
  })()
  return pattern && end && values.size === 0 && interval >= 1 ? { pattern, end } : undefined
}

/** Whether a rule that counts from a date names another one. */
function names(p: Pattern, first: string, date: string): boolean {
  const days = (Date.parse(date) - Date.parse(first)) / 86_400_000
  if (p.every === 'day') return days % p.interval === 0
  if (p.every === 'week') return p.days.includes(weekdayOf(date)) && Math.floor((days + weekdays.indexOf(weekdayOf(first))) / 7) % p.interval === 0
  const months = (Number(date.slice(0, 4)) - Number(first.slice(0, 4))) * 12 + Number(date.slice(5, 7)) - Number(first.slice(5, 7))
  if (months % p.interval !== 0) return false
  const left = lengthOf(date) - dayIn(date)
  if ('date' in p) return p.date < 0 ? left === 0 : dayIn(date) === p.date
  return weekdayOf(date) === p.day && (p.nth < 0 ? left < 7 : Math.ceil(dayIn(date) / 7) === p.nth)
}

/** No series has more dates, or lasts longer. */
const [mostDates, mostDays] = [1000, 5 * 366]

/** The dates that a rule names from the first on. `more` says that it goes on where no series does. */
export function datesOf({ pattern, end }: Rule, first: string): { dates: string[]; more: boolean } {
  const dates: string[] = []
  const [until, count] = 'until' in end ? [end.until, Infinity] : ['9999', end.count]
  for (let i = 0; i <= mostDays; i++) {
    const date = addDays(first, i)
    if (date > until || dates.length >= count) return { dates, more: false }
    if (!names(pattern, first, date)) continue
    if (dates.length === mostDates) return { dates, more: true }
    dates.push(date)
  }
  return { dates, more: true }
}
