import { Button } from '@mui/material'
import { useRef, useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { newKey, useAction } from '../common/office'
import { Side } from '../common/parts'
import { fieldErrors } from '../common/problem'
import { useUnsaved } from '../common/unsaved'
import { useData } from '../data/data'
import { dateOf } from '../day/dates'
import { blank, bodyOf } from './details'
import { DetailsFields, FormErrors } from './details-fields'
import { quarter } from './move'
import { PlanFields, planFrom, planOf } from './plan-fields'
import { atTime, iso } from './times'
import type { Activity } from './visit'
import { sayVisit, visitWords } from './words'

const hour = 4 * quarter

/** Makes a visit or a task. The server says what is wrong, at the field. */
export default function NewVisit({ date, zone, preset, onClose, onMade }: { date: string; zone: string; preset: { worker: string; at: number } | undefined; onClose: () => void; onMade: (v: Activity) => void }) {
  const { t } = useTranslation()
  const d = useData()
  const [details, setDetails] = useState(blank)
  const [plan, setPlan] = useState(() => {
    const from = preset?.at ?? (dateOf(now(), zone) === date ? Math.ceil(now() / hour) * hour : atTime(date, '09:00', zone))
    return planFrom({ worker: preset?.worker ?? '', team: '', from, until: from + hour }, zone)
  })
  const [saved, setSaved] = useState(false)
  const last = useRef<{ body: string; key: string }>(undefined)
  const act = useAction()
  useUnsaved(!saved && JSON.stringify({ ...details, tipo: '', site: '' }) !== JSON.stringify({ ...blank, tipo: '', site: '' }))
  const bad = fieldErrors(act.error, visitWords)
  const { target, fault: wrong } = planOf(plan, zone)
  const fault = plan.anyHour && wrong === 'time' ? undefined : wrong

  const submit = (e: FormEvent) => {
    e.preventDefault()
    if (fault) return
    void act.run(async () => {
      const body = {
        tipo: details.tipo, ...bodyOf(details), ...(plan.worker && { user_id: plan.worker }), ...(plan.team && { team_id: plan.team }),
        ...(plan.anyHour ? { day: plan.date } : { from: iso(target!.from), until: iso(target!.until) }),
      }
      // A repeated request has the same key, also when its answer was lost; what is corrected is another request.
      const text = JSON.stringify(body)
      if (last.current?.body !== text) last.current = { body: text, key: newKey() }
      const made = await d.session.request('post', '/v1/activities', { key: last.current.key, body })
      setSaved(true)
      onMade(made)
    })
  }
  return (
    <Side title={t('board.new')} onClose={onClose}>
      <form className="form" noValidate onSubmit={submit}>
        <DetailsFields details={details} onChange={setDetails} errors={bad} fresh>
          <PlanFields plan={plan} onChange={setPlan} fault={fault} mayNobody wholeDay errors={bad} />
        </DetailsFields>
        <FormErrors errors={bad} text={act.error === undefined ? '' : sayVisit(act.error)} />
        <div className="acts">
          <Button type="submit" variant="contained" disabled={act.busy || fault !== undefined}>{act.busy ? t('alerts.acting') : t('admin.create')}</Button>
          <Button onClick={onClose}>{t('alerts.cancel')}</Button>
        </div>
      </form>
    </Side>
  )
}
