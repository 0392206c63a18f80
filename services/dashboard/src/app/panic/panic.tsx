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
  const gone = useGone(ids)
  const [siren] = useState(() => new Siren(`terreno-panic/${d.who.company}/${d.who.user}`, locks()))
  const sound = useSyncExternalStore(siren.subscribe, () => siren.state)
  const loud = ids.some((id) => !muted.includes(id))
  useEffect(() => siren.want(loud), [siren, loud])
  useEffect(() => () => siren.want(false), [siren])
  useEffect(() => {
    if (sound !== 'blocked') return
    for (const name of ['pointerdown', 'keydown']) window.addEventListener(name, siren.allow, { capture: true })
    return () => {
      for (const name of ['pointerdown', 'keydown']) window.removeEventListener(name, siren.allow, { capture: true })
    }
  }, [siren, sound])
  useEffect(() => setFolded(false), [key])
  useReceived(open)
  const { back } = useFocus(box, ids, () => setFolded(false))
  const newest = open.at(-1)
  const titleId = 'panic-title'
  return createPortal(
    <>
      <div className="sr" role="log" aria-live="assertive">{newest ? t('panic.announce', { name: aboutText(newest) }) : ''}</div>
      {open.length > 0 && <div className="panic-frame" aria-hidden="true" />}
      {(open.length > 0 || gone.list.length > 0) && (
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
              {(!folded || sound === 'blocked') && <SoundBar state={sound} muted={!loud} onAllow={siren.allow} />}
              <p className={folded ? 'sr' : 'panic-reach dim small'} id="panic-reach">{t('panic.reach')}</p>
            </div>
          )}
          {gone.list.map((id) => byId.has(id) && <Gone key={id} a={byId.get(id)!} onDrop={() => gone.drop(id)} />)}
        </div>
      )}
    </>,
    host,
  )
}

/** Says who takes care of a call that stood here. */
function Gone({ a, onDrop }: { a: Alert; onDrop: () => void }) {
  const { t } = useTranslation()
  const { go } = useAddress()
  const { who } = useData()
  const nameOf = useName(useAlertDetail(a.id).data)
  const name = aboutText(a)
  return (
    <div className="panic-gone" role="status">
      <CheckIcon size={16} />
      <span>{a.status === 'reconocida' && a.acknowledged_by === who.user ? t('panic.mine', { name }) : a.status === 'reconocida' && a.acknowledged_by ? t('panic.taken', { name, by: nameOf(a.acknowledged_by) }) : t('panic.over', { name })}</span>
      <button type="button" className="link" onClick={() => { onDrop(); go(`/alerts?id=${encodeURIComponent(a.id)}`) }}>{t('panic.open')}</button>
      <button type="button" className="panic-x" aria-label={t('panic.dismiss')} onClick={onDrop}><CloseIcon size={15} /></button>
    </div>
  )
}

/** Which calls stood here and do so no longer, for a while: what was red and loud does not vanish without a word. */
function useGone(ids: readonly string[]): { list: readonly string[]; drop: (id: string) => void } {
  const before = useRef<readonly string[]>([])
  const [list, setList] = useState<readonly string[]>([])
  const drop = (id: string) => setList((l) => l.filter((x) => x !== id))
  useEffect(() => {
    const left = before.current.filter((id) => !ids.includes(id))
    before.current = ids
    if (left.length === 0) return
    setList((l) => [...l.filter((x) => !ids.includes(x)), ...left].slice(-3))
    setTimeout(() => left.forEach(drop), toldFor)
  }, [ids])
  return { list, drop }
}
