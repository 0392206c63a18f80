import { useTranslation } from 'react-i18next'
import type { Who } from '../../../client'
import '../../i18n/inbox'

/** Kinds of notifications as people look for them. */
const groups = {
  alerts: ['panic', 'outside_zone', 'forbidden_zone', 'inactivity', 'low_battery', 'system'],
  visits: ['visit_new', 'visit_moved', 'visit_cancelled', 'visit_taken', 'visits_open'],
  reminders: ['reminder_first_visit', 'reminder_tomorrow', 'reminder_shift_open', 'reminder_pending'],
  other: ['chat', 'webhook_off', 'test'],
} as const
export type Group = keyof typeof groups
type Kind = (typeof groups)[Group][number]

export const kinds: readonly string[] = Object.values(groups).flat()

/** Alerts are told to those who supervise, and a webhook that was turned off to admins. */
const told = (group: string, kind: string, role: Who['role']) => (role === 'colaborador' ? group !== 'alerts' : true) && (kind !== 'webhook_off' || role === 'admin')

/** The groups of kinds that a role can be told of. A kind that the page does not know is among the others. */
export function groupsOf(of: readonly string[], role: Who['role']): [Group, string[]][] {
  const strange = of.filter((k) => !kinds.includes(k))
  return (Object.entries(groups) as [Group, readonly string[]][])
    .map(([group, all]): [Group, string[]] => [group, [...all.filter((k) => of.includes(k) && told(group, k, role)), ...(group === 'other' ? strange : [])]])
    .filter(([, list]) => list.length > 0)
}

/** Where a notification leads, if anywhere. */
export function addressOf({ kind, ref }: { kind: string; ref: string }, role: Who['role']): string | undefined {
  const [, what, id] = /^(\w+)\/(.+)$/.exec(ref) ?? []
  const to = id === undefined ? '' : encodeURIComponent(id)
  if (what === 'alert') return `/alerts?id=${to}`
  if (what === 'visit') return role === 'colaborador' ? '/board' : `/board?id=${to}`
  if (what === 'conversation') return `/chat/${to}`
  if (what === 'shift') return '/shifts'
  if (what === 'webhook') return role === 'admin' ? `/admin/webhooks?id=${to}` : undefined
  return /^(visit|reminder)/.test(kind) ? '/board' : undefined
}

/** Says a kind in words. */
export function useKindName(): (kind: string) => string {
  const { t } = useTranslation()
  return (kind) => (kinds.includes(kind) ? t(`inbox.kind.${kind as Kind}`) : kind)
}
