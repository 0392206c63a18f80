import type { KeyboardEvent } from 'react'
import type { Moving } from './move'
import type { Row } from './rows'
import { startOfWindow, type Activity } from './visit'

export interface MoveKeys {
  take: (v: Activity) => void
  slide: (quarters: number) => void
  stretch: (quarters: number) => void
  give: (worker: string) => void
  confirm: () => void
  cancel: () => void
}

interface Does {
  rows: readonly Row[]
  active: string | undefined
  moving: Moving | undefined
  setActive: (id: string) => void
  onOpen: (v: Activity) => void
  keys: MoveKeys
}

const byTime = (r: Row) => [...r.visits].sort((a, b) => startOfWindow(a) - startOfWindow(b) || (a.id < b.id ? -1 : 1))

/**
 * The keys of the board. Arrows go from visit to visit, Enter opens, the space bar or M takes a visit. What is taken moves by arrows,
 * a quarter of an hour or a row; with Shift its end moves. Enter confirms and Escape leaves it where it was.
 */
export function useBoardKeys({ rows, active, moving, setActive, onOpen, keys }: Does) {
  return (e: KeyboardEvent) => {
    if (e.target !== e.currentTarget || e.ctrlKey || e.metaKey || e.altKey) return
    const done = () => {
      e.preventDefault()
      e.stopPropagation()
    }
    if (moving) {
      const row = rows.findIndex((r) => r.id === moving.to.worker)
      const moves: Record<string, () => void> = {
        ArrowLeft: () => (e.shiftKey ? keys.stretch(-1) : keys.slide(-1)), ArrowRight: () => (e.shiftKey ? keys.stretch(1) : keys.slide(1)),
        ArrowUp: () => rows[row - 1] && keys.give(rows[row - 1]!.id), ArrowDown: () => rows[row + 1] && keys.give(rows[row + 1]!.id),
        Enter: keys.confirm, Escape: keys.cancel,
      }
      const f = moves[e.key]
      if (!f) return
      done()
      if (moving.phase === 'moving' || ((e.key === 'Enter' || e.key === 'Escape') && moving.phase === 'asked')) f()
      return
    }
    const at = rows.findIndex((r) => r.visits.some((v) => v.id === active))
    const list = at < 0 ? [] : byTime(rows[at]!)
    const here = list.findIndex((v) => v.id === active)
    const visit = list[here]
    /** The visit of the next row with one that begins nearest to this. */
    const vertical = (by: 1 | -1): Activity | undefined => {
      for (let i = at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by; i >= 0 && i < rows.length; i += by) {
        const [first, ...rest] = byTime(rows[i]!)
        if (first) return visit ? rest.reduce((a, b) => (Math.abs(startOfWindow(b) - startOfWindow(visit)) < Math.abs(startOfWindow(a) - startOfWindow(visit)) ? b : a), first) : first
      }
      return undefined
    }
    const filled = rows.filter((r) => r.visits.length > 0)
    const goes: Record<string, () => Activity | undefined> = {
      ArrowRight: () => (visit ? list[here + 1] ?? byTime(rows.slice(at + 1).find((r) => r.visits.length > 0) ?? rows[at]!)[0] : vertical(1)),
      ArrowLeft: () => (visit ? list[here - 1] ?? byTime([...rows.slice(0, at)].reverse().find((r) => r.visits.length > 0) ?? rows[at]!).at(-1) : vertical(-1)),
      ArrowDown: () => vertical(1), ArrowUp: () => vertical(-1), Home: () => filled[0] && byTime(filled[0])[0], End: () => filled.at(-1) && byTime(filled.at(-1)!).at(-1),
    }
    const go = goes[e.key]
    if (go) {
      const to = go()
      if (to) setActive(to.id)
      done()
    } else if (visit && e.key === 'Enter') {
      onOpen(visit)
      done()
    } else if (visit && (e.key === ' ' || e.key === 'm' || e.key === 'M')) {
      keys.take(visit)
      done()
    }
  }
}
