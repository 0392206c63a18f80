import { Button } from '@mui/material'
import { useMemo, useRef, useState, type FormEvent, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { CloseIcon, PlusIcon, SearchIcon } from '../../icons'
import { useAddress } from '../data/address'
import { plain, whole } from '../data/ages'
import { Empty, Skeleton } from '../panels/people-panel'
import { leave } from '../zones/guard'
import { newKey, useAction, useOffice, useAllTeams, useUsers, type Team, type User } from '../common/office'
import { Grid, type Column } from '../common/grid'
import { History } from './history'
import { OwnSilence } from './own-silence'
import { Checks, Input, Question, Side } from '../common/parts'
import { fieldErrors, say } from '../common/problem'
import { useUnsaved } from '../common/unsaved'

export function TeamsView({ search, onChanged }: { search: RefObject<HTMLInputElement | null>; onChanged: () => void }) {
  const { t } = useTranslation()
  const { who } = useOffice()
  const { get, set } = useAddress()
  const teams = useAllTeams()
  const users = useUsers().data ?? none
  const editable = who.role === 'admin'
  const grid = useRef<{ focus: () => void }>(null)
  const [id, q] = [get('id'), plain(get('q'))]
  const shown = useMemo(() => (teams.data ?? []).filter((x) => plain(x.name).includes(q)), [teams.data, q])
  const columns = useMemo<readonly Column<Team>[]>(() => {
    const byId = new Map(users.map((u) => [u.id, u]))
    const of = (x: Team, role: string) => (x.users ?? []).map((u) => byId.get(u)).filter((u) => u?.role === role && u.active)
    return [
      { id: 'name', header: t('admin.field.name'), grow: 3, value: (x) => x.name },
      { id: 'workers', header: t('admin.workers'), grow: 1, value: (x) => of(x, 'colaborador').length, render: (x) => whole(of(x, 'colaborador').length) },
      { id: 'supervisors', header: t('admin.supervisors'), grow: 3, value: (x) => of(x, 'supervisor').map((u) => u!.name).join(', ') },
    ]
  }, [users, t])
  const close = () => leave(() => {
    set({ id: undefined })
    grid.current?.focus()
  })
  const team = teams.data?.find((x) => x.id === id)
  return (
    <>
      <div className="office-main">
        <div className="tools">
          <div className="search">
            <SearchIcon size={17} />
            <input ref={search} type="search" value={get('q')} placeholder={t('admin.searchTeams')} aria-label={t('admin.searchTeams')} onChange={(e) => set({ q: e.target.value })} />
            {get('q') && <button type="button" aria-label={t('people.clear')} onClick={() => set({ q: undefined })}><CloseIcon size={15} /></button>}
          </div>
          <span className="count dim" role="status">{teams.data && t('admin.teams.count', { count: shown.length })}</span>
          {editable && <Button variant="contained" startIcon={<PlusIcon size={16} />} onClick={() => leave(() => set({ id: '+' }))}>{t('admin.teams.new')}</Button>}
        </div>
        {teams.error && !teams.data ? <Empty title={t('admin.teams.error')} hint={say(teams.error)} action={t('boot.retry')} onAction={() => void teams.refetch()} /> : !teams.data ? <Skeleton rows={8} height={36} /> : shown.length === 0 ? <Empty title={q ? t('admin.teams.empty') : t('admin.teams.none')} hint={q ? t('people.emptyHint') : t('admin.teams.noneHint')} /> : (
          <Grid label={t('admin.teams.title')} columns={columns} rows={shown} id={(x) => x.id} chosen={id || undefined} onOpen={(x) => leave(() => set({ id: x.id }))} sort={get('sort') || 'name'} onSort={(s) => set({ sort: s === 'name' ? undefined : s })} handle={grid} />
        )}
      </div>
      {id === '+' && editable && <Side title={t('admin.teams.new')} onClose={close}><TeamForm users={users} onSaved={(made) => { onChanged(); set({ id: made }) }} /></Side>}
      {id && id !== '+' && teams.data && (team ? <TeamPanel key={id} team={team} users={users} editable={editable} onClose={close} onChanged={onChanged} /> : <Side title={t('admin.teams.title')} onClose={close}><Empty title={t('admin.teams.gone')} hint={t('admin.noPersonHint')} /></Side>)}
    </>
  )
}

const none: readonly User[] = []

function TeamPanel({ team, users, editable, onClose, onChanged }: { team: Team; users: readonly User[]; editable: boolean; onClose: () => void; onChanged: () => void }) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const { go } = useAddress()
  const [asking, setAsking] = useState(false)
  const act = useAction()
  const count = team.users?.length ?? 0
  const remove = () =>
    void act.run(async () => void (await session.request('delete', '/v1/teams/{id}', { path: { id: team.id } }))).then((ok) => {
      if (!ok) return
      onChanged()
      onClose()
    })
  return (
    <Side title={team.name} sub={t('people.count', { count })} onClose={onClose}>
      {editable ? <TeamForm key={`${team.name}/${(team.users ?? []).join()}`} team={team} users={users} onSaved={onChanged} /> : (
        <ul className="names">{(team.users ?? []).map((id) => <li key={id}>{users.find((u) => u.id === id)?.name ?? id}</li>)}</ul>
      )}
      <div className="acts">
        <Button variant="outlined" onClick={() => go(`/admin/people?team=${encodeURIComponent(team.id)}`)}>{t('admin.teams.show')}</Button>
        {editable && <Button variant="outlined" color="error" onClick={() => { act.clear(); setAsking(true) }}>{t('admin.teams.delete')}</Button>}
      </div>
      <OwnSilence whose={{ kind: 'team', id: team.id }} name={team.name} editable={editable} />
      {editable && <History entity={`team/${team.id}`} />}
      {asking && <Question title={t('admin.teams.deleteTitle', { name: team.name })} text={t('admin.teams.deleteText', { count })} yes={t('admin.teams.delete')} danger busy={act.busy} error={act.text} onNo={() => setAsking(false)} onYes={remove} />}
    </Side>
  )
}

