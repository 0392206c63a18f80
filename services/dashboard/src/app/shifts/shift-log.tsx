import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { components } from '../../../client'
import { say } from '../common/problem'
import { age, dateTime } from '../data/ages'
import { useData, useUsers } from '../data/data'
import { useMe } from '../data/hooks'
import { Skeleton } from '../panels/people-panel'
import { CorrectDialog } from './correct-dialog'
import { shiftWords } from './say'
import { useCompanyZone, useShiftLog } from './use-shifts'

type Entry = components['schemas']['ShiftEntry']
/** A phone that was this long without a network says so. */
const lateAfter = 10 * 60_000
const few = 8

/** What was done about somebody's shifts, the newest first: who, when, and by which rule it changed nothing. */
export function ShiftLog({ user, mayCorrect = false }: { user: string; mayCorrect?: boolean }) {
  const { t } = useTranslation()
  const log = useShiftLog(user)
  const [all, showAll] = useState(false)
  const [correcting, setCorrecting] = useState<Entry>()
  // A close that found nothing to close is no news.
  const list = (log.data?.history ?? []).filter((e) => e.kind !== 'close' || e.rule === '').reverse()
  return (
    <section className="log">
      <h3>{t('shifts.log')}</h3>
      {log.error && !log.data ? <p className="dim">{say(log.error, shiftWords)}</p> : !log.data ? <Skeleton rows={3} /> : list.length === 0 ? <p className="dim">{t('shifts.logEmpty')}</p> : (
        <ol className="history">{list.slice(0, all ? list.length : few).map((e) => <Line key={e.key} entry={e} user={user} corrects={list.find((x) => x.key === e.corrects)} onCorrect={mayCorrect && correctable(e) ? () => setCorrecting(e) : undefined} />)}</ol>
      )}
      {correcting && log.data && <CorrectDialog entry={correcting} user={user} version={log.data.version} onClose={() => setCorrecting(undefined)} />}
      {list.length > few && !all && <button type="button" className="link" onClick={() => showAll(true)}>{t('alerts.more')}</button>}
    </section>
  )
}

/** What can be corrected: what happened, and not what somebody wrote about it. */
const correctable = (e: Entry) => ['start', 'pause', 'resume', 'end', 'close'].includes(e.kind) && e.rule !== 'corrected'

function Line({ entry: e, user, corrects, onCorrect }: { entry: Entry; user: string; corrects: Entry | undefined; onCorrect: (() => void) | undefined }) {
  const { t, i18n } = useTranslation()
  const zone = useCompanyZone()
  const users = useUsers()
  const { who } = useData()
  const me = useMe().data?.name
  const by = e.by === user ? '' : e.by === '' ? t('alerts.rule') : e.by === who.user ? me : (users.get(e.by)?.name ?? e.by)
  const late = Date.parse(e.received_at) - Date.parse(e.at)
  const kind = i18n.exists(`shifts.kind.${e.kind}`) ? t(`shifts.kind.${e.kind}`) : e.kind
  return (
    <li>
      <time dateTime={e.at}>{dateTime(Date.parse(e.at), zone)}</time>
      <div>
        <div className="sh-line"><span className={e.rule ? 'dim' : ''}>{kind}{corrects && `: ${t(`shifts.kind.${corrects.kind}`)}`}{by && <span className="dim"> · {by}</span>}</span>{onCorrect && <button type="button" className="link" aria-label={t('shifts.correct.what', { what: kind, time: dateTime(Date.parse(e.at), zone) })} onClick={onCorrect}>{t('shifts.correct.open')}</button>}</div>
        {e.reason && <div className="small">{e.reason}</div>}
        {e.kind === 'close' && e.ends && <div className="small dim">{t('shifts.closedAt', { time: dateTime(Date.parse(e.ends), zone) })}</div>}
        {e.by === user && late > lateAfter && <div className="small dim">{t('shifts.lateBy2', { age: age(late) })}</div>}
        {e.rule && <div className="small dim">{i18n.exists(`shifts.rule.${e.rule}`) ? t(`shifts.rule.${e.rule}` as 'shifts.rule.repeated') : e.rule}</div>}
      </div>
    </li>
  )
}
