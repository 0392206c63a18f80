import type { Alert, Silence } from './shapes'

export type SilenceEvent = Pick<Alert, 'id' | 'type' | 'user_id' | 'started_at' | 'ended_at' | 'last_fix_at' | 'cause' | 'cause_at' | 'battery'>

const kinds = new Set(['inactividad', 'sin_movimiento'])

/** Who is silent or stands still now, and why: read once, then kept up to date by the events of alerts. */
export class Silences {
  #byAlert = new Map<string, Silence>()
  #ofUser: ReadonlyMap<string, Silence> = new Map()
  #listeners = new Set<() => void>()
  /** What was heard since each reading began that has not ended. */
  #readings = new Set<SilenceEvent[]>()

  /** By user: of two, the one without any signal. It is another map only when something changed. */
  get ofUser(): ReadonlyMap<string, Silence> {
    return this.#ofUser
  }

  subscribe = (f: () => void): (() => void) => {
    this.#listeners.add(f)
    return () => this.#listeners.delete(f)
  }

  /** Takes what `list` fetches for all that there is. What is heard meanwhile may be newer, and counts again afterwards. */
  async load(list: () => Promise<readonly Silence[]>): Promise<void> {
    const heard: SilenceEvent[] = []
    this.#readings.add(heard)
    try {
      const all = await list()
      this.#byAlert = new Map(all.map((s) => [s.alert_id, s]))
      for (const e of heard) this.#take(e)
    } finally {
      this.#readings.delete(heard)
    }
    this.#publish()
  }

  /** Takes an event that an alert began or ended. */
  hear(e: SilenceEvent): void {
    if (!kinds.has(e.type) || e.user_id === '') return
    for (const heard of this.#readings) heard.push(e)
    this.#take(e)
    this.#publish()
  }

  #take(e: SilenceEvent): void {
    if (e.ended_at) this.#byAlert.delete(e.id)
    else this.#byAlert.set(e.id, silenceOf(e))
  }

  #publish(): void {
    const of = new Map<string, Silence>()
    for (const s of this.#byAlert.values()) if (s.kind === 'inactividad' || !of.has(s.user_id)) of.set(s.user_id, s)
    this.#ofUser = of
    for (const f of this.#listeners) f()
  }
}

const silenceOf = (e: SilenceEvent): Silence => ({
  alert_id: e.id, user_id: e.user_id, kind: e.type as Silence['kind'], since: e.started_at,
  ...(e.cause && { cause: e.cause as NonNullable<Silence['cause']> }), ...(e.cause_at && { cause_at: e.cause_at }), ...(e.last_fix_at && { last_fix_at: e.last_fix_at }), ...(e.battery !== undefined && { battery: e.battery }),
})

/** Who gives no sign at all. */
export const lost = (s: Silences): Set<string> => new Set([...s.ofUser.values()].filter((x) => x.kind === 'inactividad').map((x) => x.user_id))
