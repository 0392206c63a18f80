import { useQueryClient } from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import '../../i18n/admin'
import '../../i18n/shifts'
import '../../i18n/reports'
import '../common/office.css'
import '../zones/zones.css'
import { useAreaKeys } from '../common/area'
import { OfficeContext, type Office } from '../common/office'
import { useAddress } from '../data/address'
import { useData } from '../data/data'
import { useZone } from '../data/hooks'
import { Empty, Skeleton } from '../panels/people-panel'
import '../shifts/shifts.css'
import './reports.css'
import { ReportsView } from './reports-view'
import { useSummaryEvents } from './use-summaries'

/** What days came to. Who works in the field sees its own. */
export default function ReportsArea() {
  const { t } = useTranslation()
  const d = useData()
  const zone = useZone()
  const queries = useQueryClient()
  const { path } = useAddress()
  const search = useRef<HTMLInputElement>(null)
  useAreaKeys(search)
  useSummaryEvents()
  const office = useMemo<Office>(() => ({ session: d.session, who: d.who, zone, onPeople: () => void queries.invalidateQueries({ queryKey: ['summaries'] }) }), [d, zone, queries])
  return (
    <OfficeContext value={office}>
      <div className="office reports">
        <div className="office-head"><h2>{d.who.role === 'colaborador' ? t('reports.own') : t('reports.title')}</h2></div>
        <div className="office-body" id="area" tabIndex={-1}>
          {path !== '/reports' ? <Empty title={t('notFound.title')} hint={t('notFound.hint')} /> : zone === undefined ? <Skeleton rows={14} height={36} /> : <ReportsView search={search} zone={zone} />}
        </div>
      </div>
    </OfficeContext>
  )
}
