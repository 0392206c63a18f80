import { IconButton } from '@mui/material'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import '../../i18n/panic'
import { CloseIcon, PlusIcon } from '../../icons'
import { typeKey } from '../data/alerts'
import { alertFaults, groups, ladderKey, ladderOf, ladderText, mostSteps, plainLadder, secondsOf, timeOf, typeOf, type Ladder } from './escalation'
import type { Values } from './settings'
import { Field } from './settings-fields'
import './settings-escalation.css'

/** How the settings of alerts are called, how their values are written for people, and what the server says of them. */
export function useAlertWords() {
  const { t } = useTranslation()
  const type = (x: string) => (typeKey({ type: x }) === 'other' ? x : t(`alerts.type.${typeKey({ type: x })}`))
  const told = (l: Ladder) => l.steps.map((s) => `${s.after} ${[...s.tell.map((g) => t(`panic.ladder.who.${g}`)), ...(s.webhook ? [t('panic.ladder.who.webhook')] : [])].join(', ')}`).join(' · ') || t('panic.rules.nobody')
  return {
    type,
    name: (key: string) => (typeOf(key) === undefined ? t('panic.rules.days') : t('panic.rules.name', { type: type(typeOf(key)!) })),
    value: (key: string, v: string) => {
      if (typeOf(key) === undefined) return v
      const l = ladderOf(plainLadder(v))
      return told(l) + (l.repeat ? ` · ${t('panic.rules.each', { time: l.repeat, count: Number(l.limit) })}` : '')
    },
    wrong: (e: unknown): Record<string, string> => Object.fromEntries(Object.entries(alertFaults(e)).map(([at, { word, detail }]) => [at, word ? t(`panic.rules.wrong.${word}`) : detail])),
  }
}

interface Props {
  values: Values
  /** What the server does not accept, by the field of its body. */
  wrong: Readonly<Record<string, string>>
  meanwhile: (key: string, words: (v: string) => string) => string | undefined
  editable: boolean
  onChange: (key: string, value: string) => void
}

/** Who is told of each type of alerts, and when the rule resolves what nobody resolved. */
export function Escalation({ values, wrong, meanwhile, editable, onChange }: Props) {
  const { t } = useTranslation()
  const words = useAlertWords()
  const types = Object.keys(values).flatMap((k) => typeOf(k) ?? []).sort((a, b) => Number(b === 'panico') - Number(a === 'panico') || words.type(a).localeCompare(words.type(b)))
  const [chosen, setChosen] = useState('panico')
  const [said, setSaid] = useState(wrong)
  const faulty = new Set(Object.keys(wrong).flatMap((at) => /^escalation\.([^.]+)/.exec(at)?.[1] ?? []))
  if (wrong !== said) {
    // What is wrong is to be seen.
    setSaid(wrong)
    if (faulty.size > 0 && !faulty.has(chosen)) setChosen([...faulty][0]!)
  }
  const key = ladderKey(chosen)
  const changed = meanwhile(key, (v) => words.value(key, v))
  return (
    <section aria-labelledby="rules-escalation">
      <div><h2 id="rules-escalation">{t('panic.rules.title')}</h2><p className="dim">{t('panic.rules.text')}</p><p className="dim">{t('panic.rules.own')}</p></div>
      <div className="settings-fields">
        {/* Of a form that is only read, no button can be pressed. */}
        {!editable && types.map((x) => (
          <div key={x} className="settings-fields"><h3>{words.type(x)}</h3><Rungs type={x} ladder={ladderOf(values[ladderKey(x)])} wrong={wrong} editable={false} onChange={() => undefined} /></div>
        ))}
        {editable && (
          <div className="rungs-types" role="group" aria-label={t('panic.rules.type')}>
            {types.map((x) => (
              <button type="button" key={x} className="chip" aria-pressed={x === chosen} data-bad={faulty.has(x)} onClick={() => setChosen(x)}>{words.type(x)}</button>
            ))}
          </div>
        )}
        {editable && <Rungs key={chosen} type={chosen} ladder={ladderOf(values[key])} wrong={wrong} editable={editable} onChange={(l) => onChange(key, ladderText(l))} />}
        {changed && <span className="bad">{changed}</span>}
        <Field label={t('panic.rules.days')} value={values['alert_days'] ?? ''} onChange={(v) => onChange('alert_days', v)} error={wrong['unresolved_days'] ?? meanwhile('alert_days', (v) => v)} hint={t('panic.rules.daysHint')} numeric />
      </div>
    </section>
  )
}

