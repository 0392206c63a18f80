import { Button } from '@mui/material'
import { useMemo, useRef, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { DownloadIcon } from '../../icons'
import { useAction, useOffice } from '../common/office'
import { download } from '../common/files'
import { Grid, type Column } from '../common/grid'
import { say } from '../common/problem'
import { DateField } from '../common/date-field'
import { useAddress } from '../data/address'
import { plain, whole } from '../data/ages'
import { useUsers } from '../data/data'
import { dateOf, readDate } from '../day/dates'
import { Empty, Skeleton } from '../panels/people-panel'
import { leave } from '../zones/guard'
import { FindPeople } from './find'
import { HoursPanel } from './hours-panel'
import { shiftWords } from './say'
import { daysIn, hours, type Period } from './times'
import { lateOf, longest, periods, statuses, statusOf, useHours, type HoursStatus, type UserHours } from './use-hours'
import { useCompanyZone } from './use-shifts'

const shortcuts = ['week', 'lastWeek', 'half', 'lastHalf'] as const

/** Who worked how much in a period, and what of it is approved. The period and the filters are in the address. */
export function HoursView({ search }: { search: RefObject<HTMLInputElement | null> }) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const { get, set } = useAddress()
  const zone = useCompanyZone()
  const usual = periods(dateOf(now(), zone))
  const period: Period = { from: readDate(get('from')) ?? usual.lastWeek.from, to: readDate(get('to')) ?? usual.lastWeek.to }
  const days = daysIn(period)
  const right = days >= 1 && days <= longest
  const [team, text, show] = [get('team'), plain(get('q')), get('show') as HoursStatus | '']
  const { data, error, refetch, isPlaceholderData } = useHours(period, team, right)
  const users = useUsers()
  const exporting = useAction(shiftWords)
  const grid = useRef<{ focus: () => void }>(null)
  // Who works in an office has a plan as well; their hours matter when there are some.
  const listed = useMemo(() => (data ?? []).filter((h) => h.worked_s > 0 || (h.approvals ?? []).length > 0 || users.get(h.user_id)?.role === 'colaborador'), [data, users])
  const found = useMemo(() => listed.filter((h) => !text || plain(h.user_name).includes(text)), [listed, text])
  const shown = show ? found.filter((h) => statusOf(h) === show) : found
  const columns = useColumns()
  const id = get('id')
  const close = () => leave(() => {
    set({ id: undefined })
    grid.current?.focus()
  })
  const choose = (p: Period) => set({ from: p.from === usual.lastWeek.from && p.to === usual.lastWeek.to ? undefined : p.from, to: p.from === usual.lastWeek.from && p.to === usual.lastWeek.to ? undefined : p.to })
  const file = () => void exporting.run(async () => download(`terreno-${period.from}-${period.to}.csv`, `\ufeff${await session.request('get', '/v1/hours/export', { query: { from: period.from, to: period.to, ...(team && { team }) } })}`))
  return (
    <>
      <div className="office-main">
        <div className="tools sh-tools">
          <FindPeople search={search} />
          <select aria-label={t('shifts.hours.period')} value={shortcuts.find((s) => usual[s].from === period.from && usual[s].to === period.to) ?? ''} onChange={(e) => e.target.value && choose(usual[e.target.value as 'week'])}>
            <option value="">{t('shifts.hours.other')}</option>
            {shortcuts.map((s) => <option key={s} value={s}>{t(`shifts.hours.${s}`)}</option>)}
          </select>
          <DateField label={t('shifts.hours.from')} value={period.from} onDate={(from) => set({ from, to: period.to })} />
          <DateField label={t('shifts.hours.to')} value={period.to} onDate={(to) => set({ from: period.from, to })} />
          <span className="count dim" role="status">{data && right && (found.length === shown.length ? t('people.count', { count: shown.length }) : t('people.of', { shown: whole(shown.length), total: whole(found.length) }))}</span>
          <Button variant="outlined" startIcon={<DownloadIcon size={16} />} disabled={exporting.busy || !right} onClick={file}>{t('shifts.hours.csv')}</Button>
        </div>
        <div className="chips sh-chips" role="group" aria-label={t('shifts.filter')}>
          {statuses.map((s) => {
            const n = found.filter((h) => statusOf(h) === s).length
            return <button type="button" key={s} className="chip" aria-pressed={show === s} disabled={n === 0 && show !== s} onClick={() => set({ show: show === s ? undefined : s })}><b>{whole(n)}</b> <span>{t(`shifts.hours.status.${s}`)}</span></button>
          })}
        </div>
        {exporting.text && <p className="bad-box sh-note" role="alert">{exporting.text}</p>}
        {!right ? <Empty title={t('shifts.hours.wrong')} hint={t('shifts.hours.wrongHint')} /> : error && !data ? <Empty title={t('shifts.hours.error')} hint={say(error, shiftWords)} action={t('boot.retry')} onAction={() => void refetch()} /> : !data ? <Skeleton rows={14} height={36} /> : shown.length === 0 ? (
          <Empty title={t('people.empty')} hint={t('people.emptyHint')} action={t('people.clear')} onAction={() => set({ q: undefined, team: undefined, show: undefined })} />
        ) : (
          <Grid label={t('shifts.hours.title')} columns={columns} rows={shown} id={(h) => h.user_id} chosen={id || undefined} onOpen={(h) => leave(() => set({ id: h.user_id }))} sort={get('sort') || 'name'} onSort={(s) => set({ sort: s === 'name' ? undefined : s })} rowClass={(h) => (isPlaceholderData || statusOf(h) === 'none' ? 'faint' : '')} handle={grid} />
        )}
      </div>
      {id && data && right && <HoursPanel key={`${id}/${period.from}/${period.to}`} id={id} hours={data.find((h) => h.user_id === id)} period={period} onClose={close} />}
    </>
  )
}

