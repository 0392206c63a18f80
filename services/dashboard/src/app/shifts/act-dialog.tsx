import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { newKey, useAction, useOffice } from '../common/office'
import { Input, Question } from '../common/parts'
import { fieldErrors } from '../common/problem'
import type { Status } from './model'
import { shiftWords } from './say'
import { instantOf, localText } from './times'
import { now } from '../../clock'
import { useCompanyZone } from './use-shifts'

export type Kind = 'start' | 'pause' | 'resume' | 'end'

/** What can be done about a shift. */
export const kindsFor = (status: Status): readonly Kind[] => (status === 'in' ? ['pause', 'end'] : status === 'paused' ? ['resume', 'end'] : ['start'])

/** Begins, interrupts or ends a shift. For somebody else it takes a reason, which the log keeps. */
export function ActDialog({ kind, user, onClose, onDone }: { kind: Kind; user: { id: string; name: string }; onClose: () => void; onDone: (said: string) => void }) {
  const { t } = useTranslation()
  const { session, who } = useOffice()
  const queries = useQueryClient()
  const zone = useCompanyZone()
  const own = user.id === who.user
  const [reason, setReason] = useState('')
  const [at, setAt] = useState('')
  const [latest] = useState(() => localText(now(), zone))
  const [key] = useState(newKey) // a request that is repeated does it once
  const act = useAction(shiftWords)
  const bad = fieldErrors(act.error, shiftWords)
  const send = () =>
    void act.run(async () => {
      const done = await session.request('post', `/v1/shifts/${kind}`, { key, body: { ...(!own && { user_id: user.id }), ...(reason.trim() && { reason: reason.trim() }), ...(at && { occurred_at: new Date(instantOf(at, zone)).toISOString() }) } })
      void queries.invalidateQueries({ queryKey: ['shifts'] })
      onDone(done.rule ? t(`shifts.rule.${done.rule}` as 'shifts.rule.repeated') : t(`shifts.did.${kind}`))
    })
  return (
    <Question title={own ? t(`shifts.ask.${kind}`) : t(`shifts.askFor.${kind}`, { name: user.name })} yes={t(`shifts.act.${kind}`)} busy={act.busy} disabled={!own && reason.trim() === ''} error={Object.keys(bad).length > 0 ? '' : act.text} onNo={onClose} onYes={send}>
      <Input label={own ? t('shifts.reasonOwn') : t('shifts.reason')} value={reason} onChange={setReason} error={bad['reason']} hint={own ? '' : t('shifts.reasonHint')} focus />
      <Input label={t('shifts.when')} type="datetime-local" value={at} max={latest} onChange={setAt} error={bad['occurred_at']} hint={t('shifts.whenHint', { zone: zone.replaceAll('_', ' ') })} />
    </Question>
  )
}
