import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import '../../i18n/rules'
import { useAllTeams, useOffice } from '../common/office'
import { say } from '../common/problem'
import { Empty, Skeleton } from '../panels/people-panel'
import { readValues } from './settings'
import { SettingsForm } from './settings-form'
import './settings.css'

/** What a company decides about its work. Admins change it, supervisors read it. */
export default function SettingsView() {
  const { t } = useTranslation()
  const { session } = useOffice()
  // Colleagues change it as well, and nothing tells of it but the mode of tracking.
  const read = useQuery({ queryKey: ['activity-settings'], staleTime: 0, refetchInterval: 30_000, queryFn: () => readValues(session) })
  const teams = useAllTeams()
  const error = read.error ?? teams.error
  return (
    <div className="office-main settings-page">
      {read.data && teams.data ? <SettingsForm now={read.data} teams={teams.data} /> : error ? <Empty title={t('rules.error')} hint={say(error)} action={t('boot.retry')} onAction={() => { void read.refetch(); void teams.refetch() }} /> : <Skeleton rows={10} height={44} />}
    </div>
  )
}
