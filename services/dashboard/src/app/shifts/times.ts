import { addDays, ahead, dateOf, readDate } from '../day/dates'

/** The instant at which clocks of a zone show a local time, such as 2026-03-09T18:00. 24:00 is the midnight that follows. */
export function instantOf(local: string, zone: string): number {
  const shown = Date.parse(`${local}Z`)
  // Twice: what clocks are ahead by may change in between. In the hour that a change of clocks skips, the result lies behind it.
  const first = shown - ahead(shown, zone, 'UTC')
  return shown - ahead(first, zone, 'UTC')
}

/** What clocks of a zone show, as a field for a date and a time has it. */
export const localText = (ms: number, zone: string) => new Date(ms + ahead(ms, zone, 'UTC')).toISOString().slice(0, 16)

/** 1 is Monday, 7 is Sunday. */
export const weekday = (date: string) => ((new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7) + 1
/** The Monday of the week of a date. */
export const mondayOf = (date: string) => addDays(date, 1 - weekday(date))
/** The Monday that an address names, or that of today. */
export const weekIn = (text: string, now: number, zone: string) => mondayOf(readDate(text) ?? dateOf(now, zone))
export const daysOf = (monday: string) => Array.from({ length: 7 }, (_, i) => addDays(monday, i))

/** Hours and minutes: 7:05. */
export function hours(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`
}

/** Dates from one to another. */
export interface Period {
  readonly from: string
  readonly to: string
}

export const daysIn = (p: Period) => Math.round((Date.parse(p.to) - Date.parse(p.from)) / 86_400_000) + 1
