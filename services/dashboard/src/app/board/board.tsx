import { lazy, Suspense, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { errorText } from '../../i18n'
import '../../i18n/admin'
import '../../i18n/board'
import '../common/office.css'
import { useAreaKeys } from '../common/area'
import { UnsavedQuestion } from '../common/unsaved'
import { useAddress } from '../data/address'
import { useData } from '../data/data'
import { useMe, useTick } from '../data/hooks'
import { dateOf, dayOf, readDate } from '../day/dates'
import { Empty, Skeleton } from '../panels/people-panel'
import './board.css'
import { Head } from './head'
import { ImportVisits } from './import-visits'
import { MyDay } from './my-day'
import { Office } from './office'

const SeriesView = lazy(() => import('./series-view'))

/** The agenda: the board of a day for the office, and for a worker the list of its own day. */
export default function Board() {
  const { t } = useTranslation()
  const me = useMe()
  const zone = me.data?.company?.zone
  if (zone !== undefined) return <BoardIn zone={zone} />
  return <div className="office board"><div className="office-body">{me.error ? <Empty title={t('board.error')} hint={errorText(me.error)} action={t('boot.retry')} onAction={() => void me.refetch()} /> : <Skeleton rows={12} height={48} />}</div></div>
}

function BoardIn({ zone }: { zone: string }) {
  const { t } = useTranslation()
  const d = useData()
  const { path, get } = useAddress()
  const search = useRef<HTMLInputElement>(null)
  useAreaKeys(search)
  useTick(30_000)
  const today = dateOf(now(), zone)
  const date = readDate(get('date')) ?? today
  const day = useMemo(() => dayOf(date, zone), [date, zone])
  const worker = d.who.role === 'colaborador'
  return (
    <div className="office board">
      {path !== '/board' && !worker ? <div className="office-head"><h2>{path === '/board/series' ? t('board.series.title') : t('board.title')}</h2></div> : <Head date={date} today={today} day={day} zone={zone} title={worker ? t('board.mine') : t('board.title')} />}
      <div className="office-body" id="area" tabIndex={-1}>
        {worker ? <MyDay date={date} zone={zone} /> : path === '/board/import' ? <ImportVisits zone={zone} /> : path === '/board/series' ? <Suspense fallback={<Skeleton rows={10} height={36} />}><SeriesView zone={zone} search={search} /></Suspense> : path === '/board' ? <Office date={date} day={day} zone={zone} search={search} /> : <Empty title={t('notFound.title')} hint={t('notFound.hint')} />}
      </div>
      <UnsavedQuestion />
    </div>
  )
}
