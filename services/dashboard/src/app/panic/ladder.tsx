import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { clockTime } from '../data/ages'
import type { Alert } from '../data/alerts'
import { useData, useUsers } from '../data/data'
import { useTick, useZone } from '../data/hooks'
import { useAlertDetail } from '../data/use-alert'
import { climb, countdown, type Rung, type Step } from './model'

const unknown: Readonly<Record<string, never>> = {}

/** What the company decided about telling people of alerts. */
export function useLadders() {
  const d = useData()
  return useQuery({ queryKey: ['alert-settings'], staleTime: 60_000, queryFn: () => d.session.request('get', '/v1/alert-settings') })
}

function useGroups(user: string): (s: Step | undefined) => string {
  const { t } = useTranslation()
  const users = useUsers()
  const alone = users.has(user) && !users.get(user)!.teams?.length // then the server tells the admins at once
  return (s) => (s ? [...(s.tell ?? []).map((g) => t(`panic.ladder.who.${g === 'team_supervisors' && alone && s.tell?.length === 1 ? 'noTeam' : g}`)), ...(s.webhook ? [t('panic.ladder.who.webhook')] : [])].join(', ') : t('panic.ladder.unknown'))
}

export function Unreachable() {
  const { t } = useTranslation()
  return <p className="ladder-bad" role="alert"><b>{t('panic.unreachable')}</b> {t('panic.unreachableHint')}</p>
}

/** Who has been told of an alert, who is told next, and when. */
export function Ladder({ a }: { a: Alert }) {
  const { t } = useTranslation()
  const zone = useZone()
  const groups = useGroups(a.user_id)
  const ladders = useLadders()
  const detail = useAlertDetail(a.id)
  useTick(500)
  const ladder = ladders.data ? ((ladders.data.escalation ?? unknown)[a.type] ?? { steps: [], repeat_s: 0, repeat_limit: 0 }) : undefined
  const { rungs, again } = climb(a, ladder, detail.data?.history ?? [])
  const due = (at: number | undefined) => (at === undefined ? '' : at - now() > 500 ? t('panic.ladder.in', { time: countdown(at - now()) }) : t('panic.ladder.now'))
  const said = (r: Rung) =>
    r.state === 'next' ? <b className="num" role="timer" aria-label={t('panic.ladder.next')}>{due(r.at)}</b>
      : r.state === 'later' ? <span className="dim num">{t('panic.ladder.later', { time: countdown((r.plan?.after_s ?? 0) * 1000) })}</span>
        : <span className="num">{r.told ? t('panic.ladder.done', { count: r.told.people }) : ''}{r.told?.webhook && `, ${t('panic.ladder.hook')}`}{r.at !== undefined && ` · ${clockTime(r.at, zone)}`}</span>
  if (ladders.error && !ladder) return <>{a.unreachable && <Unreachable />}<p className="dim">{t('panic.ladder.error')}</p></>
  return (
    <div className="ladder">
      {a.unreachable && <Unreachable />}
      <ol>
        {rungs.map((r) => (
          <li key={r.step} className={r.state}>
            <span className="rung" aria-hidden="true">{r.state === 'done' ? '✓' : r.step}</span>
            <span className="ladder-who">{groups(r.plan)}</span>
            {said(r)}
          </li>
        ))}
        {again && (
          <li className={again.nextAt !== undefined ? 'next' : again.count > 0 ? 'done' : 'later'}>
            <span className="rung" aria-hidden="true">{'↻'}</span>
            <span className="ladder-who">{t('panic.ladder.again')}{again.count > 0 && again.lastAt !== undefined && <span className="dim"> · {t('panic.ladder.againDone', { count: again.count, time: clockTime(again.lastAt, zone) })}</span>}</span>
            {again.nextAt !== undefined ? <b className="num" role="timer" aria-label={t('panic.ladder.next')}>{due(again.nextAt)}</b> : again.count === 0 ? <span className="dim">{t('panic.ladder.againMost', { limit: again.limit })}</span> : <span />}
          </li>
        )}
      </ol>
      {a.status === 'reconocida' && <p className="dim small">{t('panic.ladder.stopped')}</p>}
      {a.status === 'nueva' && a.next_step_at === undefined && a.escalation_step > 0 && <p className="dim small">{t('panic.ladder.nothing')}</p>}
    </div>
  )
}
