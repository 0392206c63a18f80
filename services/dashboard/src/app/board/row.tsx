import { memo, type PointerEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { along, Bar, laneHeight } from './bar'
import type { Moving } from './move'
import type { Row } from './rows'
import { spanText } from './times'
import { lateness, type Activity } from './visit'

/** So many lanes of a row are shown before somebody asks for the rest. */
export const mostLanes = 4

export const lanesOf = (r: Row, expanded: boolean): number => Math.max(1, expanded ? r.lanes : Math.min(r.lanes, mostLanes))
export const rowHeight = (r: Row, expanded: boolean): number => lanesOf(r, expanded) * laneHeight + 12 + (r.lanes > mostLanes ? 22 : 0)

interface Props {
  index: number
  top: number
  height: number
  row: Row
  day: { from: number; to: number }
  date: string
  zone: string
  now: number
  chosen: string | undefined
  active: string | undefined
  expanded: boolean
  /** The id of the visit that is moved. */
  moved: string | undefined
  /** What would come into this row. */
  ghost: Moving | undefined
  onOpen: (v: Activity) => void
  onTake: (e: PointerEvent, v: Activity) => void
  onToggle: (id: string) => void
  onNew: ((row: string, x: number) => void) | undefined
}

/** A worker and what they have to do, or what nobody has. */
export const BoardRow = memo(function BoardRow({ index, top, height, row, day, date, zone, now, chosen, active, expanded, moved, ghost, onOpen, onTake, onToggle, onNew }: Props) {
  const { t } = useTranslation()
  const name = row.id === '' ? t('board.unassigned') : row.name
  const done = row.visits.filter((v) => v.state === 'completada').length
  const late = row.visits.filter((v) => lateness(v, now) === 'overdue').length
  const lanes = lanesOf(row, expanded)
  const hidden = row.placed.filter((p) => p.lane >= lanes).length
  return (
    <div
      role="row" aria-rowindex={index + 1} className={`b-row ${row.id === '' ? 'nobody' : ''} ${ghost ? 'target' : ''}`} style={{ height, transform: `translateY(${top}px)` }}
      onDoubleClick={(e) => {
        const x = e.clientX - e.currentTarget.getBoundingClientRect().left - e.currentTarget.querySelector('.b-name')!.clientWidth
        if (onNew && x > 0 && !(e.target as HTMLElement).closest('.b-bar, button')) onNew(row.id, x)
      }}
    >
      <div role="rowheader" className="b-name">
        <b title={name}>{name}</b>
        <span className="dim">{row.id === '' ? t('board.count', { count: row.visits.length }) : row.visits.length > 0 ? t('board.done', { done, total: row.visits.length }) : t('board.free')}{late > 0 && <span className="red"> · {t('board.overdueCount', { count: late })}</span>}</span>
        {row.lanes > lanesOf(row, false) && <button type="button" className="link" tabIndex={-1} onClick={() => onToggle(row.id)}>{expanded ? t('board.less') : t('board.more', { count: hidden })}</button>}
      </div>
      <div className="b-lanes" role="presentation">
        {row.placed.map(({ visit: v, lane }) => lane < lanes && (
          <Bar key={v.id} visit={v} lane={lane} day={day} date={date} zone={zone} late={lateness(v, now)} now={v.state === 'en_sitio' ? now : 0} chosen={v.id === chosen} active={v.id === active} moving={v.id === moved} onOpen={onOpen} onTake={onTake} />
        ))}
        {ghost && (
          <div className={`b-ghost ${ghost.phase}`} aria-hidden="true" style={{ left: along(Math.max(0, ghost.to.from - day.from)), width: along(Math.min(ghost.to.until, day.to) - Math.max(ghost.to.from, day.from)) }}>
            <span>{spanText(ghost.to.from, ghost.to.until, zone, date)}</span>
          </div>
        )}
      </div>
    </div>
  )
})
