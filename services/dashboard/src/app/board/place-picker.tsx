import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useId, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { components } from '../../../client'
import { errorText } from '../../i18n'
import { Input } from '../common/parts'
import { useData } from '../data/data'
import { noPlace, numberOf, type Site } from './details'

type Place = components['schemas']['Place']

const SmallMap = lazy(() => import('./small-map'))

interface Props {
  site: Site
  onChange: (s: Site) => void
  /** A visit has a site; a task may have none. */
  mayNone: boolean
  errors: Record<string, string>
}

export function PlacePicker({ site, onChange, mayNone, errors }: Props) {
  const { t } = useTranslation()
  const kinds = [['place', t('board.site.place')], ['point', t('board.site.point')], ...(mayNone ? [['none', t('board.site.none')] as const] : [])] as const
  const start: Record<Site['kind'], Site> = { place: noPlace, point: { kind: 'point', lat: '', lon: '', radius: '100' }, none: { kind: 'none' } }
  return (
    <fieldset className="ways">
      <legend>{t('board.field.place')}</legend>
      <div className="b-kinds">
        {kinds.map(([k, text]) => <label key={k}><input type="radio" name="site" checked={site.kind === k} onChange={() => onChange(start[k])} /> {text}</label>)}
      </div>
      {site.kind === 'place' && <PlaceSearch chosen={site} onChoose={onChange} error={errors['place_id']} />}
      {site.kind === 'point' && <PointFields site={site} onChange={onChange} errors={errors} />}
    </fieldset>
  )
}

/** Finds a place by words of its name or address. Arrows choose, Enter takes. */
function PlaceSearch({ chosen, onChoose, error }: { chosen: { id: string; name: string }; onChoose: (s: Site) => void; error: string | undefined }) {
  const { t } = useTranslation()
  const d = useData()
  const id = useId()
  const [q, setQ] = useState(chosen.name)
  const [open, setOpen] = useState(false)
  const [at, setAt] = useState(0)
  const found = useQuery({
    queryKey: ['place-search', q.trim()], enabled: open, placeholderData: keepPreviousData,
    queryFn: ({ signal }): Promise<readonly Place[]> => d.session.request('get', '/v1/places', { query: { limit: 8, ...(q.trim() && { q: q.trim() }) }, signal }).then((a) => a.places ?? []),
  })
  const list = found.data ?? []
  const take = (i: number) => {
    const p = list[i]
    if (!p) return
    setQ(p.name)
    setOpen(false)
    onChoose({ kind: 'place', id: p.id, name: p.name })
  }
  const onKeyDown = (e: KeyboardEvent) => {
    const keys: Record<string, () => void> = {
      ArrowDown: () => (open ? setAt(Math.min(list.length - 1, at + 1)) : setOpen(true)), ArrowUp: () => setAt(Math.max(0, at - 1)),
      Enter: () => take(at), Escape: () => setOpen(false),
    }
    const f = keys[e.key]
    if (!f || (!open && e.key !== 'ArrowDown')) return
    e.preventDefault()
    e.stopPropagation()
    f()
  }
  return (
    <div className="field b-place">
      <label htmlFor={id}>{t('board.site.search')}</label>
      <input
        id={id} role="combobox" autoComplete="off" spellCheck={false} aria-expanded={open && list.length > 0} aria-controls={`${id}-list`} aria-autocomplete="list" value={q} aria-invalid={error ? true : undefined} aria-describedby={error ? `${id}-more` : undefined}
        aria-activedescendant={open && list[at] ? `${id}-${at}` : undefined}
        onChange={(e) => {
          setQ(e.target.value)
          setAt(0)
          setOpen(true)
          if (chosen.id) onChoose({ kind: 'place', id: '', name: '' })
        }}
        onFocus={() => !chosen.id && setOpen(true)} onBlur={() => setOpen(false)} onKeyDown={onKeyDown}
      />
      <ul id={`${id}-list`} role="listbox" aria-label={t('board.site.found')} hidden={!open || list.length === 0}>
        {list.map((p, i) => (
          <li key={p.id} id={`${id}-${i}`} role="option" aria-selected={i === at} onMouseDown={(e) => { e.preventDefault(); take(i) }}>
            <b>{p.name}</b> <span className="dim">{p.address}</span>
          </li>
        ))}
      </ul>
      {open && found.data && list.length === 0 && <span className="hint" role="status">{t('board.site.nothing')}</span>}
      {open && found.error && <span className="bad">{errorText(found.error)}</span>}
      {error && <span id={`${id}-more`} className="bad">{error}</span>}
    </div>
  )
}

function PointFields({ site, onChange, errors }: { site: Extract<Site, { kind: 'point' }>; onChange: (s: Site) => void; errors: Record<string, string> }) {
  const { t } = useTranslation()
  const { people } = useData()
  const [around] = useState(() => people.snapshot.people.filter((p) => p.position).map((p) => [p.position!.lon, p.position!.lat] as const))
  const [lat, lon, radiusM] = [numberOf(site.lat), numberOf(site.lon), numberOf(site.radius)]
  const there = Math.abs(lat) <= 90 && Math.abs(lon) <= 180
  return (
    <>
      <Suspense fallback={<div className="b-map" />}>
        <SmallMap label={t('board.site.click')} site={there ? { lat, lon, radiusM: radiusM > 0 ? radiusM : 100 } : undefined} marks={there ? [{ kind: 'site', lat, lon }] : []} around={around} onPoint={(y, x) => onChange({ ...site, lat: y.toFixed(6), lon: x.toFixed(6) })} />
      </Suspense>
      <span className="hint">{t('board.site.click')}</span>
      <div className="b-three">
        <Input label={t('board.site.lat')} value={site.lat} onChange={(v) => onChange({ ...site, lat: v })} error={errors['lat'] ?? errors['place_id']} />
        <Input label={t('board.site.lon')} value={site.lon} onChange={(v) => onChange({ ...site, lon: v })} error={errors['lon']} />
        <Input label={t('board.site.radius')} value={site.radius} onChange={(v) => onChange({ ...site, radius: v })} error={errors['radius_m']} />
      </div>
    </>
  )
}