function Rungs({ type, ladder, wrong, editable, onChange }: { type: string; ladder: Ladder; wrong: Readonly<Record<string, string>>; editable: boolean; onChange: (l: Ladder) => void }) {
  const { t } = useTranslation()
  const id = useId()
  const words = useAlertWords()
  const at = (field: string) => wrong[`escalation.${type}.${field}`]
  const put = (i: number, more: Partial<Ladder['steps'][number]>) => onChange({ ...ladder, steps: ladder.steps.map((s, k) => (k === i ? { ...s, ...more } : s)) })
  const last = secondsOf(ladder.steps.at(-1)?.after ?? '')
  const add = () => onChange({ ...ladder, steps: [...ladder.steps, { after: ladder.steps.length === 0 ? '0:00' : timeOf((Number.isNaN(last) ? 0 : last) + 120), tell: ['admins'], webhook: false }] })
  return (
    <div className="rungs" role="group" aria-label={words.type(type)}>
      {ladder.steps.length === 0 && <p className="dim small">{t('panic.rules.none')}</p>}
      {ladder.steps.map((s, i) => {
        const [badTime, badTell] = [at(`steps[${i}].after_s`), at(`steps[${i}].tell`) ?? at(`steps[${i}]`)]
        return (
          <fieldset key={i} className="rung-edit">
            <legend>{t('panic.rules.step', { step: i + 1 })}</legend>
            <label htmlFor={`${id}-${i}`}>{t('panic.rules.after')}</label>
            <input id={`${id}-${i}`} className="num" value={s.after} autoComplete="off" aria-invalid={badTime ? true : undefined} aria-describedby={`${id}-${i}-more`} onChange={(e) => put(i, { after: e.target.value })} />
            <span className="rung-who" role="group" aria-label={t('panic.rules.tell')}>
              {groups.map((g) => (
                <label key={g}><input type="checkbox" checked={s.tell.includes(g)} onChange={(e) => put(i, { tell: e.target.checked ? [...s.tell, g] : s.tell.filter((x) => x !== g) })} /><span>{t(`panic.rules.who.${g}`)}</span></label>
              ))}
              <label><input type="checkbox" checked={s.webhook} onChange={(e) => put(i, { webhook: e.target.checked })} /><span>{t('panic.rules.webhook')}</span></label>
            </span>
            {editable && <IconButton size="small" aria-label={t('panic.rules.remove', { step: i + 1 })} onClick={() => onChange({ ...ladder, steps: ladder.steps.filter((_, k) => k !== i) })}><CloseIcon size={16} /></IconButton>}
            <span id={`${id}-${i}-more`} className="bad rung-bad">{[badTime, badTell].filter(Boolean).join(' ')}</span>
          </fieldset>
        )
      })}
      {at('steps') && <span className="bad">{at('steps')}</span>}
      {ladder.steps.length > 0 && <span className="dim small">{t('panic.rules.afterHint')}</span>}
      {editable && ladder.steps.length < mostSteps && <button type="button" className="btn rung-add" onClick={add}><PlusIcon size={15} /> {t('panic.rules.add')}</button>}
      {ladder.steps.length > 0 && (
        <div className="rungs-again">
          <Field label={t('panic.rules.repeat')} value={ladder.repeat} onChange={(repeat) => onChange({ ...ladder, repeat })} error={at('repeat_s')} hint={t('panic.rules.repeatHint')} />
          <Field label={t('panic.rules.limit')} value={ladder.limit} onChange={(limit) => onChange({ ...ladder, limit })} error={at('repeat_limit')} hint={t('panic.rules.limitHint')} numeric />
        </div>
      )}
    </div>
  )
}
