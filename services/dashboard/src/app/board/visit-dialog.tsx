import { useId, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { newKey } from '../common/office'
import { Input, Question } from '../common/parts'
import { TimeField } from '../common/time-input'
import { clockTime, dateTime } from '../data/ages'
import { useData } from '../data/data'
import { dateOf } from '../day/dates'
import { now } from '../../clock'
import { moves, targetOf } from './move'
import { PlanFields, planOf, usePlan } from './plan-fields'
import { atTime } from './times'
import type { Change, useRequests } from './use-send'
import type { Detail, Entry } from './visit'
import { moveWords, useNames } from './words'

export type Asking = 'plan' | 'cancel' | 'reopen' | 'check_in' | 'check_out' | 'note'

interface Props {
  what: Asking
  /** The visit as it was when somebody asked for this. */
  visit: Detail
  zone: string
  date: string
  requests: ReturnType<typeof useRequests>
  busy: boolean
  error: string
  onSend: (c: Change) => Promise<void>
  onClose: () => void
}

/** What is asked before a visit is changed. */
export function VisitDialog(props: Props) {
  return props.what === 'plan' ? <Plan {...props} /> : props.what === 'check_in' || props.what === 'check_out' ? <Correct {...props} step={props.what} /> : <Reason {...props} what={props.what} />
}

function Plan({ visit, zone, date, requests, busy, error, onSend, onClose }: Props) {
  const { t } = useTranslation()
  const names = useNames()
  const d = useData()
  const [plan, set] = usePlan(targetOf(visit), zone)
  const { target, fault } = planOf(plan, zone, targetOf(visit))
  const changes = target !== undefined && moves(visit, target)
  const words = target && changes ? moveWords(visit, target, names, zone, date) : ''
  const send = () => target && void onSend({ seen: visit, words, send: requests.move(visit, target) })
  return (
    <Question title={t('board.act.plan')} yes={t('board.move.yes')} busy={busy} error={error} disabled={!changes} onNo={onClose} onYes={send}>
      <PlanFields plan={plan} onChange={set} fault={fault} mayNobody={d.who.role === 'admin' || plan.team !== ''} />
      <p className="b-words" role="status">{words}</p>
    </Question>
  )
}

function Reason({ what, visit, requests, busy, error, onSend, onClose }: Props & { what: 'cancel' | 'reopen' | 'note' }) {
  const { t } = useTranslation()
  const id = useId()
  const [text, setText] = useState('')
  const [send] = useState(() => ({ cancel: requests.cancel, reopen: requests.reopen, note: requests.note })[what])
  // The same text that is sent again is the same action.
  const key = useMemo(newKey, [text])
  const needed = what !== 'reopen'
  return (
    <Question
      title={t(`board.ask.${what}`, { title: visit.title })} yes={t(`board.act.${what}`)} danger={what === 'cancel'} busy={busy} error={error} disabled={needed && text.trim() === ''} onNo={onClose}
      onYes={() => void onSend({ seen: visit, words: `${t(`board.act.${what}`)}${text && ` “${text}”`}`, send: send(text.trim(), key) })}
    >
      {what === 'cancel' && <p>{t('board.ask.cancelText')}</p>}
      {what === 'reopen' && <p>{t('board.ask.reopenText')}</p>}
      <div className="field">
        <label htmlFor={id}>{what === 'note' ? t('board.field.note') : needed ? t('alerts.reason') : t('board.field.reasonMaybe')}</label>
        <textarea id={id} autoFocus rows={3} maxLength={500} value={text} onChange={(e) => setText(e.target.value)} />
      </div>
    </Question>
  )
}

/** The step that counts now: the last one of its kind that did something or was corrected. */
export const stepOf = (log: readonly Entry[], kind: 'check_in' | 'check_out'): Entry | undefined => [...log].reverse().find((e) => e.kind === kind && (e.rule === '' || e.rule === 'corrected'))

function Correct({ step, visit, zone, requests, busy, error, onSend, onClose }: Props & { step: 'check_in' | 'check_out' }) {
  const { t } = useTranslation()
  const id = useId()
  const is = step === 'check_in' ? visit.check_in_at : visit.check_out_at
  const start = is === undefined ? now() : Date.parse(is)
  const [date, setDate] = useState(() => dateOf(start, zone))
  const [time, setTime] = useState(() => clockTime(start, zone))
  const [reason, setReason] = useState('')
  const at = atTime(date, time, zone)
  const name = step === 'check_in' ? (is ? t('board.act.correctIn') : t('board.act.enterIn')) : is ? t('board.act.correctOut') : t('board.act.enterOut')
  const before = step === 'check_out' && visit.check_in_at !== undefined && at < Date.parse(visit.check_in_at)
  return (
    <Question
      title={name} text={t('board.ask.correctText')} yes={t('admin.save')} busy={busy} error={error} disabled={Number.isNaN(at) || reason.trim() === '' || before} onNo={onClose}
      onYes={() => void onSend({ seen: visit, words: `${name}: ${dateTime(at, zone)}`, send: requests.correct(step, is === undefined ? undefined : stepOf(visit.history ?? [], step)?.key, at, reason.trim()) })}
    >
      <div className="b-two">
        <Input label={t('board.date')} type="date" value={date} onChange={setDate} />
        <TimeField label={t('board.field.time')} value={time} onTime={setTime} error={before ? t('board.fault.beforeIn') : undefined} />
      </div>
      <div className="field">
        <label htmlFor={id}>{t('alerts.reason')}</label>
        <textarea id={id} rows={2} maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} />
      </div>
    </Question>
  )
}
