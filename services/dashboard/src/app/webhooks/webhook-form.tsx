import { Button } from '@mui/material'
import { useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Values } from '../admin/settings'
import { newKey, useAction, useOffice } from '../common/office'
import { Input } from '../common/parts'
import { fieldErrors } from '../common/problem'
import { useUnsaved } from '../common/unsaved'
import { Clash } from '../common/clash'
import { useMerged } from '../notices/use-merged'
import { inOrder, useEventHint, useEventName } from './event-name'
import { eventsOf, eventsText, webhookBody, webhookValues, wrongWords, type Webhook } from './webhook'

interface Fields {
  values: Values
  all: readonly string[]
  wrong: Readonly<Record<string, string>>
  focus?: boolean
  onChange: (key: string, value: string) => void
}

function WebhookFields({ values, all, wrong, focus = false, onChange }: Fields) {
  const { t } = useTranslation()
  const event = useEventName()
  const hint = useEventHint()
  const chosen = eventsOf(values['events'] ?? '', all)
  return (
    <>
      <Input label={t('webhooks.field.name')} value={values['name'] ?? ''} onChange={(v) => onChange('name', v)} error={wrong['name']} required focus={focus} />
      <Input label={t('webhooks.field.url')} value={values['url'] ?? ''} onChange={(v) => onChange('url', v)} error={wrong['url']} hint={t('webhooks.urlHint')} type="url" required />
      <fieldset className="checks w-events">
        <legend>{t('webhooks.field.events')}</legend>
        {inOrder(all).map((e) => (
          <label key={e}>
            <input type="checkbox" checked={chosen.has(e)} onChange={() => { const next = new Set(chosen); if (!next.delete(e)) next.add(e); onChange('events', eventsText(next, all)) }} />
            <span>{event(e)}<span className="dim small"> · {hint(e)}</span></span>
          </label>
        ))}
        <span className={wrong['events'] ? 'bad' : 'dim small'}>{wrong['events'] ?? t('webhooks.newEvents')}</span>
      </fieldset>
    </>
  )
}

function Foot({ error, children }: { error: string; children: ReactNode }) {
  return (
    <>
      {error && <p className="bad-box" role="alert">{error}</p>}
      <div className="acts">{children}</div>
    </>
  )
}

/** What cannot be asked for: nothing at all. */
function useWrong(error: unknown, values: Values): Readonly<Record<string, string>> {
  const { t } = useTranslation()
  return { ...fieldErrors(error, wrongWords), ...(values['events'] === '-' && { events: t('webhooks.wrong.events') }) }
}

export function NewWebhook({ events, onMade }: { events: readonly string[]; onMade: (w: Webhook) => void }) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const [values, setValues] = useState<Values>({ name: '', url: '', events: '', active: 'true' })
  const key = useRef({ of: '', key: '' })
  const act = useAction(wrongWords)
  const wrong = useWrong(act.error, values)
  const dirty = values['name'] !== '' || values['url'] !== ''
  const [made, setMade] = useState(false)
  useUnsaved(dirty && !made)
  const set = (k: string, v: string) => {
    setValues({ ...values, [k]: v })
    act.clear()
  }
  const send = () => {
    const of = JSON.stringify(values)
    if (key.current.of !== of) key.current = { of, key: newKey() }
    void act.run(async () => {
      const w = await session.request('post', '/v1/webhooks', { body: webhookBody(values), key: key.current.key })
      setMade(true)
      onMade(w)
    })
  }
  const fields = Object.keys(wrong).length
  return (
    <form className="form" noValidate onSubmit={(e) => { e.preventDefault(); if (!wrong['events']) send() }}>
      <WebhookFields values={values} all={events} wrong={wrong} focus onChange={set} />
      {fields > 0 && <span className="sr" role="alert">{Object.values(wrong).join(' ')}</span>}
      <Foot error={fields > 0 ? '' : act.text}>
        <Button type="submit" variant="contained" disabled={act.busy || !values['name'] || !values['url'] || Boolean(wrong['events'])}>{act.busy ? t('alerts.acting') : t('admin.create')}</Button>
      </Foot>
    </form>
  )
}

export function EditWebhook({ events, webhook, onSaved }: { events: readonly string[]; webhook: Webhook; onSaved: (w: Webhook) => void }) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const form = useMerged<Webhook>({
    held: webhook, values: webhookValues, version: (w) => w.version, code: 'webhook_changed', onWritten: onSaved,
    write: (v, version) => session.request('put', '/v1/webhooks/{id}', { path: { id: webhook.id }, body: { ...webhookBody(v), version } }),
  })
  const { act, mine } = form
  const event = useEventName()
  const wrong = useWrong(act.error, mine)
  const fields = Object.keys(wrong).length
  useUnsaved(form.dirty)
  const value = (key: string, v: string) => (key === 'events' ? [...eventsOf(v, events)].map((e) => event(e)).join(', ') : v)
  return (
    <form className="form" noValidate onSubmit={(e) => { e.preventDefault(); if (!wrong['events']) form.send() }}>
      <WebhookFields values={mine} all={events} wrong={wrong} onChange={form.set} />
      {fields > 0 && <span className="sr" role="alert">{Object.values(wrong).join(' ')}</span>}
      <Foot error={fields > 0 || form.theirs ? '' : act.text}>
        <Button type="submit" variant="contained" disabled={act.busy || !form.dirty || Boolean(wrong['events'])}>{act.busy ? t('alerts.acting') : t('admin.save')}</Button>
        <Button disabled={act.busy || !form.dirty} onClick={form.undo}>{t('admin.undo')}</Button>
      </Foot>
      {form.theirs && <Clash mine={form.mine} theirs={form.theirs} keys={form.clashes} busy={form.act.busy} error={form.act.text} onBack={form.back} onMine={form.insist} onTheirs={form.yield} name={(k) => t(`webhooks.field.${k as 'name'}`)} value={value} />}
    </form>
  )
}
