import { Button } from '@mui/material'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Field } from '../admin/settings-fields'
import { History } from '../admin/history'
import { useOffice } from '../common/office'
import { fieldErrors, say } from '../common/problem'
import { useUnsaved } from '../common/unsaved'
import { Empty, Skeleton } from '../panels/people-panel'
import { Clash } from '../common/clash'
import { isTime, reminderBody, reminders, reminderValues, type Detail, type ReminderSettings } from './reminders'
import { useMerged } from './use-merged'

/** What a company's people are reminded of, and when. Admins change it, supervisors read it. */
export function Reminders() {
  const { session } = useOffice()
  const { t } = useTranslation()
  // Colleagues change it as well, and nothing tells of it.
  const read = useQuery({ queryKey: ['reminder-settings'], staleTime: 0, refetchInterval: 30_000, queryFn: () => session.request('get', '/v1/reminder-settings') })
  if (read.data) return <RemindersForm held={read.data} />
  return read.error ? <Empty title={t('inbox.remindError')} hint={say(read.error)} action={t('boot.retry')} onAction={() => void read.refetch()} /> : <Skeleton rows={6} height={44} />
}

function RemindersForm({ held }: { held: ReminderSettings }) {
  const { t } = useTranslation()
  const { session, who } = useOffice()
  const queries = useQueryClient()
  const editable = who.role === 'admin'
  const form = useMerged<ReminderSettings>({
    held, values: reminderValues, version: (s) => s.version, code: 'settings_changed',
    write: (v, version) => session.request('put', '/v1/reminder-settings', { body: reminderBody(v, version) }),
    onWritten: (after) => {
      queries.setQueryData(['reminder-settings'], after)
      void queries.invalidateQueries({ queryKey: ['changes'] })
    },
  })
  useUnsaved(form.dirty)
  const { act, mine, set } = form
  const wrong = fieldErrors(act.error, (_, detail, field) => { const of = reminders.find(([, d]) => d === field)?.[1]; return of ? t(`inbox.remind.wrong.${of}`) : detail })
  const told = Object.values(wrong)
  const value = (_: string, v: string) => (v === 'true' ? t('admin.yes') : v === 'false' ? t('admin.no') : v)
  const problem = (key: string) => wrong[key] ?? (form.meanwhile(key) === undefined ? undefined : t('inbox.changedMeanwhile', { value: value(key, form.meanwhile(key)!) }))
  return (
    <form className="n-reminders settings-form" noValidate onSubmit={(e) => { e.preventDefault(); form.send() }}>
      {!editable && <p className="settings-note">{t('inbox.readOnly')}</p>}
      <fieldset className="settings-all" disabled={!editable}>
        <section aria-labelledby="n-reminders">
          <div><h2 id="n-reminders">{t('inbox.remindTitle')}</h2><p className="dim">{t('inbox.remindText')}</p></div>
          <div className="settings-fields">
            {reminders.map(([on, detail]) => (
              <div key={on} className="n-reminder" role="group" aria-label={t(`inbox.remind.name.${on}`)} data-on={mine[on] === 'true'}>
                <label><input type="checkbox" checked={mine[on] === 'true'} aria-describedby={`n-${on}`} onChange={(e) => set(on, String(e.target.checked))} /><span><b>{t(`inbox.remind.name.${on}`)}</b><span id={`n-${on}`} className="dim small">{t(`inbox.remind.hint.${on}`)}</span></span></label>
                {problem(on) && <span className="bad">{problem(on)}</span>}
                {(mine[on] === 'true' || problem(detail)) && <Field label={t(`inbox.remind.name.${detail}`)} value={mine[detail] ?? ''} onChange={(v) => set(detail, v)} error={problem(detail)} hint={t(`inbox.remind.hint.${detail as Detail}`)} numeric={!isTime(detail)} />}
              </div>
            ))}
            {editable && (
              <div className="n-foot">
                <Button type="submit" variant="contained" disabled={act.busy || !form.dirty}>{act.busy ? t('alerts.acting') : t('admin.save')}</Button>
                <Button disabled={act.busy || !form.dirty} onClick={form.undo}>{t('admin.undo')}</Button>
                {act.text && told.length === 0 && !form.theirs && <p className="bad" role="alert">{act.text}</p>}
                {told.length > 0 && <span className="sr" role="alert">{told.join(' ')}</span>}
                <span className="dim" role="status">{form.saved ? t('inbox.saved') : ''}</span>
              </div>
            )}
            {editable && <History entity="reminder_settings" title={t('inbox.remindLog')} />}
          </div>
        </section>
      </fieldset>
      {form.theirs && <Clash mine={form.mine} theirs={form.theirs} keys={form.clashes} busy={form.act.busy} error={form.act.text} onBack={form.back} onMine={form.insist} onTheirs={form.yield} name={(k) => { const of = reminders.find((pair) => pair.some((x) => x === k)); return of && of[0] !== k ? `${t(`inbox.remind.name.${of[0]}`)}: ${t(`inbox.remind.name.${of[1]}`)}` : t(`inbox.remind.name.${k as 'tomorrow'}`) }} value={value} />}
    </form>
  )
}
