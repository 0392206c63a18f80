import i18next from 'i18next'
import { now } from '../../clock'
import { clockTime, dateTime, percent, whole } from './ages'
import type { components } from '../../../client'
import type { Alert, Silence } from './shapes'

interface Why {
  cause?: string
  cause_at?: string
  battery?: number
}

/** Of another day, a time says the day too. */
const when = (iso: string, zone: string | undefined) => {
  const ms = Date.parse(iso)
  return Math.abs(now() - ms) < 16 * 3_600_000 ? clockTime(ms, zone) : dateTime(ms, zone)
}

/** Why, as far as anybody can know: "Retiró el permiso de ubicación a las 10:41." */
export function causeText(a: Why, zone: string | undefined): string {
  const cause = a.cause || 'unknown'
  if (cause === 'battery_empty' && a.battery !== undefined) return i18next.t('silence.battery', { battery: percent(a.battery) })
  const at = `silence.at.${cause}`
  if (a.cause_at && i18next.exists(at)) return i18next.t(at as 'silence.at.app_closed', { time: when(a.cause_at, zone) })
  const key = `silence.cause.${cause}`
  return i18next.exists(key) ? i18next.t(key as 'silence.cause.unknown') : i18next.t('silence.other', { cause })
}

/** The same in two words, for a row. */
export function causeShort(cause = 'unknown'): string {
  const key = `silence.short.${cause}`
  return i18next.exists(key) ? i18next.t(key as 'silence.short.unknown') : cause
}

/** Since when somebody is silent or stands still, and why. */
export function silenceText(s: Pick<Silence, 'kind' | 'since'> & Why, zone: string | undefined): string {
  const time = when(s.since, zone)
  return s.kind === 'sin_movimiento' ? i18next.t('silence.still', { time }) : `${i18next.t('silence.since', { time })} ${causeText(s, zone)}`
}

export const ofSilence = (a: Pick<Alert, 'type'>) => a.type === 'inactividad' || a.type === 'sin_movimiento'
/** Of a low battery: until when it was, if it ended, and its charge, if that is known. */
function lowText(a: Alert, time: string, zone: string | undefined): string {
  const end = a.ended_at ? when(a.ended_at, zone) : undefined
  if (a.battery === undefined) return end === undefined ? i18next.t('silence.low', { time }) : i18next.t('silence.wasLow', { time, end })
  const battery = percent(a.battery)
  return end === undefined ? i18next.t('silence.lowAt', { time, battery }) : i18next.t('silence.wasLowAt', { time, end, battery })
}

export const ofSystem = (a: Pick<Alert, 'type'>) => a.type === 'sistema'

/** What an alert about a silence or a battery says, or one of the system; empty for others. */
export function alertText(a: Alert, zone: string | undefined): string {
  const time = when(a.started_at, zone)
  if (ofSystem(a)) {
    if (a.cause === 'storage_behind') return i18next.t('silence.behind', { time })
    const words = { time, people: whole(a.people), of: whole(a.people_of) }
    return a.scope === 'installation' ? i18next.t('silence.sharedAll', words) : i18next.t('silence.shared', words)
  }
  if (a.type === 'bateria_baja') return lowText(a, time, zone)
  if (!ofSilence(a)) return ''
  const still = a.type === 'sin_movimiento'
  if (!a.ended_at) return silenceText({ ...a, kind: still ? 'sin_movimiento' : 'inactividad', since: a.started_at }, zone)
  const end = when(a.ended_at, zone)
  return still ? i18next.t('silence.wasStill', { time, end }) : `${i18next.t('silence.was', { time, end })} ${causeText(a, zone)}`
}

/** Why an alert ended; a reason without words stands as it is. */
export function endText(a: Pick<Alert, 'type'>, reason: string): string {
  if (ofSystem(a) && reason === 'returned') return i18next.t('silence.end.normal')
  for (const key of ofSilence(a) || ofSystem(a) ? [`silence.end.${reason}`, `alerts.end.${reason}`] : [`alerts.end.${reason}`, `silence.end.${reason}`]) {
    if (i18next.exists(key)) return i18next.t(key as 'silence.end.moved')
  }
  return reason
}

type Line = Pick<components['schemas']['AlertEntry'], 'what' | 'note' | 'by'>

/** How many people a step told, and whether webhooks were called, of the note that the server writes: "avisadas: 2, webhook". */
export function toldOf(note: string): { people: number; webhook: boolean } | undefined {
  const m = /^avisadas: (\d+)(, webhook)?$/.exec(note)
  return m ? { people: Number(m[1]), webhook: m[2] !== undefined } : undefined
}

/** What a line of the history says happened. */
export function entryText(a: Pick<Alert, 'joins' | 'type'>, h: Line): string {
  const told = h.what === 'step' ? toldOf(h.note) : undefined
  if (told) {
    const words = i18next.t('alerts.told', { count: told.people })
    return told.webhook ? i18next.t('alerts.toldHook', { told: words }) : words
  }
  if (a.type === 'panico' && h.what === 'raised') return i18next.t('alerts.what.panic')
  return i18next.t(joined(a, h) ? 'alerts.what.joined' : `alerts.what.${h.what}`)
}

const joined = (a: Pick<Alert, 'joins'>, h: Line) => h.what === 'resolved' && h.by === '*regla' && a.joins !== ''

/** Whether a line has a note that says more than its words: not which call came again, nor how many a step told. */
export const isWritten = (h: Line, a?: Pick<Alert, 'joins'>) => h.note !== '' && h.what !== 'raised_again' && !(h.what === 'step' && toldOf(h.note)) && !(a && joined(a, h))

/** Whether a note of the history is the reason of an end. */
export const isEnd = (note: string) => i18next.exists(`alerts.end.${note}`) || i18next.exists(`silence.end.${note}`)

/** Whom or what an alert is about. */
export const aboutText = (a: Pick<Alert, 'type' | 'user_name'>): string => (ofSystem(a) ? i18next.t('silence.system') : a.user_name || i18next.t('alerts.unknownUser'))
