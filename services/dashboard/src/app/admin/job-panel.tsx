import { Button } from '@mui/material'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useRef, useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { age, dateTime } from '../data/ages'
import { Skeleton } from '../panels/people-panel'
import { newKey, useAction, useOffice } from '../common/office'
import { every, type Job, type Run } from './jobs-view'
import { Input, Side } from '../common/parts'
import { fieldErrors, say } from '../common/problem'

const states = ['', 'failed', 'skipped', 'running', 'done'] as const

/** A job's runs, and what can be asked of it. */
export function JobPanel({ job, company, zone, onClose, onAsked }: { job: Job; company: string; zone: string | undefined; onClose: () => void; onAsked: () => void }) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const [state, setState] = useState<(typeof states)[number]>('')
  const runs = useInfiniteQuery({
    queryKey: ['job', job.name, company, state],
    initialPageParam: '',
    queryFn: ({ pageParam }) => session.request('get', '/v1/jobs/{worker}/runs', { path: { worker: job.name }, query: { company, limit: 30, ...(state && { state }), ...(pageParam && { cursor: pageParam }) } }),
    getNextPageParam: (last) => last.next || undefined,
    refetchInterval: every,
    staleTime: 0,
  })
  const list = runs.data?.pages.flatMap((p) => p.runs ?? []) ?? []
  return (
    <Side title={job.name} sub={`${job.service} · ${job.at ? t('jobs.daily', { at: job.at }) : t('jobs.every', { age: age((job.every_s ?? 0) * 1000) })}`} onClose={onClose}>
      <p>{job.about}</p>
      <Ask job={job} company={company} zone={zone} onAsked={onAsked} />
      <section className="log">
        <div className="log-head">
          <h3>{t('jobs.runs')}</h3>
          <select aria-label={t('alerts.filterStatus')} value={state} onChange={(e) => setState(e.target.value as typeof state)}>
            {states.map((s) => <option key={s} value={s}>{s === '' ? t('jobs.all') : t(`jobs.state.${s}`)}</option>)}
          </select>
        </div>
        {runs.error && !runs.data ? <p className="dim">{say(runs.error)}</p> : !runs.data ? <Skeleton rows={4} /> : list.length === 0 ? <p className="dim">{state === '' ? t('jobs.never') : t('jobs.noRuns')}</p> : (
          <ol className="history">{list.map((r) => <RunLine key={`${r.company ?? ''}/${r.slot}/${r.requested_by ?? ''}`} run={r} zone={zone} daily={job.at !== undefined} named={company === ''} />)}</ol>
        )}
        {runs.hasNextPage && <button type="button" className="link" disabled={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>{t('alerts.more')}</button>}
      </section>
    </Side>
  )
}

function RunLine({ run: r, zone, daily, named }: { run: Run; zone: string | undefined; daily: boolean; named: boolean }) {
  const { t } = useTranslation()
  const took = r.started_at && r.finished_at ? Date.parse(r.finished_at) - Date.parse(r.started_at) : undefined
  return (
    <li>
      <time dateTime={r.due_at}>{dateTime(Date.parse(r.started_at ?? r.due_at), zone)}</time>
      <div>
        <span className={r.state === 'failed' ? 'red' : ''}>{t(`jobs.state.${r.state}`)}</span>
        {took !== undefined && <span className="dim"> · {took < 1000 ? `${took} ms` : age(took)}</span>}
        {r.late && <span className="tag warn">{t('jobs.late')}</span>}
        {daily && <div className="small">{t('jobs.for', { date: r.slot })}{named && r.company && <span className="dim"> · {r.company}</span>}</div>}
        {(r.attempts > 1 || (r.missed ?? 0) > 0) && <div className="small dim">{[r.attempts > 1 && t('jobs.attempts', { count: r.attempts }), (r.missed ?? 0) > 0 && t('jobs.missed', { count: r.missed ?? 0 })].filter(Boolean).join(' · ')}</div>}
        {r.requested_by && <div className="small dim">{t('jobs.by', { name: r.requested_by })}</div>}
        {r.error && <div className="small bad">{r.error}</div>}
      </div>
    </li>
  )
}

/** Run now, or a daily job again for a past date. A request that is repeated has the same key, and runs once. */
function Ask({ job, company, zone, onAsked }: { job: Job; company: string; zone: string | undefined; onAsked: () => void }) {
  const { t } = useTranslation()
  const { session, who } = useOffice()
  const queries = useQueryClient()
  const [date, setDate] = useState('')
  const [asked, setAsked] = useState('')
  const key = useRef({ of: '', key: '' })
  const act = useAction()
  const daily = job.at !== undefined
  const wants = daily && who.company === '' && company === ''
  const bad = fieldErrors(act.error)
  const run = (day: string) => {
    if (key.current.of !== day || !act.error) key.current = { of: day, key: newKey() }
    setAsked('')
    void act.run(async () => {
      const r = await session.request('post', '/v1/jobs/{worker}/run', { path: { worker: job.name }, body: { ...(day && { date: day }), ...(company && { company }) }, key: key.current.key })
      setAsked(t('jobs.asked', { what: daily ? r.slot : job.name }))
      await queries.invalidateQueries({ queryKey: ['job', job.name] })
      onAsked()
    })
  }
  const again = (e: FormEvent) => {
    e.preventDefault()
    if (date) run(date)
  }
  if (wants) return <p className="notes warn">{t('jobs.chooseCompany')}</p>
  return (
    <form className="ask" noValidate onSubmit={again}>
      <Button type="button" variant="contained" disabled={act.busy} onClick={() => run('')}>{t('jobs.runNow')}</Button>
      {daily && (
        <>
          <Input label={t('jobs.date')} type="date" value={date} onChange={setDate} error={bad['date']} max={dayIn(zone)} />
          <Button type="submit" variant="outlined" disabled={act.busy || !date}>{t('jobs.again')}</Button>
        </>
      )}
      {act.text && !bad['date'] && <p className="bad-box" role="alert">{act.text}</p>}
      <p className="good" role="status">{asked}</p>
    </form>
  )
}

/** Today's date in a zone, by the server's clock. */
const dayIn = (zone: string | undefined) => new Intl.DateTimeFormat('en-CA', { ...(zone && { timeZone: zone }), year: 'numeric', month: '2-digit', day: '2-digit' }).format(now())
