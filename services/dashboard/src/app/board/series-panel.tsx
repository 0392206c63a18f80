import { Button } from '@mui/material'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Side } from '../common/parts'
import { useAddress } from '../data/address'
import { dateTime, whole } from '../data/ages'
import { useData } from '../data/data'
import { dateOf } from '../day/dates'
import { EndSeries } from './series-end'
import { fullDate, shortDate, timesText, ruleText } from './series-say'
import { readRule } from './series-rule'
import { isCurrent, useVisitsOf, type Series } from './series-use'
import { StateSign } from './sign'
import { spanText } from './times'
import { endOfWindow, startOfWindow, stateOf } from './visit'
import { useNames } from './words'

/** A rule as a sentence. One that another program wrote has more to it than the page has words for. */
export function useSeriesText() {
  const { t } = useTranslation()
  return (s: Series): string => {
    const rule = readRule(s.rule, s.first_date)
    return rule ? ruleText(rule, s.from, s.until) : `${t('board.series.say.other', { count: s.dates })}, ${timesText(s.from, s.until)}, ${t('board.series.say.until', { date: fullDate(s.last_date) })}.`
  }
}

/** One series beside the list: its rule, what is wrong, its visits, and its end. */
export function SeriesPanel({ series: s, zone, now, onClose }: { series: Series; zone: string; now: number; onClose: () => void }) {
  const { t } = useTranslation()
  const d = useData()
  const { go } = useAddress()
  const names = useNames()
  const text = useSeriesText()
  const visits = useVisitsOf(s.id, zone, now)
  const [ending, setEnding] = useState(false)
  const today = dateOf(now, zone)
  const year = today.slice(0, 4)
  const current = isCurrent(s, today)
  const rows: [string, ReactNode][] = [[t('board.series.repeat'), <span title={s.rule}>{text(s)}</span>], [t('board.field.worker'), s.visit.user_id ? s.user_name || names.user(s.visit.user_id) : t('board.unassigned')]]
  if (s.visit.team_id) rows.push([t('board.field.team'), names.team(s.visit.team_id)])
  if (s.visit.place_id) rows.push([t('board.field.place'), <button type="button" className="link" onClick={() => go(`/places?id=${encodeURIComponent(s.visit.place_id!)}`)}>{s.place_name || s.visit.place_id}</button>])
  rows.push([t('board.series.made'), s.made_until ? shortDate(s.made_until, year) : t('board.series.madeNone')])
  if (s.next_dates?.length) rows.push([t('board.series.toMake'), <>{s.next_dates.slice(0, 4).map((x) => shortDate(x, year)).join(' · ')}{s.next_dates.length > 4 && ' …'}<br /><span className="dim small">{t('board.series.ahead')}</span></>])
  if (s.ended_at) rows.push([t('board.series.state.ended'), <>{t('board.series.endedBy', { name: names.user(s.ended_by ?? ''), at: dateTime(Date.parse(s.ended_at), zone) })}{s.end_reason && <><br />“{s.end_reason}”</>}</>])
  const cancels = visits.data?.filter((v) => (v.state === 'pendiente' || v.state === 'aceptada') && startOfWindow(v) > now).length
  return (
    <Side title={s.visit.title} sub={`${t(`board.series.state.${s.state}`)} · ${t(`board.tipo.${s.visit.tipo === 'tarea' ? 'tarea' : 'visita'}`)}`} onClose={onClose}>
      {s.problem && <p className="bad-box" role="alert">{t(`board.series.problemText.${s.problem === 'place_archived' ? 'place_archived' : 'internal'}`)}</p>}
      <dl className="facts">{rows.map(([k, x]) => <div key={k}><dt>{k}</dt><dd>{x}</dd></div>)}</dl>
      {current && <div className="acts"><Button variant="outlined" color="error" onClick={() => setEnding(true)}>{t('board.series.endIt')}</Button></div>}
      <section className="log">
        <h3>{t('board.series.visits')} {visits.data && visits.data.length > 0 && <span className="dim">{whole(visits.data.length)}</span>}</h3>
        {visits.error && !visits.data ? <p className="bad">{t('board.series.visitsError')}</p> : visits.data?.length === 0 ? <p className="dim">{t('board.series.visitsNone')}</p> : (
          <ul className="b-series-visits">
            {visits.data?.map((v) => {
              const date = dateOf(startOfWindow(v), zone)
              return (
                <li key={v.id}>
                  <button type="button" className="link num" onClick={() => go(`/board?date=${date}&id=${v.id}`)}>{shortDate(date, year)}, {spanText(startOfWindow(v), endOfWindow(v), zone, date)}</button>
                  <span className="dim"><StateSign state={stateOf(v)} size={13} /> {t(`board.state.${stateOf(v)}`)}{v.user_id !== (s.visit.user_id ?? '') && ` · ${v.user_id === '' ? t('board.nobody') : d.people.users.get(v.user_id)?.name ?? v.user_name}`}</span>
                </li>
              )
            })}
          </ul>
        )}
      </section>
      {ending && <EndSeries series={s} cancels={cancels} onClose={() => setEnding(false)} />}
    </Side>
  )
}
