import { useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import '../../i18n/admin'
import '../../i18n/inbox'
import '../common/office.css'
import '../zones/zones.css'
import { Tabs, useAreaKeys } from '../common/area'
import { OfficeContext, type Office } from '../common/office'
import { UnsavedQuestion } from '../common/unsaved'
import { useAddress } from '../data/address'
import { useData } from '../data/data'
import { useZone } from '../data/hooks'
import { Empty } from '../panels/people-panel'
import { InboxView } from './inbox-view'
import './notices.css'
import { PreferencesView } from './preferences-view'

/** What the viewer was told, and what the viewer wants to be told. */
export default function NoticesArea() {
  const { t } = useTranslation()
  const d = useData()
  const zone = useZone()
  const { path } = useAddress()
  useAreaKeys(useRef<HTMLInputElement>(null))
  const office = useMemo<Office>(() => ({ session: d.session, who: d.who, zone, onPeople: () => undefined }), [d, zone])
  return (
    <OfficeContext value={office}>
      <div className="office notices">
        <div className="office-head"><Tabs tabs={[['/notifications', t('inbox.mine')], ['/notifications/preferences', t('inbox.choose')]]} label={t('inbox.page')} /></div>
        <div className="office-body" id="area" tabIndex={-1}>
          {path === '/notifications' ? <InboxView /> : path === '/notifications/preferences' ? <PreferencesView /> : <Empty title={t('notFound.title')} hint={t('notFound.hint')} />}
        </div>
        <UnsavedQuestion />
      </div>
    </OfficeContext>
  )
}
