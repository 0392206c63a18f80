import { Problem, type components, type Session } from '../../../client'
import { inOrder, type PlanWindow } from '../shifts/plan'
import type { Values } from './settings'

export type InactivitySettings = components['schemas']['InactivitySettings']
type WorkWindow = components['schemas']['WorkWindow']

export const expectations = ['auto', 'shifts', 'hours', 'always'] as const
export type Expected = (typeof expectations)[number]

/** Whether a name among the values of the page is one of silence. Its times are minutes; the hours are what hoursText writes. */
export const ofSilence = (key: string) => key.startsWith('silence_')

/** The version of the settings of silence. Nobody writes it: it goes back to the server as it was read. */
export const silenceVersion = 'silence_version'

/** The time at first for whoever wants to know who stands still, in minutes. */
export const firstStill = '30'
/** The charge at first for whoever wants to know whose battery is low, in percent. */
export const firstLow = '15'
/** No alert for standing still, or for a low battery. */
export const never = '0'

const minutes = (seconds: number) => String(Math.round(seconds / 0.6) / 100)
const seconds = (text: string) => (text.trim() === '' ? NaN : Math.round(Number(text.replace(',', '.')) * 60))

/** Percent. What is no number is one that the server refuses: null would let what holds go on. */
const percent = (text: string) => {
  const value = text.trim() === '' ? NaN : Number(text.replace(',', '.').replace(/\s*%\s*$/, ''))
  return Number.isNaN(value) ? -1 : value
}

/** The hours as the page keeps them: one window a day, in order, without repeats. Two weeks of the same work are the same text. */
export function hoursText(windows: readonly PlanWindow[]): string {
  const one = new Map(windows.map(({ day, from, to }) => [`${day}/${from}/${to}`, { day, from, to }]))
  return JSON.stringify(inOrder([...one.values()]))
}

/** The windows of a text of hours; while somebody writes they are in any order. */
export const windowsOf = (text: string): readonly PlanWindow[] => (text === '' ? [] : (JSON.parse(text) as PlanWindow[]))

/** Windows as the server takes them: days with the same times are one. */
export function workOf(windows: readonly PlanWindow[]): WorkWindow[] {
  const all = new Map<string, WorkWindow>()
  for (const { day, from, to } of windowsOf(hoursText(windows))) {
    const there = all.get(`${from}/${to}`)
    if (there) there.days.push(day)
    else all.set(`${from}/${to}`, { days: [day], from, until: to })
  }
  return [...all.values()]
}

/** What holds, by the names of the page. */
export const silenceValues = (s: InactivitySettings): Values => ({
  [silenceVersion]: String(s.version), silence_after: minutes(s.silence_after_s), silence_expected: s.expected, silence_still: minutes(s.movement_after_s), silence_low: String(s.low_battery_pct),
  silence_hours: hoursText(s.hours.flatMap((w) => w.days.map((day) => ({ day, from: w.from, to: w.until })))),
})

/** A team or a person. */
export interface Whose {
  readonly kind: 'team' | 'user'
  readonly id: string
}

/** Whose decision holds for a team or a person: their own, that of a team of the person, the company's, or nobody's. */
export const sourceOf = ({ scope }: Pick<InactivitySettings, 'scope'>, kind: Whose['kind']) => (scope === kind ? 'own' : scope)

/** What is told of settings: the hours only where they may count. */
export const silenceFacts = (v: Values): string[] =>
  ['silence_after', 'silence_expected', ...(v['silence_expected'] === 'hours' || (v['silence_expected'] === 'auto' && windowsOf(v['silence_hours'] ?? '').length > 0) ? ['silence_hours'] : []), 'silence_still', 'silence_low']

/** All of it as the server takes it, since it decides it together. version is of the settings that the writer saw. */
export function silenceBody(values: Values, version: number): components['schemas']['NewInactivitySettings'] {
  const of = (key: string) => values[key] ?? ''
  return { silence_after_s: seconds(of('silence_after')), expected: of('silence_expected') as Expected, hours: workOf(windowsOf(of('silence_hours'))), movement_after_s: seconds(of('silence_still')), low_battery_pct: percent(of('silence_low')), version }
}

/** Writes what the company decides. The answer is false, and nothing is written, if a colleague changed it since now was read. */
export async function writeSilence(session: Session, now: Values, wanted: Values): Promise<boolean> {
  try {
    await session.request('put', '/v1/inactivity-settings', { body: silenceBody(wanted, Number(now[silenceVersion])) })
    return true
  } catch (e) {
    if (e instanceof Problem && e.code === 'settings_changed') return false
    throw e
  }
}
