import { useQuery } from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { components } from '../../../client'
import { now } from '../../clock'
import { useAddress } from '../data/address'
import { ago, age, dateTime } from '../data/ages'
import { useTick } from '../data/hooks'
import { Empty, Skeleton } from '../panels/people-panel'
import { useOffice, useCompanies } from '../common/office'
import { Grid, type Column } from '../common/grid'
import { JobPanel } from './job-panel'
import { Side } from '../common/parts'
import { say } from '../common/problem'

export type Job = components['schemas']['JobView']
export type Run = components['schemas']['RunView']
/** How often what is shown is read again while somebody looks. */
export const every = 15_000
/** A job that was due this long ago and did not begin is late: the schedule looks every few seconds. */
const lateAfter = 2 * 60_000

/** Whether a job should have run and has not. */
export const overdue = (j: Job, time: number) => j.next_due_at !== undefined && time - Date.parse(j.next_due_at) > lateAfter
const rank = (j: Job, time: number) => (j.last_run?.state === 'failed' ? 0 : overdue(j, time) || j.last_run?.late ? 1 : j.last_run?.state === 'running' || j.last_run?.state === 'due' ? 2 : 3)

/** What runs on a schedule: when it ran, how it ended, when it comes again. */
export function JobsView() {
  const { t } = useTranslation()
  const admin = useOffice()
  const { session, who } = admin
  const { get, set } = useAddress()
  useTick(5000)
  const platform = who.company === ''
  const companies = useCompanies(platform).data ?? []
  const company = platform ? get('company') : ''
  const zone = platform ? companies.find((c) => c.id === company)?.zone : admin.zone
  const grid = useRef<{ focus: () => void }>(null)
  const jobs = useQuery({ queryKey: ['jobs', company], queryFn: () => session.request('get', '/v1/jobs', { query: { company } }).then((a) => a.jobs ?? []), refetchInterval: every, staleTime: 0 })
  const time = now()
  const minute = Math.floor(time / 60_000)
  const columns = useMemo<readonly Column<Job>[]>(() => {
    const at = (s: string | undefined) => (s ? Date.parse(s) : 0)
    return [
      { id: 'name', header: t('jobs.job'), grow: 3, value: (j) => j.name, render: (j) => <b>{j.name}</b> },
      { id: 'state', header: t('jobs.last'), grow: 2.2, value: (j) => rank(j, now()), render: (j) => <LastRun job={j} /> },
      { id: 'ran', header: t('jobs.ran'), grow: 1.6, value: (j) => at(j.last_run?.started_at), render: (j) => (j.last_run?.started_at ? ago(now() - at(j.last_run.started_at)) : t('person.unknown')), wide: true },
      { id: 'next', header: t('jobs.next'), grow: 2, value: (j) => at(j.next_due_at), render: (j) => <Next job={j} zone={zone} /> },
      { id: 'when', header: t('jobs.when'), grow: 1.8, value: (j) => (j.every_s ?? 0) || 86_400, render: (j) => (j.at ? t('jobs.daily', { at: j.at }) : t('jobs.every', { age: age((j.every_s ?? 0) * 1000) })), wide: true },
      { id: 'service', header: t('jobs.service'), grow: 1.5, value: (j) => j.service, wide: true },
    ]
    // Ages are written anew with every tick.
    // eslint-disable-next-line
  }, [t, zone, minute])
  const list = jobs.data ?? noJobs
  const late = list.filter((j) => rank(j, time) < 2).length
  const close = () => {
    set({ id: undefined })
    grid.current?.focus()
  }
  const id = get('id')
  const job = list.find((j) => j.name === id)
  return (
    <>
      <div className="office-main">
        <div className="tools">
          {platform && (
            <select aria-label={t('login.company')} value={company} onChange={(e) => set({ company: e.target.value })}>
              <option value="">{t('companies.all')}</option>
              {companies.map((c) => <option key={c.id} value={c.id}>{c.name}</option>)}
            </select>
          )}
          <span className="count dim" role="status">{jobs.data && (late > 0 ? t('jobs.attention', { count: late }) : t('jobs.fine'))}</span>
          {jobs.error && jobs.data && <span className="warn" role="alert">{t('jobs.stale', { age: ago(Date.now() - jobs.dataUpdatedAt) })}</span>}
        </div>
        {jobs.error && !jobs.data ? <Empty title={t('jobs.error')} hint={say(jobs.error)} action={t('boot.retry')} onAction={() => void jobs.refetch()} /> : !jobs.data ? <Skeleton rows={8} height={36} /> : list.length === 0 ? <Empty title={t('jobs.none')} hint={t('jobs.noneHint')} /> : (
          <Grid label={t('jobs.title')} columns={columns} rows={list} id={(j) => j.name} chosen={id || undefined} onOpen={(j) => set({ id: j.name })} sort={get('sort') || 'name'} onSort={(s) => set({ sort: s === 'name' ? undefined : s })} handle={grid} />
        )}
      </div>
      {id && jobs.data && (job ? <JobPanel key={`${id}/${company}`} job={job} company={company} zone={zone} onClose={close} onAsked={() => void jobs.refetch()} /> : <Side title={t('jobs.title')} onClose={close}><Empty title={t('jobs.gone')} hint={t('notFound.hint')} /></Side>)}
    </>
  )
}

const noJobs: readonly Job[] = []

function LastRun({ job }: { job: Job }) {
  const { t } = useTranslation()
  const r = job.last_run
  if (!r) return <span className="dim">{t('jobs.never')}</span>
  return <span className={r.state === 'failed' ? 'red' : ''}>{t(`jobs.state.${r.state}`)}{r.late && <span className="tag warn">{t('jobs.late')}</span>}</span>
}

function Next({ job, zone }: { job: Job; zone: string | undefined }) {
  const { t } = useTranslation()
  if (!job.next_due_at) return t('person.unknown')
  const at = Date.parse(job.next_due_at)
  return overdue(job, now()) ? <span className="warn">{t('jobs.overdue', { age: age(now() - at) })}</span> : dateTime(at, zone)
}
