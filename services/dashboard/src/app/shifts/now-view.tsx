import { useMemo, useRef, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { Grid, type Column } from '../common/grid'
import { say } from '../common/problem'
import { useAddress } from '../data/address'
import { age, clockTime, dateTime, plain, whole } from '../data/ages'
import { useFailed, useUsers } from '../data/data'
import { useTick } from '../data/hooks'
import { dateOf } from '../day/dates'
import { Empty, Skeleton } from '../panels/people-panel'
import { Sign } from '../panels/sign'
import { leave } from '../zones/guard'
import { FindPeople } from './find'
import { rowsOf, statuses, worked, type Known, type Row, type Status } from './model'
import { hours } from './times'
import { usePlanner } from './use-plans'
import { useCompanyZone, useShiftsNow } from './use-shifts'
import { WorkerPanel } from './worker-panel'

export const signs = { late: 'alert', paused: 'stale', in: 'fresh', out: 'never' } as const
const shows = [...statuses, 'forced', 'objected'] as const
type Show = (typeof shows)[number]
const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true })

/** Everybody, and who of them works now. Search and filters are in the address. */
export function NowView({ search, heard }: { search: RefObject<HTMLInputElement | null>; heard: ReadonlyMap<string, Known> }) {
  const { t } = useTranslation()
  const { get, set } = useAddress()
  useTick(5000)
  const time = now()
  const zone = useCompanyZone()
  const { shifts, error, refetch } = useShiftsNow(heard)
  const users = useUsers()
  const failed = useFailed('people')
  const planned = usePlanner(time)
  const grid = useRef<{ focus: () => void }>(null)

  const people = useMemo(() => {
    const works = new Set(shifts?.map((s) => s.user_id))
    return [...users.values()].filter((u) => u.role === 'colaborador' || works.has(u.id)).map((u) => ({ id: u.id, name: u.name, plain: plain(u.name), teams: u.teams ?? [] })).sort((a, b) => collator.compare(a.name, b.name))
  }, [users, shifts])
  // Every minute is soon enough for who is missing.
  const minute = Math.floor(time / 60_000)
  const rows = useMemo(() => (shifts ? rowsOf(people, shifts, planned, time) : undefined), [people, shifts, planned, minute])
  const [text, team, show] = [plain(get('q')), get('team'), get('show') as Show | '']
  const names = useMemo(() => new Map(people.map((p) => [p.id, p.plain])), [people])
  const found = useMemo(() => (rows ?? []).filter((r) => (!text || names.get(r.id)!.includes(text)) && (!team || r.teams.includes(team))), [rows, names, text, team])
  const is = (r: Row, s: Show) => (s === 'forced' ? r.forced !== undefined : s === 'objected' ? r.objected : r.status === s)
  const shown = show ? found.filter((r) => is(r, show)) : found
  const columns = useColumns(time, zone)
  const id = get('id')
  const filtered = Boolean(text || team || show)
  const close = () => leave(() => {
    set({ id: undefined })
    grid.current?.focus()
  })
  const gone = (error && !shifts) || (failed !== undefined && users.size === 0)
  return (
    <>
      <div className="office-main">
        <div className="tools">
          <FindPeople search={search} />
          <span className="count dim" role="status">{rows && (filtered ? t('people.of', { shown: whole(shown.length), total: whole(rows.length) }) : t('people.count', { count: shown.length }))}</span>
        </div>
        <div className="chips sh-chips" role="group" aria-label={t('shifts.filter')}>
          {shows.map((s) => {
            const n = found.filter((r) => is(r, s)).length
            return (
              <button type="button" key={s} className="chip" aria-pressed={show === s} disabled={n === 0 && show !== s} title={t(`shifts.hint.${s}`)} onClick={() => set({ show: show === s ? undefined : s })}>
                {s !== 'forced' && s !== 'objected' && <Sign state={signs[s]} size={13} />} <b>{whole(n)}</b> <span>{t(`shifts.status.${s}`)}</span>
              </button>
            )
          })}
        </div>
        {gone ? <Empty title={t('shifts.error')} hint={say(error ?? failed)} action={t('boot.retry')} onAction={() => void refetch()} /> : !rows || users.size === 0 ? <Skeleton rows={14} height={36} /> : shown.length === 0 ? (
          filtered ? <Empty title={t('people.empty')} hint={t('people.emptyHint')} action={t('people.clear')} onAction={() => set({ q: undefined, team: undefined, show: undefined })} /> : <Empty title={t('people.none')} hint={t('people.noneHint')} />
        ) : (
          <Grid label={t('shifts.title')} columns={columns} rows={shown} id={(r) => r.id} chosen={id || undefined} onOpen={(r) => leave(() => set({ id: r.id }))} sort={get('sort') || 'status'} onSort={(s) => set({ sort: s === 'status' ? undefined : s })} rowClass={(r) => (r.status === 'out' ? 'faint' : '')} handle={grid} />
        )}
      </div>
      {id && rows && users.size > 0 && <WorkerPanel key={id} id={id} row={rows.find((r) => r.id === id)} onClose={close} />}
    </>
  )
}

