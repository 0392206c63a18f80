import { Problem, type components, type Session } from '../../../client'
import { alertValues, alertVersion, ofAlerts, writeAlerts } from './escalation'
import { ofPresence, presenceValues, presenceVersion, writePresence } from './presence'
import { ofSilence, silenceValues, silenceVersion, writeSilence } from './silence'

export type ActivitySettings = components['schemas']['ActivitySettings']
type Tracking = NonNullable<ActivitySettings['tracking']>

/** Everything that the page of settings writes, each by a name: those of a company, and team/ID, the close of a team, empty for the company's. */
export type Values = Readonly<Record<string, string>>

export const teamKey = (id: string) => `team/${id}`
const teamOf = (key: string) => (key.startsWith('team/') ? key.slice(5) : undefined)
const at = (v: Values, key: string) => v[key] ?? ''

/** The version of what the company decided. Nobody writes it: it goes back to the server as it was read. */
const version = 'version'

/** The names in which two states differ. */
export const differing = (a: Values, b: Values): string[] => [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((k) => k !== version && k !== silenceVersion && k !== alertVersion && k !== presenceVersion && at(a, k) !== at(b, k))

/**
 * Puts what somebody wrote over what holds by now. base is what held when they began. What they did not touch is taken as it is now;
 * clashes are the names that both changed, each to something else: there values keep what was written.
 */
export function merge(base: Values, mine: Values, theirs: Values): { values: Values; clashes: string[] } {
  const touched = differing(base, mine)
  const values = { ...theirs, ...Object.fromEntries(touched.map((k) => [k, at(mine, k)])) }
  return { values, clashes: touched.filter((k) => at(theirs, k) !== at(base, k) && at(theirs, k) !== at(mine, k)) }
}

/** The base for writing once somebody decided that what they wrote holds: it is theirs where both wrote, and nowhere else. */
export const insisting = (base: Values, mine: Values, theirs: Values): Values => ({ ...base, ...Object.fromEntries(merge(base, mine, theirs).clashes.map((k) => [k, at(theirs, k)])) })

/** A time of a day as people write it, 22:00: 22, 2200 and 22.00 are it too. Anything else stays as it is, and the server says what is wrong with it. */
export function timeText(text: string): string {
  const m = /^(\d{1,2})(?:[:.h]?(\d\d))?h?$/.exec(text.trim())
  return m ? `${m[1]!.padStart(2, '0')}:${m[2] ?? '00'}` : text.trim()
}

/** Reads what the company decided, and its teams. */
export async function readValues(session: Session): Promise<Values> {
  const [company, teams, silence, alerts, presence] = await Promise.all([session.request('get', '/v1/activity-settings'), session.request('get', '/v1/activity-settings/teams'), session.request('get', '/v1/inactivity-settings'), session.request('get', '/v1/alert-settings'), session.request('get', '/v1/presence-settings')])
  return {
    [version]: String(company.version), tracking: company.tracking ?? 'always', close_at: company.close_at, check_in_policy: company.check_in_policy, check_in_max_m: String(company.check_in_max_m),
    ...silenceValues(silence),
    ...alertValues(alerts),
    ...presenceValues(presence),
    ...Object.fromEntries((teams.teams ?? []).map((x) => [teamKey(x.team_id), x.close_at])),
  }
}

/**
 * Writes what differs from what holds. Silence, alerts, presence and each team are written by themselves: what went wrong is told by name, and the others
 * are done all the same. The answer is undefined if somebody changed what the company decided since now was read: that is not written
 * over, and nothing is written after it.
 */
export async function writeValues(session: Session, now: Values, wanted: Values): Promise<Map<string, unknown> | undefined> {
  const wrong = new Map<string, unknown>()
  const changed = differing(now, wanted)
  const own = changed.filter((k) => teamOf(k) === undefined && !ofSilence(k) && !ofAlerts(k) && !ofPresence(k))
  if (own.length > 0) {
    const metres = at(wanted, 'check_in_max_m').trim()
    const body = {
      check_in_policy: at(wanted, 'check_in_policy') as ActivitySettings['check_in_policy'], close_at: at(wanted, 'close_at'), check_in_max_m: metres === '' ? NaN : Number(metres.replace(',', '.')), version: Number(at(now, version)),
      // Left out, it stays as it is, whoever changes it at the same moment.
      ...(own.includes('tracking') && { tracking: at(wanted, 'tracking') as Tracking }),
    }
    try {
      await session.request('put', '/v1/activity-settings', { body })
    } catch (e) {
      if (e instanceof Problem && e.code === 'settings_changed') return undefined
      wrong.set('', e)
    }
  }
  if (changed.some(ofSilence)) {
    try {
      if (!(await writeSilence(session, now, wanted))) return undefined
    } catch (e) {
      wrong.set('silence', e)
    }
  }
  if (changed.some(ofAlerts)) {
    try {
      if (!(await writeAlerts(session, now, wanted))) return undefined
    } catch (e) {
      wrong.set('alerts', e)
    }
  }
  if (changed.some(ofPresence)) {
    try {
      if (!(await writePresence(session, now, wanted))) return undefined
    } catch (e) {
      wrong.set('presence', e)
    }
  }
  for (const key of changed) {
    const id = teamOf(key)
    if (id !== undefined) await session.request('put', '/v1/activity-settings/teams/{id}', { path: { id }, body: { close_at: at(wanted, key) } }).catch((e: unknown) => wrong.set(key, e))
  }
  return wrong
}
