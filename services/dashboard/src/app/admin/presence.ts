import { Problem, type components, type Session } from '../../../client'
import type { Values } from './settings'

type PresenceSettings = components['schemas']['PresenceSettings']

/** The version of what the company decided about presence. Nobody writes it: it goes back to the server as it was read. */
export const presenceVersion = 'presence_version'
/** Whether a name among the values of the page is one of presence. */
export const ofPresence = (key: string) => key === 'presence'

export const presenceValues = (s: PresenceSettings): Values => ({ presence: s.presence, [presenceVersion]: String(s.version) })

/** Writes what the company decided. False if somebody changed it since now was read: then nothing is written. */
export async function writePresence(session: Session, now: Values, wanted: Values): Promise<boolean> {
  try {
    await session.request('put', '/v1/presence-settings', { body: { presence: wanted['presence'] === 'on_shift' ? 'on_shift' : 'always', version: Number(now[presenceVersion]) } })
    return true
  } catch (e) {
    if (e instanceof Problem && e.code === 'settings_changed') return false
    throw e
  }
}
