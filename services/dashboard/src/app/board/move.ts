import { endOfWindow, startOfWindow, type Activity } from './visit'

export const quarter = 15 * 60_000

/** Where a visit is to go. */
export interface Target {
  readonly worker: string
  readonly team: string
  readonly from: number
  readonly until: number
}

/** A visit that somebody is moving, as it was when they took it. */
export interface Moving {
  readonly visit: Activity
  readonly to: Target
  readonly by: 'keys' | 'mouse'
  /** It is asked for, or on its way to the server. */
  readonly phase: 'moving' | 'asked' | 'sending'
}

export const targetOf = (v: Activity): Target => ({ worker: v.user_id, team: v.team_id, from: startOfWindow(v), until: endOfWindow(v) })

export const take = (visit: Activity, by: Moving['by']): Moving => ({ visit, to: targetOf(visit), by, phase: 'moving' })

/** Moves the window by quarters of an hour. With the mouse it begins at a full quarter; nothing leaves the day. */
export function slide(v: Activity, t: Target, quarters: number, day: { from: number; to: number }, snaps: boolean): Target {
  const length = t.until - t.from
  let from = t.from + quarters * quarter
  if (snaps && quarters !== 0) from = day.from + Math.round((from - day.from) / quarter) * quarter
  const first = Math.min(startOfWindow(v), day.from)
  from = Math.max(first, Math.min(day.to - quarter, from))
  return { ...t, from, until: from + length }
}

/** Makes the window longer or shorter. It keeps a quarter of an hour. */
export function stretch(t: Target, quarters: number): Target {
  return { ...t, until: Math.max(t.from + quarter, t.until + quarters * quarter) }
}

/**
 * Gives the visit to a worker, or to nobody. What is given to a team stays with it. Only an admin plans work for nobody: a supervisor
 * leaves it with a team of its own.
 */
export function give(v: Activity, t: Target, worker: string, teamFor: (v: Activity) => string): Target {
  return { ...t, worker, team: v.team_id || (worker === '' ? teamFor(v) : '') }
}

export const reassigns = (v: Activity, t: Target): boolean => v.user_id !== t.worker || v.team_id !== t.team
export const reschedules = (v: Activity, t: Target): boolean => startOfWindow(v) !== t.from || endOfWindow(v) !== t.until
export const moves = (v: Activity, t: Target): boolean => reassigns(v, t) || reschedules(v, t)
/** The same change on top of what somebody else made of the visit: what this one left as it was stays as they made it. */
export function onto(seen: Activity, t: Target, now: Activity): Target {
  const [was, is] = [targetOf(seen), targetOf(now)]
  const window = reschedules(seen, t) ? { from: t.from, until: t.until } : { from: is.from, until: is.until }
  return { worker: t.worker === was.worker ? is.worker : t.worker, team: t.team === was.team ? is.team : t.team, ...window }
}

/** Another worker begins it again: what the first one did with it so far counts no more. */
export const restarts = (v: Activity, t: Target): boolean => v.user_id !== t.worker && v.state !== 'pendiente'
