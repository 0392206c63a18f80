import type { components, Events } from '../../../client'

export type Alert = components['schemas']['Alert']
type AlertEvent = Events['alerta:nueva']

/** How urgent a type of alert is; what is not listed comes last. */
const severity: Record<string, number> = { panico: 0, outside_zone: 2, inactividad: 2, sin_movimiento: 3, bateria_baja: 4, sistema: 6 }
const step = { nueva: 0, reconocida: 1, resuelta: 2 }

const named = ['outside_zone', 'inactividad', 'sin_movimiento', 'bateria_baja', 'sistema'] as const
const isNamed = (type: string): type is (typeof named)[number] => (named as readonly string[]).includes(type)

/** The name of a type among the page's texts. */
export const typeKey = (a: Pick<Alert, 'type'>) => (isNamed(a.type) ? a.type : a.type === 'panico' ? 'panic' : 'other')

export const severityOf = (a: Alert) => severity[a.type] ?? 5

/** What was over when it became known, from late positions, disturbs nobody: it is not counted, and waits below what people take care of. */
const isPast = (a: Alert) => a.late && a.ended_at !== undefined && a.status === 'nueva'
const stepOf = (a: Alert) => (isPast(a) ? 1.5 : step[a.status])

/** Open first: new before acknowledged, by severity, those that continue first, the newest first. */
export function compareAlerts(a: Alert, b: Alert): number {
  return (
    stepOf(a) - stepOf(b) ||
    severityOf(a) - severityOf(b) ||
    Number(a.ended_at !== undefined) - Number(b.ended_at !== undefined) ||
    (a.started_at < b.started_at ? 1 : a.started_at > b.started_at ? -1 : a.id < b.id ? -1 : 1)
  )
}

/** What is known of an escalation. Only who knows what people did knows it. */
const told: ReadonlySet<string> = new Set(['escalation_step', 'next_step_at', 'unreachable'])

/**
 * The calls for help that somebody should take care of: nobody has acknowledged them. Who has waited longest comes first, so that a new
 * one does not move what somebody is about to press. One's own is for others: it would sound where the person may not want it.
 */
export const openPanics = (all: readonly Alert[], viewer: string): Alert[] =>
  all.filter((a) => a.type === 'panico' && a.status === 'nueva' && a.ended_at === undefined && a.user_id !== viewer).sort((a, b) => (a.raised_at < b.raised_at ? -1 : a.raised_at > b.raised_at ? 1 : a.id < b.id ? -1 : 1))

export interface AlertsSnapshot {
  readonly all: readonly Alert[]
  readonly byId: ReadonlyMap<string, Alert>
  /** How many nobody acknowledged yet, but for what was over when it became known. */
  readonly fresh: number
  readonly loaded: boolean
}

/** The alerts that the page knows, kept up to date by the socket. */
export class Alerts {
  #byId = new Map<string, Alert>()
  #snapshot: AlertsSnapshot = { all: [], byId: this.#byId, fresh: 0, loaded: false }
  #listeners = new Set<() => void>()
  #timer: ReturnType<typeof setTimeout> | undefined
  /** What was heard since each reading began that has not ended. */
  #readings = new Set<Partial<Alert>[]>()
  /** Called with an alert that has just begun. */
  onNew: (a: Alert) => void = () => {}
  #nameOf: (user: string) => string | undefined

  constructor(nameOf: (user: string) => string | undefined) {
    this.#nameOf = nameOf
  }

  get snapshot(): AlertsSnapshot {
    return this.#snapshot
  }

  subscribe = (f: () => void): (() => void) => {
    this.#listeners.add(f)
    return () => this.#listeners.delete(f)
  }

  /**
   * Takes alerts that `read` fetches over HTTP; `open` says that these are all that are not resolved. What the page hears while it
   * reads may be newer than what it gets, so it counts again afterwards.
   */
  async load(read: () => Promise<readonly Alert[]>, open: boolean): Promise<void> {
    const heard: Partial<Alert>[] = []
    this.#readings.add(heard)
    try {
      const list = await read()
      this.#readings.delete(heard)
      const there = new Set(list.map((a) => a.id))
      if (open) for (const a of this.#byId.values()) if (a.status !== 'resuelta' && !there.has(a.id)) this.#byId.delete(a.id)
      for (const a of list) this.#byId.set(a.id, a)
      for (const a of heard) this.#merge(a)
    } finally {
      this.#readings.delete(heard)
    }
    this.#publish(this.#snapshot.loaded || open)
  }

  /** Takes one alert as the server answered. An answer that took long may be older than an event: nobody takes a step back. */
  put(a: Alert): void {
    const known = this.#byId.get(a.id)
    if (known && (step[known.status] > step[a.status] || known.escalation_step > a.escalation_step)) return
    this.#merge(a)
    this.#publish(this.#snapshot.loaded)
  }

  /** Takes an event of a socket. Its order is that of the stream, so that the newest is the truth. */
  hear(e: AlertEvent, begins: boolean): void {
    const known = this.#byId.has(e.id)
    const a = this.#merge(e)
    if (begins && !known && a.status === 'nueva') this.onNew(a)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#publish(this.#snapshot.loaded), 50)
  }

  /**
   * An event says what happened: who raises or ends an alert does not know what people did about it, and leaves that empty. Who knows the
   * status knows all of it, also that nobody is told next.
   */
  #merge(e: AlertEvent | Alert | Partial<Alert>): Alert {
    const filled = Object.fromEntries(Object.entries(e).filter(([k, v]) => v !== '' && v !== null && v !== undefined && (e.status || !told.has(k)))) as Alert
    const blank = {
      status: 'nueva' as const, acknowledged_by: '', acknowledged_note: '', resolved_by: '', resolved_note: '', resolution: '', delivered_to: '', en_route_by: '', unreachable: false, escalation_step: 0,
      note: '', joins: '', end_reason: '', zones: [], user_name: this.#nameOf(filled.user_id) ?? '',
    }
    const a: Alert = { ...blank, ...this.#byId.get(filled.id), ...filled }
    if (e.status && !e.next_step_at) delete a.next_step_at
    this.#byId.set(a.id, a)
    for (const heard of this.#readings) heard.push(filled)
    return a
  }

  #publish(loaded: boolean): void {
    const all = [...this.#byId.values()].sort(compareAlerts)
    this.#snapshot = { all, byId: new Map(this.#byId), fresh: all.filter((a) => a.status === 'nueva' && !isPast(a)).length, loaded }
    for (const f of this.#listeners) f()
  }
}

/**
 * Who needs somebody now: whose alert continues, and nobody resolved it. What has ended waits in the inbox. Who gives no sign has a state of
 * its own, and an alert of the system is about nobody.
 */
export function withOpenAlert(s: AlertsSnapshot): Set<string> {
  return new Set(s.all.filter((a) => a.status !== 'resuelta' && a.ended_at === undefined && a.type !== 'inactividad' && a.type !== 'bateria_baja' && a.user_id !== '').map((a) => a.user_id))
}
