import { Problem, type components, type Session } from '../../../client'
import type { Values } from './settings'

export type AlertSettings = components['schemas']['AlertSettings']
export type Group = 'team_supervisors' | 'supervisors' | 'admins'
export const groups: readonly Group[] = ['team_supervisors', 'supervisors', 'admins']

/** How people are told of a type of alerts, as it is written: times are minutes and seconds, 1:30. */
export interface Ladder {
  readonly steps: readonly { readonly after: string; readonly tell: readonly Group[]; readonly webhook: boolean }[]
  readonly repeat: string
  readonly limit: string
}

/** The version of the settings of alerts. Nobody writes it: it goes back to the server as it was read. */
export const alertVersion = 'alert_version'
const days = 'alert_days'
const prefix = 'escalation/'
export const ladderKey = (type: string) => prefix + type
/** The type of alerts that a name among the values of the page is the ladder of. */
export const typeOf = (key: string) => (key.startsWith(prefix) ? key.slice(prefix.length) : undefined)
/** Whether a name among the values of the page is one of alerts. */
export const ofAlerts = (key: string) => key === days || typeOf(key) !== undefined

export const mostSteps = 9

/** 90 is 1:30. */
export const timeOf = (s: number) => `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`

/** The seconds of 1:30, or of minutes, 1.5; NaN when it is neither. */
export function secondsOf(text: string): number {
  const m = /^(\d{1,4}):([0-5]?\d)$/.exec(text.trim())
  if (m) return Number(m[1]) * 60 + Number(m[2])
  return /^\d{1,4}([.,]\d+)?$/.test(text.trim()) ? Math.round(Number(text.trim().replace(',', '.')) * 60) : NaN
}

export const ladderOf = (text: string | undefined): Ladder => (text ? (JSON.parse(text) as Ladder) : { steps: [], repeat: '', limit: '' })
export const ladderText = (l: Ladder) => JSON.stringify(l)

const tidy = (time: string) => (Number.isNaN(secondsOf(time)) ? time.trim() : timeOf(secondsOf(time)))

/** The same ladder in one way of writing. What cannot be read stays as it is, and the server says what is wrong with it. */
export function plainLadder(text: string): string {
  const l = ladderOf(text)
  const never = l.repeat.trim() === '' && l.limit.trim() === ''
  return ladderText({
    steps: l.steps.map((s) => ({ after: tidy(s.after), tell: groups.filter((g) => s.tell.includes(g)), webhook: s.webhook })), repeat: never ? '' : tidy(l.repeat), limit: l.limit.trim(),
  })
}

/** What holds, by the names of the page. */
export const alertValues = (s: AlertSettings): Values => ({
  [alertVersion]: s.version ?? '', [days]: String(s.unresolved_days),
  ...Object.fromEntries(Object.entries(s.escalation ?? {}).map(([type, l]) => [
    ladderKey(type),
    plainLadder(ladderText({ steps: (l.steps ?? []).map((x) => ({ after: timeOf(x.after_s), tell: x.tell ?? [], webhook: x.webhook })), repeat: l.repeat_s > 0 ? timeOf(l.repeat_s) : '', limit: l.repeat_limit > 0 ? String(l.repeat_limit) : '' })),
  ])),
})

const count = (text: string) => (text.trim() === '' ? 0 : Number(text))

/** All of it as the server takes it. */
export function alertBody(values: Values, version: string): AlertSettings {
  const types = Object.keys(values).flatMap((k) => typeOf(k) ?? [])
  return {
    unresolved_days: (values[days] ?? '').trim() === '' ? NaN : Number(values[days]), version,
    escalation: Object.fromEntries(types.map((type) => {
      const l = ladderOf(values[ladderKey(type)])
      return [type, { steps: l.steps.map((s) => ({ after_s: secondsOf(s.after), tell: [...s.tell], webhook: s.webhook })), repeat_s: l.repeat.trim() === '' ? 0 : secondsOf(l.repeat), repeat_limit: count(l.limit) }]
    })),
  }
}

/** Writes what the company decides of alerts. The answer is false, and nothing is written, if a colleague changed it since now was read. */
export async function writeAlerts(session: Session, now: Values, wanted: Values): Promise<boolean> {
  try {
    await session.request('put', '/v1/alert-settings', { body: alertBody(wanted, now[alertVersion] ?? '') })
    return true
  } catch (e) {
    if (e instanceof Problem && e.code === 'settings_changed') return false
    throw e
  }
}

const words = ['after_s', 'tell', 'repeat_s', 'repeat_limit', 'unresolved_days'] as const
type Word = (typeof words)[number] | 'order' | 'panic' | 'both'

/**
 * What the server does not accept, by its field: unresolved_days, or escalation.panico.steps[1].after_s. Each has the name of the page's
 * sentence about it, or the server's own.
 */
export function alertFaults(e: unknown): Record<string, { word?: Word; detail: string }> {
  const found: Record<string, { word?: Word; detail: string }> = {}
  if (!(e instanceof Problem)) return found
  for (const { location, message } of e.errors ?? []) {
    const at = /^body\.(.+)$/.exec(location ?? '')?.[1]
    if (!at || at in found) continue
    const field = at.split('.').at(-1)!
    const word: Word | undefined = /must grow/.test(message) ? 'order' : /first step of a panic/.test(message) ? 'panic' : /both 0 or neither/.test(message) ? 'both' : words.find((w) => w === field.replace(/\[\d+\]$/, ''))
    found[at] = { ...(word && { word }), detail: message }
  }
  return found
}
