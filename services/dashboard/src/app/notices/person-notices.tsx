import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { components } from '../../../client'
import '../../i18n/inbox'
import { DeliveryState, usePlatform } from '../common/delivery-state'
import { useAction, useOffice } from '../common/office'
import { Question } from '../common/parts'
import { say } from '../common/problem'
import { useAddress } from '../data/address'
import { ago, dateTime, shortly } from '../data/ages'
import { Skeleton } from '../panels/people-panel'
import { isSilent } from './devices'
import { addressOf, kinds, useKindName } from './kinds'
import './notices.css'

type Entry = components['schemas']['NotificationEntry']
type Device = components['schemas']['PushToken']

/** The devices on which somebody is told something, and what they were told. */
export default function PersonNotices({ id, manages }: { id: string; manages: boolean }) {
  return (
    <>
      <Devices id={id} manages={manages} />
      <Log id={id} />
    </>
  )
}

function Devices({ id, manages }: { id: string; manages: boolean }) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const queries = useQueryClient()
  const [asked, setAsked] = useState<Device>()
  const title = useRef<HTMLHeadingElement>(null)
  const gone = useRef(false)
  const act = useAction()
  const name = useDeviceName()
  const remove = (token: string) => void act.run(async () => {
    await session.request('delete', '/v1/users/{id}/push-tokens/{token}', { path: { id, token } })
    await queries.invalidateQueries({ queryKey: ['push-tokens', id] })
    void queries.invalidateQueries({ queryKey: ['changes', `user/${id}`] })
  }).then((ok) => {
    if (!ok) return
    gone.current = true
    setAsked(undefined)
  })
  useEffect(() => {
    if (asked || !gone.current) return
    gone.current = false
    title.current?.focus() // its button is gone
  }, [asked])
  const read = useQuery({ queryKey: ['push-tokens', id], staleTime: 0, queryFn: () => session.request('get', '/v1/users/{id}/push-tokens', { path: { id } }).then((a) => a.tokens ?? []) })
  return (
    <section className="log n-devices" aria-labelledby="n-devices">
      <h3 id="n-devices" ref={title} tabIndex={-1}>{t('inbox.devices')}</h3>
      {read.error && !read.data ? <p className="dim">{say(read.error)} <button type="button" className="link" onClick={() => void read.refetch()}>{t('boot.retry')}</button></p> : !read.data ? <Skeleton rows={2} height={30} /> : read.data.length === 0 ? <p className="dim">{t('inbox.devicesNone')}</p> : (
        <>
          <ul>{read.data.map((x) => <DeviceLine key={x.id} device={x} onRemove={manages ? () => { act.clear(); setAsked(x) } : undefined} />)}</ul>
          <p className="dim small">{t(manages ? 'inbox.devicesHint' : 'inbox.devicesOwn')}</p>
        </>
      )}
      {asked && <Question title={t('inbox.removeDeviceTitle', { device: name(asked) })} text={t('inbox.devicesHint')} yes={t('inbox.removeDevice')} danger busy={act.busy} error={act.text} onNo={() => setAsked(undefined)} onYes={() => remove(asked.id)} />}
    </section>
  )
}

function useDeviceName(): (device: Device) => string {
  const platform = usePlatform()
  return (x) => [platform(x.platform), x.app].filter(Boolean).join(' · ')
}

function DeviceLine({ device: x, onRemove }: { device: Device; onRemove: (() => void) | undefined }) {
  const { t } = useTranslation()
  const name = useDeviceName()
  const platform = usePlatform()
  const silent = isSilent(x.seen_at)
  return (
    <li>
      <div><b>{platform(x.platform)}</b>{x.app && <span className="dim"> · {x.app}</span>}{silent && <span className="tag warn">{t('inbox.stale')}</span>}{onRemove && <button type="button" className="link" aria-label={t('inbox.removeDeviceOf', { device: name(x) })} onClick={onRemove}>{t('inbox.removeDevice')}</button>}</div>
      <span className="dim small">{t('inbox.seen', { age: ago(Date.now() - Date.parse(x.seen_at)) })}{silent && `. ${t('inbox.staleHint')}`}</span>
    </li>
  )
}

function Log({ id }: { id: string }) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const name = useKindName()
  const [kind, setKind] = useState('')
  const read = useInfiniteQuery({
    queryKey: ['notification-log', id, kind], initialPageParam: '', staleTime: 0,
    queryFn: ({ pageParam }) => session.request('get', '/v1/notification-log', { query: { user: id, limit: 20, ...(kind && { kind }), ...(pageParam && { cursor: pageParam }) } }),
    getNextPageParam: (last) => last.next || undefined,
  })
  const list = read.data?.pages.flatMap((p) => p.notifications ?? []) ?? []
  return (
    <section className="log n-log" aria-labelledby="n-log">
      <div className="log-head">
        <h3 id="n-log">{t('inbox.log')}</h3>
        <select aria-label={t('inbox.anyKind')} value={kind} onChange={(e) => setKind(e.target.value)}>
          <option value="">{t('inbox.anyKind')}</option>
          {kinds.map((k) => <option key={k} value={k}>{name(k)}</option>)}
        </select>
      </div>
      {read.error && !read.data ? <p className="dim">{say(read.error)} <button type="button" className="link" onClick={() => void read.refetch()}>{t('boot.retry')}</button></p> : !read.data ? <Skeleton rows={4} /> : list.length === 0 ? <p className="dim">{t(kind ? 'inbox.noneOfKind' : 'inbox.logNone')}</p> : (
        <ol className="history">{list.map((e) => <LogLine key={e.id} entry={e} />)}</ol>
      )}
      {read.hasNextPage && <button type="button" className="link" disabled={read.isFetchingNextPage} onClick={() => void read.fetchNextPage()}>{t('inbox.more')}</button>}
    </section>
  )
}

function LogLine({ entry: e }: { entry: Entry }) {
  const { t } = useTranslation()
  const { who, zone } = useOffice()
  const { go } = useAddress()
  const name = useKindName()
  const platform = usePlatform()
  const to = e.ref ? addressOf(e, who.role) : undefined
  const at = (s: string) => shortly(Date.parse(e.created_at), Date.parse(s), zone)
  const seen = e.opened_at ? t('inbox.openedAt', { at: at(e.opened_at) }) : e.read_at ? t('inbox.readAt', { at: at(e.read_at) }) : e.delivered_at ? t('inbox.deliveredAt', { at: at(e.delivered_at) }) : ''
  return (
    <li>
      <time dateTime={e.created_at}>{dateTime(Date.parse(e.created_at), zone)}</time>
      <div>
        {to === undefined ? <span>{name(e.kind)}</span> : <a href={to} className="n-link" onClick={(x) => { if (x.metaKey || x.ctrlKey || x.shiftKey) return; x.preventDefault(); go(to) }}>{name(e.kind)}</a>}
        {e.skipped && <div className="small"><DeliveryState state="skipped" reason={e.skipped} /></div>}
        {(e.deliveries ?? []).map((d) => <div key={d.token_id} className="small">{d.platform && <span className="dim">{platform(d.platform)}{': '}</span>}<DeliveryState state={d.state} reason={d.reason} attempts={d.attempts} /></div>)}
        {seen && <div className="small dim">{seen}</div>}
      </div>
    </li>
  )
}
