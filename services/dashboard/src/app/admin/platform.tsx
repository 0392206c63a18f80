import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem, type Session, type Who } from '../../../client'
import { syncClock } from '../../clock'
import { BuildingIcon, ClockIcon } from '../../icons'
import '../app.css'
import { useAddress } from '../data/address'
import { RailFrame } from '../panels/rail'
import '../../i18n/admin'
import '../common/office.css'
import { CompaniesView } from './companies-view'
import { OfficeContext, useOffice, type Office } from '../common/office'
import { useAreaKeys } from '../common/area'
import { JobsView } from './jobs-view'

/** What an admin of the platform has: companies and jobs. There is no map, because there is no company. */
export default function Platform({ session, who }: { session: Session; who: Who }) {
  const [queries] = useState(() => new QueryClient({
    defaultOptions: { queries: { staleTime: 60_000, retry: (n, e) => n < 3 && !(e instanceof Problem && e.status < 500), refetchOnWindowFocus: false } },
  }))
  const admin = useMemo<Office>(() => ({ session, who, zone: undefined, onPeople: () => {} }), [session, who])
  useEffect(() => {
    const timer = setInterval(() => void syncClock(), 5 * 60_000)
    return () => clearInterval(timer)
  }, [])
  return (
    <QueryClientProvider client={queries}>
      <OfficeContext value={admin}>
        <Shell />
      </OfficeContext>
    </QueryClientProvider>
  )
}

function Shell() {
  const { t } = useTranslation()
  const { session, who } = useOffice()
  const { path, go } = useAddress()
  const queries = useQueryClient()
  const search = useRef<HTMLInputElement>(null)
  useAreaKeys(search)
  const me = useQuery({ queryKey: ['me'], queryFn: () => session.request('get', '/v1/users/me'), staleTime: Infinity }).data
  const jobs = path === '/jobs'
  const name = jobs ? t('jobs.title') : t('companies.title')
  useEffect(() => {
    if (path !== '/companies' && path !== '/jobs') go('/companies')
  }, [path, go])
  useEffect(() => {
    document.title = `${name} · ${t('app.name')}`
  }, [name, t])
  const changed = () => void queries.invalidateQueries({ predicate: (q) => ['companies', 'changes'].includes(String(q.queryKey[0])) })
  return (
    <div className="app" data-view="admin">
      <a className="skip" href="#area" onClick={(e) => { e.preventDefault(); (document.getElementById('list') ?? document.getElementById('area'))?.focus() }}>{t('app.skip')}</a>
      <RailFrame session={session} user={who.user} me={me} sections={[{ to: '/companies', label: t('companies.title'), icon: <BuildingIcon /> }, { to: '/jobs', label: t('jobs.title'), icon: <ClockIcon /> }]} />
      <main className="stage">
        <h1 className="sr">{name}</h1>
        <div className="office alone">
          <div className="office-head"><h2>{name}</h2></div>
          <div className="office-body" id="area" tabIndex={-1}>{jobs ? <JobsView /> : <CompaniesView search={search} onChanged={changed} />}</div>
        </div>
      </main>
    </div>
  )
}