/** Name and members of a team. A new team gets its members once it exists. */
function TeamForm({ team, users, onSaved }: { team?: Team; users: readonly User[]; onSaved: (id: string) => void }) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const before = useMemo(() => new Set(team?.users ?? []), [team])
  const [name, setName] = useState(team?.name ?? '')
  const [members, setMembers] = useState<ReadonlySet<string>>(before)
  const [key] = useState(newKey)
  const act = useAction()
  const bad = fieldErrors(act.error)
  const moved = members.size !== before.size || [...members].some((id) => !before.has(id))
  const [saved, setSaved] = useState(false)
  useUnsaved((moved || name !== (team?.name ?? '')) && !saved)
  const list = useMemo(() => users.filter((u) => (u.active && u.role !== 'admin') || before.has(u.id)).map((u) => [u.id, u.role === 'supervisor' ? `${u.name} · ${t('role.supervisor')}` : u.name] as const), [users, before, t])
  const submit = (e: FormEvent) => {
    e.preventDefault()
    setSaved(false)
    void act.run(async () => {
      const id = team?.id ?? (await session.request('post', '/v1/teams', { body: { name }, key })).id
      if (team && name !== team.name) await session.request('patch', '/v1/teams/{id}', { path: { id }, body: { name } })
      if (moved) await session.request('put', '/v1/teams/{id}/members', { path: { id }, body: { users: [...members] } })
      setSaved(true)
      onSaved(id)
    })
  }
  const usersBad = Object.entries(bad).find(([k]) => k.startsWith('users'))?.[1]
  return (
    <form className="form" noValidate onSubmit={submit}>
      <Input label={t('admin.field.name')} value={name} onChange={setName} error={bad['name']} required focus={!team} />
      <Checks label={t('admin.members')} items={list} chosen={members} onChange={setMembers} error={usersBad} />
      {act.text && Object.keys(bad).length === 0 && <p className="bad-box" role="alert">{act.text}</p>}
      {(!team || moved || name !== team.name) && (
        <div className="acts">
          <Button type="submit" variant="contained" disabled={act.busy}>{act.busy ? t('alerts.acting') : team ? t('admin.save') : t('admin.create')}</Button>
          {team && <Button onClick={() => { setName(team.name); setMembers(before); act.clear() }}>{t('admin.undo')}</Button>}
        </div>
      )}
    </form>
  )
}
