import { useInfiniteQuery } from '@tanstack/react-query'
import i18next from 'i18next'
import { useTranslation } from 'react-i18next'
import type { components } from '../../../client'
import { errorText } from '../../i18n'
import { clockTime } from '../data/ages'
import { useData } from '../data/data'
import { useZone } from '../data/hooks'

type Entry = components['schemas']['NotificationEntry']
type Delivery = components['schemas']['NotificationDelivery']

const page = 20

/** Why a push failed or was not sent, in words. A reason that is newer than this page stands as it is. */
export function reasonText(reason: string): string {
  const key = `panic.told.reason.${reason}`
  return i18next.exists(key) ? i18next.t(key as 'panic.told.reason.seen') : i18next.t('panic.told.reason.other', { reason })
}
export function skippedText(reason: string): string {
  const key = `panic.told.skipped.${reason}`
  return i18next.exists(key) ? i18next.t(key as 'panic.told.skipped.off') : i18next.t('panic.told.reason.other', { reason })
}
function platformText(platform: string): string {
  const key = `panic.told.platform.${platform}`
  return i18next.exists(key) ? i18next.t(key as 'panic.told.platform.web') : platform
}

/** The notifications of an alert: each person, each device, and what became of it. */
export function Told({ id }: { id: string }) {
  const { t } = useTranslation()
  const d = useData()
  const zone = useZone()
  const read = useInfiniteQuery({
    // Under the alert's own key: what is heard of the alert reads it again.
    queryKey: ['alert', id, 'told'],
    initialPageParam: '',
    queryFn: ({ pageParam }) => d.session.request('get', '/v1/alerts/{id}/notifications', { path: { id }, query: { limit: page, ...(pageParam && { cursor: pageParam }) } }),
    getNextPageParam: (last) => last.next || undefined,
    // Phones report without a word on the socket. What is not over is looked at again.
    refetchInterval: (q) => (q.state.data?.pages.some((p) => p.notifications?.some(goesOn)) ? 5000 : 30_000),
  })
  const list = read.data?.pages.flatMap((p) => p.notifications ?? []) ?? []
  const all = read.data?.pages.at(-1)?.all ?? 0
  const hidden = read.hasNextPage ? 0 : all - list.length
  return (
    <section className="told" aria-labelledby="told-title">
      <h3 id="told-title">{t('panic.told.title')}{all > 0 && <span className="dim"> · {t('panic.told.all', { count: people(list, all) })}</span>}</h3>
      {read.error && !read.data ? <p className="dim">{t('panic.told.error')}. {errorText(read.error)} <button type="button" className="link" onClick={() => void read.refetch()}>{t('panic.told.refresh')}</button></p>
        : !read.data ? <p className="dim" role="status">{t('panic.ladder.reading')}</p>
          : list.length === 0 && all === 0 ? <p className="dim small">{t('panic.told.empty')}</p> : (
            <ul>{list.map((n) => <Line key={n.id} n={n} zone={zone} />)}</ul>
          )}
      {read.hasNextPage && <button type="button" className="link" disabled={read.isFetchingNextPage} onClick={() => void read.fetchNextPage()}>{t('panic.told.more')}</button>}
      {hidden > 0 && <p className="dim small">{t('panic.told.hidden', { count: hidden })}</p>}
    </section>
  )
}

/** Somebody is told again and again: how many people these are is known once all of it is read. */
const people = (list: readonly Entry[], all: number) => (list.length === all ? new Set(list.map((n) => n.user_id)).size : all)

const goesOn = (n: Entry) => n.deliveries?.some((x) => x.state === 'queued') ?? false

function Line({ n, zone }: { n: Entry; zone: string | undefined }) {
  const { t } = useTranslation()
  const time = (iso: string) => clockTime(Date.parse(iso), zone)
  const seen = n.opened_at ? t('panic.told.opened', { time: time(n.opened_at) }) : n.read_at ? t('panic.told.read', { time: time(n.read_at) }) : n.delivered_at ? t('panic.told.delivered', { time: time(n.delivered_at) }) : ''
  return (
    <li>
      <div className="told-who"><b>{n.user_name || n.user_id}</b><span className="dim num">{time(n.created_at)}</span></div>
      {n.skipped !== '' && <div className="told-line"><span className="told-state skipped">{t('panic.told.state.skipped')}</span><span>{skippedText(n.skipped)}</span></div>}
      {(n.deliveries ?? []).map((x) => <Device key={x.token_id} x={x} time={time} />)}
      {seen && <div className="told-line"><span className="told-state sent" aria-hidden="true">{'✓'}</span><span>{seen}</span></div>}
    </li>
  )
}

function Device({ x, time }: { x: Delivery; time: (iso: string) => string }) {
  const { t } = useTranslation()
  return (
    <div className="told-line">
      <span className={`told-state ${x.state}`}>{t(`panic.told.state.${x.state}`)}</span>
      <span>
        {platformText(x.platform)}{x.done_at && <span className="dim num"> · {time(x.done_at)}</span>}
        {x.reason && <> · {reasonText(x.reason)}</>}
        {x.attempts > 1 && <span className="dim"> · {t('panic.told.tries', { count: x.attempts })}</span>}
      </span>
    </div>
  )
}
