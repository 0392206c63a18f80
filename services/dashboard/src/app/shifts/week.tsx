import { IconButton, Tooltip } from '@mui/material'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { LeftIcon, RightIcon } from '../../icons'
import { say } from '../common/problem'
import { useAddress } from '../data/address'
import { clockTime } from '../data/ages'
import { useTick } from '../data/hooks'
import { addDays, dateOf, dayOf, startOf } from '../day/dates'
import { Skeleton } from '../panels/people-panel'
import { worked, type Shift, type Span } from './model'
import { shiftWords } from './say'
import { usePlanned } from './use-plans'
import { daysOf, hours, mondayOf, weekIn } from './times'
import { useCompanyZone, useShiftsOf } from './use-shifts'

/** The shifts of a week, a line for each day. Each shift belongs to the day on which it began. */
export function Week({ user, onObject }: { user: string; onObject?: (s: Shift) => void }) {
  const { t, i18n } = useTranslation()
  const { get, set } = useAddress()
  useTick(15_000)
  const time = now()
  const zone = useCompanyZone()
  const monday = weekIn(get('week'), time, zone)
  const next = addDays(monday, 7)
  const { data, error } = useShiftsOf(user, startOf(monday, zone), startOf(next, zone))
  const planned = usePlanned(user, startOf(monday, zone), startOf(next, zone)).data
  const days = useMemo(() => daysOf(monday).map((date) => ({ date, shifts: (data ?? []).filter((s) => dateOf(Date.parse(s.started_at), zone) === date) })), [monday, data, zone])
  const total = days.flatMap((d) => d.shifts).reduce((sum, s) => sum + worked(s, time), 0)
  const holiday = (date: string) => planned?.holidays?.find((h) => h.date === date)?.name
  const here = mondayOf(dateOf(time, zone))
  const go = (to: string) => set({ week: to === here ? undefined : to })
  const day = (date: string, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(i18n.language, { timeZone: 'UTC', ...options }).format(Date.parse(`${date}T00:00:00Z`))
  return (
    <section className="sh-week" aria-label={t('shifts.week')}>
      <div className="sh-week-head">
        <h3>{monday === here ? t('shifts.thisWeek') : t('shifts.weekOf', { date: day(monday, { day: 'numeric', month: 'short' }) })}</h3>
        <Tooltip title={t('shifts.weekBefore')}><IconButton size="small" aria-label={t('shifts.weekBefore')} onClick={() => go(addDays(monday, -7))}><LeftIcon size={18} /></IconButton></Tooltip>
        <Tooltip title={t('shifts.weekAfter')}><span><IconButton size="small" aria-label={t('shifts.weekAfter')} disabled={monday >= here} onClick={() => go(next)}><RightIcon size={18} /></IconButton></span></Tooltip>
        <b className="num">{data ? hours(total) : ''}</b>
      </div>
      {error && !data ? <p className="bad-box">{say(error, shiftWords)}</p> : !data ? <Skeleton rows={7} height={26} /> : (
        <table className="sh-days">
          <tbody>
            {days.map(({ date, shifts }) => (
              <tr key={date} className={date === dateOf(time, zone) ? 'today' : ''}>
                <th scope="row">{day(date, { weekday: 'short', day: 'numeric' })}</th>
                <td>
                  <DayBar date={date} shifts={data} plan={(planned?.windows ?? []).map((w) => ({ from: Date.parse(w.from), until: Date.parse(w.until) }))} time={time} zone={zone} />
                  {holiday(date) && <div className="sh-times dim">{holiday(date)}</div>}
                  {shifts.length === 0 && (planned?.windows ?? []).filter((w) => w.day === date).map((w) => <div key={w.from} className="sh-times dim num">{t('shifts.plannedAt', { from: clockTime(Date.parse(w.from), zone), to: clockTime(Date.parse(w.until), zone) })}</div>)}
                  {shifts.map((s) => (
                    <div key={s.id} className="sh-times">
                      <span className="num">{clockTime(Date.parse(s.started_at), zone)}–{s.ended_at ? clockTime(Date.parse(s.ended_at), zone) : t('shifts.open')}</span>
                      {s.pauses && s.pauses.length > 0 && <span className="dim">{t('shifts.pauses', { count: s.pauses.length })}</span>}
                      {s.forced && <span className="tag warn">{t('shifts.status.forced')}</span>}
                      {s.corrected && <span className="tag">{t('shifts.corrected')}</span>}
                      {s.objected && <span className="tag warn">{t('shifts.status.objected')}</span>}
                      {onObject && (s.forced || s.corrected) && !s.objected && <button type="button" className="link" onClick={() => onObject(s)}>{t('shifts.object.open')}</button>}
                    </div>
                  ))}
                </td>
                <td className="num">{shifts.length > 0 ? hours(shifts.reduce((sum, s) => sum + worked(s, time), 0)) : <span className="dim">—</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

/** A day as a line from midnight to midnight, with what was worked of it. The times beside it say the same. */
function DayBar({ date, shifts, plan, time, zone }: { date: string; shifts: readonly Shift[]; plan: readonly Span[]; time: number; zone: string }) {
  const { from, to } = dayOf(date, zone)
  const part = (a: number, b: number) => ({ left: `${(Math.max(0, a - from) / (to - from)) * 100}%`, width: `${(Math.max(0, Math.min(b, to) - Math.max(a, from)) / (to - from)) * 100}%` })
  const mine = shifts.filter((s) => Date.parse(s.started_at) < to && (s.ended_at ? Date.parse(s.ended_at) : time) > from)
  return (
    <div className="sh-bar" aria-hidden="true">
      {plan.filter((w) => w.from < to && w.until > from).map((w) => <i key={w.from} className="plan" style={part(w.from, w.until)} />)}
      {mine.map((s) => <i key={s.id} className={s.forced ? 'forced' : s.ended_at ? '' : 'open'} style={part(Date.parse(s.started_at), s.ended_at ? Date.parse(s.ended_at) : time)} />)}
      {mine.flatMap((s) => s.pauses ?? []).map((p) => <i key={p.from} className="pause" style={part(Date.parse(p.from), p.until ? Date.parse(p.until) : time)} />)}
    </div>
  )
}
