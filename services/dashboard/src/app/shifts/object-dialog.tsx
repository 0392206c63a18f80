import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { newKey, useAction, useOffice } from '../common/office'
import { Input, Question } from '../common/parts'
import type { Shift } from './model'
import { shiftWords } from './say'

/** Lets somebody say that they do not agree with what the office or the close made of their shift. */
export function ObjectDialog({ shift, onClose, onDone }: { shift: Shift; onClose: () => void; onDone: (said: string) => void }) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const queries = useQueryClient()
  const [text, setText] = useState('')
  const [key] = useState(newKey)
  const act = useAction(shiftWords)
  const send = () =>
    void act.run(async () => {
      await session.request('post', '/v1/shifts/{id}/object', { path: { id: shift.id }, key, body: { text: text.trim() } })
      void queries.invalidateQueries({ queryKey: ['shifts'] })
      onDone(t('shifts.object.done'))
    })
  return (
    <Question title={t('shifts.object.title')} text={t('shifts.object.text')} yes={t('shifts.object.yes')} busy={act.busy} disabled={text.trim() === ''} error={act.text} onNo={onClose} onYes={send}>
      <Input label={t('shifts.object.what')} value={text} onChange={setText} focus />
    </Question>
  )
}
