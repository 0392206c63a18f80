import { Button, Dialog, DialogActions, DialogContent, DialogTitle, IconButton, Tooltip } from '@mui/material'
import { useEffect, useId, useRef, useState, type ChangeEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { CloseIcon } from '../../icons'

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
export function Side({ title, sub, hidden, onClose, children }: { title: string; sub?: ReactNode; hidden?: boolean; onClose: () => void; children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <section className="side" aria-label={title} hidden={hidden}>
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
