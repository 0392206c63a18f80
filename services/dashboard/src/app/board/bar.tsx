import { memo, type PointerEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { spanText } from './times'
import { StateSign } from './sign'
import { endOfWindow, realOf, startOfWindow, stateOf, type Activity, type Late } from './visit'

export const laneHeight = 30
const hour = 3_600_000

/** A place on the axis of a day, as CSS: the width of an hour is a variable, so that a wider window draws no bar again. */
export const along = (ms: number): string => `calc(var(--hour) * ${(ms / hour).toFixed(4)})`

interface Props {
  visit: Activity
  lane: number
  day: { from: number; to: number }
  date: string
  zone: string
  late: Late | undefined
  /** The time, for what goes on; the same for all others, so that they are not drawn again. */
  now: number
  chosen: boolean
  active: boolean
  moving: boolean
  onOpen: (v: Activity) => void
  onTake: (e: PointerEvent, v: Activity) => void
}

/** A visit in time: the box is its plan, the line in it is what really happened. */
export const Bar = memo(function Bar({ visit: v, lane, day, date, zone, late, now, chosen, active, moving, onOpen, onTake }: Props) {
  const { t } = useTranslation()
  const [from, until] = [Math.max(startOfWindow(v), day.from), Math.min(endOfWindow(v), day.to)]
  const real = realOf(v, now)
  const state = stateOf(v)
  const says = [
    v.title, v.place_name, spanText(startOfWindow(v), endOfWindow(v), zone, date), t(`board.state.${state}`), late && t(`board.late.${late}`), v.priority === 'high' && t('board.priority.high'),
    real && t('board.real', { span: spanText(real.from, real.to, zone, date) }), v.tipo === 'tarea' && t('board.tipo.tarea'),
  ].filter(Boolean).join(', ')
  return (
    <div
      role="gridcell" id={`bar-${v.id}`} aria-label={says} title={says} aria-selected={chosen} className={`b-bar ${state} ${late ?? ''} ${active ? 'active' : ''} ${moving ? 'moving' : ''} ${startOfWindow(v) < day.from ? 'cut-left' : ''} ${endOfWindow(v) > day.to ? 'cut-right' : ''}`}
      style={{ left: along(from - day.from), width: along(until - from), top: lane * laneHeight + 6 }} onPointerDown={(e) => onTake(e, v)} onClick={() => onOpen(v)}
    >
      <span className="b-in">
        <StateSign state={state} />
        {v.priority === 'high' && <b className="b-high" aria-hidden="true">!</b>}
        <span className="b-text">{v.title}{v.place_name && <small> {v.place_name}</small>}</span>
      </span>
      {real && real.from < day.to && (
        <span className={`b-real ${v.check_out_at === undefined ? 'open' : ''}`} style={{ left: along(Math.max(real.from, day.from) - from), width: along(Math.max(0, Math.min(real.to, day.to) - Math.max(real.from, day.from))) }} />
      )}
    </div>
  )
})
