import type { components } from '../../../client'
import type { Alert } from '../data/alerts'
import { toldOf } from '../data/why'

export type Ladder = components['schemas']['Ladder']
export type Step = components['schemas']['Step']
export type Entry = components['schemas']['AlertEntry']

/** A call that came later than this after it was made says so. */
const lateAfter = 2 * 60_000

/** How long after the person called it became known, in milliseconds; undefined when that was at once. */
export function lateBy(a: Pick<Alert, 'started_at' | 'raised_at'>): number | undefined {
  const ms = Date.parse(a.raised_at) - Date.parse(a.started_at)
  return ms > lateAfter ? ms : undefined
}

/** 0:07, 12:30, 1:02:03. What is over is 0:00. */
export function countdown(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1000))
  const two = (n: number) => String(n).padStart(2, '0')
  return s >= 3600 ? `${Math.floor(s / 3600)}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`
}

export interface Rung {
  readonly step: number
  /** Whom it tells; undefined when nobody knows, because the company changed its ladder since. */
  readonly plan: Step | undefined
  readonly state: 'done' | 'next' | 'later'
  /** When it was done, or is due. Of later ones nobody knows: an outage may delay those before. */
  readonly at: number | undefined
  readonly told: { people: number; webhook: boolean } | undefined
}

export interface Climb {
  readonly rungs: readonly Rung[]
  /** After the last step everybody is told again: how often so far, when at last and when next. */
  readonly again: { count: number; limit: number; lastAt: number | undefined; nextAt: number | undefined } | undefined
}

/** The steps of an alert: those that were done, and while nobody takes care of it also those that follow. */
export function climb(a: Pick<Alert, 'status' | 'escalation_step' | 'next_step_at' | 'ended_at'>, ladder: Ladder | undefined, history: readonly Entry[]): Climb {
  const steps = ladder?.steps ?? []
  const done = new Map(history.filter((h) => h.what === 'step').map((h) => [h.step ?? 0, h]))
  const goesOn = a.status === 'nueva' && a.ended_at === undefined
  const next = goesOn && a.next_step_at ? a.escalation_step + 1 : undefined
  const nextAt = a.next_step_at ? Date.parse(a.next_step_at) : undefined
  const rungs: Rung[] = []
  for (let n = 1; n <= Math.max(steps.length, ladder ? 0 : a.escalation_step); n++) {
    const h = done.get(n)
    if (n > a.escalation_step && !goesOn) break
    const state = n <= a.escalation_step ? 'done' : n === next ? 'next' : 'later'
    rungs.push({ step: n, plan: steps[n - 1], state, at: state === 'done' ? h && Date.parse(h.at) : state === 'next' ? nextAt : undefined, told: h && toldOf(h.note) })
  }
  const count = Math.max(0, a.escalation_step - steps.length)
  const repeats = ladder !== undefined && (count > 0 || (goesOn && ladder.repeat_limit > 0))
  const last = done.get(a.escalation_step)
  return { rungs, again: repeats ? { count, limit: ladder.repeat_limit, lastAt: count > 0 && last ? Date.parse(last.at) : undefined, nextAt: next !== undefined && next > steps.length ? nextAt : undefined } : undefined }
}

type Stage = 'raised' | 'began' | 'delivered' | 'acknowledged' | 'en_route' | 'resolved' | 'false_alarm'

/** The way of an alert, from its call to its end: what happened, when and by whom, and what may still come. */
export function stages(a: Alert): { stage: Stage; at: number | undefined; by: string }[] {
  const at = (iso: string | undefined) => (iso ? Date.parse(iso) : undefined)
  const all = [
    { stage: a.type === 'panico' ? ('raised' as const) : ('began' as const), at: at(a.started_at), by: '' }, { stage: 'delivered' as const, at: at(a.delivered_at), by: a.delivered_to }, { stage: 'acknowledged' as const, at: at(a.acknowledged_at), by: a.acknowledged_by },
    { stage: 'en_route' as const, at: at(a.en_route_at), by: a.en_route_by }, { stage: a.resolution === 'false_alarm' ? ('false_alarm' as const) : ('resolved' as const), at: at(a.resolved_at), by: a.resolved_by },
  ]
  // Once it is over, what was left out does not come any more.
  return a.status === 'resuelta' ? all.filter((s) => s.at !== undefined) : all
}
