import { Button, Tooltip } from '@mui/material'
import type { Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../i18n'
import { CloseIcon, DownloadIcon, PlusIcon, SearchIcon, UploadIcon } from '../../icons'
import { useAddress } from '../data/address'
import { whole } from '../data/ages'
import { Empty, Skeleton } from '../panels/people-panel'
import { VirtualList, type ListHandle } from '../panels/virtual-list'
import type { Place } from './model'
import type { usePlaces } from './use-places'

interface Props {
  places: ReturnType<typeof usePlaces>
  search: Ref<HTMLInputElement>
  list: Ref<ListHandle>
  exporting: { busy: boolean; error: string; run: () => void }
  onOpen: (id: string) => void
}

export function PlacesPanel({ places, search, list, exporting, onOpen }: Props) {
  const { t } = useTranslation()
  const { get, set, go } = useAddress()
  const all = places.list
  const filtered = Boolean(get('q') || get('archived'))
  const count = all?.length ?? 0
  return (
    <section className="panel places" aria-label={t('places.title')}>
      <div className="head">
        <div className="search">
          <SearchIcon size={17} />
          <input ref={search} type="search" value={get('q')} placeholder={t('places.search')} aria-label={t('places.search')} maxLength={200} onChange={(e) => set({ q: e.target.value })} />
          {get('q') && <button type="button" aria-label={t('people.clear')} onClick={() => set({ q: undefined })}><CloseIcon size={15} /></button>}
        </div>
        <Tooltip title={t('places.import.open')}><button type="button" className="fold" aria-label={t('places.import.open')} onClick={() => go('/places/import')}><UploadIcon size={18} /></button></Tooltip>
        <Tooltip title={t('places.export')}><button type="button" className="fold" aria-label={t('places.export')} disabled={exporting.busy} onClick={exporting.run}><DownloadIcon size={18} /></button></Tooltip>
      </div>
      <div className="pl-tools">
        <Button size="small" variant="contained" startIcon={<PlusIcon size={16} />} onClick={() => onOpen('+')}>{t('places.new')}</Button>
        <button type="button" className="chip" aria-pressed={get('archived') === '1'} onClick={() => set({ archived: get('archived') ? undefined : '1' })}><span>{t('places.archivedToo')}</span></button>
        <span className="z-count" role="status">{all && (places.hasNextPage ? t('places.atLeast', { n: whole(count) }) : t('places.count', { count }))}</span>
      </div>
      {exporting.error && <p className="bad-box pl-note" role="alert">{exporting.error}</p>}
      {!all && places.error ? (
        <Empty title={t('places.error')} hint={errorText(places.error)} action={t('places.retry')} onAction={() => void places.refetch()} />
      ) : !all ? (
        <Skeleton rows={8} height={50} />
      ) : all.length > 0 ? (
        <VirtualList items={all} id={(p) => p.id} label={t('places.list')} height={50} chosen={get('id') || undefined} handle={list} onOpen={(p) => onOpen(p.id)} onEnd={() => places.more && !places.isFetching && void places.fetchNextPage()} render={(p) => <Row place={p} />} />
      ) : filtered ? (
        <Empty title={t('places.emptyFilter')} hint={t('people.emptyHint')} action={t('people.clear')} onAction={() => set({ q: undefined, archived: undefined })} />
      ) : (
        <Empty title={t('places.empty')} hint={t('places.emptyHint')} action={t('places.new')} onAction={() => onOpen('+')} />
      )}
    </section>
  )
}

function Row({ place: p }: { place: Place }) {
  const { t } = useTranslation()
  return (
    <div className={p.archived ? 'z-row pl-archived' : 'z-row'}>
      <div className="line"><b className="name">{p.name}</b>{p.archived ? <span className="dim">{t('places.archived')}</span> : p.external_id && <span className="dim">{p.external_id}</span>}</div>
      <div className="line dim"><span>{p.address || t('places.noAddress')}</span></div>
    </div>
  )
}
