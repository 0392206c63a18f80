import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { clockTime } from '../data/ages'
import { along } from './bar'
import type { Moving } from './move'
import { BoardRow, mostLanes, rowHeight } from './row'
import type { Row } from './rows'
import { useBoardKeys, type MoveKeys } from './use-board-keys'
import { useDrag } from './use-drag'
import { startOfWindow, type Activity } from './visit'

export interface BoardHandle {
  focus: () => void
  /** Makes a visit the one that keys act on. */
  activate: (id: string) => void
}

export const namesWidth = 200
const axisHeight = 30

export interface MouseMove {
  begin: (v: Activity) => void
  drag: (quarters: number, row: string | undefined) => void
  drop: () => void
  cancel: () => void
}

interface Props {
  rows: readonly Row[]
  day: { from: number; to: number }
  date: string
  zone: string
  now: number
  /** The whole day in view, or some twelve hours of it. */
  whole: boolean
  chosen: string | undefined
  moving: Moving | undefined
  onOpen: (v: Activity) => void
  onNew: ((worker: string, at: number) => void) | undefined
  mouse: MouseMove
  keys: MoveKeys
  handle: Ref<BoardHandle>
}

/** The board: workers as rows, the day from left to right. Only the rows that are seen exist. */
export function Timeline({ rows, day, date, zone, now, whole: all, chosen, moving, onOpen, onNew, mouse, keys, handle }: Props) {
  const { t } = useTranslation()
  const scroller = useRef<HTMLDivElement>(null)
  const hours = (day.to - day.from) / 3_600_000
  const hour = useHour(scroller, all, hours)
  const [active, setActive] = useState<string | undefined>(chosen)
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const expanded = useCallback((r: Row) => open.has(r.id) || r.placed.some((p) => p.lane >= mostLanes && (p.visit.id === chosen || p.visit.id === active)), [open, chosen, active])
  const heights = useMemo(() => rows.map((r) => rowHeight(r, expanded(r))), [rows, expanded])
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: (i) => heights[i]!, getItemKey: (i) => `row ${rows[i]!.id}`, overscan: 3, scrollPaddingStart: axisHeight, scrollMargin: axisHeight })
  useLayoutEffect(() => virtual.measure(), [virtual, heights])

  const reveal = useCallback((id: string) => {
    const at = rows.findIndex((r) => r.visits.some((v) => v.id === id))
    if (at < 0) return
    virtual.scrollToIndex(at, { align: 'auto' })
    const v = rows[at]!.visits.find((x) => x.id === id)!
    const box = scroller.current!
    const x = ((Math.max(startOfWindow(v), day.from) - day.from) / 3_600_000) * hour
    if (x < box.scrollLeft) box.scrollLeft = Math.max(0, x - 40)
    // A panel at the right may cover 400 pixels.
    else if (x > box.scrollLeft + box.clientWidth - namesWidth - 440) box.scrollLeft = x - box.clientWidth + namesWidth + 480
  }, [rows, virtual, day.from, hour])
  const activate = useCallback((id: string) => {
    setActive(id)
    reveal(id)
  }, [reveal])
  useImperativeHandle(handle, () => ({ focus: () => scroller.current?.focus(), activate }), [activate])
  useEffect(() => {
    if (chosen !== undefined) activate(chosen)
    // Only when another is chosen: new data must not move the board.
    // eslint-disable-next-line
  }, [chosen])
  // The working day is in view first, and what is going on.
  const began = useRef(0)
  useLayoutEffect(() => {
    if (began.current === day.from || hour === 0) return
    began.current = day.from
    const h = (now - day.from) / 3_600_000
    const seen = (scroller.current!.clientWidth - namesWidth) / hour
    scroller.current!.scrollLeft = hour * (h >= 0 && h < hours && (h < 6 || h > 6 + seen - 1) ? h - seen / 2 : 6)
  }, [day.from, hour, hours, now])

  // While a visit is dragged its bar lies in the row that it came from; where it would go is drawn in the row under the pointer.
  const rowAt = (y: number) => {
    const item = virtual.getVirtualItemForOffset(Math.max(axisHeight, y))
    return item && rows[item.index]?.id
  }
  const { onTake, wasDrag } = useDrag(scroller, { hour, rowAt, onBegin: (v) => { setActive(v.id); mouse.begin(v) }, onDrag: mouse.drag, onDrop: mouse.drop, onCancel: mouse.cancel })
  const calls = useRef({ onOpen, wasDrag, moving, onNew, from: day.from, hour })
  calls.current = { onOpen, wasDrag, moving, onNew, from: day.from, hour }
  const newAt = useCallback((id: string, x: number) => calls.current.onNew?.(id, calls.current.from + Math.round((x / calls.current.hour) * 4) * 900_000), [])
  const openBar = useCallback((v: Activity) => {
    if (calls.current.wasDrag() || calls.current.moving) return
    setActive(v.id)
    calls.current.onOpen(v)
  }, [])
  const toggle = useCallback((id: string) => setOpen((before) => { const next = new Set(before); if (!next.delete(id)) next.add(id); return next }), [])
  const onKeyDown = useBoardKeys({ rows, active, moving, setActive: activate, onOpen, keys })
  // The row to which it would go comes into view.
  const target = moving?.by === 'keys' ? moving.to.worker : undefined
  useEffect(() => {
    const at = target === undefined ? -1 : rows.findIndex((r) => r.id === target)
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' })
  }, [target, rows, virtual])

  const shown = active !== undefined && rows.some((r) => r.visits.some((v) => v.id === active))
  return (
    <div
      ref={scroller} id="list" className={`b-grid ${moving?.phase === 'moving' && moving.by === 'mouse' ? 'dragging' : ''}`} role="grid" aria-label={t('board.list')} aria-rowcount={rows.length} tabIndex={0} aria-describedby="board-keys" onKeyDown={onKeyDown}
      aria-activedescendant={shown ? `bar-${active}` : undefined} style={{ '--hour': `${hour}px`, '--names': `${namesWidth}px` } as React.CSSProperties}
    >
      <div className="b-axis" aria-hidden="true" style={{ height: axisHeight, width: `calc(var(--names) + ${along(day.to - day.from)})` }}>
        {Array.from({ length: Math.ceil(hours) }, (_, i) => <span key={i} style={{ left: `calc(var(--names) + ${along(i * 3_600_000)})` }}>{clockTime(day.from + i * 3_600_000, zone)}</span>)}
      </div>
      <div role="rowgroup" className="b-rows" style={{ height: virtual.getTotalSize(), width: `calc(var(--names) + ${along(day.to - day.from)})` }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index]!
          return (
            <BoardRow
              key={item.key} index={item.index} top={item.start - axisHeight} height={item.size} row={row} day={day} date={date} zone={zone} now={now} chosen={chosen} active={active} expanded={expanded(row)}
              moved={moving?.visit.id} ghost={moving && moving.to.worker === row.id ? moving : undefined} onOpen={openBar} onTake={onTake} onToggle={toggle}
              onNew={onNew && newAt}
            />
          )
        })}
        {now >= day.from && now < day.to && <div className="b-now" aria-hidden="true" style={{ left: `calc(var(--names) + ${along(now - day.from)})` }} />}
      </div>
      <span className="sr" id="board-keys">{t('board.keys')}</span>
    </div>
  )
}

/** How many pixels an hour has. It depends on the window alone: a panel that opens moves nothing. */
function useHour(scroller: React.RefObject<HTMLElement | null>, all: boolean, hours: number): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const box = scroller.current!.closest<HTMLElement>('.office-body')!
    const measure = () => setWidth(box.clientWidth)
    measure()
    const seen = new ResizeObserver(measure)
    seen.observe(box)
    return () => seen.disconnect()
  }, [scroller])
  if (width === 0) return 0
  const room = width - namesWidth - 26
  return all ? Math.max(24, room / hours) : Math.max(72, room / 12)
}
