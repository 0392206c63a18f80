import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { Input } from '../common/parts'
import { datesOf, kindFrom, kindsFrom, patternOf, ruleOf, weekdayOf, weekdays, type Kind, type Repeat, type Rule } from './series-rule'
import { dayLetters, dayName, fullDate, nthName, ruleText, shortDate, shownTime } from './series-say'
import { isToCome } from './series-use'

interface Props {
  repeat: Repeat
  onChange: (r: Repeat) => void
  /** The date of the first visit, if the rule names it. */
  date: string
  /** Local times; empty for the whole day. */
  from: string
  until: string
  zone: string
  errors: Record<string, string>
}

/** How a visit is done again and until when, with what comes out. Nobody writes a rule. */
export function SeriesFields({ repeat: r, onChange, date, from, until, zone, errors }: Props) {
  const { t } = useTranslation()
  const set = (more: Partial<Repeat>) => onChange({ ...r, ...more })
  const kind = kindFrom(r.kind, date)
  const { rule, fault } = ruleOf(r, date)
  const pattern = patternOf(r, date)
  const n = Number(date.slice(8))
  const label = (k: Kind) => t(`board.series.kind.${k}`, { n, nth: nthName(k === 'lastWeekday' ? -1 : Math.ceil(n / 7)), day: dayName(weekdayOf(date)) })
  const skips = pattern?.every === 'month' && 'date' in pattern && pattern.date > 28
  const toggle = (d: (typeof weekdays)[number]) => set({ days: weekdays.filter((x) => (x === d ? !r.days.includes(d) : r.days.includes(x))) })
  return (
    <>
      <Input label={t('board.series.repeat')} value={kind} onChange={(k) => set({ kind: k as Kind })} options={kindsFrom(date).map((k) => [k, label(k)])} {...(skips && { hint: t('board.series.skips', { n }) })} />
      {(kind === 'week' || kind === 'twoWeeks') && (
        <div className="field">
          <div className="b-days" role="group" aria-label={t('board.series.days')}>
            {weekdays.map((d) => <button type="button" key={d} aria-pressed={r.days.includes(d)} title={dayName(d)} onClick={() => toggle(d)}><span aria-hidden="true">{dayLetters(d)}</span><span className="sr">{dayName(d)}</span></button>)}
          </div>
          {fault === 'days' && <span className="bad">{t('board.series.fault.days')}</span>}
        </div>
      )}
      {kind !== 'once' && (
        <>
          <div className="b-two">
            <Input label={t('board.series.end')} value={r.end} onChange={(end) => set({ end: end as 'until' })} options={[['until', t('board.series.endUntil')], ['count', t('board.series.endCount')]]} />
            {r.end === 'until' ? <Input label={t('board.series.until')} type="date" value={r.until} onChange={(x) => set({ until: x })} error={fault === 'until' ? t('board.series.fault.until') : errors['rule']} />
              : <Input label={t('board.series.count')} value={r.count} onChange={(count) => set({ count })} error={fault === 'count' ? t('board.series.fault.count') : errors['rule']} />}
          </div>
          {rule && <Preview rule={rule} date={date} from={from} until={until} zone={zone} />}
        </>
      )}
    </>
  )
}

const shown = 5

/** What a rule comes to: the sentence, and the first dates with the times that clocks show. */
function Preview({ rule, date, from, until, zone }: { rule: Rule; date: string; from: string; until: string; zone: string }) {
  const { t, i18n } = useTranslation()
  const text = JSON.stringify(rule)
  const { dates, more } = useMemo(() => datesOf(rule, date), [text, date])
  const ahead = dates.filter((d) => isToCome(d, from, until, zone, now()))
  const passed = dates.length - ahead.length
  const last = ahead.at(-1)
  const line = (d: string) => `${shortDate(d, date.slice(0, 4))}${from && `, ${shownTime(d, from, zone)}–${shownTime(d, until, zone)}`}`
  return (
    <div className="b-words b-series-says" role="status" lang={i18n.language}>
      <b>{ruleText(rule, from, until)}</b>
      {more ? <p className="bad">{t('board.series.tooMany')}</p> : dates.length === 0 ? <p className="warn">{t('board.series.none')}</p> : last === undefined ? <p className="warn">{t('board.series.allPassed')}</p> : (
        <>
          <p>{t('board.series.makes', { count: ahead.length })}</p>
          <ol>{ahead.slice(0, shown).map((d) => <li key={d} className="num">{line(d)}</li>)}</ol>
          {ahead.length > shown && <p className="dim">{t('board.series.last', { date: fullDate(last) })}</p>}
          {passed > 0 && <p className="dim">{t('board.series.passed', { count: passed })}</p>}
        </>
      )}
    </div>
  )
}
