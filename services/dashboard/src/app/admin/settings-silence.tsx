import { useTranslation } from 'react-i18next'
import '../../i18n/rules'
import '../../i18n/shifts'
import { fieldErrors } from '../common/problem'
import { summary, type PlanWindow } from '../shifts/plan'
import { PlanWeek } from '../shifts/plan-week'
import '../shifts/shifts.css'
import '../zones/zones.css'
import type { Values } from './settings'
import './settings.css'
import { Choice, Field } from './settings-fields'
import { expectations, firstLow, firstStill, never, windowsOf, type Expected } from './silence'

const fields = ['silence_after_s', 'hours', 'movement_after_s', 'low_battery_pct'] as const

/** How the settings of silence are called, how their values are written for people, and what the server says of them. */
export function useSilenceWords() {
  const { t } = useTranslation()
  const minutes = (v: string) => t('rules.silence.minutes', { value: v })
  return {
    name: (key: string) => t(`rules.silence.name.${key}` as 'rules.silence.name.silence_after'),
    value: (key: string, v: string): string =>
      key === 'silence_expected' ? t(`rules.silence.${v as Expected}`)
        : key === 'silence_hours' ? summary(windowsOf(v), (d) => t(`shifts.day.d${d}` as 'shifts.day.d1')) || t('rules.silence.noHours')
          : (key === 'silence_still' || key === 'silence_low') && v === never ? t('rules.silence.off')
            : key === 'silence_low' ? t('rules.silence.percent', { value: v }) : minutes(v),
    /** What is wrong with each field of the server's body. */
    wrong: (e: unknown) => fieldErrors(e, (_, detail, field) => { const f = fields.find((x) => x === field); return f ? t(`rules.wrong.${f}`) : detail }),
  }
}

interface Props {
  values: Values
  /** What the server does not accept, by the field of its body. */
  wrong: Readonly<Record<string, string>>
  meanwhile: (key: string, words: (v: string) => string) => string | undefined
  editable: boolean
  /** They are of a team or a person: without hours here those of the company hold. */
  own?: boolean
  onChange: (key: string, value: string) => void
}

/** After how long without a position somebody is silent, who is expected to report, and whether standing still and a low battery are told. */
export function SilenceFields({ values, wrong, meanwhile, editable, own, onChange }: Props) {
  const { t } = useTranslation()
  const words = useSilenceWords()
  const at = (key: string) => values[key] ?? ''
  const seen = (key: string) => meanwhile(key, (v) => words.value(key, v))
  const expected = at('silence_expected')
  const windows = windowsOf(at('silence_hours'))
  const still = at('silence_still')
  const low = at('silence_low')
  const hoursBad = wrong['hours'] ?? seen('silence_hours')
  return (
    <div className="settings-fields">
      <Field label={t('rules.silence.after')} value={at('silence_after')} onChange={(v) => onChange('silence_after', v)} error={wrong['silence_after_s'] ?? seen('silence_after')} hint={t('rules.silence.afterHint')} numeric />
      <h3 className="settings-what">{t('rules.silence.expected')}</h3>
      <Choice label={t('rules.silence.expected')} value={expected} onChange={(v) => onChange('silence_expected', v)} options={expectations.map((e) => [e, t(`rules.silence.${e}`), t(`rules.silence.${e}_hint`)])} error={wrong['expected'] ?? seen('silence_expected')} />
      {(expected === 'hours' || expected === 'always') && at('tracking') === 'on_shift' && <p className="settings-now">{t('rules.silence.onShiftOnly')}</p>}
      {!own && expected === 'auto' && windows.length === 0 && at('tracking') !== 'on_shift' && <p className="settings-now">{t('rules.silence.autoNoHours')}</p>}
      {(expected === 'auto' || expected === 'hours') && (
        <div className="settings-hours" role="group" aria-labelledby="rules-silence-hours" aria-describedby="rules-silence-hours-more">
          <h3 id="rules-silence-hours" className="settings-what">{t('rules.silence.week')}</h3>
          <PlanWeek windows={windows} bad={{}} {...(editable && { onChange: (w: PlanWindow[]) => onChange('silence_hours', JSON.stringify(w)) })} />
          <span id="rules-silence-hours-more" className={hoursBad ? 'bad' : 'dim small'}>{hoursBad || t('rules.silence.hoursHint')}{!hoursBad && own && ` ${t('rules.silence.own.companyHours')}`}</span>
        </div>
      )}
      <h3 className="settings-what">{t('rules.silence.still')}</h3>
      <Choice label={t('rules.silence.still')} value={still === never ? 'off' : 'on'} onChange={(v) => onChange('silence_still', v === 'off' ? never : firstStill)} options={(['off', 'on'] as const).map((o) => [o, t(`rules.silence.${o}`), t(`rules.silence.${o}_hint`)])} />
      {still !== never && <Field label={t('rules.silence.stillAfter')} value={still} onChange={(v) => onChange('silence_still', v)} error={wrong['movement_after_s'] ?? seen('silence_still')} hint={t('rules.silence.stillHint')} numeric />}
      {still === never && seen('silence_still') && <span className="bad">{seen('silence_still')}</span>}
      <h3 className="settings-what">{t('rules.silence.low')}</h3>
      <Choice label={t('rules.silence.low')} value={low === never ? 'off' : 'on'} onChange={(v) => onChange('silence_low', v === 'off' ? never : firstLow)} options={[['off', t('rules.silence.off'), t('rules.silence.low_off_hint')], ['on', t('rules.silence.low_on'), t('rules.silence.low_on_hint')]]} />
      {low !== never && <Field label={t('rules.silence.lowAt')} value={low} onChange={(v) => onChange('silence_low', v)} error={wrong['low_battery_pct'] ?? seen('silence_low')} hint={t('rules.silence.lowHint')} numeric />}
      {low === never && seen('silence_low') && <span className="bad">{seen('silence_low')}</span>}
    </div>
  )
}

/** The same as a part of the company's settings. */
export function Silence(props: Props) {
  const { t } = useTranslation()
  return (
    <section aria-labelledby="rules-silence">
      <div><h2 id="rules-silence">{t('rules.silence.title')}</h2><p className="dim">{t('rules.silence.text')}</p><p className="dim">{t('rules.silence.others')}</p></div>
      <SilenceFields {...props} />
    </section>
  )
}
