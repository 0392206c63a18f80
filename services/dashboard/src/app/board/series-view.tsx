import { Button } from '@mui/material'
import { useMemo, useRef, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { now as serverNow } from '../../clock'
import { errorText } from '../../i18n'
import { CloseIcon, LeftIcon, SearchIcon } from '../../icons'
import { Grid, type Column } from '../common/grid'
import { Side } from '../common/parts'
import { useAddress } from '../data/address'
import { plain, whole } from '../data/ages'
import { useTick } from '../data/hooks'
import { dateOf } from '../day/dates'
import { Empty, Skeleton } from '../panels/people-panel'
import { SeriesPanel, useSeriesText } from './series-panel'
import { shortDate } from './series-say'
import { isCurrent, nextDate, useSeries, type Series } from './series-use'
import { useNames } from './words'

const filters = ['current', 'problem', 'over'] as const

/** Recurring visits: what repeats, for whom and where, when next, and what is wrong. */
export default function SeriesView({ zone, search }: { zone: string; search: RefObject<HTMLInputElement | null> }) {
  const { t } = useTranslation()
  const { get, set, go } = useAddress()
  const read = useSeries()
  const names = useNames()
  const grid = useRef<{ focus: () => void }>(null)
  useTick(30_000)
  const now = serverNow()
  const today = dateOf(now, zone)
  const filter = filters.find((f) => f === get('state')) ?? 'current'
  const text = plain(get('q'))
  const of = (s: Series) => (s.visit.user_id ? s.user_name || names.user(s.visit.user_id) : t('board.unassigned'))
  const list = read.data ?? []
  const fits = { current: (s: Series) => isCurrent(s, today), problem: (s: Series) => s.problem !== '', over: (s: Series) => !isCurrent(s, today) }
  const rows = list.filter((s) => fits[filter](s) && (!text || plain(`${s.visit.title} ${s.place_name} ${of(s)}`).includes(text)))
  const columns = useColumns(zone, Math.floor(now / 60_000) * 60_000, of)
  const id = get('id')
  const chosen = list.find((s) => s.id === id)
  const close = () => {
    set({ id: undefined })
    grid.current?.focus()
  }
  return (
    <>
      <div className="office-main b-series" aria-busy={!read.data}>
        <div className="tools">
          <Button variant="outlined" startIcon={<LeftIcon size={16} />} onClick={() => go('/board')}>{t('board.series.back')}</Button>
          <div className="search">
            <SearchIcon size={17} />
            <input ref={search} type="search" value={get('q')} placeholder={t('board.series.search')} aria-label={t('board.series.search')} onChange={(e) => set({ q: e.target.value })} />
            {get('q') && <button type="button" aria-label={t('people.clear')} onClick={() => set({ q: undefined })}><CloseIcon size={15} /></button>}
          </div>
          <span className="count dim" role="status">{t('board.series.count', { count: rows.length })}</span>
        </div>
        <div className="chips" role="group" aria-label={t('alerts.filterStatus')}>
          {filters.map((f) => {
            const n = list.filter(fits[f]).length
            return <button type="button" key={f} className={`chip b-chip ${f === 'problem' ? 'overdue' : ''}`} aria-pressed={filter === f} disabled={n === 0 && filter !== f} onClick={() => set({ state: f === 'current' ? undefined : f })}><b>{whole(n)}</b> <span>{t(`board.series.filter.${f}`)}</span></button>
          })}
        </div>
        {read.error && !read.data ? <Empty title={t('board.series.error')} hint={errorText(read.error)} action={t('boot.retry')} onAction={() => void read.refetch()} /> : !read.data ? <Skeleton rows={10} height={36} /> : rows.length === 0 ? (
          text ? <Empty title={t('board.series.empty')} hint={t('people.emptyHint')} action={t('people.clear')} onAction={() => set({ q: undefined })} /> : filter === 'current' ? <Empty title={t('board.series.nothing')} hint={t('board.series.nothingHint')} action={t('board.new')} onAction={() => go('/board?id=%2B')} /> : <Empty title={t(filter === 'over' ? 'board.series.nothingOver' : 'board.series.nothingProblem')} hint="" />
        ) : (
          <Grid label={t('board.series.list')} columns={columns} rows={rows} id={(s) => s.id} chosen={id || undefined} onOpen={(s) => set({ id: s.id })} sort={get('sort') || 'next'} onSort={(s) => set({ sort: s === 'next' ? undefined : s })} rowClass={(s) => (isCurrent(s, today) ? '' : 'faint')} handle={grid} />
        )}
      </div>
      {chosen ? <SeriesPanel key={id} series={chosen} zone={zone} now={now} onClose={close} /> : id && read.data ? <Side title={t('board.series.one')} onClose={close}><Empty title={t('board.series.notFound')} hint={t('board.series.notFoundHint')} /></Side> : null}
    </>
  )
}

function useColumns(zone: string, now: number, of: (s: Series) => string): readonly Column<Series>[] {
  const { t } = useTranslation()
  const says = useSeriesText()
  // A date is looked for once a minute, and not each time that the list is drawn.
  const next = useMemo(() => {
    const known = new Map<string, string>()
    return (s: Series) => {
      const key = `${s.id} ${s.state}`
      if (!known.has(key)) known.set(key, nextDate(s, zone, now))
      return known.get(key)!
    }
  }, [zone, now])
  const year = dateOf(now, zone).slice(0, 4)
  return [
    { id: 'title', header: t('board.field.title'), grow: 2.2, value: (s) => s.visit.title, render: (s) => <span title={s.visit.title}>{s.visit.title}</span> },
    { id: 'rule', header: t('board.series.rule'), grow: 4, value: says, render: (s) => <span title={says(s)}>{says(s)}</span>, wide: true },
    { id: 'worker', header: t('board.field.worker'), grow: 1.6, value: of, wide: true },
    { id: 'place', header: t('board.field.place'), grow: 1.8, value: (s) => s.place_name, wide: true },
    { id: 'next', header: t('board.series.next'), grow: 1.3, value: (s) => next(s) || '9', render: (s) => <span className="num">{next(s) && shortDate(next(s), year)}</span> },
    { id: 'state', header: t('board.series.status'), grow: 1.9, value: (s) => (s.problem ? '0' : s.state), render: (s) => (s.problem ? <b className="red" title={t(`board.series.problemText.${s.problem === 'place_archived' ? 'place_archived' : 'internal'}`)}>{t(`board.series.problem.${s.problem === 'place_archived' ? 'place_archived' : 'internal'}`)}</b> : t(`board.series.state.${s.state}`)) },
  ]
}
