import { QueryClient } from '@tanstack/react-query'
import { createContext, useContext, useSyncExternalStore } from 'react'
import { channel, Live, type Channel, locks, Problem, type components, type Session, type Who } from '../../../client'
import { now, syncClock } from '../../clock'
import { Alerts, withOpenAlert, type Alert } from './alerts'
import { People, type Position, type Snapshot, type User } from './people'
import { lost, Silences } from './silences'

export type Zone = components['schemas']['ZoneFeature']
export type Me = components['schemas']['MeView']
export type Team = components['schemas']['TeamView']

/** Everything that the page knows about one company, for one signed-in user. */
export class Data {
  readonly people = new People()
  readonly alerts: Alerts
  readonly silences = new Silences()
  readonly live: Live
  readonly queries: QueryClient
  #channel: Channel
  #ends: (() => void)[] = []
  #met = 0
  #stopped = false
  #retries: { people?: ReturnType<typeof setTimeout>; alerts?: ReturnType<typeof setTimeout>; silences?: ReturnType<typeof setTimeout> } = {}
  #failed: { people: unknown; alerts: unknown } = { people: undefined, alerts: undefined }
  #failListeners = new Set<() => void>()

  constructor(readonly session: Session, readonly who: Who) {
    this.alerts = new Alerts((id) => this.people.snapshot.byId.get(id)?.name)
    this.queries = new QueryClient({
      defaultOptions: { queries: { staleTime: 60_000, retry: (n, e) => n < 3 && !(e instanceof Problem && e.status < 500), refetchOnWindowFocus: false } },
    })
    this.#channel = channel(`terreno-live/${who.company}/${who.user}`)
    this.live = new Live({
      url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`,
      token: () => session.token(),
      refresh: () => session.refresh(),
      onToken: (f) => session.onToken(f),
      onSignedOut: (reason) => session.end(reason),
      locks: locks(),
      channel: this.#channel,
    })
  }

  start(): void {
    const { live, people, alerts, silences } = this
    this.#ends = [
      live.on('tracking:ubicacion', (p) => people.hear(p)),
      live.on('alerta:nueva', (a) => {
        alerts.hear(a, true)
        silences.hear(a)
      }),
      live.on('alerta:sistema', (a) => alerts.hear(a, true)),
      live.on('alerta:tardia', (a) => alerts.hear(a, false)),
      live.on('alerta:cerrada', (a) => {
        alerts.hear(a, false)
        silences.hear(a)
      }),
      live.on('alerta:actualizada', (a) => {
        alerts.hear(a, false)
        void this.queries.invalidateQueries({ queryKey: ['alert', a.id] })
      }),
      live.onReload((domains) => {
        void syncClock() // a server that was away may be back with another time, and people wait by a countdown
        if (domains.includes('alerta')) {
          void this.loadAlerts()
          void this.loadSilences()
        }
        if (domains.includes('tracking')) {
          void this.loadPeople()
          void this.queries.invalidateQueries({ queryKey: ['trail'] })
        }
      }),
      // Other positions may be seen now than those that the page has.
      live.on('actividad:rastreo', () => {
        people.forgetPositions()
        void this.loadPeople()
        void this.loadAlerts()
        void this.loadSilences()
        for (const what of ['trail', 'day', 'alert', 'day-alerts']) void this.queries.resetQueries({ queryKey: [what] })
      }),
      alerts.subscribe(() => people.setAlerts(withOpenAlert(alerts.snapshot))),
      silences.subscribe(() => people.setLost(lost(silences))),
      () => window.removeEventListener('online', hurry),
      () => document.removeEventListener('visibilitychange', seen),
    ]
    const hurry = () => live.hurry()
    const seen = () => {
      if (document.visibilityState === 'visible') {
        live.hurry()
        void syncClock()
      }
    }
    window.addEventListener('online', hurry)
    document.addEventListener('visibilitychange', seen)
    people.onStranger = () => void this.#meet()
    people.start()
    void live.start()
    void this.loadPeople()
    void this.loadAlerts()
    void this.loadSilences()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#retries.people)
    clearTimeout(this.#retries.alerts)
    clearTimeout(this.#retries.silences)
    for (const end of this.#ends) end()
    this.people.stop()
    this.live.stop()
    this.#channel.close()
    this.queries.clear()
  }

  /** Whether whom it was for signed out: what they asked for goes no further. */
  get stopped(): boolean {
    return this.#stopped
  }

  /** What could not be read at last, if anything. */
  failed = (what: 'people' | 'alerts'): unknown => this.#failed[what]
  onFailed = (f: () => void): (() => void) => {
    this.#failListeners.add(f)
    return () => this.#failListeners.delete(f)
  }

  async loadPeople(): Promise<void> {
    await this.#load('people', async () => {
      const [users, positions] = await Promise.all([
        this.#all<User>((cursor) => this.session.request('get', '/v1/users', { query: { active: 'true', limit: 1000, ...cursor } }).then((a) => ({ list: a.users, next: a.next }))),
        this.#all<Position>((cursor) => this.session.request('get', '/v1/positions/latest', { query: { limit: 1000, ...cursor } }).then((a) => ({ list: a.positions, next: a.next }))),
      ])
      this.people.setUsers(users)
      this.people.setPositions(positions)
    })
  }

  /** Reads who is who again, at most twice a minute: somebody new sends positions. */
  async #meet(): Promise<void> {
    if (Date.now() - this.#met < 30_000) return
    this.#met = Date.now()
    await this.loadPeople()
  }

  async loadAlerts(): Promise<void> {
    await this.#load('alerts', async () => {
      const of = (status: Alert['status']) =>
        this.#all<Alert>((cursor) => this.session.request('get', '/v1/alerts', { query: { status, limit: 1000, ...cursor } }).then((a) => ({ list: a.alerts, next: a.next })))
      await this.alerts.load(async () => (await Promise.all([of('nueva'), of('reconocida')])).flat(), true)
    })
  }

  async loadSilences(): Promise<void> {
    clearTimeout(this.#retries.silences)
    try {
      await this.silences.load(async () => (await this.session.request('get', '/v1/silences')).silences)
    } catch (e) {
      // Alerts say the same, so that nothing is shown of this failure.
      if (!this.#stopped && !(e instanceof Problem && e.status < 500)) this.#retries.silences = setTimeout(() => this.live.status.state !== 'over' && void this.loadSilences(), 5000)
    }
  }

  async #load(what: 'people' | 'alerts', f: () => Promise<void>): Promise<void> {
    clearTimeout(this.#retries[what])
    try {
      await f()
      this.#failed = { ...this.#failed, [what]: undefined }
    } catch (e) {
      this.#failed = { ...this.#failed, [what]: e }
      // The socket says by itself when it is back, but what failed here must be read again.
      clearTimeout(this.#retries[what])
      if (!this.#stopped) this.#retries[what] = setTimeout(() => this.live.status.state !== 'over' && void (what === 'people' ? this.loadPeople() : this.loadAlerts()), 5000)
    }
    for (const l of this.#failListeners) l()
  }

  /** Reads a list to its end. */
  async #all<T>(page: (cursor: { cursor?: string }) => Promise<{ list: readonly T[] | null; next?: string | undefined }>): Promise<T[]> {
    const all: T[] = []
    let next: string | undefined
    do {
      const p = await page(next === undefined ? {} : { cursor: next })
      all.push(...(p.list ?? []))
      next = p.next
    } while (next)
    return all
  }

  zones = (): Promise<Zone[]> =>
    this.#all<Zone>((cursor) => this.session.request('get', '/v1/zones', { query: { limit: 1000, ...cursor } }).then((a) => ({ list: a.features, next: a.next })))

  teams = (): Promise<Team[]> =>
    this.#all<Team>((cursor) => this.session.request('get', '/v1/teams', { query: { limit: 1000, ...cursor } }).then((a) => ({ list: a.teams, next: a.next })))

  me = (): Promise<Me> => this.session.request('get', '/v1/users/me')

  /** The positions of the last hour, oldest first. */
  trail = async (id: string): Promise<Position[]> => {
    const time = now()
    const from = new Date(time - 3_600_000).toISOString()
    const to = new Date(time + 120_000).toISOString()
    const a = await this.session.request('get', '/v1/users/{id}/positions', { path: { id }, query: { from, to, limit: 5000 } })
    return a.positions ?? []
  }
}

export const DataContext = createContext<Data | null>(null)

export function useData(): Data {
  const d = useContext(DataContext)
  if (!d) throw new Error('no data')
  return d
}

/** Everyone. It renders again every second while somebody moves: take usePerson or usePeoplePart where one of them, or a part, is enough. */
export const usePeople = () => usePeoplePart((s) => s)
/** A part of what is known about people. It renders again only when the part is another one; `part` must not make new objects. */
export function usePeoplePart<T>(part: (s: Snapshot) => T): T {
  const { people } = useData()
  return useSyncExternalStore(people.subscribe, () => part(people.snapshot))
}
export const usePerson = (id: string | undefined) => usePeoplePart((s) => (id === undefined ? undefined : s.byId.get(id)))
/** All users by their ids, with names and teams, whether they have a position or not. */
export const useUsers = () => {
  const { people } = useData()
  return useSyncExternalStore(people.subscribe, () => people.users)
}
export const useAlerts = () => {
  const { alerts } = useData()
  return useSyncExternalStore(alerts.subscribe, () => alerts.snapshot)
}
/** The silence or standstill of somebody that continues, if any. */
export const useSilence = (id: string | undefined) => {
  const { silences } = useData()
  return useSyncExternalStore(silences.subscribe, () => (id === undefined ? undefined : silences.ofUser.get(id)))
}
export const useFailed = (what: 'people' | 'alerts') => {
  const d = useData()
  return useSyncExternalStore(d.onFailed, () => d.failed(what))
}
