import { useRef, useState } from 'react'
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
  const [moving, setMoving] = useState<Moving>()
  const frozen = useRef<Known>(undefined)
  if (!moving) frozen.current = undefined
  const shown = moving ? (frozen.current ??= known) : known

  /** With whom a supervisor leaves what nobody has: with a team of the worker, else with any of its own. */
  const teamFor = (v: Activity): string => {
    if (d.who.role === 'admin') return ''
    const of = d.people.users.get(v.user_id)?.teams ?? []
    return (teams?.find((x) => of.includes(x.id)) ?? teams?.[0])?.id ?? ''
  }
  const begin = (v: Activity, by: Moving['by']) => {
    if (!isOpen(v)) return onRefused('ended')
    setMoving(take(v, by))
  }
  const cancel = () => setMoving(undefined)
  const words = moving ? moveWords(moving.visit, moving.to, names, zone, date) : ''
  const confirm = async () => {
    if (!moving || moving.phase === 'sending') return
    if (!moves(moving.visit, moving.to)) return cancel()
    setMoving({ ...moving, phase: 'sending' })
    await send({ seen: moving.visit, words, send: requests.move(moving.to) })
    setMoving(undefined)
  }
  const to = (f: (m: Moving) => Moving['to']) => setMoving((m) => (m?.phase === 'moving' ? { ...m, to: f(m) } : m))

  const mouse: MouseMove = {
    begin: (v) => begin(v, 'mouse'),
    drag: (quarters, row) => to((m) => {
      const start = take(m.visit, 'mouse').to
      return slide(m.visit, row === undefined ? { ...start, worker: m.to.worker, team: m.to.team } : give(m.visit, start, row, teamFor), quarters, day, true)
    }),
    // What undoes something that a worker did already is asked once more.
    drop: () => (moving && restarts(moving.visit, moving.to) ? setMoving({ ...moving, phase: 'asked' }) : void confirm()),
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
