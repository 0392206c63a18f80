import { useQuery } from '@tanstack/react-query'
import type { Session } from '../../../client'
import { useOffice } from '../common/office'
import { silenceBody, windowsOf, type InactivitySettings } from './silence'
import type { Values } from './settings'

/** A team or a person. */
export interface Whose {
  readonly kind: 'team' | 'user'
  readonly id: string
}

/** What the server answers; scope and id say whose decision holds. A server that does not say leaves them out. */
export type Holding = InactivitySettings & { readonly scope?: string; readonly id?: string }

/**
 * Whose decision holds: their own, that of a team, the company's, or nobody's. `wider` says that it is not their own, and that the answer
 * does not tell which: then what else it says may not hold.
 */
export function sourceOf({ scope, version }: Pick<Holding, 'scope' | 'version'>, kind: Whose['kind']): 'own' | 'team' | 'company' | 'default' | 'wider' {
  if (scope === kind || (scope === undefined && version > 0)) return 'own'
  if (scope === undefined) return kind === 'user' ? 'wider' : 'company'
  return scope === 'team' || scope === 'default' ? scope : 'company'
}

/** What is told of settings: the hours only where they may count. */
export const silenceFacts = (v: Values): string[] =>
  ['silence_after', 'silence_expected', ...(v['silence_expected'] === 'hours' || (v['silence_expected'] === 'auto' && windowsOf(v['silence_hours'] ?? '').length > 0) ? ['silence_hours'] : []), 'silence_still']

export function useOwnSilence({ kind, id }: Whose) {
  const { session } = useOffice()
  return useQuery({
    queryKey: ['own-silence', kind, id], staleTime: 0,
    queryFn: (): Promise<Holding> => (kind === 'team' ? session.request('get', '/v1/inactivity-settings/teams/{id}', { path: { id } }) : session.request('get', '/v1/inactivity-settings/users/{id}', { path: { id } })),
  })
}

export async function writeOwn(session: Session, { kind, id }: Whose, values: Values, version: number): Promise<void> {
  const body = silenceBody(values, version)
  if (kind === 'team') await session.request('put', '/v1/inactivity-settings/teams/{id}', { path: { id }, body })
  else await session.request('put', '/v1/inactivity-settings/users/{id}', { path: { id }, body })
}

export async function dropOwn(session: Session, { kind, id }: Whose): Promise<void> {
  if (kind === 'team') await session.request('delete', '/v1/inactivity-settings/teams/{id}', { path: { id } })
  else await session.request('delete', '/v1/inactivity-settings/users/{id}', { path: { id } })
}
