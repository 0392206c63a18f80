import { useCallback, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../../client'
import { errorText } from '../../i18n'
import { useData } from '../data/data'
import { placesIn } from './faults'
import { bodyOfCandidate, drawable, maxBytes, readGeoJSON, type Candidate } from './files'
import { putZone } from './hooks'
import { box } from './measure'
import { count, shapeOf, type Geometry, type Point, type Shape } from './model'

export interface Item extends Candidate {
  readonly include: boolean
  readonly state: 'ready' | 'created' | 'refused'
  readonly shape: Shape | undefined
  readonly vertices: number
  /** What the server said, and where that is. */
  readonly details: readonly string[]
  readonly places: readonly Point[]
}

export interface Import {
  readonly file: string
  readonly error: string
  readonly detail: string
  readonly items: readonly Item[]
  readonly radiusM: number
  readonly widthM: number
  /** How many of how many are done; undefined while nothing is sent. */
  readonly running: { done: number; total: number } | undefined
  readonly created: number
}

const none = { error: '', detail: '', items: [], radiusM: 150, widthM: 60, running: undefined, created: 0 }
const middle = (s: Shape | undefined): Point[] => {
  const b = s && box(s)
  return b ? [[(b[0] + b[2]) / 2, (b[1] + b[3]) / 2]] : []
}

function item(c: Candidate): Item {
  const shape = c.geometry && drawable(c.geometry) ? shapeOf(c.geometry, c.radiusM ?? 150, c.widthM ?? 60) : undefined
  return { ...c, include: c.geometry !== undefined, state: 'ready', shape, vertices: shape ? count(shape) : 0, details: [], places: [] }
}

/** Reads a file, shows what is in it, and hands it to the server zone by zone. */
export function useImport() {
  const { t } = useTranslation()
  const d = useData()
  const [state, setState] = useState<Import>()
  const stopped = useRef(false)
  const change = useCallback((f: (s: Import) => Import) => setState((s) => s && f(s)), [])

  const open = useCallback(
    async (file: File) => {
      if (file.size > maxBytes) return setState({ ...none, file: file.name, error: t('zones.file.large') })
      const read = readGeoJSON(await file.text(), file.name.replace(/\.[^.]+$/, ''))
      if ('error' in read) setState({ ...none, file: file.name, error: t(`zones.file.${read.error}`), detail: read.error === 'json' ? read.detail : '' })
      else setState({ ...none, file: file.name, items: read.candidates.map(item) })
    },
    [t],
  )
  const set = useCallback((key: string, part: Partial<Item>) => change((s) => ({ ...s, items: s.items.map((i) => (i.key === key ? { ...i, ...part } : i)) })), [change])

  const run = useCallback(
    async (s: Import) => {
      const todo = s.items.filter((i) => i.include && i.state !== 'created' && i.geometry)
      stopped.current = false
      for (const [done, i] of todo.entries()) {
        if (stopped.current) break
        change((x) => ({ ...x, running: { done, total: todo.length } }))
        try {
          const body = bodyOfCandidate(i as Item & { geometry: Geometry }, i.name, s.radiusM, s.widthM)
          putZone(d, await d.session.request('post', '/v1/zones', { body, key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` }))
          change((x) => ({ ...x, created: x.created + 1 }))
          set(i.key, { state: 'created', details: [], places: [] })
        } catch (e) {
          const errors = e instanceof Problem ? (e.errors ?? []) : []
          const details = errors.length > 0 ? errors.map((x) => x.message ?? '') : [e instanceof Problem && e.status < 500 && e.detail ? e.detail : errorText(e)]
          const places = errors.flatMap((x) => [x.location ?? '', ...(x.message?.match(/coordinates(?:\[\d+\])+/g) ?? [])].flatMap((at) => placesIn(i.geometry!, at)))
          set(i.key, { state: 'refused', details, places: places.length > 0 ? places : middle(i.shape) })
          // Without a server the next one would fail as well.
          if (!(e instanceof Problem) || e.status >= 500) break
        }
      }
      change((x) => ({ ...x, running: undefined }))
    },
    [change, d, set],
  )
  return useMemo(
    () => ({ state, open, set, run, change, stop: () => (stopped.current = true), close: () => setState(undefined) }),
    [state, open, set, run, change],
  )
}
