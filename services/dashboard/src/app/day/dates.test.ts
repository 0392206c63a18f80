import { expect, test } from 'vitest'
import { addDays, ahead, dateOf, dayOf, readDate } from './dates'

const hours = (date: string, zone: string) => {
  const { from, to } = dayOf(date, zone)
  return [new Date(from).toISOString(), (to - from) / 3_600_000]
}

test('a day is that of the company, also when clocks change', () => {
  expect(hours('2026-03-07', 'America/Chicago')).toEqual(['2026-03-07T06:00:00.000Z', 24])
  expect(hours('2026-03-08', 'America/Chicago')).toEqual(['2026-03-08T06:00:00.000Z', 23])
  expect(hours('2026-11-01', 'America/Chicago')).toEqual(['2026-11-01T05:00:00.000Z', 25])
  expect(hours('2026-06-01', 'Asia/Kathmandu')).toEqual(['2026-05-31T18:15:00.000Z', 24])
  expect(hours('2026-06-01', 'Pacific/Kiritimati')).toEqual(['2026-05-31T10:00:00.000Z', 24])
  // Clocks of Santiago jump from midnight to one.
  expect(hours('2025-09-07', 'America/Santiago')).toEqual(['2025-09-07T04:00:00.000Z', 23])
})

test('an instant is on a date, which depends on the zone', () => {
  const ms = Date.parse('2026-01-01T03:00:00Z')
  expect([dateOf(ms, 'America/Bogota'), dateOf(ms, 'Europe/Berlin')]).toEqual(['2025-12-31', '2026-01-01'])
  expect(ahead(ms, 'Europe/Berlin', 'America/Bogota')).toBe(6 * 3_600_000)
})

test('only real dates are read', () => {
  expect(['2026-02-28', '2024-02-29'].map(readDate)).toEqual(['2026-02-28', '2024-02-29'])
  expect(['', '2026-02-29', '2026-13-01', '0026-01-01', '26-1-1', "2026-01-01'"].map(readDate)).toEqual(Array(6).fill(undefined))
  expect([addDays('2026-03-01', -1), addDays('2025-12-31', 1)]).toEqual(['2026-02-28', '2026-01-01'])
})
