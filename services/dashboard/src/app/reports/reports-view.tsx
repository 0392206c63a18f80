import { Button } from '@mui/material'
import { useMemo, useRef, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { address } from '../../../client/http'
import { now } from '../../clock'
import { CloseIcon, DownloadIcon } from '../../icons'
import { readBlob } from '../common/blob'
import { DateField } from '../common/date-field'
import { save } from '../common/files'
import { Grid } from '../common/grid'
import { useAction, useOffice } from '../common/office'
import { say } from '../common/problem'
import { useAddress } from '../data/address'
import { plain, whole } from '../data/ages'
import { useData, useUsers } from '../data/data'
import { dateOf, readDate } from '../day/dates'
import { dayAddress } from '../day/link'
import { Empty, Skeleton } from '../panels/people-panel'
import { FindPeople } from '../shifts/find'
import type { Period } from '../shifts/times'
import { useColumns, useFoot } from './columns'
import { mayShow, rowOf, shortcutNames, shortcuts, sumOf, sums, type By, type Row } from './rows'
import { mostRows, usePlanned, useSummaries } from './use-summaries'

/** What everybody's days came to: a row for each day of each person, or for the sum of their days. Period and filters are in the address. */
export function ReportsView({ search, zone }: { search: RefObject<HTMLInputElement | null>; zone: string }) {
  const { t } = useTranslation()
  const d = useData()
  const { session } = useOffice()
  const { path, get, set, go, search: asked } = useAddress()
  const office = d.who.role !== 'colaborador'
  const today = dateOf(now(), zone)
  const usual = shortcuts(today)
  const first = office ? usual.yesterday : usual.week
  const period: Period = { from: readDate(get('from')) ?? first.from, to: readDate(get('to')) ?? first.to }
  const by: By = sums.find((s) => s === get('by')) ?? 'day'
  const right = mayShow(period, today)
  const [team, user, text] = [office ? get('team') : '', get('user'), plain(get('q'))]
  const query = { ...period, by, team, user, runs: period.to >= today }
  const { data, error, refetch, isPlaceholderData } = useSummaries(query, right)
  const planned = usePlanned(query, right, today)
  const users = useUsers()
  const exporting = useAction()
  const grid = useRef<{ focus: () => void }>(null)
  const rows = useMemo(() => (data?.list ?? []).map((s) => rowOf(s, users.get(s.user_id)?.name ?? s.user_id, planned)), [data, users, planned])
  const shown = useMemo(() => rows.filter((r) => !text || plain(r.name).includes(text)), [rows, text])
  const columns = useColumns(by, period.from === period.to, zone)
  const foot = useFoot(useMemo(() => sumOf(shown), [shown]))
  const choose = (p: Period) => set({ from: p.from, to: p.to })
  const file = (format: 'csv' | 'xlsx') => void exporting.run(async () => save(`terreno-${period.from}-${period.to}${by === 'day' ? '' : `-${by}`}.${format}`, await readBlob(session, by === 'day' ? address('/v1/summaries/export', {}, { ...period, team, user, format }) : address('/v1/summaries/totals', {}, { ...period, by, team, user, format }))))
  // A day leads back to the reports that it was opened from.
  const open = (r: Row) => (by === 'day' ? go(`${dayAddress(r.user)}?date=${r.period}&back=${encodeURIComponent(asked ? `${path}?${asked}` : path)}`) : set({ by: undefined, user: r.user, sort: undefined }))
  const filtered = Boolean(team || user || text)
  return (
    <div className="office-main">
      <div className="tools sh-tools">
        {office && <FindPeople search={search} />}
        <select aria-label={t('reports.period')} value={shortcutNames.find((s) => usual[s].from === period.from && usual[s].to === period.to) ?? ''} onChange={(e) => e.target.value && choose(usual[e.target.value as 'week'])}>
          <option value="">{t('reports.other')}</option>
          {shortcutNames.map((s) => <option key={s} value={s}>{t(`reports.shortcut.${s}`)}</option>)}
        </select>
        <DateField label={t('reports.from')} value={period.from} onDate={(from) => set({ from, to: period.to < from ? from : period.to })} />
        <DateField label={t('reports.to')} value={period.to} onDate={(to) => set({ from: period.from > to ? to : period.from, to })} />
        <select aria-label={t('reports.by')} value={by} onChange={(e) => set({ by: e.target.value === 'day' ? undefined : e.target.value, sort: undefined })}>
          {sums.map((s) => <option key={s} value={s}>{t(`reports.each.${s}`)}</option>)}
        </select>
        {user && <button type="button" className="chip" aria-pressed="true" onClick={() => set({ user: undefined })}>{t('reports.only', { name: users.get(user)?.name ?? user })} <CloseIcon size={13} /></button>}
        <span className="count dim" role="status">{data && right && t('reports.rows', { count: shown.length })}</span>
        <span className="rp-pending dim" role="status">{data && right && data.pending > 0 && t('reports.pending', { count: data.pending })}</span>
        <Button variant="outlined" startIcon={<DownloadIcon size={16} />} disabled={exporting.busy || !right} aria-label={t('reports.downloadCsv')} onClick={() => file('csv')}>{t('reports.csv')}</Button>
        <Button variant="outlined" startIcon={<DownloadIcon size={16} />} disabled={exporting.busy || !right} aria-label={t('reports.downloadXlsx')} onClick={() => file('xlsx')}>{t('reports.xlsx')}</Button>
      </div>
      {exporting.text && <p className="bad-box sh-note" role="alert">{exporting.text}</p>}
      {by !== 'day' && query.runs && right && <p className="dim small sh-note">{t('reports.closedOnly')}</p>}
      {data?.limited && <p className="warn sh-note" role="status">{t('reports.limited', { n: whole(mostRows) })}</p>}
      {!right ? <Empty title={t('reports.wrong')} hint={t('reports.wrongHint')} /> : error && !data ? <Empty title={t('reports.error')} hint={say(error)} action={t('boot.retry')} onAction={() => void refetch()} /> : !data ? <Skeleton rows={14} height={36} /> : shown.length === 0 ? (
        <Empty title={filtered ? t('people.empty') : t('reports.empty')} hint={t('reports.emptyHint')} {...(filtered && { action: t('people.clear'), onAction: () => set({ q: undefined, team: undefined, user: undefined }) })} />
      ) : (
        <Grid label={t('reports.table')} columns={columns} rows={shown} id={(r) => r.id} chosen={undefined} onOpen={open} sort={get('sort') || (period.from === period.to || by === 'all' ? 'name' : '-period')} onSort={(sort) => set({ sort })} rowClass={(r) => (isPlaceholderData || (r.distance === 0 && r.shift === 0) ? 'faint' : '')} handle={grid} foot={foot} />
      )}
    </div>
  )
}
