import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useAddress } from '../data/address'
import { useData } from '../data/data'
import { useZone } from '../data/hooks'
import { Empty } from '../panels/people-panel'
import '../../i18n/admin'
import '../common/office.css'
import { OfficeContext, type Office } from '../common/office'
import { ImportView } from './import-view'
import { JobsView } from './jobs-view'
import { Tabs, useAreaKeys } from '../common/area'
import { PeopleView } from './people-view'
import { TeamsView } from './teams-view'
import { UnsavedQuestion } from '../common/unsaved'

const PlacesImport = lazy(() => import('../places/places-import'))
const CompanyNotices = lazy(() => import('../notices/company-notices'))
const WebhooksView = lazy(() => import('../webhooks/webhooks-view'))
const ChatSettings = lazy(() => import('../chat/chat-settings'))
const SettingsView = lazy(() => import('./settings-view'))

/** The administration of a company: people, teams, settings, jobs. */
export default function AdminArea() {
  const { t } = useTranslation()
  const d = useData()
  const zone = useZone()
  const { path, go } = useAddress()
  const queries = useQueryClient()
  const search = useRef<HTMLInputElement>(null)
  useAreaKeys(search)
  const role = d.who.role
  const admin = useMemo<Office>(() => ({
    session: d.session, who: d.who, zone,
    onPeople: () => {
      void queries.invalidateQueries({ predicate: (q) => ['users', 'teams', 'changes'].includes(String(q.queryKey[0])) })
      void d.loadPeople()
    },
  }), [d, zone, queries])
  const mayEdit = role === 'admin'
  const tabs = path === '/jobs' || path === '/places/import' ? [] : ([['/admin/people', t('people.title')], ['/admin/teams', t('admin.teams.title')], ['/admin/settings', t('admin.settings')], ['/admin/notices', t('nav.notices')], ['/admin/conversations', t('nav.chat')], ...(mayEdit ? [['/admin/webhooks', t('admin.webhooks')] as const] : [])] as const)
  const name = path === '/admin/conversations' ? t('nav.chat') : path === '/admin/settings' ? t('admin.settings') : path === '/admin/notices' ? t('nav.notices') : path === '/admin/webhooks' ? t('admin.webhooks') : path === '/admin/teams' ? t('admin.teams.title') : path === '/jobs' ? t('jobs.title') : path === '/places/import' ? t('nav.places') : t('people.title')
  useEffect(() => {
    if (path === '/admin') go('/admin/people')
  }, [path, go])
  return (
    <OfficeContext value={admin}>
      <div className="office">
        <div className="office-head">{tabs.length > 0 ? <Tabs tabs={tabs} label={name} /> : <h2>{name}</h2>}</div>
        <div className="office-body" id="area" tabIndex={-1}>
          {role === 'colaborador' || (!mayEdit && (path === '/jobs' || path === '/admin/import' || path === '/admin/webhooks')) ? <Empty title={t('notFound.title')} hint={t('problem.forbidden')} />
            : path === '/admin/teams' ? <TeamsView key="teams" search={search} onChanged={admin.onPeople} />
            : path === '/admin/settings' ? <Suspense><SettingsView /></Suspense>
            : path === '/admin/conversations' ? <Suspense><ChatSettings /></Suspense>
            : path === '/admin/notices' ? <Suspense><CompanyNotices /></Suspense>
            : path === '/admin/webhooks' ? <Suspense><WebhooksView search={search} /></Suspense>
            : path === '/admin/import' ? <ImportView onChanged={admin.onPeople} />
            : path === '/jobs' ? <JobsView />
            : path === '/places/import' ? <Suspense><PlacesImport /></Suspense>
            : <PeopleView key="people" search={search} onChanged={admin.onPeople} />}
        </div>
        <UnsavedQuestion />
      </div>
    </OfficeContext>
  )
}
