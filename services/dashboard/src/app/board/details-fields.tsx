import { Button } from '@mui/material'
import { useId, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { CloseIcon, PlusIcon } from '../../icons'
import { Input } from '../common/parts'
import { noPlace, type Details, type Item } from './details'
import { PlacePicker } from './place-picker'

/** The fields of a visit's details. `children` stand between the place and the rest. */
export function DetailsFields({ details: d, onChange, errors: bad, fresh, repeats, children }: { details: Details; onChange: (d: Details) => void; errors: Record<string, string>; fresh: boolean; repeats?: boolean; children?: ReactNode }) {
  const { t } = useTranslation()
  const notesId = useId()
  const set = (more: Partial<Details>) => onChange({ ...d, ...more })
  const item = (i: number, more: Partial<Item>) => set({ items: d.items.map((x, n) => (n === i ? { ...x, ...more } : x)) })
  const listBad = Object.entries(bad).find(([k]) => k.startsWith('checklist'))?.[1]
  return (
    <>
      {fresh && (
        <div className="b-kinds" role="radiogroup" aria-label={t('board.field.tipo')}>
          {(['visita', 'tarea'] as const).map((k) => (
            <label key={k}><input type="radio" name="tipo" checked={d.tipo === k} onChange={() => set({ tipo: k, site: k === 'tarea' ? { kind: 'none' } : noPlace })} /> {t(`board.tipo.${k}`)}</label>
          ))}
        </div>
      )}
      <Input label={t('board.field.title')} value={d.title} onChange={(title) => set({ title })} error={bad['title']} required focus />
      <PlacePicker key={d.tipo} site={d.site} onChange={(site) => set({ site })} mayNone={d.tipo === 'tarea'} errors={bad} />
      {children}
      <Input label={t('board.field.priority')} value={d.priority} onChange={(v) => set({ priority: v as 'normal' })} options={(['high', 'normal', 'low'] as const).map((p) => [p, t(`board.priority.${p}`)])} />
      <div className="field">
        <label htmlFor={notesId}>{t('board.field.notes')}</label>
        <textarea id={notesId} rows={3} maxLength={4000} value={d.notes} onChange={(e) => set({ notes: e.target.value })} />
        {bad['notes'] && <span className="bad">{bad['notes']}</span>}
      </div>
      <fieldset className="ways">
        <legend>{t('board.field.checklist')}</legend>
        {d.items.map((x, i) => (
          <div key={i} className="b-line">
            <input type="text" value={x.text} maxLength={300} aria-label={t('board.item', { n: i + 1 })} onChange={(e) => item(i, { text: e.target.value })} />
            <label><input type="checkbox" checked={x.required} onChange={(e) => item(i, { required: e.target.checked })} /> {t('board.required')}</label>
            <button type="button" className="fold" aria-label={t('board.removeItem', { n: i + 1 })} onClick={() => set({ items: d.items.filter((_, n) => n !== i) })}><CloseIcon size={15} /></button>
          </div>
        ))}
        {d.items.length < 50 && <Button startIcon={<PlusIcon size={15} />} onClick={() => set({ items: [...d.items, { text: '', required: false }] })}>{t('board.addItem')}</Button>}
        {listBad && <span className="bad">{listBad}</span>}
      </fieldset>
      <Input label={t('board.field.external')} value={repeats ? '' : d.external} onChange={(external) => set({ external })} error={bad['external_id']} {...(repeats && { disabled: true, hint: t('board.series.noExternal') })} />
    </>
  )
}

/** What has a field that shows what is wrong with it. */
const placed = new Set(['title', 'place_id', 'lat', 'lon', 'radius_m', 'notes', 'checklist', 'external_id', 'day', 'from', 'until', 'user_id', 'team_id', 'rule'])

/** What the server says about a form, where it has no field of its own. */
export function FormErrors({ errors, text }: { errors: Record<string, string>; text: string }) {
  const list = Object.entries(errors)
  const elsewhere = list.filter(([k]) => !placed.has(k.split('.')[0]!)).map(([, words]) => words)
  if (elsewhere.length > 0) return <p className="bad-box" role="alert">{elsewhere.join(' ')}</p>
  if (list.length > 0) return <span className="sr" role="alert">{list.map(([, words]) => words).join(' ')}</span>
  return text ? <p className="bad-box" role="alert">{text}</p> : null
}
