import { AttributionControl } from 'maplibre-gl'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MapView } from '../view'
import { HostNotAllowed, loadStreets } from './streets'
import './streets.css'

/** Why streets are missing: all of them, some parts, or because the style asks a host that is not allowed. */
export type StreetsProblem = { kind: 'failed' | 'parts' } | { kind: 'host'; host: string } | undefined

const again = 60_000

/** Puts the installation's streets under the map. While they cannot be read, the map keeps its built-in base and tries again. */
export function useStreets(view: MapView | undefined, language: string): StreetsProblem {
  const [problem, setProblem] = useState<StreetsProblem>()
  const [round, setRound] = useState(0)
  useEffect(() => {
    if (!view) return
    const { map } = view
    let ended = false
    let drawn = false // something of the streets is on the map
    let shown = false // the map has them in its style
    let timer: ReturnType<typeof setTimeout> | undefined
    const credit = new AttributionControl({ compact: false })

    const hide = () => {
      if (shown) {
        map.removeControl(credit)
        view.setStreets(undefined)
      }
      shown = drawn = false
    }
    const fail = (e: unknown) => {
      if (ended || timer) return
      console.warn('streets:', e)
      hide()
      setProblem(e instanceof HostNotAllowed ? { kind: 'host', host: e.host } : { kind: 'failed' })
      timer = setTimeout(() => setRound((n) => n + 1), again)
    }
    const ofStreets = (e: object) => 'sourceId' in e && String(e.sourceId).startsWith('street:')
    const error = map.on('error', (e) => {
      if (!ofStreets(e)) console.error(e.error)
      else if (!shown) return
      else if (drawn) setProblem({ kind: 'parts' })
      else fail(e.error)
    })
    const data = map.on('sourcedata', (e) => {
      if (!shown || !ofStreets(e) || !('tile' in e) || !e.tile) return
      drawn = true
      setProblem(undefined)
    })
    loadStreets(language).then((streets) => {
      if (ended || !streets) return
      shown = true
      map.addControl(credit, 'bottom-right')
      view.setStreets(streets)
    }, fail)
    return () => {
      ended = true
      clearTimeout(timer)
      error.unsubscribe()
      data.unsubscribe()
      // The map itself may be gone already: the page was left.
      if (map.getContainer().isConnected) hide()
    }
  }, [view, language, round])
  return problem
}

export function StreetsNote({ problem }: { problem: StreetsProblem }) {
  const { t } = useTranslation()
  if (!problem) return null
  const text = problem.kind === 'host' ? t('streets.host', { host: problem.host }) : problem.kind === 'parts' ? t('streets.parts') : t('streets.failed')
  return <p className="streets-note panel" role="status">{text}</p>
}
