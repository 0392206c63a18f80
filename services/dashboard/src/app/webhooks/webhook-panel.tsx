import { Button } from '@mui/material'
import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { History } from '../admin/history'
import { now } from '../../clock'
import { newKey, useAction, useOffice } from '../common/office'
import { Question, Side } from '../common/parts'
import { dateTime } from '../data/ages'
import { HowToCheck } from './how-to-check'
import { stateOf, turn, wrongWords, type Webhook } from './webhook'
import { WebhookLog } from './webhook-log'

interface Props {
  webhook: Webhook
  onClose: () => void
  onChanged: (w: Webhook) => void
  /** It has a secret that is shown now and never again. */
  onSecret: (w: Webhook) => void
  onGone: () => void
  /** The form. */
  children: ReactNode
}

/** A webhook: what it is told, what can be done with it, and its calls. */
export function WebhookPanel({ webhook: w, onClose, onChanged, onSecret, onGone, children }: Props) {
  const { t } = useTranslation()
  const { session, zone } = useOffice()
  const queries = useQueryClient()
  const [asking, setAsking] = useState<'rotate' | 'remove'>()
  const [tested, setTested] = useState<string>()
  const act = useAction(wrongWords)
  // One question, one secret, however often it is asked for when no answer came: two changes would leave a system with neither secret.
  const rotation = useRef('')
  const state = stateOf(w)
  const path = { id: w.id }
  const at = (s: string) => dateTime(Date.parse(s), zone)
  const old = w.old_secret_until && Date.parse(w.old_secret_until) > now() ? at(w.old_secret_until) : undefined
  const test = () => void act.run(async () => {
    const { delivery_id } = await session.request('post', '/v1/webhooks/{id}/test', { path, key: newKey() })
    setTested(delivery_id)
    await queries.invalidateQueries({ queryKey: ['webhook-log', w.id] })
  })
  const onOff = () => void act.run(async () => onChanged(await turn(session, w, !w.active)))
  const rotate = () => void act.run(async () => onSecret(await session.request('post', '/v1/webhooks/{id}/rotate', { path, key: rotation.current }))).then((ok) => ok && setAsking(undefined))
  const remove = () => void act.run(async () => {
    await session.request('delete', '/v1/webhooks/{id}', { path })
    onGone()
  })
  const ask = (what: 'rotate' | 'remove') => {
    act.clear()
    if (what === 'rotate') rotation.current = newKey()
    setAsking(what)
  }
  return (
    <Side title={w.name} sub={t(`webhooks.state.${state}`)} onClose={onClose}>
      {state === 'failing' && <p className="w-note">{t('webhooks.failing', { at: at(w.failing_since!) })}</p>}
      {state === 'dead' && <p className="w-note">{t('webhooks.dead')}</p>}
      {old && <p className="settings-note w-old">{t('webhooks.oldUntil', { at: old })}</p>}
      {children}
      <div className="acts">
        <Button variant="outlined" disabled={act.busy} onClick={test}>{t('webhooks.test')}</Button>
        <Button variant="outlined" disabled={act.busy} onClick={onOff}>{t(w.active ? 'webhooks.turnOff' : 'webhooks.turnOn')}</Button>
        <Button variant="outlined" disabled={act.busy} onClick={() => ask('rotate')}>{t('webhooks.rotate')}</Button>
        <Button variant="outlined" color="error" disabled={act.busy} onClick={() => ask('remove')}>{t('webhooks.remove')}</Button>
      </div>
      {act.text && !asking && <p className="bad-box" role="alert">{act.text}</p>}
      <WebhookLog id={w.id} tested={tested} />
      <HowToCheck />
      <History entity={`webhook/${w.id}`} />
      {asking === 'rotate' && <Question title={t('webhooks.rotateTitle', { name: w.name })} text={t('webhooks.rotateText')} yes={t('webhooks.rotate')} busy={act.busy} error={act.text} onNo={() => setAsking(undefined)} onYes={rotate}>{old && <p className="w-note">{t('webhooks.rotateAgain', { at: old })}</p>}</Question>}
      {asking === 'remove' && <Question title={t('webhooks.removeTitle', { name: w.name })} text={t('webhooks.removeText')} yes={t('webhooks.remove')} danger busy={act.busy} error={act.text} onNo={() => setAsking(undefined)} onYes={remove} />}
    </Side>
  )
}
