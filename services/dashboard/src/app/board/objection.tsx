import { useId, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { newKey, useAction } from '../common/office'
import { Question } from '../common/parts'
import { useData } from '../data/data'
import type { Activity, Entry } from './visit'
import { useNames, visitWords } from './words'

/** Lets a worker say that they do not agree with what the office or the close of the day made of their visit. */
export function ObjectionDialog({ visit, onClose, onDone }: { visit: Activity; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation()
  const { session } = useData()
  const id = useId()
  const [text, setText] = useState('')
  // The same text that is sent again is the same objection.
  const key = useMemo(newKey, [text])
  const act = useAction(visitWords)
  const send = () =>
    void act.run(async () => {
      await session.request('post', '/v1/activities/{id}/object', { path: { id: visit.id }, key, body: { text: text.trim() } })
      onDone()
    })
  return (
    <Question title={t('board.object.title')} text={t('board.object.text')} yes={t('board.object.yes')} busy={act.busy} disabled={text.trim() === ''} error={act.text} onNo={onClose} onYes={send}>
      <div className="field">
        <label htmlFor={id}>{t('board.object.what')}</label>
        <textarea id={id} autoFocus rows={3} maxLength={500} value={text} onChange={(e) => setText(e.target.value)} />
      </div>
    </Question>
  )
}

/** Says that the worker does not agree and nobody has answered, with their last words. */
export function Objected({ entries }: { entries: readonly Entry[] }) {
  const { t } = useTranslation()
  const names = useNames()
  const last = entries.filter((e) => e.kind === 'object').at(-1)
  if (!last) return null
  return <p className="b-objects"><b>{t('board.object.open', { name: names.user(last.by) })}</b> “{last.reason}” <span className="small">{t('board.object.answer')}</span></p>
}
