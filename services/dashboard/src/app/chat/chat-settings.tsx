import { Button } from '@mui/material'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import '../../i18n/chat'
import '../../i18n/inbox'
import '../../i18n/rules'
import { History } from '../admin/history'
import { Choice, Field } from '../admin/settings-fields'
import '../admin/settings.css'
import { Clash } from '../common/clash'
import { useOffice } from '../common/office'
import { Question } from '../common/parts'
import { fieldErrors } from '../common/problem'
import { useUnsaved } from '../common/unsaved'
import '../notices/notices.css'
import { useMerged } from '../notices/use-merged'
import { Empty, Skeleton } from '../panels/people-panel'
import * as http from './http'
import { bodyOf, valuesOf } from './settings'
import { sayRead } from './use-chat'

/** What a company decides about its conversations. Admins change it, supervisors read it. */
export default function ChatSettings() {
  const { t } = useTranslation()
  const { session } = useOffice()
  const read = useQuery({ queryKey: ['chat-settings'], staleTime: 0, refetchInterval: 30_000, queryFn: () => http.settings(session) })
  return (
    <div className="office-main settings-page">
      <div className="settings-scroll" tabIndex={0} role="region" aria-label={t('chat.settings.title')}>
        {read.data ? <Form held={read.data} /> : read.error ? <Empty title={t('chat.settings.error')} hint={sayRead(read.error)} action={t('boot.retry')} onAction={() => void read.refetch()} /> : <Skeleton rows={8} height={44} />}
      </div>
    </div>
  )
}

function Form({ held }: { held: http.Settings }) {
  const { t } = useTranslation()
  const { session, who } = useOffice()
  const queries = useQueryClient()
  const editable = who.role === 'admin'
  const [asking, setAsking] = useState(false)
  const form = useMerged<http.Settings>({
    held, values: valuesOf, version: (s) => s.version, code: 'settings_changed',
    write: (v, version) => http.writeSettings(session, bodyOf(v, version)),
    onWritten: (after) => {
      queries.setQueryData(['chat-settings'], after)
      void queries.invalidateQueries({ queryKey: ['changes'] })
    },
  })
  useUnsaved(form.dirty)
  const { act, mine, set } = form
  const wrong = fieldErrors(act.error, (_, detail, field) => (field === 'retention_days' ? t('chat.settings.daysWrong') : detail))
  const words: Record<string, string> = { everybody: t('chat.settings.everybody'), supervisors: t('chat.settings.supervisors') }
  const name = (k: string) => (k === 'who_talks' ? t('chat.settings.who') : k === 'keep' ? t('chat.settings.keep') : k === 'auditing' ? t('chat.settings.audit') : t('chat.settings.days'))
  const value = (k: string, v: string) => (k === 'who_talks' ? words[v] ?? v : k === 'keep' ? (v === 'true' ? t('chat.settings.keepYes') : t('chat.settings.keepNo')) : k === 'auditing' ? (v === 'true' ? t('chat.settings.auditYes') : t('chat.settings.auditNo')) : v)
  const problem = (k: string, field: string) => wrong[field] ?? (form.meanwhile(k) === undefined ? undefined : t('inbox.changedMeanwhile', { value: value(k, form.meanwhile(k)!) }))
  // Everybody is told of auditing: not by a slip.
  const turnsOn = mine['auditing'] === 'true' && !held.auditing
  return (
    <form className="settings-form" noValidate onSubmit={(e) => { e.preventDefault(); if (turnsOn) setAsking(true); else form.send() }}>
      {!editable && <p className="settings-note">{t('chat.settings.readOnly')}</p>}
      <fieldset className="settings-all" disabled={!editable}>
        <section aria-labelledby="chat-who">
          <div><h2 id="chat-who">{t('chat.settings.who')}</h2><p className="dim">{t('chat.settings.whoText')}</p></div>
          <div className="settings-fields"><Choice label={t('chat.settings.who')} value={mine['who_talks'] ?? ''} onChange={(v) => set('who_talks', v)} error={problem('who_talks', 'who_talks')} options={[['everybody', t('chat.settings.everybody'), t('chat.settings.everybodyHint')], ['supervisors', t('chat.settings.supervisors'), t('chat.settings.supervisorsHint')]]} /></div>
        </section>
        <section aria-labelledby="chat-keep">
          <div><h2 id="chat-keep">{t('chat.settings.keep')}</h2><p className="dim">{t('chat.settings.keepText')}</p></div>
          <div className="settings-fields"><Choice label={t('chat.settings.keep')} value={mine['keep'] ?? ''} onChange={(v) => set('keep', v)} error={problem('keep', 'keep_after_leaving')} options={[['false', t('chat.settings.keepNo'), t('chat.settings.keepNoHint')], ['true', t('chat.settings.keepYes'), t('chat.settings.keepYesHint')]]} /></div>
        </section>
        <section aria-labelledby="chat-auditing">
          <div><h2 id="chat-auditing">{t('chat.settings.audit')}</h2><p className="dim">{t('chat.settings.auditText')}</p></div>
          <div className="settings-fields"><Choice label={t('chat.settings.audit')} value={mine['auditing'] ?? ''} onChange={(v) => set('auditing', v)} error={problem('auditing', 'auditing')} options={[['false', t('chat.settings.auditNo'), t('chat.settings.auditNoHint')], ['true', t('chat.settings.auditYes'), t('chat.settings.auditYesHint')]]} /></div>
        </section>
        <section aria-labelledby="chat-days">
          <div><h2 id="chat-days">{t('chat.settings.daysTitle')}</h2><p className="dim">{t('chat.settings.daysText')}</p></div>
          <div className="settings-fields">
            <Field label={t('chat.settings.days')} value={mine['days'] ?? ''} onChange={(v) => set('days', v)} error={problem('days', 'retention_days')} hint={t('chat.settings.daysHint')} numeric />
            {editable && (
              <div className="n-foot">
                <Button type="submit" variant="contained" disabled={act.busy || !form.dirty}>{act.busy ? t('alerts.acting') : t('admin.save')}</Button>
                <Button disabled={act.busy || !form.dirty} onClick={form.undo}>{t('admin.undo')}</Button>
                {act.text && Object.keys(wrong).length === 0 && !form.theirs && <p className="bad" role="alert">{act.text}</p>}
                {Object.keys(wrong).length > 0 && <span className="sr" role="alert">{Object.values(wrong).join(' ')}</span>}
                <span className="dim" role="status">{form.saved ? t('inbox.saved') : ''}</span>
              </div>
            )}
            {editable && <History entity="chat_settings" title={t('chat.settings.log')} />}
          </div>
        </section>
      </fieldset>
      {asking && <Question title={t('chat.settings.auditOnTitle')} text={t('chat.settings.auditOnText')} yes={t('chat.settings.auditOnYes')} busy={false} error="" onNo={() => setAsking(false)} onYes={() => { setAsking(false); form.send() }} />}
      {form.theirs && <Clash mine={form.mine} theirs={form.theirs} keys={form.clashes} busy={form.act.busy} error={form.act.text} onBack={form.back} onMine={form.insist} onTheirs={form.yield} name={name} value={value} />}
    </form>
  )
}
