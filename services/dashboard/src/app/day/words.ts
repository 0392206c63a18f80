import i18next from 'i18next'
import { age, clockSeconds, clockTime, distance } from '../data/ages'
import { typeKey, type Alert } from '../data/alerts'
import { kmh } from '../panels/people-panel'
import type { Track } from './track'

/** How long something took, in at most two units: "2 h 14 min". */
export function span(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000))
  if (s < 60) return i18next.t('age.seconds', { n: s })
  if (s < 600 && s % 60 > 0) return `${i18next.t('age.minutes', { n: Math.floor(s / 60) })} ${i18next.t('age.seconds', { n: s % 60 })}`
  const m = Math.round(s / 60)
  if (m < 60) return i18next.t('age.minutes', { n: m })
  const minutes = m % 60 ? ` ${i18next.t('age.minutes', { n: m % 60 })}` : ''
  if (m < 48 * 60) return i18next.t('age.hours', { n: Math.floor(m / 60) }) + minutes
  return age(ms)
}

export const speedText = (mps: number): string => (Number.isNaN(mps) ? i18next.t('day.noSpeed') : mps < 0.5 ? i18next.t('people.still') : kmh(mps))

/** How accurate a fix is. A device that knows nothing says 20,000 km. */
export const accuracyText = (m: number): string => (Number.isNaN(m) ? i18next.t('day.noAccuracy') : m > 100_000 ? i18next.t('day.badAccuracy') : `± ${distance(m)}`)

/** What is doubtful about a fix, in words. */
export function doubts(t: Track, i: number): string[] {
  const out: string[] = []
  if (t.late[i]! > 0) out.push(i18next.t('person.late', { age: span(t.late[i]!) }))
  if (t.mock[i]) out.push(i18next.t('person.mock'))
  if (t.vague[i]) out.push(i18next.t('day.vague'))
  return out
}

/** What stands beside a fix that is pointed at. */
export const fixLines = (t: Track, i: number, zone: string): string[] => [clockSeconds(t.at[i]!, zone), `${speedText(t.speed[i]!)} · ${accuracyText(t.accuracy[i]!)}`, ...doubts(t, i)]

export const alertName = (a: Alert): string => i18next.t(`alerts.type.${typeKey(a)}`)

/** From when until when, as clocks show it. */
export const fromTo = (from: number, to: number, zone: string): string => `${clockTime(from, zone)}–${clockTime(to, zone)}`
