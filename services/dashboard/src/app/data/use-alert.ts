import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { components } from '../../../client'
import { useData, useUsers } from './data'

type Detail = components['schemas']['AlertDetail']

/** An alert with its history, which every change reads again. */
export function useAlertDetail(id: string) {
  const d = useData()
  return useQuery({
    queryKey: ['alert', id],
    queryFn: async () => {
      const a = await d.session.request('get', '/v1/alerts/{id}', { path: { id } })
      const { history: _, ...alert } = a
      d.alerts.put(alert)
      return a
    },
  })
}

/** How somebody is called who did something about an alert. Its history names also those whom the viewer does not see otherwise. */
export function useName(detail: Detail | undefined): (id: string) => string {
  const { t } = useTranslation()
  const d = useData()
  const users = useUsers()
  return (id) => (id === '*regla' ? t('alerts.rule') : users.get(id)?.name || detail?.history?.find((h) => h.by === id)?.by_name || (id === d.who.user && d.queries.getQueryData<{ name: string }>(['me'])?.name) || id)
}
