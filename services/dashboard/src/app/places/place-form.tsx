import { Button, IconButton, Tooltip } from '@mui/material'
import { useEffect, useId, useRef, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { CloseIcon, FollowIcon } from '../../icons'
import { Field } from '../zones/field'
import { readPoint, type Draft, type Place } from './model'

interface Props {
  place: Place | undefined
  draft: Draft
  busy: boolean
  error: string
  faults: Readonly<Record<string, string>>
  onChange: (more: Partial<Draft>) => void
  onHere: () => void
  onSave: () => void
  onCancel: () => void
}

/** Makes or changes a place. What is wrong is said at its field. */
export function PlaceForm({ place, draft, busy, error, faults, onChange, onHere, onSave, onCancel }: Props) {
  const { t } = useTranslation()
  const notes = useId()
  const form = useRef<HTMLFormElement>(null)
  const title = place ? t('places.editing', { name: place.name }) : t('places.new')
  const bad = (field: string) => faults[field]
  const text = (field: 'name' | 'external_id' | 'address' | 'contact', maxLength: number, hint?: string) => (
    <Field label={t(`places.field.${field}`)} value={draft[field]} maxLength={maxLength} autoComplete="off" error={bad(field)} hint={hint} onText={(v) => onChange({ [field]: v })} />
  )
  useEffect(() => form.current?.querySelector('input')?.focus(), [])
  // What the server does not accept has the focus.
  useEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus(), [faults])
  const submit = (e: FormEvent) => {
    e.preventDefault()
    if (!busy) onSave()
  }
  return (
    <section className="panel card z-card" aria-label={title}>
      <header>
        <div><h2>{title}</h2></div>
        <Tooltip title={t('places.cancel')}><IconButton size="small" aria-label={t('places.cancel')} onClick={onCancel}><CloseIcon size={18} /></IconButton></Tooltip>
      </header>
      <form ref={form} className="pl-form" noValidate onSubmit={submit}>
        {text('name', 200)}
        <div className="pl-at">
          <Field
            label={t('places.field.point')} value={draft.point} autoComplete="off" inputMode="text" error={bad('point')} hint={readPoint(draft.point) ? t('places.hint.mapEdit') : t('places.hint.point')} onText={(point) => onChange({ point })}
            after={<Tooltip title={t('places.here')}><IconButton size="small" className="z-here" aria-label={t('places.here')} onClick={onHere}><FollowIcon size={18} /></IconButton></Tooltip>}
          />
        </div>
        <div className="z-pair">
          <Field label={t('places.radiusUnit')} value={draft.radius} type="number" min={5} max={5000} step="any" error={bad('radius_m')} onText={(radius) => onChange({ radius })} />
          {text('external_id', 64)}
        </div>
        {text('address', 300)}
        {text('contact', 300)}
        <div className="z-field">
          <label htmlFor={notes}>{t('places.field.notes')}</label>
          <textarea id={notes} rows={3} maxLength={2000} value={draft.notes} aria-invalid={bad('notes') ? true : undefined} onChange={(e) => onChange({ notes: e.target.value })} />
          {bad('notes') && <span className="z-wrong" role="alert">{bad('notes')}</span>}
        </div>
        {error && <p className="error" role="alert">{error}</p>}
        <footer>
          <Button type="submit" variant="contained" disabled={busy}>{busy ? t('places.saving') : place ? t('places.save') : t('places.create')}</Button>
          <Button onClick={onCancel}>{t('places.cancel')}</Button>
        </footer>
      </form>
    </section>
  )
}
