import { useCallback, useEffect, useRef, type PointerEvent as ReactPointerEvent, type RefObject } from 'react'
import { quarter } from './move'
import type { Activity } from './visit'

interface Does {
  /** Pixels of an hour. */
  hour: number
  /** The id of the row at a height of the content, if there is one. */
  rowAt: (y: number) => string | undefined
  onBegin: (v: Activity) => void
  onDrag: (quarters: number, row: string | undefined) => void
  onDrop: () => void
  onCancel: () => void
}

/** How far a pointer goes before it drags, and how near the edge it lets the board scroll. */
const slack = 5
const edge = 36

/**
 * Drags bars with the mouse or a pen. A finger scrolls: on a touch screen the panel has a form for it. It returns what begins a drag,
 * and whether the click that comes now is the end of one.
 */
export function useDrag(scroller: RefObject<HTMLElement | null>, does: Does) {
  const latest = useRef(does)
  latest.current = does
  const dropped = useRef(false)
  const end = useRef<() => void>(() => {})
  useEffect(() => () => end.current(), [])

  const onTake = useCallback((e: ReactPointerEvent, v: Activity) => {
    dropped.current = false
    const box = scroller.current
    if (e.button !== 0 || e.pointerType === 'touch' || !box) return
    const start = { x: e.clientX + box.scrollLeft, y: e.clientY }
    let at = { x: e.clientX, y: e.clientY }
    let dragging = false
    let frame = 0
    const tell = () => {
      const moved = at.x + box.scrollLeft - start.x
      const rect = box.getBoundingClientRect()
      latest.current.onDrag(Math.round((moved / latest.current.hour) * (3_600_000 / quarter)), latest.current.rowAt(at.y - rect.top + box.scrollTop))
    }
    const scroll = () => {
      const r = box.getBoundingClientRect()
      const by = (x: number, low: number, high: number) => (x < low + edge ? -12 : x > high - edge ? 12 : 0)
      const [dx, dy] = [by(at.x, r.left, r.right), by(at.y, r.top + edge, r.bottom)]
      if (dx || dy) {
        box.scrollBy(dx, dy)
        tell()
      }
      frame = requestAnimationFrame(scroll)
    }
    const move = (m: PointerEvent) => {
      if (m.pointerId !== e.pointerId) return
      if ((m.buttons & 1) === 0) return leave() // it was let go where the page did not hear of it
      at = { x: m.clientX, y: m.clientY }
      if (!dragging) {
        if (Math.hypot(at.x + box.scrollLeft - start.x, at.y - start.y) < slack) return
        dragging = dropped.current = true
        latest.current.onBegin(v)
        frame = requestAnimationFrame(scroll)
      }
      tell()
    }
    const stop = () => {
      cancelAnimationFrame(frame)
      window.removeEventListener('pointermove', move)
      window.removeEventListener('pointerup', up)
      window.removeEventListener('pointercancel', lost)
      window.removeEventListener('keydown', key, true)
      window.removeEventListener('blur', leave)
      end.current = () => {}
    }
    const up = (m: PointerEvent) => {
      if (m.pointerId !== e.pointerId) return
      stop()
      if (dragging) latest.current.onDrop()
    }
    const lost = (m: PointerEvent) => m.pointerId === e.pointerId && leave()
    const leave = () => {
      stop()
      if (dragging) latest.current.onCancel()
    }
    const key = (k: KeyboardEvent) => {
      if (k.key !== 'Escape' || !dragging) return
      k.stopPropagation()
      leave()
    }
    window.addEventListener('pointermove', move)
    window.addEventListener('pointerup', up)
    window.addEventListener('pointercancel', lost)
    window.addEventListener('keydown', key, true)
    window.addEventListener('blur', leave)
    end.current = stop
    e.preventDefault() // no text is selected
    box.focus({ preventScroll: true })
  }, [scroller])
  return { onTake, wasDrag: () => dropped.current }
}
