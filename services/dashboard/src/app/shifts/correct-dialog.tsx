import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { components } from '../../../client'
import { Problem } from '../../../client'
import { now } from '../../clock'
import { newKey, useAction, useOffice } from '../common/office'
import { Input, Question } from '../common/parts'
import { fieldErrors } from '../common/problem'
import { shiftWords } from './say'
import { instantOf, localText } from './times'
import { useCompanyZone } from './use-shifts'

type Entry = components['schemas']['ShiftEntry']

/** Says when something of a shift really happened. It names the log that was seen: another one is read again and shown. */
export function CorrectDialog({ entry, user, version, onClose }: { entry: Entry; user: string; version: number; onClose: () => void }) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const queries = useQueryClient()
  const zone = useCompanyZone()
  const was = localText(Date.parse(entry.ends ?? entry.at), zone)
  const [at, setAt] = useState(was)
  const [reason, setReason] = useState('')
  const [latest] = useState(() => localText(now(), zone))
  const [key] = useState(newKey)
  const act = useAction(shiftWords)
  const bad = fieldErrors(act.error, shiftWords)
  const again = () => void queries.invalidateQueries({ queryKey: ['shifts'] })
  const send = () =>
    void act.run(async () => {
      try {
        await session.request('post', '/v1/shifts/correct', { key, body: { user_id: user, corrects: entry.key, occurred_at: new Date(instantOf(at, zone)).toISOString(), reason: reason.trim(), version } })
      } catch (e) {
        if (e instanceof Problem && e.code === 'shifts_changed') again()
        throw e
      }
      again()
      void queries.invalidateQueries({ queryKey: ['hours'] })
      onClose()
    })
  return (
    <Question title={t('shifts.correct.title', { what: t(`shifts.kind.${entry.kind}`) })} text={t('shifts.correct.text')} yes={t('shifts.correct.yes')} busy={act.busy} disabled={reason.trim() === '' || at === '' || at === was} error={Object.keys(bad).length > 0 ? '' : act.text} onNo={onClose} onYes={send}>
      <Input label={t('shifts.when')} type="datetime-local" value={at} max={latest} onChange={setAt} error={bad['occurred_at']} hint={t('shifts.correct.zone', { zone: zone.replaceAll('_', ' ') })} focus />
      <Input label={t('shifts.reason')} value={reason} onChange={setReason} error={bad['reason']} hint={t('shifts.reasonHint')} />
    </Question>
  )
}
