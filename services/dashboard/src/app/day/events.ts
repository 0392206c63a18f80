import i18next from 'i18next'
import type { Alert } from '../data/alerts'
import { largest, runs, type Track } from './track'
import type { DaySummary } from '../data/shapes'
import { alertName, span } from './words'
import { distance } from '../data/ages'

/** Something of a day that is worth a look. */
export interface DayEvent {
  readonly id: string
  readonly kind: 'alert' | 'gap' | 'late' | 'mock' | 'trip' | 'stop'
  readonly from: number
  readonly to: number
  readonly title: string
  readonly detail: string
  readonly alert?: Alert
}

/** What happened on a day, in the order of time. */
export function eventsOf(t: Track, alerts: readonly Alert[], now: number, summary?: DaySummary): DayEvent[] {
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
  for (const [i, x] of (summary?.trip_list ?? []).entries()) {
    const [from, to] = [Date.parse(x.from_at), Date.parse(x.until_at)]
    out.push({ id: `trip-${i}`, kind: 'trip', from, to, title: x.to_place ? t9n('reports.day.tripTo', { place: x.to_place }) : t9n('reports.day.trip'), detail: t9n('reports.day.tripOf', { distance: distance(x.distance_m), span: span(to - from) }) })
  }
  for (const [i, x] of (summary?.stop_list ?? []).entries()) {
    const [from, to] = [Date.parse(x.from_at), Date.parse(x.until_at)]
    out.push({ id: `stop-${i}`, kind: 'stop', from, to, title: x.place || t9n('reports.day.stop'), detail: span(to - from) })
  }
  return out.sort((a, b) => a.from - b.from || (a.id < b.id ? -1 : 1))
}
