import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { components } from '../../../client'
import { errorText } from '../../i18n'
import { DeliveryState, usePlatform } from '../common/delivery-state'
import { clockTime } from '../data/ages'
import { useData } from '../data/data'
import { useZone } from '../data/hooks'

type Entry = components['schemas']['NotificationEntry']
type Delivery = components['schemas']['NotificationDelivery']

const page = 20

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
      <h3 id="told-title">{t('panic.told.title')}{all > 0 && <span className="dim"> · {list.length === all ? t('panic.told.all', { count: people(list) }) : all}</span>}</h3>
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

/** Somebody is told again and again: how many people these are is known once all of it is read, and none of it is hidden. */
const people = (list: readonly Entry[]) => new Set(list.map((n) => n.user_id)).size

const goesOn = (n: Entry) => n.deliveries?.some((x) => x.state === 'queued') ?? false

function Line({ n, zone }: { n: Entry; zone: string | undefined }) {
  const { t } = useTranslation()
  const time = (iso: string) => clockTime(Date.parse(iso), zone)
  const seen = n.opened_at ? t('panic.told.opened', { time: time(n.opened_at) }) : n.read_at ? t('panic.told.read', { time: time(n.read_at) }) : n.delivered_at ? t('panic.told.delivered', { time: time(n.delivered_at) }) : ''
  return (
    <li>
      <div className="told-who"><b>{n.user_name || n.user_id}</b><span className="dim num">{time(n.created_at)}</span></div>
      {n.skipped !== '' && <div className="told-line"><DeliveryState state="skipped" reason={n.skipped} /></div>}
      {(n.deliveries ?? []).map((x) => <Device key={x.token_id} x={x} time={time} />)}
      {seen && <div className="told-line"><span aria-hidden="true">{'✓'}</span><span>{seen}</span></div>}
    </li>
  )
}

function Device({ x, time }: { x: Delivery; time: (iso: string) => string }) {
  const platform = usePlatform()
  return (
    <div className="told-line">
      <DeliveryState state={x.state} reason={x.reason} attempts={x.attempts} />
      <span className="dim">{platform(x.platform)}{x.done_at && <span className="num"> · {time(x.done_at)}</span>}</span>
    </div>
  )
}
