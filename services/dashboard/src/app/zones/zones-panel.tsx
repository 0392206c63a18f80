import { Tooltip } from '@mui/material'
import { useMemo, useRef, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../i18n'
import { CloseIcon, GearIcon, SearchIcon, UploadIcon } from '../../icons'
import { useAddress } from '../data/address'
import { plain, whole } from '../data/ages'
import { useData, type Zone } from '../data/data'
import { useZones } from '../data/hooks'
import { Empty, Skeleton } from '../panels/people-panel'
import { VirtualList, type ListHandle } from '../panels/virtual-list'
import { kindOf, shapeOfZone, sizeText, useOutside, whoText } from './hooks'
import { KindIcon } from './kind-icon'
import type { Kind } from './model'

const kinds = ['polygon', 'circle', 'corridor'] as const
const filters = ['outside', 'unassigned'] as const
type Filter = (typeof filters)[number]
const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true })

interface Props {
  search: Ref<HTMLInputElement>
  list: Ref<ListHandle>
  onOpen: (id: string) => void
  onDraw: (kind: Kind) => void
  onFile: (file: File) => void
  onSettings: () => void
}

export function ZonesPanel({ search, list, onOpen, onDraw, onFile, onSettings }: Props) {
  const { t } = useTranslation()
  const { get, set } = useAddress()
  const admin = useData().who.role === 'admin'
  const zones = useZones()
  const outside = useOutside()
  const file = useRef<HTMLInputElement>(null)
  const [text, filter] = [plain(get('q')), get('show') as Filter | '']
  const passes: Record<Filter, (z: Zone) => boolean> = useMemo(
    () => ({ outside: (z) => (outside.get(z.id) ?? 0) > 0, unassigned: (z) => z.properties.users.length + z.properties.teams.length === 0 }),
    [outside],
  )
  const all = zones.data
  const shown = useMemo(() => (all ?? []).filter((z) => !text || plain(z.properties.name).includes(text)).filter((z) => !filter || passes[filter]?.(z)).sort((a, b) => collator.compare(a.properties.name, b.properties.name)), [all, text, filter, passes])
  const filtered = Boolean(text || filter)
  return (
    <section className="panel zones" aria-label={t('zones.title')}>
      <div className="head">
        <div className="search">
          <SearchIcon size={17} />
          <input ref={search} type="search" value={get('q')} placeholder={t('zones.search')} aria-label={t('zones.search')} onChange={(e) => set({ q: e.target.value })} />
          {get('q') && <button type="button" aria-label={t('people.clear')} onClick={() => set({ q: undefined })}><CloseIcon size={15} /></button>}
        </div>
        {admin && (
          <Tooltip title={t('zones.import')}>
            <button type="button" className="fold" aria-label={t('zones.import')} onClick={() => file.current?.click()}><UploadIcon size={18} /></button>
          </Tooltip>
        )}
        <Tooltip title={t('zones.settings')}>
          <button type="button" className="fold" aria-label={t('zones.settings')} aria-haspopup="dialog" onClick={onSettings}><GearIcon size={18} /></button>
        </Tooltip>
        {admin && (
          <input
            ref={file} type="file" hidden accept=".geojson,.json,application/geo+json,application/json" data-testid="zone-file"
            onChange={(e) => {
              const chosen = e.target.files?.[0]
              e.target.value = ''
              if (chosen) onFile(chosen)
            }}
          />
        )}
      </div>
      {admin && (
        <div className="z-draw" role="group" aria-label={t('zones.draw')}>
          {kinds.map((k) => (
            <button type="button" key={k} title={t(`zones.kindHint.${k}`)} aria-label={t(`zones.kindHint.${k}`)} onClick={() => onDraw(k)}><KindIcon kind={k} size={17} /> <span aria-hidden="true">{t(`zones.kind.${k}`)}</span></button>
          ))}
        </div>
      )}
      <div className="chips" role="group" aria-label={t('zones.filterLabel')}>
        {filters.map((f) => {
          const n = (all ?? []).filter(passes[f]).length
          return (
            <button type="button" key={f} className="chip" aria-pressed={filter === f} disabled={n === 0 && filter !== f} onClick={() => set({ show: filter === f ? undefined : f })}>
              <b>{whole(n)}</b> <span>{t(`zones.filter.${f}`)}</span>
            </button>
          )
        })}
        <span className="z-count">{filtered ? t('zones.of', { shown: whole(shown.length), total: whole(all?.length ?? 0) }) : all ? t('zones.count', { count: all.length }) : ''}</span>
      </div>
      {!all && zones.error ? (
        <Empty title={t('zones.error')} hint={errorText(zones.error)} action={t('zones.retry')} onAction={() => void zones.refetch()} />
      ) : !all ? (
        <Skeleton rows={8} height={50} />
      ) : shown.length > 0 ? (
        <VirtualList items={shown} id={(z) => z.id} label={t('zones.list')} height={50} chosen={get('id') || undefined} handle={list} onOpen={(z) => onOpen(z.id)} render={(z) => <Row zone={z} outside={outside.get(z.id) ?? 0} />} />
      ) : filtered ? (
        <Empty title={t('zones.emptyFilter')} hint={t('people.emptyHint')} action={t('people.clear')} onAction={() => set({ q: undefined, show: undefined })} />
      ) : (
        <Empty title={t('zones.empty')} hint={t('zones.emptyHint')} />
      )}
    </section>
  )
}

function Row({ zone, outside }: { zone: Zone; outside: number }) {
  const { t } = useTranslation()
  const { users, teams, name } = zone.properties
  const kind = kindOf(zone)
  const size = useMemo(() => sizeText(shapeOfZone(zone)), [zone])
  return (
    <>
      <span className="z-kind"><KindIcon kind={kind} size={18} /></span>
      <div className="z-row">
        <div className="line"><b className="name">{name}</b>{outside > 0 && <b className="red">{t('zones.outsideCount', { count: outside })}</b>}</div>
        <div className="line dim"><span>{whoText(users.length, teams.length) || t('zones.unassigned')}</span><span><span className="sr">{t(`zones.kind.${kind}`)} </span>{size}</span></div>
      </div>
    </>
  )
}
