import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { CheckIcon, MuteIcon, PlaceIcon, SoundIcon } from '../../icons'
import { useAddress } from '../data/address'
import { age, ago, clockTime, distance, percent } from '../data/ages'
import type { Alert } from '../data/alerts'
import { usePerson, useUsers } from '../data/data'
import { useTick, useZone } from '../data/hooks'
import { useAlertDetail, useName } from '../data/use-alert'
import { aboutText } from '../data/why'
import type { useAct } from '../panels/use-act'
import { Ladder } from './ladder'
import { lateBy } from './model'
import { mute } from './muted'
import { Reason } from './reason'

interface Props {
  a: Alert
  muted: boolean
  /** It says everything: whoever waits longest. Of others the first lines. */
  full: boolean
  acting: ReturnType<typeof useAct>
  /** Somebody goes where the call leads to: what lies over it makes way. */
  onGo: () => void
}

/** Where somebody was last, as far as anybody knows: the newer of their last position and the place of their call. */
function useLastPlace(a: Alert) {
  const p = usePerson(a.user_id)?.position
  const called = a.lat !== undefined && a.lon !== undefined ? { lat: a.lat, lon: a.lon, accuracy: a.accuracy_m, at: Date.parse(a.started_at), to: `/alerts?id=${encodeURIComponent(a.id)}` } : undefined
  if (!p || (called && called.at > Date.parse(p.recorded_at))) return { place: called, ofCall: true, battery: a.battery ?? p?.battery }
  return { place: { lat: p.lat, lon: p.lon, accuracy: p.accuracy_m, at: Date.parse(p.recorded_at), to: `/?p=${encodeURIComponent(a.user_id)}` }, ofCall: false, battery: p.battery ?? a.battery }
}

/** One call for help: who, since when, where, how to reach them, who is told, and what one can do. */
export function PanicItem({ a, muted, full, acting, onGo }: Props) {
  const { t } = useTranslation()
  const { go } = useAddress()
  const zone = useZone()
  const phone = useUsers().get(a.user_id)?.phone
  const { place, ofCall, battery } = useLastPlace(a)
  const nameOf = useName(useAlertDetail(a.id).data)
  const [asking, setAsking] = useState(false)
  useTick(1000)
  const late = lateBy(a)
  const started = Date.parse(a.started_at)
  const to = (address: string) => ({
    href: address,
    onClick: (e: React.MouseEvent) => {
      if (e.metaKey || e.ctrlKey || e.shiftKey) return
      e.preventDefault()
      onGo()
      go(address)
    },
  })
  return (
    <article className="panic-item" aria-label={aboutText(a)}>
      <header>
        <h3>{t('panic.asks', { name: aboutText(a) })}</h3>
        <span className="num">{ago(now() - started)}</span>
      </header>
      {late !== undefined && <p className="panic-late">{t('panic.late', { time: clockTime(started, zone), age: age(late) })}</p>}
      {a.note && <p className="panic-note">{t('panic.note')}: “{a.note}”</p>}
      <dl className="facts">
        <div><dt>{t('panic.phone')}</dt><dd>{phone ? <a href={`tel:${phone.replace(/[^+\d]/g, '')}`}>{phone}</a> : <span className="dim">{t('panic.noPhone')}</span>}</dd></div>
        <div>
          <dt>{t('panic.place')}</dt>
          <dd>
            {place ? (
              <>
                <a {...to(place.to)}><PlaceIcon size={14} /> {t('panic.map')}</a>
                <span className="num"> · {ago(now() - place.at)}{place.accuracy !== undefined && ` · ± ${distance(place.accuracy)}`}{ofCall && ` · ${t('panic.ofCall')}`}</span>
                <div className="dim num">{place.lat.toFixed(5)}, {place.lon.toFixed(5)}</div>
              </>
            ) : <span className="dim">{t('panic.noPlace')}</span>}
          </dd>
        </div>
        {battery !== undefined && <div><dt>{t('panic.battery')}</dt><dd className={battery <= 0.15 ? 'red' : ''}>{percent(battery)}</dd></div>}
      </dl>
      {full && <Ladder a={a} />}
      {full && <p className="dim small">{a.delivered_at ? t('panic.delivered', { by: nameOf(a.delivered_to), ago: ago(now() - Date.parse(a.delivered_at)) }) : t('panic.undelivered')}</p>}
      {acting.failed?.id === a.id && <p className="panic-bad" role="alert">{acting.failed.text}</p>}
      {asking ? <Reason id={a.id} busy={acting.busy} onCancel={() => setAsking(false)} onDone={(note) => void acting.act(a, 'resolve', note, 'false_alarm')} /> : (
        <footer className="panic-acts">
          <button type="button" className="btn panic-main" disabled={acting.busy} onClick={() => void acting.act(a, 'acknowledge')}><CheckIcon size={16} /> {t('panic.acknowledge')}</button>
          <button type="button" className="btn" disabled={acting.busy} onClick={() => void acting.act(a, 'en-route')}>{t('panic.enRoute')}</button>
          <button type="button" className="btn" disabled={acting.busy} onClick={() => setAsking(true)}>{t('panic.falseAlarm')}</button>
          <a className="link" {...to(`/alerts?id=${encodeURIComponent(a.id)}`)}>{t('panic.open')}</a>
          <button type="button" className="link panic-mute" aria-pressed={muted} title={t('panic.sound.muteHint')} onClick={() => mute(a.id, !muted)}>{muted ? <SoundIcon size={14} /> : <MuteIcon size={14} />} {muted ? t('panic.sound.unmute') : t('panic.sound.mute')}</button>
        </footer>
      )}
    </article>
  )
}
