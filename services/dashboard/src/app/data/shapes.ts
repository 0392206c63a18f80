import type { components, Session } from '../../../client'

/** A silence or a standstill that continues, as GET /v1/silences has it. */
export interface Silence {
  user_id: string
  kind: 'inactividad' | 'sin_movimiento'
  since: string
  last_fix_at?: string | undefined
  cause: string
  cause_at?: string | undefined
  battery?: number | undefined
  alert_id: string
}

/** What a day of a user came to. Metres and seconds. */
export interface Summary {
  user_id: string
  date: string
  zone: string
  state: 'preliminary' | 'closed' | 'final'
  from: string
  until: string
  day_s: number
  computed_at: string
  algorithm: number
  version: number
  distance_m: number
  moving_s: number
  stopped_s: number
  gap_m: number
  gap_s: number
  mock_m: number
  fixes: number
  late_fixes: number
  devices: number
  first_at?: string
  last_at?: string
  max_speed_mps: number
  avg_moving_speed_mps: number
  trips: number
  stops: number
  visits_done: number
  visits_not_done: number
  visits_open: number
  shift_s: number
  pause_s: number
}

export interface Trip {
  from_at: string
  until_at: string
  distance_m: number
  max_speed_mps: number
  from_place?: string
  to_place?: string
}

export interface Stop {
  from_at: string
  until_at: string
  lat: number
  lon: number
  place_id?: string
  place?: string
}

export interface DaySummary extends Summary {
  trip_list: readonly Trip[] | null
  stop_list: readonly Stop[] | null
  gap_list: readonly { from_at: string; until_at: string; distance_m: number }[] | null
}

/** The sums of a user's days in a period: a week such as 2026-W11, a month such as 2026-03, or all. */
export type Total = Omit<Summary, 'date' | 'zone' | 'state' | 'from' | 'until' | 'day_s' | 'computed_at' | 'algorithm' | 'version'> & { period: string; days: number }

export type Alert = components['schemas']['Alert']

interface Asked {
  path?: Record<string, string>
  query?: Record<string, string | number | undefined>
  signal?: AbortSignal
}

/** Reads something whose type is one of the above. */
export const read = <T>(session: Session, path: string, o: Asked = {}): Promise<T> => (session.request as unknown as (method: 'get', path: string, o: Asked) => Promise<T>).call(session, 'get', path, o)
