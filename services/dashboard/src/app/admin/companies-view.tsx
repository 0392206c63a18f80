import { Button } from '@mui/material'
import { useMemo, useRef, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { CloseIcon, PlusIcon, SearchIcon } from '../../icons'
import { useAddress } from '../data/address'
import { plain } from '../data/ages'
import { Empty, Skeleton } from '../panels/people-panel'
import { CompanyForm, CompanyPanel } from './company-panel'
import { useCompanies, type Company } from '../common/office'
import { Grid, type Column } from '../common/grid'
import { Side } from '../common/parts'
import { say } from '../common/problem'

/** All companies of the installation, for its admins. */
export function CompaniesView({ search, onChanged }: { search: RefObject<HTMLInputElement | null>; onChanged: () => void }) {
  const { t } = useTranslation()
  const { get, set } = useAddress()
  const companies = useCompanies()
  const grid = useRef<{ focus: () => void }>(null)
  const [id, q, status] = [get('id'), plain(get('q')), get('status')]
  const shown = useMemo(() => (companies.data ?? []).filter((c) => (!status || c.status === status) && plain(`${c.name}\n${c.id}`).includes(q)), [companies.data, q, status])
  const columns = useMemo<readonly Column<Company>[]>(
    () => [
      { id: 'name', header: t('admin.field.name'), grow: 3, value: (c) => c.name },
      { id: 'id', header: t('companies.id'), grow: 1.6, value: (c) => c.id },
      { id: 'status', header: t('alerts.filterStatus'), grow: 1.4, value: (c) => c.status, render: (c) => <span className={c.status === 'suspended' ? 'warn' : ''}>{t(`companies.value.${c.status}`)}</span> },
      { id: 'zone', header: t('companies.zone'), grow: 2, value: (c) => c.zone.replaceAll('_', ' '), wide: true },
      { id: 'tracking', header: t('companies.tracking'), grow: 1.6, value: (c) => t(`companies.value.${c.tracking}`), wide: true },
    ],
    [t],
  )
  const close = () => {
    set({ id: undefined })
    grid.current?.focus()
  }
  const company = companies.data?.find((c) => c.id === id)
  return (
    <>
      <div className="office-main">
        <div className="tools">
          <div className="search">
            <SearchIcon size={17} />
            <input ref={search} type="search" value={get('q')} placeholder={t('companies.search')} aria-label={t('companies.search')} onChange={(e) => set({ q: e.target.value })} />
            {get('q') && <button type="button" aria-label={t('people.clear')} onClick={() => set({ q: undefined })}><CloseIcon size={15} /></button>}
          </div>
          <select aria-label={t('alerts.filterStatus')} value={status} onChange={(e) => set({ status: e.target.value })}>
            <option value="">{t('companies.all')}</option>
            <option value="active">{t('companies.value.active')}</option>
            <option value="suspended">{t('companies.value.suspended')}</option>
          </select>
          <span className="count dim" role="status">{companies.data && t('companies.count', { count: shown.length })}</span>
          <Button variant="contained" startIcon={<PlusIcon size={16} />} onClick={() => set({ id: '+' })}>{t('companies.new')}</Button>
        </div>
        {companies.error && !companies.data ? <Empty title={t('companies.error')} hint={say(companies.error)} action={t('boot.retry')} onAction={() => void companies.refetch()} /> : !companies.data ? <Skeleton rows={8} height={36} /> : shown.length === 0 ? (
          companies.data.length === 0 ? <Empty title={t('companies.none')} hint={t('companies.noneHint')} /> : <Empty title={t('companies.empty')} hint={t('people.emptyHint')} action={t('people.clear')} onAction={() => set({ q: undefined, status: undefined })} />
        ) : (
          <Grid label={t('companies.title')} columns={columns} rows={shown} id={(c) => c.id} chosen={id || undefined} onOpen={(c) => set({ id: c.id })} sort={get('sort') || 'name'} onSort={(s) => set({ sort: s === 'name' ? undefined : s })} rowClass={(c) => (c.status === 'active' ? '' : 'faint')} handle={grid} />
        )}
      </div>
      {id === '+' && <Side title={t('companies.new')} onClose={close}><CompanyForm onSaved={(made) => { onChanged(); set({ id: made }) }} /></Side>}
      {id && id !== '+' && companies.data && (company ? <CompanyPanel key={id} company={company} onClose={close} onChanged={onChanged} /> : <Side title={t('companies.title')} onClose={close}><Empty title={t('companies.gone')} hint={t('notFound.hint')} /></Side>)}
    </>
  )
}
