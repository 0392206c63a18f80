import { Button, Dialog, DialogActions, DialogContent, DialogTitle, IconButton, Tooltip } from '@mui/material'
import { useEffect, useId, useRef, useState, type ChangeEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { CheckIcon, CloseIcon } from '../../icons'
import { newPassword } from './files'

interface FieldProps {
  label: string
  value: string
  onChange: (value: string) => void
  error?: string | undefined
  hint?: string
  type?: string
  options?: readonly (readonly [string, string])[]
  list?: readonly string[]
  required?: boolean
  focus?: boolean
  disabled?: boolean
  max?: string
}

/** A field of a form, with what is wrong with it below. */
export function Input({ label, value, onChange, error, hint, type = 'text', options, list, required, focus, disabled, max }: FieldProps) {
  const id = useId()
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (focus) first.current?.focus()
  }, [focus])
  const shared = {
    id, value, required, disabled, 'aria-invalid': error ? true : undefined, 'aria-describedby': error || hint ? `${id}-more` : undefined,
    onChange: (e: ChangeEvent<HTMLInputElement | HTMLSelectElement>) => onChange(e.target.value),
  }
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {options ? (
        <select {...shared}>{options.map(([v, text]) => <option key={v} value={v}>{text}</option>)}</select>
      ) : (
        <input {...shared} ref={first} type={type} autoComplete="off" spellCheck={false} list={list && `${id}-list`} max={max} />
      )}
      {list && <datalist id={`${id}-list`}>{list.map((v) => <option key={v} value={v} />)}</datalist>}
      {(error || hint) && <span id={`${id}-more`} className={error ? 'bad' : 'hint'}>{error || hint}</span>}
    </div>
  )
}

/** What is chosen of a list of things, such as teams. */
export function Checks({ label, items, chosen, onChange, error }: { label: string; items: readonly (readonly [string, string])[]; chosen: ReadonlySet<string>; onChange: (next: ReadonlySet<string>) => void; error?: string | undefined }) {
  const { t } = useTranslation()
  const [q, setQ] = useState('')
  const shown = items.filter(([id, name]) => chosen.has(id) || name.toLocaleLowerCase().includes(q.toLocaleLowerCase()))
  return (
    <fieldset className="checks">
      <legend>{label} <span className="dim">{chosen.size || ''}</span></legend>
      {items.length > 10 && <input type="search" value={q} placeholder={t('admin.search')} aria-label={`${t('admin.search')}: ${label}`} onChange={(e) => setQ(e.target.value)} />}
      <div tabIndex={-1}>
        {shown.slice(0, 300).map(([id, name]) => (
          <label key={id}>
            <input type="checkbox" checked={chosen.has(id)} onChange={() => { const next = new Set(chosen); if (!next.delete(id)) next.add(id); onChange(next) }} />
            <span>{name}</span>
          </label>
        ))}
        {shown.length > 300 && <span className="dim small">{t('admin.more', { count: shown.length - 300 })}</span>}
      </div>
      {error && <span className="bad">{error}</span>}
    </fieldset>
  )
}

/** The panel beside a table. */
export function Side({ title, sub, onClose, children }: { title: string; sub?: ReactNode; onClose: () => void; children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <section className="side" aria-label={title}>
      <header>
        <div>
          <h2>{title}</h2>
          {sub && <p className="dim">{sub}</p>}
        </div>
        <Tooltip title={t('person.close')}><IconButton size="small" aria-label={t('person.close')} onClick={onClose}><CloseIcon size={18} /></IconButton></Tooltip>
      </header>
      {children}
    </section>
  )
}

/** A question before something that cannot be taken back easily. */
export function Question({ title, text, yes, danger, busy, error, disabled, onNo, onYes, children }: { title: string; text?: string; yes: string; danger?: boolean; busy: boolean; error: string; disabled?: boolean; onNo: () => void; onYes: () => void; children?: ReactNode }) {
  const { t } = useTranslation()
  return (
    <Dialog open onClose={busy ? undefined : onNo} fullWidth maxWidth="xs" aria-labelledby="question-title">
      <DialogTitle id="question-title">{title}</DialogTitle>
      <DialogContent className="question">
        {text && <p>{text}</p>}
        {children}
        {error && <p className="bad-box" role="alert">{error}</p>}
      </DialogContent>
      <DialogActions>
        <Button onClick={onNo} disabled={busy} autoFocus={!children}>{t('alerts.cancel')}</Button>
        <Button variant="contained" color={danger ? 'error' : 'primary'} disabled={busy || disabled} onClick={onYes}>{busy ? t('alerts.acting') : yes}</Button>
      </DialogActions>
    </Dialog>
  )
}

/** A secret that is shown once. */
export function Secret({ text }: { text: string }) {
  const { t } = useTranslation()
  const [copied, setCopied] = useState(false)
  return (
    <div className="secret">
      <code>{text}</code>
      <Button variant="outlined" startIcon={copied ? <CheckIcon size={16} /> : undefined} onClick={() => void navigator.clipboard?.writeText(text).then(() => setCopied(true))}>{copied ? t('admin.copied') : t('admin.copy')}</Button>
      <span className="sr" role="status">{copied ? t('admin.copied') : ''}</span>
    </div>
  )
}

export type PasswordWay = 'generate' | 'type' | 'none'

/** How somebody gets a password: made by the page, typed, or, for a new person, none yet. */
export function PasswordChoice({ way, typed, none, error, onWay, onTyped }: { way: PasswordWay; typed: string; none?: boolean; error?: string | undefined; onWay: (way: PasswordWay) => void; onTyped: (text: string) => void }) {
  const { t } = useTranslation()
  return (
    <fieldset className="ways">
      <legend>{t('login.password')}</legend>
      {(['generate', 'type', ...(none ? (['none'] as const) : [])] as const).map((w) => (
        <label key={w}><input type="radio" name="way" checked={way === w} onChange={() => onWay(w)} /> {t(`admin.password.${w}`)}</label>
      ))}
      {way === 'type' && <Input label={t('admin.password.typed')} value={typed} onChange={onTyped} error={error} hint={t('admin.password.hint')} focus />}
      {way !== 'type' && error && <span className="bad">{error}</span>}
    </fieldset>
  )
}

/** A password as it was chosen. What the page makes stays the same while a dialog is open, so that a repeated request sets the one that is shown. */
export function usePassword() {
  const [made] = useState(newPassword)
  const [way, setWay] = useState<PasswordWay>('generate')
  const [typed, setTyped] = useState('')
  return { way, typed, password: way === 'generate' ? made : way === 'type' ? typed : '', choice: { way, typed, onWay: setWay, onTyped: setTyped } }
}