const seconds = (s: number) => (s === 0 ? '' : hours(s * 1000))
/** More or less than was planned. */
export const balance = (worked: number, planned: number) => (worked === planned ? '0:00' : `${worked > planned ? '+' : '−'}${hours(Math.abs(worked - planned) * 1000)}`)

function useColumns(): readonly Column<UserHours>[] {
  const { t } = useTranslation()
  return useMemo(() => {
    const notes = (h: UserHours) => {
      const sum = (f: 'forced' | 'corrected') => (h.days ?? []).reduce((n, d) => n + d[f], 0)
      return [lateOf(h) > 0 && t('shifts.hours.late', { count: lateOf(h) }), sum('forced') > 0 && t('shifts.hours.forced', { count: sum('forced') }), sum('corrected') > 0 && t('shifts.hours.corrected', { count: sum('corrected') })].filter(Boolean).join(' · ')
    }
    const num = (text: string) => <span className="num">{text}</span>
    return [
      { id: 'name', header: t('admin.field.name'), grow: 3, value: (h) => h.user_name },
      { id: 'worked', header: t('shifts.hours.worked'), grow: 1.3, value: (h) => h.worked_s, render: (h) => num(seconds(h.worked_s)) },
      { id: 'planned', header: t('shifts.planned'), grow: 1.3, value: (h) => h.planned_s, render: (h) => num(seconds(h.planned_s)), wide: true },
      { id: 'balance', header: t('shifts.hours.balance'), grow: 1.3, value: (h) => h.worked_s - h.planned_s, render: (h) => num(h.worked_s + h.planned_s === 0 ? '' : balance(h.worked_s, h.planned_s)), wide: true },
      { id: 'paused', header: t('shifts.hours.paused'), grow: 1.2, value: (h) => h.paused_s, render: (h) => num(seconds(h.paused_s)), wide: true },
      { id: 'status', header: t('shifts.state'), grow: 2, value: (h) => statuses.indexOf(statusOf(h)), render: (h) => <span className={statusOf(h) === 'late' || statusOf(h) === 'objected' ? 'tag warn sh-tag' : ''}>{t(`shifts.hours.status.${statusOf(h)}`)}</span> },
      { id: 'note', header: t('shifts.note'), grow: 3, value: notes, render: (h) => <span className="dim">{notes(h)}</span>, wide: true },
    ] satisfies Column<UserHours>[]
  }, [t])
}
