import { Button, Dialog, DialogActions, DialogContent, DialogTitle } from '@mui/material'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../../client'
import { errorText } from '../../i18n'
import { useData } from '../data/data'
import { Skeleton } from '../panels/people-panel'
import { Field, numberOf } from './field'
import { useSettings, type Settings } from './hooks'

const fields = ['exit_buffer_m', 'confirm_fixes', 'confirm_s', 'max_accuracy_m', 'max_age_s', 'max_gap_s'] as const

/** By what the company's people are judged. */
export default function SettingsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const d = useData()
  const admin = d.who.role === 'admin'
  const { data, error: unread } = useSettings()
  const [form, setForm] = useState<Partial<Record<(typeof fields)[number], number | undefined>>>()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  useEffect(() => {
    if (data) setForm((f) => f ?? { ...data })
  }, [data])
  const said = (f: string) => (error instanceof Problem ? error.errors?.find((e) => e.location === `body.${f}`)?.message : undefined)
  const save = async () => {
    setBusy(true)
    setError(undefined)
    try {
      const next = await d.session.request('put', '/v1/zone-settings', { body: Object.fromEntries(fields.map((f) => [f, form?.[f] ?? null])) as unknown as Settings })
      d.queries.setQueryData(['zone-settings'], next)
      onClose()
    } catch (e) {
      setError(e)
      setBusy(false)
    }
  }
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="xs" aria-labelledby="zone-settings-title">
      <DialogTitle id="zone-settings-title">{t('zones.settings')}</DialogTitle>
      <DialogContent className="z-ask">
        <p className="dim">{t('zones.settingsHint')}</p>
        {!form ? (unread ? <p className="error" role="alert">{errorText(unread)}</p> : <Skeleton rows={6} />) : (
          <form id="zone-settings" onSubmit={(e) => { e.preventDefault(); void save() }} noValidate>
            {fields.map((f) => (
              <Field key={f} label={t(`zones.fields.${f}`)} type="number" value={form[f]} disabled={!admin} error={said(f)} hint={t(`zones.fieldHints.${f}`)} onText={(v) => setForm({ ...form, [f]: numberOf(v) })} />
            ))}
          </form>
        )}
        {error !== undefined && !fields.some(said) && <p className="error" role="alert">{errorText(error)}</p>}
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>{admin ? t('zones.cancel') : t('zones.close')}</Button>
        {admin && <Button variant="contained" type="submit" form="zone-settings" disabled={busy || !form}>{busy ? t('zones.saving') : t('zones.save')}</Button>}
      </DialogActions>
    </Dialog>
  )
}
