import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { DeliveryState } from '../common/delivery-state'
import { useOffice } from '../common/office'
import { say } from '../common/problem'
import { dateTime } from '../data/ages'
import { Skeleton } from '../panels/people-panel'
import { useEventName } from './event-name'
import type { Delivery } from './webhook'

const states = ['', 'queued', 'sent', 'failed', 'expired'] as const

/** A call that has not been tried yet is tried at once. */
const isNew = (d: Delivery) => d.state === 'queued' && d.attempts === 0

/** The calls of a webhook, the newest first. tested is the call of a test, of which the result is told. */
export function WebhookLog({ id, tested }: { id: string; tested: string | undefined }) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const [state, setState] = useState<(typeof states)[number]>('')
  const [told, setTold] = useState(tested)
  if (told !== tested) {
    // Among calls of one state the test may not be.
    setTold(tested)
    setState('')
  }
  const read = useInfiniteQuery({
    queryKey: ['webhook-log', id, state], initialPageParam: '', staleTime: 0,
    queryFn: ({ pageParam }) => session.request('get', '/v1/webhooks/{id}/deliveries', { path: { id }, query: { limit: 20, ...(state && { state }), ...(pageParam && { cursor: pageParam }) } }),
    getNextPageParam: (last) => last.next || undefined,
    refetchInterval: (q) => (q.state.data?.pages[0]?.deliveries?.some(isNew) ? 1000 : 15_000),
  })
  const list = read.data?.pages.flatMap((p) => p.deliveries ?? []) ?? []
  const result = tested === undefined ? undefined : list.find((d) => d.id === tested)
  return (
    <section className="log" aria-labelledby="w-log">
      <div className="w-tested" role="status">{result && (isNew(result) ? t('webhooks.testing') : <><b>{t('webhooks.tested')}</b> <Outcome delivery={result} /></>)}</div>
      <div className="log-head">
        <h3 id="w-log">{t('webhooks.log')}</h3>
        <select aria-label={t('alerts.filterStatus')} value={state} onChange={(e) => setState(e.target.value as typeof state)}>
          {states.map((s) => <option key={s} value={s}>{t(`webhooks.filter.${s || 'all'}`)}</option>)}
        </select>
      </div>
      {read.error && !read.data ? <p className="dim">{say(read.error)} <button type="button" className="link" onClick={() => void read.refetch()}>{t('boot.retry')}</button></p> : !read.data ? <Skeleton rows={3} /> : list.length === 0 ? <p className="dim">{t(state ? 'webhooks.logNoneState' : 'webhooks.logNone')}</p> : (
        <ol className="history">{list.map((d) => <Line key={d.id} delivery={d} />)}</ol>
      )}
      {read.hasNextPage && <button type="button" className="link" disabled={read.isFetchingNextPage} onClick={() => void read.fetchNextPage()}>{t('alerts.more')}</button>}
    </section>
  )
}

/** How a call ended, or why it is tried again. */
function Outcome({ delivery: d }: { delivery: Delivery }) {
  const { t } = useTranslation()
  return (
    <>
      <DeliveryState state={d.state} reason={d.reason ?? ''} attempts={d.attempts} />
      {d.state === 'queued' && d.attempts > 0 && <span className="dim"> · {t('webhooks.again')}</span>}
      {d.state === 'sent' && <span className="dim"> · {[d.status, d.took_ms !== undefined && t('webhooks.took', { ms: d.took_ms })].filter(Boolean).join(' · ')}</span>}
    </>
  )
}

function Line({ delivery: d }: { delivery: Delivery }) {
  const { t } = useTranslation()
  const { zone } = useOffice()
  const event = useEventName()
  return (
    <li>
      <time dateTime={d.queued_at}>{dateTime(Date.parse(d.queued_at), zone)}</time>
      <div>
        <span>{event(d.event)}</span>
        <div className="small"><Outcome delivery={d} /></div>
        <details className="w-body"><summary className="dim small">{t('webhooks.body')}</summary><pre tabIndex={0} role="region" aria-label={t('webhooks.body')}>{JSON.stringify(d.body, null, 2)}</pre></details>
      </div>
    </li>
  )
}
