import { Button } from '@mui/material'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { components } from '../../../client'
import { useAction, useOffice } from '../common/office'
import { say } from '../common/problem'
import { useAddress } from '../data/address'
import { dateTime } from '../data/ages'
import { Empty, Skeleton } from '../panels/people-panel'
import { addressOf } from './kinds'

type Notification = components['schemas']['Notification']

/** What the viewer was told, the newest first. Whoever opens one has read it. */
export function InboxView() {
  const { t } = useTranslation()
  const { session } = useOffice()
  const { get, set } = useAddress()
  const queries = useQueryClient()
  const act = useAction()
  const unreadOnly = get('show') === 'unread'
  const read = useInfiniteQuery({
    queryKey: ['notifications', 'list', unreadOnly], initialPageParam: '', staleTime: 0,
    queryFn: ({ pageParam }) => session.request('get', '/v1/notifications', { query: { limit: 30, ...(unreadOnly && { unread: 'true' as const }), ...(pageParam && { cursor: pageParam }) } }),
    getNextPageParam: (last) => last.next || undefined,
  })
  const list = read.data?.pages.flatMap((p) => p.notifications ?? []) ?? []
  const unread = read.data?.pages[0]?.unread ?? 0
  const changed = () => queries.invalidateQueries({ queryKey: ['notifications'] })
  const readAll = () => void act.run(async () => {
    await session.request('post', '/v1/notifications/read', { body: { until: list[0]!.id } })
    await changed()
  })
  const opened = (n: Notification) => {
    if (!n.opened_at) void session.request('post', '/v1/notifications/{id}/opened', { path: { id: n.id } }).then(changed, () => undefined)
  }
  return (
    <div className="office-main n-inbox">
      <div className="tools">
        <div className="chips n-filter" role="group" aria-label={t('inbox.page')}>
          {(['all', 'unread'] as const).map((f) => <button type="button" key={f} className="chip" aria-pressed={unreadOnly === (f === 'unread')} onClick={() => set({ show: f === 'unread' ? f : undefined })}>{t(`inbox.filter.${f}`)}{f === 'unread' && unread > 0 && <b>{unread}</b>}</button>)}
        </div>
        <span className="count" />
        {act.text && <span className="bad" role="alert">{act.text}</span>}
        <Button variant="outlined" disabled={act.busy || unread === 0 || list.length === 0} onClick={readAll}>{t('inbox.readAll')}</Button>
      </div>
      {read.error && !read.data ? <Empty title={t('inbox.error')} hint={say(read.error)} action={t('boot.retry')} onAction={() => void read.refetch()} /> : !read.data ? <Skeleton rows={9} height={60} /> : list.length === 0 ? (
        unreadOnly ? <Empty title={t('inbox.allRead')} hint={t('inbox.allReadHint')} /> : <Empty title={t('inbox.empty')} hint={t('inbox.emptyHint')} />
      ) : (
        <div className="n-scroll">
          <ul className="n-list" id="list" tabIndex={-1} aria-label={t('inbox.list')}>{list.map((n) => <Line key={n.id} n={n} onOpen={opened} />)}</ul>
          {read.hasNextPage && <button type="button" className="btn more" disabled={read.isFetchingNextPage} onClick={() => void read.fetchNextPage()}>{t('inbox.more')}</button>}
        </div>
      )}
    </div>
  )
}

function Line({ n, onOpen }: { n: Notification; onOpen: (n: Notification) => void }) {
  const { t } = useTranslation()
  const { who, zone } = useOffice()
  const { go } = useAddress()
  const to = addressOf(n, who.role)
  const text = (
    <>
      <span className="n-dot" aria-hidden="true" />
      <span className="n-text"><b>{n.title}{!n.read_at && <span className="sr">, {t('inbox.unread')}</span>}</b><span>{n.body}</span></span>
      <time dateTime={n.created_at}>{dateTime(Date.parse(n.created_at), zone)}</time>
    </>
  )
  return (
    <li data-unread={!n.read_at} data-urgent={n.urgent}>
      {to === undefined ? <button type="button" className="n-row" onClick={() => onOpen(n)}>{text}</button> : (
        <a
          href={to} className="n-row"
          onClick={(e) => {
            onOpen(n)
            if (e.metaKey || e.ctrlKey || e.shiftKey) return
            e.preventDefault()
            go(to)
          }}
        >
          {text}
        </a>
      )}
    </li>
  )
}
