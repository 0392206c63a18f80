import type { components, Events } from '../../../client'

export type Activity = components['schemas']['Activity']
export type Detail = components['schemas']['ActivityDetail']
export type Entry = components['schemas']['ActivityEntry']
export type Heard = Events['actividad:estado']

/** The states of a visit, in the order in which it passes them. The last three are ends. */
export const states = ['pendiente', 'aceptada', 'en_ruta', 'en_sitio', 'completada', 'incompleta', 'cancelada'] as const
export type State = (typeof states)[number]
/** What needs a look beside the state: it should have been done by now, or its time runs out and nobody began. */
export type Late = 'overdue' | 'unbegun'

export const stateOf = (v: Pick<Activity, 'state'>): State => (states.includes(v.state as State) ? (v.state as State) : 'pendiente')
export const isOpen = (v: Pick<Activity, 'state'>): boolean => !['completada', 'incompleta', 'cancelada'].includes(v.state)
export const startOfWindow = (v: Activity): number => Date.parse(v.from)
export const endOfWindow = (v: Activity): number => (v.until === undefined ? Date.parse(v.from) : Date.parse(v.until))

/** Whoever has not begun when half of the window is over, or two hours before its end, may come too late. */
const lastCall = 2 * 3_600_000

export function lateness(v: Activity, now: number): Late | undefined {
  if (!isOpen(v)) return undefined
  const [from, until] = [startOfWindow(v), endOfWindow(v)]
  if (now >= until) return 'overdue'
  return (v.state === 'pendiente' || v.state === 'aceptada') && now >= until - Math.min((until - from) / 2, lastCall) ? 'unbegun' : undefined
}

/** A window of at least half a day says a day and no hour. */
export const isLong = (v: Activity): boolean => endOfWindow(v) - startOfWindow(v) >= 12 * 3_600_000

/** What really happened: from the check-in to the check-out, or until now. */
export function realOf(v: Activity, now: number): { from: number; to: number } | undefined {
  if (v.check_in_at === undefined) return undefined
  const from = Date.parse(v.check_in_at)
  return { from, to: Math.max(from, v.check_out_at === undefined ? (v.state === 'en_sitio' ? now : from) : Date.parse(v.check_out_at)) }
}

/** Whether a visit belongs on a day: its window overlaps it. */
export function isOf(v: Activity, day: { from: number; to: number }): boolean {
  return startOfWindow(v) < day.to && endOfWindow(v) > day.from
}

/** A visit after an event. Events say less than answers: what they leave out stays as it was known, and nothing else does. */
export function afterEvent(known: Activity | undefined, e: Heard, nameOf: (user: string) => string | undefined): Activity {
  const { retirada: _, cut, forced: __, worked_s: ___, ...said } = e
  const same = known?.user_id === e.user_id
  return {
    external_id: '', created_at: said.since, created_by: '', changed_at: said.since, changed_by: '', close_at: said.until ?? said.from,
    ...(known && { external_id: known.external_id, created_at: known.created_at, created_by: known.created_by, close_at: known.close_at, ...(known.radius_m !== undefined && { radius_m: known.radius_m }) }),
    ...said,
    ...(cut && known && { title: known.title, notes: known.notes }),
    user_name: nameOf(e.user_id) ?? (same ? known.user_name : ''),
  }
}

/** The newer of two: versions only rise. */
export const newer = (a: Activity | undefined, b: Activity): Activity => (a !== undefined && a.version > b.version ? a : b)