const order: Record<Status, number> = { late: 0, paused: 1, in: 2, out: 3 }

function useColumns(time: number, zone: string): readonly Column<Row>[] {
  const { t } = useTranslation()
  return useMemo(() => {
    const today = dateOf(time, zone)
    const when = (ms: number) => (dateOf(ms, zone) === today ? clockTime(ms, zone) : dateTime(ms, zone))
    /** Since when it is as it is: who is missing, since the plan; who is out, since the last end. */
    const since = (r: Row): number | undefined => (r.status === 'late' ? r.plan?.from : r.shift && (r.status === 'out' ? (r.shift.ended_at ? Date.parse(r.shift.ended_at) : undefined) : Date.parse(r.shift.since)))
    const works = (r: Row) => (r.shift && r.status !== 'late' && (r.status !== 'out' || dateOf(Date.parse(r.shift.started_at), zone) === today) ? worked(r.shift, time) : -1)
    return [
      { id: 'name', header: t('admin.field.name'), grow: 3, value: (r) => r.name },
      { id: 'status', header: t('shifts.state'), grow: 2.2, value: (r) => order[r.status], render: (r) => <span className="sh-status"><Sign state={signs[r.status]} size={14} /> <span>{r.status === 'late' ? t('shifts.lateBy', { age: age(time - r.plan!.from) }) : t(`shifts.status.${r.status}`)}</span></span> },
      { id: 'since', header: t('shifts.since'), grow: 1.6, value: (r) => since(r) ?? 0, render: (r) => <span className="num">{since(r) === undefined ? '' : when(since(r)!)}</span> },
      { id: 'start', header: t('shifts.started'), grow: 1.6, value: (r) => (r.shift ? Date.parse(r.shift.started_at) : 0), render: (r) => <span className="num">{r.shift && r.status !== 'late' ? when(Date.parse(r.shift.started_at)) : ''}</span>, wide: true },
      { id: 'worked', header: t('shifts.worked'), grow: 1.2, value: works, render: (r) => <span className="num">{works(r) < 0 ? '' : hours(works(r))}</span> },
      { id: 'plan', header: t('shifts.planned'), grow: 2, value: (r) => r.plan?.from ?? 0, render: (r) => <span className="num">{r.plan ? `${when(r.plan.from)}–${clockTime(r.plan.until, zone)}` : ''}</span>, wide: true },
      { id: 'note', header: t('shifts.note'), grow: 2.6, value: (r) => (r.objected ? 2 : r.forced ? 1 : 0), render: (r) => (r.objected ? <span className="tag warn sh-tag">{t('shifts.status.objected')}</span> : r.forced ? <span className="tag warn sh-tag">{t('shifts.forcedAt', { time: r.forced.ended_at ? when(Date.parse(r.forced.ended_at)) : '' })}</span> : ''), wide: true },
    ] satisfies Column<Row>[]
    // The words change each second; what does not is not drawn anew.
  }, [t, zone, Math.floor(time / 5000)])
}
