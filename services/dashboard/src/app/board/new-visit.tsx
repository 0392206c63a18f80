import { Button } from '@mui/material'
import { useId, useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { CloseIcon, PlusIcon } from '../../icons'
import { newKey, useAction } from '../admin/context'
import { Input, Side } from '../admin/parts'
import { fieldErrors } from '../admin/problem'
import { useUnsaved } from '../admin/unsaved'
import { useData } from '../data/data'
import { dateOf, startOf } from '../day/dates'
import { noPlace, numberOf, PlacePicker, type Site } from './place-picker'
import { PlanFields, planFrom, planOf } from './plan-fields'
import { quarter } from './move'
import { iso } from './times'
import type { Activity } from './visit'
import { sayVisit } from './words'

interface Item {
  text: string
  required: boolean
}

const hour = 4 * quarter

/** Makes a visit or a task. The server says what is wrong, at the field. */
export default function NewVisit({ date, zone, preset, onClose, onMade }: { date: string; zone: string; preset: { worker: string; at: number } | undefined; onClose: () => void; onMade: (v: Activity) => void }) {
  const { t } = useTranslation()
  const d = useData()
  const notesId = useId()
  const [tipo, setTipo] = useState<'visita' | 'tarea'>('visita')
  const [title, setTitle] = useState('')
  const [site, setSite] = useState<Site>(noPlace)
  const [start] = useState(() => {
    const from = preset?.at ?? (dateOf(now(), zone) === date ? Math.ceil(now() / hour) * hour : startOf(date, zone) + 9 * hour)
    return planFrom({ worker: preset?.worker ?? '', team: '', from, until: from + hour }, zone)
  })
  const [plan, setPlan] = useState(start)
  const [priority, setPriority] = useState<'low' | 'normal' | 'high'>('normal')
  const [notes, setNotes] = useState('')
  const [external, setExternal] = useState('')
  const [items, setItems] = useState<readonly Item[]>([])
  const [saved, setSaved] = useState(false)
  const [key, setKey] = useState(newKey)
  const act = useAction()
  useUnsaved(!saved && Boolean(title || notes || external || items.some((i) => i.text)))
  const bad = fieldErrors(act.error)
  const { target, fault } = planOf(plan, zone)
  const at = site.kind === 'point' ? { lat: numberOf(site.lat), lon: numberOf(site.lon), radius_m: numberOf(site.radius) } : undefined
  const listBad = Object.entries(bad).find(([k]) => k.startsWith('checklist'))?.[1]

  const submit = (e: FormEvent) => {
    e.preventDefault()
    if (!target && !plan.anyHour) return
    void act.run(async () => {
      const made = await d.session.request('post', '/v1/activities', {
        key,
        body: {
          tipo, title, priority, ...(notes && { notes }), ...(external && { external_id: external }),
          ...(plan.worker && { user_id: plan.worker }), ...(plan.team && { team_id: plan.team }),
          ...(plan.anyHour ? { day: plan.date } : { from: iso(target!.from), until: iso(target!.until) }),
          ...(site.kind === 'place' && site.id && { place_id: site.id }),
          ...(at && !Number.isNaN(at.lat) && { lat: at.lat }), ...(at && !Number.isNaN(at.lon) && { lon: at.lon }), ...(at && at.radius_m > 0 && { radius_m: at.radius_m }),
          ...(items.some((i) => i.text.trim()) && { checklist: items.filter((i) => i.text.trim()).map((i) => ({ text: i.text, required: i.required })) }),
        },
      })
      setSaved(true)
      onMade(made)
    }).then((ok) => ok || setKey(newKey())) // what is corrected is another request
  }
  const item = (i: number, more: Partial<Item>) => setItems(items.map((x, n) => (n === i ? { ...x, ...more } : x)))
  return (
    <Side title={t('board.new')} onClose={onClose}>
      <form className="form" noValidate onSubmit={submit}>
        <div className="b-kinds" role="radiogroup" aria-label={t('board.field.tipo')}>
          {(['visita', 'tarea'] as const).map((k) => (
            <label key={k}><input type="radio" name="tipo" checked={tipo === k} onChange={() => { setTipo(k); setSite(k === 'tarea' ? { kind: 'none' } : noPlace) }} /> {t(`board.tipo.${k}`)}</label>
          ))}
        </div>
        <Input label={t('board.field.title')} value={title} onChange={setTitle} error={bad['title']} required focus />
        <PlacePicker key={tipo} site={site} onChange={setSite} mayNone={tipo === 'tarea'} errors={bad} />
        <PlanFields plan={plan} onChange={setPlan} fault={plan.anyHour && fault === 'time' ? undefined : fault} zone={zone} mayNobody wholeDay errors={bad} />
        <Input label={t('board.field.priority')} value={priority} onChange={(v) => setPriority(v as 'normal')} options={(['high', 'normal', 'low'] as const).map((p) => [p, t(`board.priority.${p}`)])} />
        <div className="field">
          <label htmlFor={notesId}>{t('board.field.notes')}</label>
          <textarea id={notesId} rows={3} maxLength={4000} value={notes} onChange={(e) => setNotes(e.target.value)} />
          {bad['notes'] && <span className="bad">{bad['notes']}</span>}
        </div>
        <fieldset className="ways">
          <legend>{t('board.field.checklist')}</legend>
          {items.map((x, i) => (
            <div key={i} className="b-line">
              <input type="text" value={x.text} maxLength={300} aria-label={t('board.item', { n: i + 1 })} onChange={(e) => item(i, { text: e.target.value })} />
              <label><input type="checkbox" checked={x.required} onChange={(e) => item(i, { required: e.target.checked })} /> {t('board.required')}</label>
              <button type="button" className="fold" aria-label={t('board.removeItem', { n: i + 1 })} onClick={() => setItems(items.filter((_, n) => n !== i))}><CloseIcon size={15} /></button>
            </div>
          ))}
          {items.length < 50 && <Button startIcon={<PlusIcon size={15} />} onClick={() => setItems([...items, { text: '', required: false }])}>{t('board.addItem')}</Button>}
          {listBad && <span className="bad">{listBad}</span>}
        </fieldset>
        <Input label={t('board.field.external')} value={external} onChange={setExternal} error={bad['external_id']} />
        {act.error !== undefined && Object.keys(bad).length === 0 && <p className="bad-box" role="alert">{sayVisit(act.error)}</p>}
        {Object.keys(bad).length > 0 && <span className="sr" role="alert">{Object.values(bad).join('. ')}</span>}
        <div className="acts">
          <Button type="submit" variant="contained" disabled={act.busy || (fault !== undefined && !(plan.anyHour && fault === 'time'))}>{act.busy ? t('alerts.acting') : t('admin.create')}</Button>
          <Button onClick={onClose}>{t('alerts.cancel')}</Button>
        </div>
      </form>
    </Side>
  )
}
