import { Button } from '@mui/material'
import { useRef, useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { newKey, useAction } from '../common/office'
import { Side } from '../common/parts'
import { fieldErrors } from '../common/problem'
import { useUnsaved } from '../common/unsaved'
import { useAddress } from '../data/address'
import { useData } from '../data/data'
import { dateOf, readDate } from '../day/dates'
import { guard, unguarded } from '../zones/guard'
import { blank, bodyOf } from './details'
import { DetailsFields, FormErrors } from './details-fields'
import { quarter } from './move'
import { PlanFields, planFrom, planOf, type Plan } from './plan-fields'
import { SeriesFields } from './series-fields'
import { kindFrom, moved, repeatFrom, ruleOf, textOf } from './series-rule'
import { seriesErrors } from './series-say'
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
  const [repeat, setRepeat] = useState(() => repeatFrom(plan.date))
  // While a date is typed there is none: what repeats stays as it was.
  const first = useRef(plan.date)
  if (readDate(plan.date)) first.current = plan.date
  const { rule, fault: incomplete } = ruleOf(repeat, first.current)
  const repeats = kindFrom(repeat.kind, first.current) !== 'once'
  const { go } = useAddress()
  const [saved, setSaved] = useState(false)
  const last = useRef<{ body: string; key: string }>(undefined)
  const act = useAction()
  useUnsaved(!saved && JSON.stringify({ ...details, tipo: '', site: '' }) !== JSON.stringify({ ...blank, tipo: '', site: '' }))
  const bad = repeats ? seriesErrors(act.error) : fieldErrors(act.error, visitWords)
  const { target, fault: wrong } = planOf(plan, zone)
  const fault = plan.anyHour && wrong === 'time' ? undefined : wrong

  const change = (p: Plan) => {
    if (readDate(p.date)) setRepeat(moved(repeat, first.current, p.date))
    setPlan(p)
  }
  const submit = (e: FormEvent) => {
    e.preventDefault()
    if (fault || incomplete) return
    /** A repeated request has the same key, also when its answer was lost; what is corrected is another request. */
    const keyFor = (body: object): string => {
      const text = JSON.stringify(body)
      if (last.current?.body !== text) last.current = { body: text, key: newKey() }
      return last.current.key
    }
    void act.run(async () => {
      const visit = { tipo: details.tipo, ...bodyOf(repeats ? { ...details, external: '' } : details), ...(plan.worker && { user_id: plan.worker }), ...(plan.team && { team_id: plan.team }) }
      if (rule) {
        const body = { visit, rule: textOf(rule), first_date: plan.date, zone, ...(!plan.anyHour && { from: plan.from, until: plan.until }) }
        const made = await d.session.request('post', '/v1/activity-series', { key: keyFor(body), body })
        guard(unguarded)
        void d.queries.invalidateQueries({ queryKey: ['series'] })
        go(`/board/series?id=${made.id}`)
        return
      }
      const body = { ...visit, ...(plan.anyHour ? { day: plan.date } : { from: iso(target!.from), until: iso(target!.until) }) }
      const made = await d.session.request('post', '/v1/activities', { key: keyFor(body), body })
      setSaved(true)
      onMade(made)
    })
  }
  return (
    <Side title={t('board.new')} onClose={onClose}>
      <form className="form" noValidate onSubmit={submit}>
        <DetailsFields details={details} onChange={setDetails} errors={bad} fresh repeats={repeats}>
          <PlanFields plan={plan} onChange={change} fault={fault} mayNobody wholeDay errors={bad}>
            <SeriesFields repeat={repeat} onChange={setRepeat} date={first.current} from={plan.anyHour ? '' : plan.from} until={plan.anyHour ? '' : plan.until} zone={zone} errors={bad} />
          </PlanFields>
        </DetailsFields>
        <FormErrors errors={bad} text={act.error === undefined ? '' : sayVisit(act.error)} />
        <div className="acts">
          <Button type="submit" variant="contained" disabled={act.busy || fault !== undefined || incomplete !== undefined}>{act.busy ? t('alerts.acting') : t('admin.create')}</Button>
          <Button onClick={onClose}>{t('alerts.cancel')}</Button>
        </div>
      </form>
    </Side>
  )
}
