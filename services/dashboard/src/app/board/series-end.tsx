import { useId, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { newKey, useAction } from '../common/office'
import { Question } from '../common/parts'
import { useData } from '../data/data'
import type { Series } from './series-use'
import { sayVisit } from './words'

/** Asks before a series ends, and says what happens to its visits. `cancels` is how many of them are cancelled, undefined while that is not known. */
export function EndSeries({ series: s, cancels, onClose }: { series: Series; cancels: number | undefined; onClose: () => void }) {
  const { t } = useTranslation()
  const d = useData()
  const id = useId()
  const [reason, setReason] = useState('')
  // The same reason that is sent again is the same action.
  const key = useMemo(newKey, [reason])
  const act = useAction()
  const send = () =>
    void act.run(async () => {
      await d.session.request('post', '/v1/activity-series/{id}/end', { path: { id: s.id }, body: { reason: reason.trim() }, key })
      void d.queries.invalidateQueries({ queryKey: ['series'] })
      onClose()
    })
  return (
    <Question title={t('board.series.endAsk', { title: s.visit.title })} yes={t('board.series.endIt')} danger busy={act.busy} disabled={reason.trim() === ''} error={act.error === undefined ? '' : sayVisit(act.error)} onNo={onClose} onYes={send}>
      <p>{t('board.series.endText')}</p>
      {cancels !== undefined && <p className="b-words">{cancels === 0 ? t('board.series.endNone') : t('board.series.endCount', { count: cancels })}</p>}
      <div className="field">
        <label htmlFor={id}>{t('alerts.reason')}</label>
        <textarea id={id} autoFocus rows={3} maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} />
      </div>
    </Question>
  )
}
