import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { distance } from '../data/ages'
import { useData } from '../data/data'
import { kmh } from '../panels/people-panel'
import { lacksOf } from '../reports/rows'
import { DayState } from '../reports/state-sign'
import '../reports/reports.css'
import { isMissing } from './use-day'
import { span } from './words'

/** What a day came to, with its trips and stops. A day that still runs is read again by itself; one that was closed, when the socket says so. */
export function useDaySummary(id: string, date: string, runs: boolean, enabled: boolean) {
  const d = useData()
  useEffect(() => {
    const again = (s: { user_id?: string; date?: string }) => s.user_id === id && s.date === date && void d.queries.invalidateQueries({ queryKey: ['summary', id, date] })
    const ends = [d.live.on('resumen:diario', again), d.live.on('resumen:actualizado', again), d.live.onReload((domains) => domains.includes('resumen') && again({ user_id: id, date }))]
    return () => ends.forEach((end) => end())
  }, [d, id, date])
  return useQuery({
    queryKey: ['summary', id, date], enabled, refetchInterval: runs ? 60_000 : false,
    queryFn: ({ signal }) => d.session.request('get', '/v1/users/{id}/summaries/{date}', { path: { id, date }, signal }),
  })
}

/** How long somebody was planned to work on a date, seconds; undefined while that is not known. */
function usePlannedOn(user: string, date: string, enabled: boolean): number | undefined {
  const { session } = useData()
  const read = useQuery({
    queryKey: ['hours', date, date, '', user], enabled,
    queryFn: ({ signal }) => session.request('get', '/v1/hours', { query: { from: date, to: date, user }, signal }),
  })
  return read.data?.hours?.find((h) => h.user_id === user)?.days?.find((x) => x.day === date)?.planned_s
}

/** Hours and kilometres of a day, planned and done, and what of it is not sure. */
export function Came({ read: r }: { read: ReturnType<typeof useDaySummary> }) {
  const { t } = useTranslation()
  const s = r.data
  const planned = usePlannedOn(s?.user_id ?? '', s?.date ?? '', s !== undefined) ?? 0
  if (!s) return r.error ? <p className="dim small day-came">{isMissing(r.error) ? t('reports.day.none') : t('reports.day.failed')}</p> : null
  const hours = (seconds: number) => span(seconds * 1000)
  const visits = ([['done', s.visits_done], ['not', s.visits_not_done], ['open', s.visits_open]] as const).flatMap(([what, count]) => (count > 0 ? [t(`reports.day.visit.${what}`, { count })] : []))
  const less = planned - s.shift_s
  const rows: [string, string | false][] = [
    [t('reports.day.distance'), distance(s.distance_m)],
    [t('reports.day.moving'), s.moving_s > 0 && hours(s.moving_s)],
    [t('reports.day.stopped'), s.stopped_s > 0 && hours(s.stopped_s)],
    [t('reports.day.gaps'), s.gap_s > 0 && t('reports.day.gapsOf', { span: hours(s.gap_s), distance: distance(s.gap_m) })],
    [t('reports.day.speed'), s.moving_s > 0 && t('reports.day.speedOf', { avg: kmh(s.avg_moving_speed_mps), max: kmh(s.max_speed_mps) })],
    [t('reports.day.shift'), s.shift_s > 0 && (s.pause_s > 0 ? t('reports.day.pause', { shift: hours(s.shift_s), pause: hours(s.pause_s) }) : hours(s.shift_s))],
    [t('reports.planned'), planned > 0 && (Math.abs(less) < 60 ? hours(planned) : t(less > 0 ? 'reports.day.less' : 'reports.day.more', { planned: hours(planned), span: hours(Math.abs(less)) }))],
    [t('reports.day.visits'), visits.join(', ')],
    [t('reports.day.mock'), s.mock_m >= 1 && distance(s.mock_m)],
  ]
  return (
    <section className="day-came" aria-label={t('reports.day.title')}>
      <h3>{t('reports.day.title')} <DayState state={s.state} /></h3>
      <dl className="facts">{rows.map(([k, v]) => v !== false && v !== '' && <div key={k}><dt>{k}</dt><dd>{v}</dd></div>)}</dl>
      {lacksOf(s).map((x) => <p key={x} className="dim small">{t(`reports.lack.${x}`)}</p>)}
    </section>
  )
}
