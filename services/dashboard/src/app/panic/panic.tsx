import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { createPortal } from 'react-dom'
import { useTranslation } from 'react-i18next'
import { locks } from '../../../client'
import '../../i18n/panic'
import { BellIcon, CheckIcon, ChevronIcon, CloseIcon } from '../../icons'
import { useAddress } from '../data/address'
import { openPanics, type Alert } from '../data/alerts'
import { useAlerts, useData } from '../data/data'
import { useAlertDetail, useName } from '../data/use-alert'
import { aboutText } from '../data/why'
import { useAct } from '../panels/use-act'
import { useMuted } from './muted'
import './panic.css'
import { PanicItem } from './panic-item'
import { Siren } from './siren'
import { SoundBar } from './sound-bar'
import { useFocus } from './use-focus'
import { useHost } from './use-host'
import { useReceived } from './use-received'

/** How long it is told that somebody takes care of a call, in milliseconds. */
const toldFor = 30_000

/** Calls for help that nobody takes care of yet, over everything. */
export default function Panics() {
  const { t } = useTranslation()
  const d = useData()
  const { all, byId } = useAlerts()
  const acting = useAct()
  const muted = useMuted()
  const host = useHost()
  const box = useRef<HTMLDivElement>(null)
  const [folded, setFolded] = useState(false)
  const open = useMemo(() => openPanics(all, d.who.user), [all, d])
  const key = open.map((a) => a.id).join(' ')
  const ids = useMemo(() => (key === '' ? [] : key.split(' ')), [key])
  const gone = useGone(open)
  const [siren] = useState(() => new Siren(`terreno-panic/${d.who.company}/${d.who.user}`, locks()))
  const sound = useSyncExternalStore(siren.subscribe, () => siren.state)
  const loud = ids.some((id) => !muted.includes(id))
  useEffect(() => siren.want(loud), [siren, loud])
  useEffect(() => () => siren.end(), [siren])
  useEffect(() => {
    if (sound !== 'blocked') return
    for (const name of ['pointerdown', 'keydown']) window.addEventListener(name, siren.allow, { capture: true })
    return () => {
      for (const name of ['pointerdown', 'keydown']) window.removeEventListener(name, siren.allow, { capture: true })
    }
  }, [siren, sound])
  useReceived(open)
  const { back } = useFocus(box, ids, () => setFolded(false))
  const titleId = 'panic-title'
  const failed = open.some((a) => a.id === acting.failed?.id) && acting.failed?.text
  return createPortal(
    <>
      {/* Each call is said once, when it comes: the end of one says nothing of the others. */}
      <div className="sr" role="log" aria-live="assertive">{open.map((a) => <p key={a.id}>{t('panic.announce', { name: aboutText(a) })}</p>)}</div>
      {open.length > 0 && <div className="panic-frame" aria-hidden="true" />}
      <div className="panic-stack">
        {open.length > 0 && (
          <div
            className="panic" role="alertdialog" aria-labelledby={titleId} aria-describedby="panic-reach" tabIndex={-1} ref={box} data-folded={folded} data-sound={sound}
            onKeyDown={(e) => e.key === 'Escape' && back()}
          >
            <div className="panic-head">
              <BellIcon size={20} />
              <h2 id={titleId}>{folded && open.length === 1 ? t('panic.asks', { name: aboutText(open[0]!) }) : t('panic.title', { count: open.length })}</h2>
              {folded && open.length === 1 && <button type="button" className="btn" disabled={acting.busy} onClick={() => void acting.act(open[0]!, 'acknowledge')}>{t('panic.acknowledge')}</button>}
              <button type="button" className="panic-fold" aria-expanded={!folded} onClick={() => setFolded(!folded)}><ChevronIcon size={18} /> {folded ? t('panic.unfold') : t('panic.fold')}</button>
            </div>
            {!folded && (
              <div className="panic-body">
                {open.map((a, i) => <PanicItem key={a.id} a={a} muted={muted.includes(a.id)} full={i === 0} acting={acting} onGo={() => { setFolded(true); back() }} />)}
              </div>
            )}
            <Away />
            {folded && failed && <p className="panic-bad" role="alert">{failed}</p>}
            {(!folded || sound === 'blocked') && <SoundBar state={sound} muted={!loud} onAllow={siren.allow} />}
            <p className={folded ? 'sr' : 'panic-reach dim small'} id="panic-reach">{t('panic.reach')}</p>
          </div>
        )}
        {/* It is there before there is something to say: else no screen reader says it. */}
        <div className="panic-gones" role="log">{gone.list.map((a) => <Gone key={a.id} a={byId.get(a.id) ?? a} onDrop={() => gone.drop(a.id)} />)}</div>
      </div>
    </>,
    host,
  )
}

/** Says that nothing is heard of the calls: on a phone the sign of the connection lies under them. */
function Away() {
  const { t } = useTranslation()
  const { live } = useData()
  const { state } = useSyncExternalStore((f) => live.onStatus(f), () => live.status)
  const [away, setAway] = useState(false)
  useEffect(() => {
    if (state !== 'connecting') setAway(state !== 'live') // between two attempts nothing changes
  }, [state])
  return away ? <p className="panic-away" role="alert">{t('panic.away')}</p> : null
}

/** Says who takes care of a call that stood here. */
function Gone({ a, onDrop }: { a: Alert; onDrop: () => void }) {
  const { t } = useTranslation()
  const { go } = useAddress()
  const { who } = useData()
  const nameOf = useName(useAlertDetail(a.id).data)
  const name = aboutText(a)
  return (
    <div className="panic-gone">
      <CheckIcon size={16} />
      <span>
        {a.status === 'reconocida' && a.acknowledged_by === who.user ? t('panic.mine', { name }) : a.status === 'reconocida' && a.acknowledged_by ? t('panic.taken', { name, by: nameOf(a.acknowledged_by) })
          : a.resolution === 'false_alarm' ? t('panic.wasFalse', { name, by: nameOf(a.resolved_by) }) : t('panic.over', { name })}
      </span>
      <button type="button" className="link" onClick={() => { onDrop(); go(`/alerts?id=${encodeURIComponent(a.id)}`) }}>{t('panic.open')}</button>
      <button type="button" className="panic-x" aria-label={t('panic.dismiss')} onClick={onDrop}><CloseIcon size={15} /></button>
    </div>
  )
}

/** Which calls stood here and do so no longer, as they were, for a while: what was red and loud does not vanish without a word. */
function useGone(open: readonly Alert[]): { list: readonly Alert[]; drop: (id: string) => void } {
  const before = useRef<readonly Alert[]>([])
  const [list, setList] = useState<readonly Alert[]>([])
  const drop = (id: string) => setList((l) => l.filter((x) => x.id !== id))
  useEffect(() => {
    const is = new Set(open.map((a) => a.id))
    const left = before.current.filter((a) => !is.has(a.id))
    before.current = open
    if (left.length === 0) return
    setList((l) => [...l.filter((x) => !is.has(x.id)), ...left].slice(-3))
    setTimeout(() => left.forEach((a) => drop(a.id)), toldFor)
  }, [open])
  return { list, drop }
}
