import { useCallback, useState } from 'react'
import { Problem } from '../../../client'
import { newKey } from '../common/office'
import { useData } from '../data/data'
import { bodyOf, detailsOf, mergeDetails, type Details } from './details'
import { onto, reassigns, reschedules, type Target } from './move'
import { iso } from './times'
import type { Activity, Detail } from './visit'

/** A change of a visit that somebody decided on. */
export interface Change {
  /** The visit as they saw it. */
  readonly seen: Activity
  /** What they want, in words. */
  readonly words: string
  /** Sends it on top of a visit, and answers what came of it. */
  readonly send: (base: Activity) => Promise<Activity>
  /** Called when it is done, also when it was done after a conflict. */
  readonly onDone?: () => void
}

export interface Conflict {
  readonly change: Change
  /** The visit as it is now. */
  readonly now: Activity
}

/**
 * Sends changes. When somebody else changed the visit meanwhile, nothing is written: the conflict stays until it is decided. `onDone`
 * gets each visit that the server answered with. `send` answers whether there is nothing more to do for whoever asked: it is done, or the conflict
 * asks by itself.
 */
export function useSend(onDone: (v: Activity) => void) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const [conflict, setConflict] = useState<Conflict>()
  const run = useCallback(
    async (change: Change, base: Activity): Promise<boolean> => {
      setBusy(true)
      setError(undefined)
      try {
        onDone(await change.send(base))
        setConflict(undefined)
        change.onDone?.()
        return true
      } catch (e) {
        const now = e instanceof Problem && e.code === 'activity_changed' ? (e.current as Activity | undefined) : undefined
        if (now) {
          onDone(now)
          setConflict({ change, now })
          return true
        }
        setError(e)
        return false
      } finally {
        setBusy(false)
      }
    },
    [onDone],
  )
  return {
    busy, error, conflict,
    send: (change: Change) => run(change, change.seen),
    again: () => conflict && run(conflict.change, conflict.now),
    takeTheirs: () => setConflict(undefined),
    clear: () => setError(undefined),
  }
}

/** The requests that change a visit. Each has a key: the log names the action by it. */
export function useRequests(onStep: (v: Activity) => void) {
  const d = useData()
  const { session } = d
  const path = (v: Activity) => ({ id: v.id })
  return {
    /** Gives the visit to somebody and moves it, as far as that is another than it has. */
    move: (seen: Activity, wanted: Target, keys = [newKey(), newKey()]) => async (base: Activity): Promise<Activity> => {
      const to = onto(seen, wanted, base)
      let v = base
      if (reassigns(v, to)) {
        v = await session.request('post', '/v1/activities/{id}/assign', { path: path(v), body: { version: v.version, ...(to.worker && { user_id: to.worker }), ...(to.team && { team_id: to.team }) }, key: `${keys[0]}-${v.version}` })
        if (d.stopped) return v // whoever signed in meanwhile did not ask for the rest
        onStep(v) // the second step may fail: this much is done
      }
      if (reschedules(v, to)) v = await session.request('post', '/v1/activities/{id}/reschedule', { path: path(v), body: { version: v.version, from: iso(to.from), until: iso(to.until) }, key: `${keys[1]}-${v.version}` })
      return v
    },
    /** What somebody else changed of the other fields stays. */
    edit: (seen: Detail, details: Details) => async (v: Activity): Promise<Activity> => {
      const theirs = v.version === seen.version ? seen : await session.request('get', '/v1/activities/{id}', { path: path(v) })
      if (d.stopped) return v
      return session.request('put', '/v1/activities/{id}', { path: path(v), body: { ...bodyOf(mergeDetails(details, detailsOf(seen), detailsOf(theirs))), version: v.version } })
    },
    cancel: (reason: string, key = newKey()) => (v: Activity) => session.request('post', '/v1/activities/{id}/cancel', { path: path(v), body: { version: v.version, reason }, key: `${key}-${v.version}` }),
    reopen: (reason: string, key = newKey()) => (v: Activity) => session.request('post', '/v1/activities/{id}/reopen', { path: path(v), body: { version: v.version, ...(reason && { reason }) }, key: `${key}-${v.version}` }),
    note: (reason: string, key = newKey()) => (v: Activity) => session.request('post', '/v1/activities/{id}/notes', { path: path(v), body: { reason }, key }),
    /** Says when the worker really arrived or left: for a step that is known, or for one that was forgotten. */
    correct: (step: 'check_in' | 'check_out', corrects: string | undefined, at: number, reason: string, key = newKey()) => (v: Activity) =>
      corrects !== undefined
        ? session.request('post', '/v1/activities/{id}/correct', { path: path(v), body: { version: v.version, corrects, occurred_at: iso(at), reason }, key: `${key}-${v.version}` })
        : session.request('post', `/v1/activities/{id}/${step === 'check_in' ? 'check-in' : 'check-out'}`, { path: path(v), body: { version: v.version, occurred_at: iso(at), reason }, key: `${key}-${v.version}` }),
  }
}
