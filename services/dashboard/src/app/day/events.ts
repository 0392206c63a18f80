import i18next from 'i18next'
import type { Alert } from '../data/alerts'
import { largest, runs, type Track } from './track'
import { alertName, span } from './words'

/** Something of a day that is worth a look. */
export interface DayEvent {
  readonly id: string
  readonly kind: 'alert' | 'gap' | 'late' | 'mock'
  readonly from: number
  readonly to: number
  readonly title: string
  readonly detail: string
  readonly alert?: Alert
}

/** What happened on a day, in the order of time. */
export function eventsOf(t: Track, alerts: readonly Alert[], now: number): DayEvent[] {
  const t9n = i18next.t
  const out: DayEvent[] = []
  for (const alert of alerts) {
    const from = Date.parse(alert.started_at)
    const to = alert.ended_at ? Date.parse(alert.ended_at) : now
    out.push({ id: `alert-${alert.id}`, kind: 'alert', from, to, title: alertName(alert), detail: alert.ended_at ? span(to - from) : t9n('alerts.continues'), alert })
  }
  for (const g of t.gaps) out.push({ id: `gap-${g.after}`, kind: 'gap', from: g.from, to: g.to, title: t9n('day.gap'), detail: span(g.to - g.from) })
  for (const r of runs(t, (i) => t.late[i]! > 0)) {
    out.push({ id: `late-${r.first}`, kind: 'late', from: t.at[r.first]!, to: t.at[r.last]!, title: t9n('day.lateRun'), detail: t9n('day.lateBy', { age: span(largest(t.late, r)) }) })
  }
  for (const r of runs(t, (i) => t.mock[i] === 1)) {
    out.push({ id: `mock-${r.first}`, kind: 'mock', from: t.at[r.first]!, to: t.at[r.last]!, title: t9n('day.mockRun'), detail: span(t.at[r.last]! - t.at[r.first]!) })
  }
  return out.sort((a, b) => a.from - b.from || (a.id < b.id ? -1 : 1))
}
