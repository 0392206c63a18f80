import { useQuery } from '@tanstack/react-query'
import type { Session } from '../../../client'
import { useOffice } from '../common/office'
import { silenceBody, type InactivitySettings, type Whose } from './silence'
import type { Values } from './settings'

export function useOwnSilence({ kind, id }: Whose) {
  const { session } = useOffice()
  return useQuery({
    queryKey: ['own-silence', kind, id], staleTime: 0,
    queryFn: (): Promise<InactivitySettings> => (kind === 'team' ? session.request('get', '/v1/inactivity-settings/teams/{id}', { path: { id } }) : session.request('get', '/v1/inactivity-settings/users/{id}', { path: { id } })),
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
