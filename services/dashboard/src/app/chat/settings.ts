import type { Values } from '../admin/settings'
import type { Settings } from './http'

/** The settings as a form has them. */
export const valuesOf = (s: Settings): Values => ({ who_talks: s.who_talks, keep: String(s.keep_after_leaving), auditing: String(s.auditing), days: String(s.retention_days) })

/** All of them, as the server takes them. */
export const bodyOf = (v: Values, version: number): Settings => ({
  who_talks: v['who_talks'] === 'supervisors' ? 'supervisors' : 'everybody', keep_after_leaving: v['keep'] === 'true', auditing: v['auditing'] === 'true',
  retention_days: /^\s*\d+\s*$/.test(v['days'] ?? '') ? Number(v['days']) : NaN, version,
})
