import { Button } from '@mui/material'
import { useMemo, useRef, useState, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { CloseIcon, PlusIcon, SearchIcon } from '../../icons'
import { useAddress } from '../data/address'
import { plain, whole } from '../data/ages'
import { Empty, Skeleton } from '../panels/people-panel'
import { leave } from '../zones/guard'
import { BulkBar } from './bulk'
import { roles, useOffice, useAllTeams, useUsers, type Role, type Team, type User } from '../common/office'
import { Grid, type Column } from '../common/grid'
import { Side } from '../common/parts'
import { PersonForm } from './person-form'
import { PersonPanel } from './person-panel'
import { say } from '../common/problem'

/** Everyone of the company, or whom a supervisor sees. Search and filters are in the address. */
export function PeopleView({ search, onChanged }: { search: RefObject<HTMLInputElement | null>; onChanged: () => void }) {
  const { t } = useTranslation()
  const { who } = useOffice()
  const { get, set, go } = useAddress()
  const users = useUsers()
  const teams = useAllTeams().data ?? noTeams
  const editable = who.role === 'admin'
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const grid = useRef<{ focus: () => void }>(null)
  const shown = useShown(users.data ?? noUsers)
  const columns = useColumns(teams)
  const id = get('id')
  const filtered = Boolean(get('q') || get('role') || get('team') || get('active'))
  // What is done with several people is done only with those that one sees.
  const chosen = shown.filter((u) => selected.has(u.id))

  const close = () => leave(() => {
    set({ id: undefined })
    grid.current?.focus()
  })
  const changed = (open?: string) => {
    onChanged()
    if (open) set({ id: open })
  }
  return (
    <>
      <div className="office-main">
        <div className="tools">
          <div className="search">
            <SearchIcon size={17} />
            <input ref={search} type="search" value={get('q')} placeholder={t('admin.searchPeople')} aria-label={t('admin.searchPeople')} onChange={(e) => set({ q: e.target.value })} />
            {get('q') && <button type="button" aria-label={t('people.clear')} onClick={() => set({ q: undefined })}><CloseIcon size={15} /></button>}
          </div>
          <select aria-label={t('admin.field.role')} value={get('role')} onChange={(e) => set({ role: e.target.value })}>
            <option value="">{t('admin.allRoles')}</option>
            {roles.map((r) => <option key={r} value={r}>{t(`role.${r}`)}</option>)}
          </select>
          <select aria-label={t('people.team')} value={get('team')} onChange={(e) => set({ team: e.target.value })}>
            <option value="">{t('people.allTeams')}</option>
            <option value="-">{t('admin.noTeam')}</option>
            {teams.map((x) => <option key={x.id} value={x.id}>{x.name}</option>)}
          </select>
          <select aria-label={t('alerts.filterStatus')} value={get('active')} onChange={(e) => set({ active: e.target.value })}>
            <option value="">{t('admin.onlyActive')}</option>
            <option value="no">{t('admin.onlyInactive')}</option>
            <option value="all">{t('admin.alsoInactive')}</option>
          </select>
          <span className="count dim" role="status">{users.data && (filtered ? t('people.of', { shown: whole(shown.length), total: whole(users.data.length) }) : t('people.count', { count: shown.length }))}</span>
          {editable && (
            <>
              <Button variant="outlined" onClick={() => go('/admin/import')}>{t('admin.import.open')}</Button>
              <Button variant="contained" startIcon={<PlusIcon size={16} />} onClick={() => leave(() => set({ id: '+' }))}>{t('admin.newPerson')}</Button>
            </>
          )}
        </div>
        {editable && chosen.length > 0 && <BulkBar users={chosen} teams={teams} onDone={() => { setSelected(new Set()); onChanged() }} onChanged={onChanged} />}
        {users.error && !users.data ? <Empty title={t('people.error')} hint={say(users.error)} action={t('boot.retry')} onAction={() => void users.refetch()} /> : !users.data ? <Skeleton rows={14} height={36} /> : shown.length === 0 ? (
          filtered ? <Empty title={t('people.empty')} hint={t('people.emptyHint')} action={t('people.clear')} onAction={() => set({ q: undefined, role: undefined, team: undefined, active: undefined })} /> : <Empty title={t('people.none')} hint={t('people.noneHint')} />
        ) : (
          <Grid
            label={t('people.title')} columns={columns} rows={shown} id={(u) => u.id} chosen={id || undefined} onOpen={(u) => leave(() => set({ id: u.id }))} sort={get('sort') || 'name'} onSort={(s) => set({ sort: s === 'name' ? undefined : s })}
            selected={editable ? selected : undefined} onSelect={setSelected} rowClass={(u) => (u.active ? '' : 'faint')} handle={grid}
          />
        )}
      </div>
      {id === '+' && editable && <Side title={t('admin.newPerson')} onClose={close}><PersonForm teams={teams} onSaved={changed} /></Side>}
      {id && id !== '+' && users.data && <PersonPanel key={id} user={users.data.find((u) => u.id === id)} teams={teams} editable={editable} onClose={close} onChanged={changed} />}
    </>
  )
}

const noTeams: readonly Team[] = []
const noUsers: readonly User[] = []

/** Who matches the search and the filters. */
function useShown(users: readonly User[]): readonly User[] {
  const { get } = useAddress()
  const [q, role, team, active] = [plain(get('q')), get('role'), get('team'), get('active')]
  const texts = useMemo(() => new Map(users.map((u) => [u.id, plain([u.name, u.email, u.phone, u.payroll_number, u.id].join('\n'))])), [users])
  return useMemo(
    () => users.filter((u) =>
      (active === 'all' || u.active === (active !== 'no')) && (!role || u.role === role) &&
      (!team || (team === '-' ? (u.teams ?? []).length === 0 : (u.teams ?? []).includes(team))) && (!q || texts.get(u.id)!.includes(q)),
    ),
    [users, texts, q, role, team, active],
  )
}

function useColumns(teams: readonly Team[]): readonly Column<User>[] {
  const { t } = useTranslation()
  return useMemo(() => {
    const names = new Map(teams.map((x) => [x.id, x.name]))
    const teamsOf = (u: User) => (u.teams ?? []).map((id) => names.get(id) ?? id).join(', ')
    return [
      { id: 'name', header: t('admin.field.name'), grow: 3, value: (u) => u.name, render: (u) => <>{u.name}{!u.active && <span className="tag">{t('admin.inactive')}</span>}</> },
      { id: 'role', header: t('admin.field.role'), grow: 1.6, value: (u) => roles.indexOf(u.role as Role), render: (u) => t(`role.${u.role}`) },
      { id: 'teams', header: t('admin.field.teams'), grow: 2.4, value: teamsOf },
      { id: 'phone', header: t('admin.field.phone'), grow: 2, value: (u) => u.phone ?? '', wide: true },
      { id: 'email', header: t('admin.field.email'), grow: 2.6, value: (u) => u.email ?? '', wide: true },
      { id: 'payroll', header: t('admin.field.payroll_number'), grow: 1.6, value: (u) => u.payroll_number ?? '', wide: true },
    ]
  }, [teams, t])
}
