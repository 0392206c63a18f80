import type { RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { CloseIcon, SearchIcon } from '../../icons'
import { useAllTeams } from '../common/office'
import { useAddress } from '../data/address'

type Search = RefObject<HTMLInputElement | null>

/** A search that is in the address. */
export function Find({ search, what }: { search: Search; what: string }) {
  const { t } = useTranslation()
  const { get, set } = useAddress()
  return (
    <div className="search">
      <SearchIcon size={17} />
      <input ref={search} type="search" value={get('q')} placeholder={what} aria-label={what} onChange={(e) => set({ q: e.target.value })} />
      {get('q') && <button type="button" aria-label={t('people.clear')} onClick={() => set({ q: undefined })}><CloseIcon size={15} /></button>}
    </div>
  )
}

/** Finds people by name, and by team where there are several. */
export function FindPeople({ search }: { search: Search }) {
  const { t } = useTranslation()
  const { get, set } = useAddress()
  const teams = useAllTeams().data ?? []
  return (
    <>
      <Find search={search} what={t('people.search')} />
      {teams.length > 1 && (
        <select aria-label={t('people.team')} value={get('team')} onChange={(e) => set({ team: e.target.value })}>
          <option value="">{t('people.allTeams')}</option>
          {teams.map((x) => <option key={x.id} value={x.id}>{x.name}</option>)}
        </select>
      )}
    </>
  )
}
