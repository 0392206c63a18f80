import { Button } from '@mui/material'
import { useQuery } from '@tanstack/react-query'
import { Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../../client'
import { errorText } from '../../i18n'
import { Side } from '../common/parts'
import { useAddress } from '../data/address'
import { age, dateTime, distance } from '../data/ages'
import { useData } from '../data/data'
import { dateOf, startOf } from '../day/dates'
import { later } from '../later'
import { Empty, Skeleton } from '../panels/people-panel'
import { CheckList } from './check-list'
import { EditVisit } from './edit-visit'
import { Log } from './log'
import { Objected, ObjectionDialog } from './objection'
import { Photos } from './photos'
import { SeriesLink } from './series-link'
import { StateSign } from './sign'
import { SiteMap } from './site-map'
import { mayObject } from './story'
import { spanText } from './times'
import type { useRequests, useSend } from './use-send'
import { useTalk } from './use-talk'
import { endOfWindow, isOpen, lateness, startOfWindow, stateOf, type Activity, type Detail } from './visit'
import { stepOf, VisitDialog, type Asking } from './visit-dialog'
import { sayVisit, useNames } from './words'

const TalkButton = later(() => import('../chat/talk-button'))
const VisitTalk = later(() => import('./visit-talk'))

interface Props {
  id: string
  date: string
  zone: string
  now: number
  sender: ReturnType<typeof useSend>
  requests: ReturnType<typeof useRequests>
  /** Lets keys move it on the board; undefined where there is none. */
  onMove: ((v: Activity) => void) | undefined
  onClose: () => void
}

/** Notes and photos are told by no event: the panel that shows them asks. */
const askAgain = 30_000

/** A visit beside the board: what it is, what happened, and what the office can do. */
export function VisitPanel({ id, date, zone, now, sender, requests, onMove, onClose }: Props) {
  const { t } = useTranslation()
  const d = useData()
  const { get, set } = useAddress()
  const [editing, setEditing] = useState<Detail>()
  const talk = useTalk(id)
  const [photo, setPhoto] = useState<string>()
  const [objecting, setObjecting] = useState(false)
  const [asking, setAsking] = useState<{ what: Asking; seen: Detail }>()
  const read = useQuery({ queryKey: ['activity', id], staleTime: 0, refetchInterval: askAgain, queryFn: () => d.session.request('get', '/v1/activities/{id}', { path: { id } }) })
  const v = read.data
  // A link to a visit alone leads to its day.
  const day = v && dateOf(startOfWindow(v), zone)
  useEffect(() => {
    if (day !== undefined && !get('date') && (day > date || endOfWindow(v!) <= startOf(date, zone))) set({ date: day })
    // Once, when the visit is known.
    // eslint-disable-next-line
  }, [day])
  if (!v) {
    const missing = read.error instanceof Problem && read.error.status === 404
    return (
      <Side title={t('board.visit')} onClose={onClose}>
        {missing ? <Empty title={t('board.notFound')} hint={t('board.notFoundHint')} /> : read.error ? <Empty title={t('board.visitError')} hint={errorText(read.error)} action={t('boot.retry')} onAction={() => void read.refetch()} /> : <Skeleton rows={8} />}
      </Side>
    )
  }
  const gone = read.error instanceof Problem && read.error.status === 404
  if (editing) {
    return <EditVisit visit={editing} sender={sender} requests={requests} onDone={() => { setEditing(undefined); void d.queries.invalidateQueries({ queryKey: ['activity', id] }) }} />
  }
  const late = lateness(v, now)
  const ask = (what: Asking) => {
    sender.clear()
    setAsking({ what, seen: v })
  }
  // The visit stays as it is under its conversation: photos go on, and it is where somebody left it.
  const talking = talk.open && v.tipo !== 'tarea'
  return (
    <>
      {talking && <Suspense fallback={<div className="side"><Skeleton rows={9} height={52} /></div>}><VisitTalk visit={id} title={v.title} onBack={talk.back} /></Suspense>}
      <Side title={v.title} sub={<Sub visit={v} late={late} />} hidden={talking} onClose={onClose}>
        {gone && <p className="bad-box" role="alert">{t('board.goneNow')}</p>}
        {v.objected && <Objected entries={v.history ?? []} />}
        <Facts visit={v} zone={zone} date={date} />
        <SiteMap visit={v} />
        {v.notes && <p className="b-notes">{v.notes}</p>}
        {!gone && (
          <div className="acts">
            {isOpen(v) ? (
              <>
                <Button variant="contained" onClick={() => ask('plan')}>{t('board.act.plan')}</Button>
                {onMove && <Button variant="outlined" onClick={() => onMove(v)}>{t('board.act.move')}</Button>}
                <Button variant="outlined" color="error" onClick={() => ask('cancel')}>{t('board.act.cancel')}</Button>
              </>
          ) : <Button variant="contained" onClick={() => ask('reopen')}>{t('board.act.reopen')}</Button>}
          <Button variant="outlined" onClick={() => ask('check_in')}>{v.check_in_at === undefined ? t('board.act.enterIn') : t('board.act.correctIn')}</Button>
          {v.check_in_at !== undefined && <Button variant="outlined" onClick={() => ask('check_out')}>{v.check_out_at === undefined ? t('board.act.enterOut') : t('board.act.correctOut')}</Button>}
          <Button variant="outlined" onClick={() => { sender.clear(); setEditing(v) }}>{t('board.act.edit')}</Button>
          <Button variant="outlined" onClick={() => ask('note')}>{t('board.act.note')}</Button>
          {v.tipo !== 'tarea' && <span data-talk={id}><Suspense><TalkButton of={{ visit: id }} onOpen={talk.show} /></Suspense></span>}
          {mayObject(v, d.who.user) && <Button variant="outlined" onClick={() => setObjecting(true)}>{t('board.object.title')}</Button>}
        </div>
      )}
      <CheckList items={v.checklist ?? []} zone={zone} />
      <Photos visit={id} entries={v.history ?? []} zone={zone} mayAdd={!gone} open={photo} onOpen={setPhoto} />
      <Log entries={v.history ?? []} zone={zone} radius={v.radius_m} onPhoto={setPhoto} />
      {objecting && <ObjectionDialog visit={v} onClose={() => setObjecting(false)} onDone={() => { setObjecting(false); void d.queries.invalidateQueries({ queryKey: ['activity', id] }) }} />}
      {asking && (
        <VisitDialog
          what={asking.what} visit={asking.seen} zone={zone} date={date} requests={requests} busy={sender.busy} error={sender.error === undefined || sender.conflict ? '' : sayVisit(sender.error)} onClose={() => setAsking(undefined)}
          onSend={async (change) => {
            const settled = await sender.send(change)
            void d.queries.invalidateQueries({ queryKey: ['activity', id] })
            if (settled) setAsking(undefined)
          }}
        />
      )}
    </Side>
    </>
  )
}

function Sub({ visit: v, late }: { visit: Activity; late: ReturnType<typeof lateness> }) {
  const { t } = useTranslation()
  return (
    <>
      <StateSign state={stateOf(v)} /> {t(`board.state.${stateOf(v)}`)}{late && <b className={late === 'overdue' ? 'red' : 'warn'}> · {t(`board.late.${late}`)}</b>}
      {v.objected && <b className="warn"> · {t('board.object.sign')}</b>}
      {v.priority !== 'normal' && v.priority !== '' && ` · ${t(`board.priority.${v.priority}`)}`} · {t(`board.tipo.${v.tipo === 'tarea' ? 'tarea' : 'visita'}`)}
    </>
  )
}

function Facts({ visit: v, zone, date }: { visit: Detail; zone: string; date: string }) {
  const { t } = useTranslation()
  const names = useNames()
  const [came, left] = [stepOf(v.history ?? [], 'check_in'), stepOf(v.history ?? [], 'check_out')]
  // A correction changes the time, and the position stays that of the phone.
  const inDistance = v.check_in_distance_m ?? came?.distance_m
  const away = (m: number) => <span className={v.radius_m !== undefined && m > v.radius_m ? 'warn' : 'dim'}> · {t('board.away', { distance: distance(m) })}</span>
  const rows: [string, React.ReactNode][] = [
    [t('board.field.when'), `${spanText(startOfWindow(v), endOfWindow(v), zone, date)}`],
    [t('board.field.worker'), v.user_id === '' ? t('board.nobody') : v.user_name || names.user(v.user_id)],
  ]
  if (v.team_id) rows.push([t('board.field.team'), names.team(v.team_id)])
  if (v.place_name || v.address) rows.push([t('board.field.place'), [v.place_name, v.address].filter(Boolean).join(', ')])
  if (v.contact) rows.push([t('board.field.contact'), v.contact])
  if (v.check_in_at) {
    rows.push([t('board.field.in'), (
      <>
        {dateTime(Date.parse(v.check_in_at), zone)}
        {inDistance !== undefined && away(inDistance)}
        {Date.parse(v.check_in_at) > endOfWindow(v) && <span className="warn"> · {t('board.afterWindow', { age: age(Date.parse(v.check_in_at) - endOfWindow(v)) })}</span>}
        {came?.mock && <b className="warn"> · {t('person.mock')}</b>}
      </>
    )])
  }
  if (v.check_out_at) rows.push([t('board.field.out'), <>{dateTime(Date.parse(v.check_out_at), zone)}{left?.distance_m !== undefined && away(left.distance_m)}{left?.mock && <b className="warn"> · {t('person.mock')}</b>}</>])
  if (v.reason) rows.push([t('board.field.reason'), v.reason === 'cierre' ? t('board.closedBy') : v.reason])
  if (v.series_id) rows.push([t('board.series.one'), <SeriesLink id={v.series_id} />])
  if (v.external_id) rows.push([t('board.field.external'), v.external_id])
  if (isOpen(v)) rows.push([t('board.field.closes'), dateTime(Date.parse(v.close_at), zone)])
  return <dl className="facts">{rows.map(([k, x]) => <div key={k}><dt>{k}</dt><dd>{x}</dd></div>)}</dl>
}
