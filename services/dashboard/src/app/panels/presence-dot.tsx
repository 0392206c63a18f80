import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import type { TFunction } from 'i18next'
import { now } from '../../clock'
import '../../i18n/presence'
import { useAddress } from '../data/address'
import { age, whole } from '../data/ages'
import { useData } from '../data/data'
import { useTick } from '../data/hooks'
import { presenceOf, type Connection } from '../data/presence'
import './presence.css'

/** What is known of somebody's connection; undefined while nobody knows, and for who may not see it. */
function useConnection(id: string | undefined): Connection | undefined {
  const presence = presenceOf(useData())
  return useSyncExternalStore(presence.subscribe, () => (id === undefined ? undefined : presence.of(id)))
}

/** The last connection is known to the minute. */
function say(c: Connection, t: TFunction): string {
  if (c.state === 'online') return t('presence.online')
  if (c.state === 'hidden') return t('presence.hidden')
  if (c.seen === 0) return t('presence.offline')
  const gone = now() - c.seen
  return gone < 120_000 ? t('presence.justNow') : t('presence.seen', { age: age(gone) })
}

/** Whether somebody is connected now: a full dot, or a hollow one, or none while nobody knows. corner: it lies on an avatar. */
export default function PresenceDot({ id, corner }: { id: string | undefined; corner?: boolean }) {
  const { t } = useTranslation()
  const c = useConnection(id)
  useTick(30_000)
  if (!c || c.state === 'hidden') return null
  return <span className={`presence ${c.state}${corner ? ' corner' : ''}`} title={say(c, t)}><span className="sr">{say(c, t)}. </span></span>
}

/** The same in words, for a card. Its room is there whether anything is known or not. */
export function PresenceLine({ id }: { id: string }) {
  const { t } = useTranslation()
  const c = useConnection(id)
  useTick(10_000)
  return <p className="presence-line small" data-presence={c?.state}>{c && <>{c.state !== 'hidden' && <span className={`presence ${c.state}`} />}<span className={c.state === 'online' ? '' : 'dim'}>{say(c, t)}</span></>}</p>
}

/** How many of those in a list are connected; it shows them alone, or everybody again. */
export function OnlineFilter({ order }: { order: readonly string[] }) {
  const { t } = useTranslation()
  const { get, set } = useAddress()
  const presence = presenceOf(useData())
  const known = useSyncExternalStore(presence.subscribe, () => presence.known)
  const online = useSyncExternalStore(presence.subscribe, () => presence.online)
  const chosen = get('on') === '1'
  if (!known && !chosen) return null
  const count = order.reduce((n, id) => n + (online.has(id) ? 1 : 0), 0)
  const text = t('presence.only', { count })
  return (
    <button type="button" className="chip presence-filter" aria-pressed={chosen} aria-label={text} title={text} disabled={!chosen && count === 0} onClick={() => set({ on: chosen ? undefined : '1' })}>
      <span className="presence online" /> <b>{whole(count)}</b>
    </button>
  )
}

/** What the dots mean, for the page with the help. */
export function PresenceHelp() {
  const { t } = useTranslation()
  return (
    <>
      <h3>{t('presence.help')}</h3>
      <p className="dim small">{t('presence.apart')}</p>
      <dl className="keys">
        <div><dt><span className="presence online" /></dt><dd><b>{t('presence.online')}</b> <span className="dim">{t('presence.onlineHint')}</span></dd></div>
        <div><dt><span className="presence offline" /></dt><dd><b>{t('presence.offline')}</b> <span className="dim">{t('presence.offlineHint')}</span></dd></div>
        <div><dt>—</dt><dd><b>{t('presence.nothing')}</b> <span className="dim">{t('presence.nothingHint')}</span></dd></div>
      </dl>
    </>
  )
}
