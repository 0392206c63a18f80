import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

/** Asks why a call was a false alarm: whoever reads it later wants to know. */
export function Reason({ id, busy, onCancel, onDone }: { id: string; busy: boolean; onCancel: () => void; onDone: (note: string) => void }) {
  const { t } = useTranslation()
  const [note, setNote] = useState('')
  const [missing, setMissing] = useState(false)
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => field.current?.focus(), [])
  const done = () => {
    if (note.trim() !== '') return onDone(note.trim())
    setMissing(true)
    field.current?.focus()
  }
  return (
    <form className="panic-reason field" onSubmit={(e) => { e.preventDefault(); done() }}>
      <label htmlFor={`false-${id}`}>{t('panic.falseTitle')}</label>
      <textarea
        id={`false-${id}`} ref={field} rows={2} maxLength={1000} value={note} aria-required="true" aria-invalid={missing || undefined} aria-describedby={`false-${id}-more`} onChange={(e) => { setNote(e.target.value); setMissing(false) }}
        onKeyDown={(e) => {
          if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) done()
          if (e.key === 'Escape') { e.stopPropagation(); onCancel() }
        }}
      />
      <span id={`false-${id}-more`} className={missing ? 'bad' : 'hint'} role={missing ? 'alert' : undefined}>{missing ? t('panic.needReason') : t('panic.falseHint')}</span>
      <div className="panic-acts">
        <button type="submit" className="btn main" disabled={busy}>{busy ? t('alerts.acting') : t('panic.falseYes')}</button>
        <button type="button" className="btn" onClick={onCancel}>{t('alerts.cancel')}</button>
      </div>
    </form>
  )
}
