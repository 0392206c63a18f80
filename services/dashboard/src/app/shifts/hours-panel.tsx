import { Button } from '@mui/material'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../../client'
import { now } from '../../clock'
import { newKey, useAction, useOffice } from '../common/office'
import { Input, Question, Side } from '../common/parts'
import { useAddress } from '../data/address'
import { dateTime } from '../data/ages'
import { useUsers } from '../data/data'
import { dateOf } from '../day/dates'
import { Empty } from '../panels/people-panel'
import { balance } from './hours-view'
import { shiftWords } from './say'
import { ShiftLog } from './shift-log'
import { hours, mondayOf, type Period } from './times'
import { holding, type Approval, type HoursDay, type UserHours } from './use-hours'
import { useCompanyZone } from './use-shifts'

interface Props {
  id: string
  hours: UserHours | undefined
  period: Period
  onClose: () => void
}

/** The hours of somebody in a period, a line for each day: what was approved, what arrived afterwards, and what to do about it. */
export function HoursPanel({ id, hours: h, period, onClose }: Props) {
  const { t, i18n } = useTranslation()
  const { session, who } = useOffice()
  const { go } = useAddress()
  const queries = useQueryClient()
  const zone = useCompanyZone()
  const [reopening, setReopening] = useState<Approval>()
  const [changed, setChanged] = useState(false)
  const act = useAction(shiftWords)
  const users = useUsers()
  const user = users.get(id)
  if (!h) return <Side title={t('shifts.hours.title')} onClose={onClose}><Empty title={t('admin.noPerson')} hint={t('admin.noPersonHint')} /></Side>
  const again = () => {
    void queries.invalidateQueries({ queryKey: ['hours'] })
    void queries.invalidateQueries({ queryKey: ['shifts'] })
  }
  const approve = () =>
    void act.run(async () => {
      setChanged(false)
      try {
        await session.request('post', '/v1/hours/approve', { key: newKey(), body: { user_id: id, from: period.from, to: period.to, version: h.version } })
      } catch (e) {
        if (!(e instanceof Problem && e.code === 'hours_changed')) throw e
        setChanged(true)
      }
      again()
    })
  const mayApprove = who.role === 'admin' || who.user !== id
  const over = period.to < dateOf(now(), zone)
  const free = holding(h).length === 0
  const day = (date: string) => new Intl.DateTimeFormat(i18n.language, { timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short' }).format(Date.parse(`${date}T00:00:00Z`))
  return (
    <Side title={h.user_name || user?.name || id} sub={`${day(period.from)} – ${day(period.to)}`} onClose={onClose}>
      <dl className="facts sh-sums">
        <div><dt>{t('shifts.hours.worked')}</dt><dd className="num"><b>{hours(h.worked_s * 1000)}</b></dd></div>
        <div><dt>{t('shifts.planned')}</dt><dd className="num">{hours(h.planned_s * 1000)} <span className="dim">{balance(h.worked_s, h.planned_s)}</span></dd></div>
        <div><dt>{t('shifts.hours.paused')}</dt><dd className="num">{hours(h.paused_s * 1000)}</dd></div>
      </dl>
      {(h.approvals ?? []).map((a) => (
        <div key={a.id} className={a.late > 0 && !a.reopened_at ? 'sh-approval late' : 'sh-approval'}>
          <p>{t('shifts.hours.approvedBy', { name: nameOf(a.approved_by), time: dateTime(Date.parse(a.approved_at), zone), from: day(a.from), to: day(a.to) })}</p>
          {a.reopened_at && <p className="dim">{t('shifts.hours.reopenedBy', { name: nameOf(a.reopened_by ?? ''), time: dateTime(Date.parse(a.reopened_at), zone), reason: a.reason })}</p>}
          {a.late > 0 && !a.reopened_at && <p className="warn">{t('shifts.hours.lateText', { count: a.late })}</p>}
          {!a.reopened_at && who.role === 'admin' && <Button size="small" variant="outlined" onClick={() => { act.clear(); setReopening(a) }}>{t('shifts.hours.reopen')}</Button>}
        </div>
      ))}
      {changed && <p className="bad-box" role="alert">{t('shifts.hours.changed')}</p>}
      {act.text && !reopening && <p className="bad-box" role="alert">{act.text}</p>}
      <div className="acts">
        {free && mayApprove && <Button variant="contained" disabled={act.busy || !over} onClick={approve}>{act.busy ? t('alerts.acting') : t('shifts.hours.approve')}</Button>}
        <Button onClick={() => go(`/shifts?id=${encodeURIComponent(id)}&week=${mondayOf(period.from)}`)}>{t('shifts.hours.openWeek')}</Button>
      </div>
      {free && mayApprove && !over && <p className="dim small">{t('shifts.hours.notOver')}</p>}
      <table className="sh-days sh-hours">
        <thead><tr><th scope="col">{t('shifts.hours.day')}</th><th scope="col">{t('shifts.planned')}</th><th scope="col">{t('shifts.hours.worked')}</th></tr></thead>
        <tbody>{(h.days ?? []).filter((d) => d.shifts > 0 || d.planned_s > 0).map((d) => <DayLine key={d.day} day={d} name={day(d.day)} />)}</tbody>
      </table>
      <ShiftLog user={id} mayCorrect={mayApprove} />
      {reopening && <Reopen approval={reopening} user={id} onClose={() => setReopening(undefined)} onDone={() => { setReopening(undefined); again() }} />}
    </Side>
  )

  function nameOf(by: string): string {
    return by === who.user ? t('shifts.hours.you') : (users.get(by)?.name ?? by)
  }
}

function DayLine({ day: d, name }: { day: HoursDay; name: string }) {
  const { t } = useTranslation()
  const tags = [d.open && t('shifts.open'), d.forced > 0 && t('shifts.status.forced'), d.objected > 0 && t('shifts.status.objected')].filter((x) => typeof x === 'string')
  return (
    <tr>
      <th scope="row">{name}{tags.map((x) => <span key={x} className="tag warn">{x}</span>)}{d.corrected > 0 && <span className="tag">{t('shifts.corrected')}</span>}</th>
      <td className="num dim">{d.planned_s > 0 ? hours(d.planned_s * 1000) : '—'}</td>
      <td className="num">{d.shifts > 0 ? hours(d.worked_s * 1000) : '—'}</td>
    </tr>
  )
}

/** Takes an approval back: then what arrived late counts, and it can be approved anew. */
function Reopen({ approval, user, onClose, onDone }: { approval: Approval; user: string; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const [reason, setReason] = useState('')
  const [key] = useState(newKey)
  const act = useAction(shiftWords)
  const send = () => void act.run(async () => void (await session.request('post', '/v1/hours/reopen', { key, body: { user_id: user, id: approval.id, reason: reason.trim() } }))).then((ok) => ok && onDone())
  return (
    <Question title={t('shifts.hours.reopenTitle')} text={t('shifts.hours.reopenText')} yes={t('shifts.hours.reopen')} busy={act.busy} disabled={reason.trim() === ''} error={act.text} onNo={onClose} onYes={send}>
      <Input label={t('shifts.reason')} value={reason} onChange={setReason} focus />
    </Question>
  )
}
