import { Button } from '@mui/material'
import { useQuery } from '@tanstack/react-query'
import type { Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { CloseIcon, PlaceIcon, PlusIcon, SearchIcon } from '../../icons'
import { useAddress } from '../data/address'
import { whole } from '../data/ages'
import { useData } from '../data/data'
import { useTeams } from '../data/hooks'
import { leave } from '../zones/guard'
import { StateSign } from './sign'
import { states } from './visit'

/** Search, filters and what can be made. All of it is in the address. */
export function Tools({ search, counts, shown, total }: { search: Ref<HTMLInputElement>; counts: Record<string, number>; shown: number; total: number }) {
  const { t } = useTranslation()
  const { get, set, go } = useAddress()
  const teams = useTeams().data ?? []
  const state = get('state')
  const place = get('place')
  const filtered = Boolean(get('q') || get('team') || state || place)
  const chip = (s: string, text: string, sign?: React.ReactNode, hint?: string) => (
    <button type="button" key={s} className={`chip b-chip ${s}`} aria-pressed={state === s} title={hint} disabled={!counts[s] && state !== s} onClick={() => set({ state: state === s ? undefined : s })}>
      {sign} <b>{whole(counts[s] ?? 0)}</b> <span>{text}</span>
    </button>
  )
  return (
    <>
      <div className="tools">
        <div className="search">
          <SearchIcon size={17} />
          <input ref={search} type="search" value={get('q')} placeholder={t('board.search')} aria-label={t('board.search')} onChange={(e) => set({ q: e.target.value })} />
          {get('q') && <button type="button" aria-label={t('people.clear')} onClick={() => set({ q: undefined })}><CloseIcon size={15} /></button>}
        </div>
        {teams.length > 1 && (
          <select aria-label={t('people.team')} value={get('team')} onChange={(e) => set({ team: e.target.value })}>
            <option value="">{t('people.allTeams')}</option>
            {teams.map((x) => <option key={x.id} value={x.id}>{x.name}</option>)}
          </select>
        )}
        {place && <PlaceFilter id={place} />}
        <button type="button" className="btn b-wide" aria-pressed={get('zoom') === '24'} onClick={() => set({ zoom: get('zoom') ? undefined : '24' })}>{t('board.wholeDay')}</button>
        <span className="count dim" role="status">{filtered ? t('people.of', { shown: whole(shown), total: whole(total) }) : t('board.count', { count: total })}</span>
        {filtered && <button type="button" className="link" onClick={() => set({ q: undefined, team: undefined, state: undefined, place: undefined })}>{t('people.clear')}</button>}
        <Button variant="outlined" onClick={() => go('/board/series')}>{t('board.series.open')}</Button>
        <Button variant="outlined" onClick={() => go('/board/import')}>{t('admin.import.open')}</Button>
        <Button variant="contained" startIcon={<PlusIcon size={16} />} onClick={() => leave(() => set({ id: '+' }))}>{t('board.new')}</Button>
      </div>
      <div className="chips" role="group" aria-label={t('alerts.filterStatus')}>
        {chip('overdue', t('board.late.overdue'), undefined, t('board.lateHint.overdue'))}
        {chip('unbegun', t('board.late.unbegun'), undefined, t('board.lateHint.unbegun'))}
        {states.map((s) => chip(s, t(`board.state.${s}`), <StateSign state={s} size={13} />))}
      </div>
    </>
  )
}

/** Only the visits of one place are shown: it says which, and goes by a click. */
function PlaceFilter({ id }: { id: string }) {
  const { t } = useTranslation()
  const d = useData()
  const { set } = useAddress()
  const read = useQuery({ queryKey: ['place', id], staleTime: 60_000, queryFn: () => d.session.request('get', '/v1/places/{id}', { path: { id } }) })
  const name = read.data?.name ?? id
  return <button type="button" className="btn b-only" aria-label={t('board.onlyPlaceClear', { name })} title={t('board.onlyPlaceClear', { name })} onClick={() => set({ place: undefined })}><PlaceIcon size={14} /> <span>{name}</span> <CloseIcon size={13} /></button>
}
