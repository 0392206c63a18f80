import { useEffect, useRef, useState } from 'react'
import { useData } from '../data/data'
import { useTeams } from '../data/hooks'
import { give, moves, restarts, slide, stretch, take, type Moving } from './move'
import type { MouseMove } from './timeline'
import type { MoveKeys } from './use-board-keys'
import type { Change, useRequests } from './use-send'
import type { Known } from './use-visits'
import { isOpen, type Activity } from './visit'
import { moveWords, type Names } from './words'

interface With {
  day: { from: number; to: number }
  date: string
  zone: string
  names: Names
  known: Known
  send: (c: Change) => Promise<boolean>
  requests: ReturnType<typeof useRequests>
  onRefused: (text: 'ended') => void
}

/** Moves a visit by mouse or by keys. While somebody does, the board stays as it was: nothing jumps under their hand. */
export function useMoving({ day, date, zone, names, known, send, requests, onRefused }: With) {
  const d = useData()
  const teams = useTeams().data
  const [moving, show] = useState<Moving>()
  // A pointer may be let go before what it did last is drawn: what counts is here.
  const latest = useRef<Moving>(undefined)
  const setMoving = (m: Moving | undefined) => {
    latest.current = m
    show(m)
  }
  const frozen = useRef<Known>(undefined)
  if (!moving) frozen.current = undefined
  const shown = moving ? (frozen.current ??= known) : known
  // What was taken on another day is left there.
  useEffect(() => setMoving(undefined), [day])
  // Escape leaves it, wherever the focus is.
  const held = moving !== undefined && moving.phase !== 'sending'
  useEffect(() => {
    if (!held) return
    const on = (e: KeyboardEvent) => {
      if (e.key !== 'Escape' || document.querySelector('[role=dialog], .MuiPopover-root')) return
      e.preventDefault()
      e.stopPropagation()
      setMoving(undefined)
    }
    window.addEventListener('keydown', on, true)
    return () => window.removeEventListener('keydown', on, true)
  }, [held])

  /** With whom a supervisor leaves what nobody has: with a team of the worker, else with any of its own. */
  const teamFor = (v: Activity): string => {
    if (d.who.role === 'admin') return ''
    const of = d.people.users.get(v.user_id)?.teams ?? []
    return (teams?.find((x) => of.includes(x.id)) ?? teams?.[0])?.id ?? ''
  }
  const begin = (v: Activity, by: Moving['by']) => {
    if (latest.current?.phase === 'sending') return
    if (!isOpen(v)) return onRefused('ended')
    setMoving(take(v, by))
  }
  const cancel = () => setMoving(undefined)
  const words = moving ? moveWords(moving.visit, moving.to, names, zone, date) : ''
  const confirm = async () => {
    const m = latest.current
    if (!m || m.phase === 'sending') return
    if (!moves(m.visit, m.to)) return cancel()
    setMoving({ ...m, phase: 'sending' })
    await send({ seen: m.visit, words: moveWords(m.visit, m.to, names, zone, date), send: requests.move(m.visit, m.to) })
    setMoving(undefined)
  }
  const to = (f: (m: Moving) => Moving['to']) => {
    const m = latest.current
    if (m?.phase === 'moving') setMoving({ ...m, to: f(m) })
  }

  const mouse: MouseMove = {
    begin: (v) => begin(v, 'mouse'),
    drag: (quarters, row) => to((m) => {
      const start = take(m.visit, 'mouse').to
      return slide(m.visit, row === undefined ? { ...start, worker: m.to.worker, team: m.to.team } : give(m.visit, start, row, teamFor), quarters, day, true)
    }),
    // What undoes something that a worker did already is asked once more.
    drop: () => {
      const m = latest.current
      if (m && restarts(m.visit, m.to)) setMoving({ ...m, phase: 'asked' })
      else void confirm()
    },
    cancel,
  }
  const keys: MoveKeys = {
    take: (v) => begin(v, 'keys'),
    slide: (q) => to((m) => slide(m.visit, m.to, q, day, false)),
    stretch: (q) => to((m) => stretch(m.to, q)),
    give: (worker) => to((m) => give(m.visit, m.to, worker, teamFor)),
    confirm: () => void confirm(),
    cancel,
  }
  /** Somebody else changed it since it was taken. */
  const stale = moving !== undefined && (known.get(moving.visit.id)?.version ?? 0) > moving.visit.version && moving.phase !== 'sending'
  return { moving, shown, words, stale, mouse, keys, confirm: () => void confirm(), cancel }
}
