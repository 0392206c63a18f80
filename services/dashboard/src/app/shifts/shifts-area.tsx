import { useQueryClient } from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import '../../i18n/admin'
import '../../i18n/shifts'
import '../common/office.css'
import '../zones/zones.css'
import { OfficeContext, type Office } from '../common/office'
import { Tabs, useAreaKeys } from '../common/area'
import { UnsavedQuestion } from '../common/unsaved'
import { useAddress } from '../data/address'
import { useData } from '../data/data'
import { useZone } from '../data/hooks'
import { Empty } from '../panels/people-panel'
import { HoursView } from './hours-view'
import { NowView } from './now-view'
import { PlanView } from './plan-view'
import { OwnShifts } from './own-shifts'
import './shifts.css'
import { useShiftEvents } from './use-shifts'

/** Shifts: who works now, what is planned, and the hours. Who works in the field sees its own. */
export default function ShiftsArea() {
  const { t } = useTranslation()
  const d = useData()
  const zone = useZone()
  const queries = useQueryClient()
  const { path } = useAddress()
  const search = useRef<HTMLInputElement>(null)
  useAreaKeys(search)
  const heard = useShiftEvents()
  const admin = useMemo<Office>(() => ({ session: d.session, who: d.who, zone, onPeople: () => void queries.invalidateQueries({ queryKey: ['shifts'] }) }), [d, zone, queries])
  const office = d.who.role !== 'colaborador'
  const tabs = [['/shifts', t('shifts.now')], ['/shifts/plan', t('shifts.plan.title')], ['/shifts/hours', t('shifts.hours.title')]] as const
  return (
    <OfficeContext value={admin}>
      <div className="office shifts">
        <div className="office-head">{office && tabs.length > 1 ? <Tabs tabs={tabs} label={t('shifts.title')} /> : <h2>{office ? t('shifts.title') : t('shifts.own')}</h2>}</div>
        <div className="office-body" id="area" tabIndex={-1}>
          {path === '/shifts' ? (office ? <NowView key="now" search={search} heard={heard} /> : <OwnShifts />) : path === '/shifts/plan' && office ? <PlanView key="plan" search={search} /> : path === '/shifts/hours' && office ? <HoursView key="hours" search={search} /> : <Empty title={t('notFound.title')} hint={t('notFound.hint')} />}
        </div>
        <UnsavedQuestion />
      </div>
    </OfficeContext>
  )
}
