import { Button } from '@mui/material'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { changed } from './changed'
import { newKey, roles, useAction, useOffice, type Role, type Team, type User } from '../common/office'
import { Checks, Input } from '../common/parts'
import { PasswordChoice, usePassword } from './password'
import { Shown } from './password-dialog'
import { fieldErrors } from '../common/problem'
import { useUnsaved } from '../common/unsaved'

const blank = { name: '', role: 'colaborador' as Role, phone: '', email: '', payroll_number: '', teams: [] as readonly string[] }

/** Makes or changes a person. The server says what is wrong, at the field. */
export function PersonForm({ user, teams, onSaved }: { user?: User; teams: readonly Team[]; onSaved: (id: string) => void }) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const start = user ? { name: user.name, role: user.role as Role, phone: user.phone ?? '', email: user.email ?? '', payroll_number: user.payroll_number ?? '', teams: user.teams ?? [] } : blank
  const [f, setF] = useState(start)
  const [id, setId] = useState('')
  const { way, password, choice } = usePassword()
  const [made, setMade] = useState<{ id: string; password: string }>()
  const [key] = useState(newKey) // a request that is repeated makes one person
  const act = useAction()
  const bad = fieldErrors(act.error)
  const set = (more: Partial<typeof f>) => setF({ ...f, ...more })
  const diff = changed(start, f)
  const dirty = Object.keys(diff).length > 0
  const [saved, setSaved] = useState(false)
  useUnsaved((dirty || id !== '') && !saved)

  const create = async () => {
    const filled = Object.fromEntries(Object.entries({ phone: f.phone, email: f.email, payroll_number: f.payroll_number, id, password }).filter(([, v]) => v !== ''))
    const added = await session.request('post', '/v1/users', { body: { name: f.name, role: f.role, teams: [...f.teams], ...filled }, key })
    setSaved(true)
    if (way === 'generate') setMade({ id: added.id, password })
    else onSaved(added.id)
  }
  const change = async (u: User) => {
    const { teams: next, ...texts } = diff
    await session.request('patch', '/v1/users/{id}', { path: { id: u.id }, body: { ...texts, ...(next && { teams: [...next] }) } })
    setSaved(true)
    onSaved(u.id)
  }
  const submit = (e: FormEvent) => {
    e.preventDefault()
    setSaved(false)
    void act.run(() => (user ? change(user) : create()))
  }
  const text = (field: 'phone' | 'email' | 'payroll_number', type = 'text') => <Input label={t(`admin.field.${field}`)} type={type} value={f[field]} onChange={(v) => set({ [field]: v })} error={bad[field]} />
  const teamsBad = Object.entries(bad).find(([k]) => k.startsWith('teams'))?.[1]
  return (
    <form className="form" noValidate onSubmit={submit}>
      <Input label={t('admin.field.name')} value={f.name} onChange={(v) => set({ name: v })} error={bad['name']} required focus={!user} />
      <Input label={t('admin.field.role')} value={f.role} onChange={(v) => set({ role: v as Role })} error={bad['role']} options={roles.map((r) => [r, t(`role.${r}`)])} />
      {text('phone', 'tel')}
      {text('email', 'email')}
      {text('payroll_number')}
      {!user && <Input label={t('admin.field.id')} value={id} onChange={setId} error={bad['id']} hint={t('admin.idHint')} />}
      {teams.length > 0 && <Checks label={t('admin.field.teams')} items={teams.map((x) => [x.id, x.name])} chosen={new Set(f.teams)} onChange={(next) => set({ teams: [...next] })} error={teamsBad} />}
      {!user && <PasswordChoice none {...choice} error={bad['password']} />}
      {act.text && Object.keys(bad).length === 0 && <p className="bad-box" role="alert">{act.text}</p>}
      {Object.keys(bad).length > 0 && <span className="sr" role="alert">{Object.values(bad).join('. ')}</span>}
      {(!user || dirty) && (
        <div className="acts">
          <Button type="submit" variant="contained" disabled={act.busy}>{act.busy ? t('alerts.acting') : user ? t('admin.save') : t('admin.create')}</Button>
          {user && <Button onClick={() => { setF(start); act.clear() }}>{t('admin.undo')}</Button>}
        </div>
      )}
      {made && <Shown title={t('admin.password.ready', { name: f.name })} secret={made.password} onClose={() => onSaved(made.id)} />}
    </form>
  )
}
