import { Button } from '@mui/material'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useRef, useState, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import '../../i18n/webhooks'
import { PlusIcon, SearchIcon } from '../../icons'
import { Grid, type Column } from '../common/grid'
import { useOffice } from '../common/office'
import { Side } from '../common/parts'
import { say } from '../common/problem'
import { useAddress } from '../data/address'
import { plain } from '../data/ages'
import { Empty, Skeleton } from '../panels/people-panel'
import { leave } from '../zones/guard'
import { inOrder, useEventName } from './event-name'
import { SecretDialog } from './secret-dialog'
import { stateOf, type Webhook } from './webhook'
import { EditWebhook, NewWebhook } from './webhook-form'
import { WebhookPanel } from './webhook-panel'
import './webhooks.css'

const none: readonly Webhook[] = []
const noEvents: readonly string[] = []

/** Where the company's own systems are called when something happens. */
export default function WebhooksView({ search }: { search: RefObject<HTMLInputElement | null> }) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const { get, set } = useAddress()
  const queries = useQueryClient()
  const grid = useRef<{ focus: () => void }>(null)
  const [secret, setSecret] = useState<Webhook>()
  const read = useQuery({ queryKey: ['webhooks'], staleTime: 0, refetchInterval: 30_000, queryFn: () => session.request('get', '/v1/webhooks') })
  const list = read.data?.webhooks ?? none
  const events = read.data?.events ?? noEvents
  const id = get('id')
  const q = plain(get('q'))
  const shown = useMemo(() => list.filter((w) => plain(`${w.name}\n${w.url}`).includes(q)), [list, q])
  const columns = useColumns()
  const close = () => leave(() => {
    set({ id: undefined })
    grid.current?.focus()
  })
  const put = (w: Webhook) => {
    queries.setQueryData<typeof read.data>(['webhooks'], (was) => was && { ...was, webhooks: [...(was.webhooks ?? []).filter((x) => x.id !== w.id), w] })
    void queries.invalidateQueries({ queryKey: ['webhooks'] })
    void queries.invalidateQueries({ queryKey: ['changes', `webhook/${w.id}`] })
  }
  const made = (w: Webhook) => {
    put(w)
    setSecret(w)
  }
  const chosen = list.find((w) => w.id === id)
  return (
    <>
      <div className="office-main">
        <div className="tools">
          <div className="search">
            <SearchIcon size={17} />
            <input ref={search} type="search" value={get('q')} placeholder={t('webhooks.search')} aria-label={t('webhooks.search')} onChange={(e) => set({ q: e.target.value })} />
          </div>
          <span className="count dim" role="status">{read.data && t('webhooks.count', { count: list.length })}</span>
          <Button variant="contained" startIcon={<PlusIcon size={16} />} onClick={() => leave(() => set({ id: '+' }))}>{t('webhooks.add')}</Button>
        </div>
        {read.error && !read.data ? <Empty title={t('webhooks.error')} hint={say(read.error)} action={t('boot.retry')} onAction={() => void read.refetch()} /> : !read.data ? <Skeleton rows={5} height={36} />
          : list.length === 0 ? <Empty title={t('webhooks.none')} hint={t('webhooks.noneHint')} action={t('webhooks.add')} onAction={() => set({ id: '+' })} />
          : shown.length === 0 ? <Empty title={t('webhooks.noMatch')} hint={t('people.emptyHint')} action={t('people.clear')} onAction={() => set({ q: undefined })} />
          : <Grid label={t('webhooks.title')} columns={columns} rows={shown} id={(w) => w.id} chosen={id || undefined} onOpen={(w) => leave(() => set({ id: w.id }))} sort={get('sort') || 'name'} onSort={(s) => set({ sort: s === 'name' ? undefined : s })} rowClass={(w) => (w.active ? '' : 'faint')} handle={grid} />}
      </div>
      {id === '+' && read.data && <Side title={t('webhooks.add')} onClose={close}><NewWebhook events={events} onMade={(w) => { made(w); set({ id: w.id }) }} /></Side>}
      {id && id !== '+' && read.data && (chosen ? (
        <WebhookPanel key={id} webhook={chosen} onClose={close} onChanged={put} onSecret={made} onGone={() => { set({ id: undefined }); void queries.invalidateQueries({ queryKey: ['webhooks'] }) }}>
          <EditWebhook events={events} webhook={chosen} onSaved={put} />
        </WebhookPanel>
      ) : <Side title={t('webhooks.title')} onClose={close}><Empty title={t('webhooks.gone')} hint={t('webhooks.goneHint')} /></Side>)}
      {secret?.secret && <SecretDialog name={secret.name} secret={secret.secret} onClose={() => setSecret(undefined)} />}
    </>
  )
}

function useColumns(): readonly Column<Webhook>[] {
  const { t } = useTranslation()
  const event = useEventName()
  return useMemo(() => [
    { id: 'name', header: t('webhooks.field.name'), grow: 2, value: (w) => w.name, render: (w) => <b>{w.name}</b> },
    { id: 'url', header: t('webhooks.field.url'), grow: 3, value: (w) => w.url, wide: true },
    { id: 'state', header: t('admin.field.status'), grow: 1.5, value: (w) => ['dead', 'failing', 'on', 'off'].indexOf(stateOf(w)), render: (w) => <span className={['failing', 'dead'].includes(stateOf(w)) ? 'w-amber' : ''}>{t(`webhooks.state.${stateOf(w)}`)}</span> },
    { id: 'events', header: t('webhooks.field.events'), grow: 2, value: (w) => (w.events ?? []).length, render: (w) => (!w.events?.length ? t('webhooks.allEvents') : inOrder(w.events).map((e) => event(e)).join(', ')), wide: true },
  ], [t, event])
}
