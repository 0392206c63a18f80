import { Button } from '@mui/material'
import { useMemo, useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useAddress } from '../data/address'
import { changed } from './changed'
import { newKey, useAction, useOffice, type Company } from '../common/office'
import { History } from './history'
import { Input, Question, Side } from '../common/parts'
import { PasswordChoice, usePassword } from './password'
import { Shown } from './password-dialog'
import { fieldErrors } from '../common/problem'

type Tracking = Company['tracking']
const trackings: readonly Tracking[] = ['always', 'on_shift']
const zones = () => (Intl as { supportedValuesOf?: (what: string) => string[] }).supportedValuesOf?.('timeZone') ?? []

export function CompanyPanel({ company, onClose, onChanged }: { company: Company; onClose: () => void; onChanged: () => void }) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const { go } = useAddress()
  const [asking, setAsking] = useState(false)
  const [adding, setAdding] = useState(false)
  const act = useAction()
  const path = { id: company.id }
  const on = company.status === 'active'
  const suspend = () => void act.run(async () => void (await session.request('post', '/v1/companies/{id}/suspend', { path }))).then((ok) => { if (ok) { setAsking(false); onChanged() } })
  const resume = () => void act.run(async () => void (await session.request('post', '/v1/companies/{id}/resume', { path }))).then((ok) => ok && onChanged())
  return (
    <Side title={company.name} sub={`${company.id} · ${t(`companies.value.${company.status}`)}`} onClose={onClose}>
      <CompanyForm key={company.version} company={company} onSaved={onChanged} />
      <div className="acts">
        <Button variant="outlined" onClick={() => go(`/jobs?company=${encodeURIComponent(company.id)}`)}>{t('jobs.title')}</Button>
        <Button variant="outlined" onClick={() => setAdding(!adding)} aria-expanded={adding}>{t('companies.addAdmin')}</Button>
        {on ? <Button variant="outlined" color="error" onClick={() => { act.clear(); setAsking(true) }}>{t('companies.suspend')}</Button> : <Button variant="contained" disabled={act.busy} onClick={resume}>{t('companies.resume')}</Button>}
      </div>
      {act.text && !asking && <p className="bad-box" role="alert">{act.text}</p>}
      {adding && <AdminForm company={company.id} onSaved={() => { setAdding(false); onChanged() }} />}
      <History entity={`company/${company.id}`} company={company.id} />
      {asking && <Question title={t('companies.suspendTitle', { name: company.name })} text={t('companies.suspendText')} yes={t('companies.suspend')} danger busy={act.busy} error={act.text} onNo={() => setAsking(false)} onYes={suspend} />}
    </Side>
  )
}

/** Makes a company with its first admin, or changes one. */
export function CompanyForm({ company, onSaved }: { company?: Company; onSaved: (id: string) => void }) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const start = { name: company?.name ?? '', zone: company?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone, tracking: company?.tracking ?? ('always' as Tracking) }
  const [f, setF] = useState(start)
  const [id, setId] = useState('')
  const [admin, setAdmin] = useState(blank)
  const { way, password, choice } = usePassword()
  const [made, setMade] = useState(false)
  const [key] = useState(newKey)
  const act = useAction()
  const bad = fieldErrors(act.error)
  const list = useMemo(zones, [])
  const set = (more: Partial<typeof f>) => setF({ ...f, ...more })
  const submit = (e: FormEvent) => {
    e.preventDefault()
    void act.run(async () => {
      if (company) {
        await session.request('patch', '/v1/companies/{id}', { path: { id: company.id }, body: changed(start, f) })
        return onSaved(company.id)
      }
      await session.request('post', '/v1/companies', { body: { id, ...f, admin: { ...filled(admin), ...(password && { password }) } }, key })
      if (way === 'generate') setMade(true)
      else onSaved(id)
    })
  }
  return (
    <form className="form" noValidate onSubmit={submit}>
      <Input label={t('admin.field.name')} value={f.name} onChange={(v) => set({ name: v })} error={bad['name']} required focus={!company} />
      {!company && <Input label={t('companies.id')} value={id} onChange={setId} error={bad['id']} hint={t('companies.idHint')} required />}
      <Input label={t('companies.zone')} value={f.zone} onChange={(v) => set({ zone: v })} error={bad['zone']} hint={t('companies.zoneHint')} list={list} required />
      <Input label={t('companies.tracking')} value={f.tracking} onChange={(v) => set({ tracking: v as Tracking })} error={bad['tracking']} options={trackings.map((x) => [x, t(`companies.value.${x}`)])} />
      {!company && (
        <>
          <h3>{t('companies.firstAdmin')}</h3>
          <AdminFields value={admin} bad={bad} under="admin." onChange={setAdmin} />
          <PasswordChoice none {...choice} error={bad['admin.password']} />
        </>
      )}
      {act.text && Object.keys(bad).length === 0 && <p className="bad-box" role="alert">{act.text}</p>}
      {Object.keys(bad).length > 0 && <span className="sr" role="alert">{Object.values(bad).join('. ')}</span>}
      {(!company || JSON.stringify(f) !== JSON.stringify(start)) && (
        <div className="acts">
          <Button type="submit" variant="contained" disabled={act.busy}>{act.busy ? t('alerts.acting') : company ? t('admin.save') : t('admin.create')}</Button>
          {company && <Button onClick={() => { setF(start); act.clear() }}>{t('admin.undo')}</Button>}
        </div>
      )}
      {made && <Shown title={t('admin.password.ready', { name: admin.name })} secret={password} onClose={() => onSaved(id)} />}
    </form>
  )
}

function AdminForm({ company, onSaved }: { company: string; onSaved: () => void }) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const [admin, setAdmin] = useState(blank)
  const { way, password, choice } = usePassword()
  const [made, setMade] = useState(false)
  const [key] = useState(newKey)
  const act = useAction()
  const bad = fieldErrors(act.error)
  const submit = (e: FormEvent) => {
    e.preventDefault()
    void act.run(async () => {
      await session.request('post', '/v1/companies/{id}/admins', { path: { id: company }, body: { ...filled(admin), ...(password && { password }) }, key })
      if (way === 'generate') setMade(true)
      else onSaved()
    })
  }
  return (
    <form className="form boxed" noValidate onSubmit={submit}>
      <AdminFields value={admin} bad={bad} under="" onChange={setAdmin} focus />
      <PasswordChoice none {...choice} error={bad['password']} />
      {act.text && Object.keys(bad).length === 0 && <p className="bad-box" role="alert">{act.text}</p>}
      <div className="acts"><Button type="submit" variant="contained" disabled={act.busy}>{act.busy ? t('alerts.acting') : t('companies.addAdmin')}</Button></div>
      {made && <Shown title={t('admin.password.ready', { name: admin.name })} secret={password} onClose={onSaved} />}
    </form>
  )
}

const blank = { name: '', email: '', phone: '', payroll_number: '' }
type Fields = typeof blank
const filled = (a: Fields) => ({ name: a.name, ...Object.fromEntries(Object.entries(a).filter(([, v]) => v !== '')) })

function AdminFields({ value, bad, under, onChange, focus }: { value: Fields; bad: Record<string, string>; under: string; onChange: (next: Fields) => void; focus?: boolean }) {
  const { t } = useTranslation()
  return (['name', 'email', 'phone', 'payroll_number'] as const).map((f) => (
    <Input key={f} label={t(`admin.field.${f}`)} value={value[f]} onChange={(v) => onChange({ ...value, [f]: v })} error={bad[under + f]} required={f === 'name'} focus={Boolean(focus) && f === 'name'} />
  ))
}
