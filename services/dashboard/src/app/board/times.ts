import { addDays, ahead, dateOf, readDate, startOf } from '../day/dates'
import { clockTime, dateTime } from '../data/ages'

/** The instant of a time of a day, 08:30, as clocks of a zone show it. A time that a clock jumps over is as much later. */
export function atTime(date: string, time: string, zone: string): number {
  if (!/^\d\d:\d\d$/.test(time) || !readDate(date)) return NaN
  const wanted = Date.parse(`${date}T${time}:00Z`)
  let ms = wanted - ahead(startOf(date, zone), zone, 'UTC')
  for (let i = 0; i < 2; i++) ms = wanted - ahead(ms, zone, 'UTC')
  return ms
}

/** A window from what a form has: an end that is not after the beginning is on the next day. */
export function windowOf(date: string, from: string, until: string, zone: string): { from: number; until: number } {
  return { from: atTime(date, from, zone), until: atTime(until > from ? date : readDate(date) ? addDays(date, 1) : date, until, zone) }
}

/** From when to when, with dates where it is not all on one day. */
export function spanText(from: number, until: number, zone: string, date: string): string {
  const one = (ms: number) => (dateOf(ms, zone) === date ? clockTime(ms, zone) : dateTime(ms, zone))
  return `${one(from)}–${one(until)}`
}

export const iso = (ms: number): string => new Date(ms).toISOString()
