import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import '../../i18n/panic'
import { dateTime } from '../data/ages'
import { useAddress } from '../data/address'
import { mayTake, type Alert } from '../data/alerts'
import { useData } from '../data/data'
import { useZone } from '../data/hooks'
import { useAlertDetail, useName } from '../data/use-alert'
import type { useAct } from '../panels/use-act'
import { Ladder } from './ladder'
import { stages } from './model'
import './panic.css'
import { Reason } from './reason'
import { Told } from './told'
import { useReceived } from './use-received'

/** Whether others are told until somebody takes care of an alert, or somebody went there: then its card says how it goes. */
const hasWay = (a: Alert) => a.type === 'panico' || a.next_step_at !== undefined || a.unreachable || a.en_route_at !== undefined || a.resolution !== ''

/** What the card of an alert says of telling people: how far it is, whom it told, and what became of that on each phone. */
export default function AlertMore({ a, acting }: { a: Alert; acting: ReturnType<typeof useAct> }) {
  const { t } = useTranslation()
  const { go } = useAddress()
  const { who } = useData()
  const zone = useZone()
  const nameOf = useName(useAlertDetail(a.id).data)
  const [asking, setAsking] = useState(false)
  const own = a.type === 'panico' && a.user_id === who.user
  const watches = who.role !== 'colaborador'
  const shown = useMemo(() => (a.status === 'nueva' && hasWay(a) ? [a] : []), [a])
  useReceived(shown)
  const may = mayTake(a, who) && a.status !== 'resuelta' && a.type !== 'sistema'
  const going = may && a.en_route_at === undefined
  const mayBeFalse = own ? a.status === 'nueva' : may
  return (
    <>
      {own && a.status !== 'resuelta' && <p className="panic-note">{t('panic.own')}</p>}
      {a.joins !== '' && <p className="panic-note">{t('panic.joins')} <button type="button" className="link" onClick={() => go(`/alerts?id=${encodeURIComponent(a.joins)}`)}>{t('panic.joinsOpen')}</button></p>}
      {asking ? <Reason id={a.id} busy={acting.busy} onCancel={() => setAsking(false)} onDone={(note) => void acting.act(a, 'resolve', note, 'false_alarm').then((done) => done && setAsking(false))} /> : (going || mayBeFalse) && (
        <div className="panic-acts">
          {going && <button type="button" className="btn" disabled={acting.busy} onClick={() => void acting.act(a, 'en-route')}>{t('panic.enRoute')}</button>}
          {mayBeFalse && <button type="button" className="btn" disabled={acting.busy} onClick={() => setAsking(true)}>{t('panic.falseAlarm')}</button>}
        </div>
      )}
      {hasWay(a) && (
        <ol className="panic-way" aria-label={t('panic.path')}>
          {stages(a).map((s) => (
            <li key={s.stage} className={s.at === undefined ? 'later' : 'done'}>
              <span className="rung" aria-hidden="true">{s.at === undefined ? '' : '✓'}</span>
              <span>{t(`panic.stage.${s.stage}`)}{s.by !== '' && <span className="dim"> · {nameOf(s.by)}</span>}</span>
              <span className="dim num">{s.at === undefined ? t('panic.pending') : dateTime(s.at, zone)}</span>
            </li>
          ))}
        </ol>
      )}
      {watches && hasWay(a) && a.joins === '' && <section aria-labelledby="ladder-title"><h3 id="ladder-title">{t('panic.ladder.title')}</h3><Ladder a={a} /></section>}
      {watches && a.joins === '' && <Told id={a.id} />}
    </>
  )
}
