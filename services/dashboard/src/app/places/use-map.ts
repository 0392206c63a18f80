import type { Map as MapLibre } from 'maplibre-gl'
import { useEffect, useRef, useState } from 'react'
import type { MapView } from '../map/view'
import { box as boxOfCircle } from '../zones/measure'
import { show } from '../zones/hands'
import { Hands, radiusHandle } from './hands'
import { PlacesLayer } from './layer'
import { pointText, readPoint, readRadius, type Draft, type Place } from './model'

interface Shown {
  view: MapView | undefined
  mode: 'light' | 'dark'
  places: readonly Place[] | undefined
  place: Place | undefined
  editing: { base: Place | undefined; draft: Draft } | undefined
  onPoint: (more: Partial<Draft>) => void
}

/** Puts places on the map, and what is edited into the hands of who edits it. */
export function useOnMap({ view, mode, places, place, editing, onPoint }: Shown): PlacesLayer | undefined {
  const map = view?.map
  const [layer, setLayer] = useState<PlacesLayer>()
  useEffect(() => {
    if (!map || !view) return
    const l = new PlacesLayer(map, mode)
    ;(window as { terrenoPlaces?: PlacesLayer }).terrenoPlaces = l // for the tests in a browser
    view.quiet = true
    setLayer(l)
    return () => {
      delete (window as { terrenoPlaces?: PlacesLayer }).terrenoPlaces
      view.quiet = false
      l.remove()
    }
    // The layer lives as long as the view; the mode is handed to it below.
    // eslint-disable-next-line
  }, [map])
  useEffect(() => layer?.setMode(mode), [layer, mode])

  const draft = editing?.draft
  const at = draft ? readPoint(draft.point) : place
  const radiusM = draft ? readRadius(draft.radius) : place?.radius_m
  const name = draft ? draft.name : (place?.name ?? '')
  const but = editing ? (editing.base?.id ?? '') : (place?.id ?? '')
  useEffect(() => layer?.setPlaces(places ?? [], but), [layer, places, but])
  const open = editing !== undefined
  useEffect(() => layer?.setOne(at, name, radiusM, open && at && radiusM ? radiusHandle(at, radiusM) : undefined), [layer, at?.lat, at?.lon, name, radiusM, open])

  const held = useRef({ at, radiusM, fresh: false, onPoint })
  held.current = { at, radiusM, fresh: open && !editing.base, onPoint }
  useEffect(() => {
    if (!map || !open) return
    const hands = new Hands(map, () => held.current, (p) => held.current.onPoint({ point: pointText(p) }), (m) => held.current.onPoint({ radius: String(m) }))
    return () => hands.remove()
  }, [map, open])
  return layer
}

/** The keys of somebody who edits: Escape leaves a field, then the form; Enter on the map puts the place there. */
export function useEditKeys(editing: boolean, map: MapLibre | undefined, does: { here: () => void; cancel: () => void }): void {
  const calls = useRef(does)
  calls.current = does
  useEffect(() => {
    if (!editing) return
    const on = (e: KeyboardEvent) => {
      if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector('[role=dialog], .MuiPopover-root')) return
      const target = e.target instanceof HTMLElement ? e.target : undefined
      const typing = target?.matches('input, textarea, select') ?? false
      if (e.key === 'Escape') typing ? target!.blur() : calls.current.cancel()
      else if ((e.key === 'Enter' || e.key === ' ') && target === map?.getCanvas()) calls.current.here()
      else return
      e.preventDefault()
      e.stopImmediatePropagation()
    }
    window.addEventListener('keydown', on, { capture: true })
    return () => window.removeEventListener('keydown', on, { capture: true })
  }, [editing, map])
}

/** Brings a place into view with its radius. */
export function showPlace(map: MapLibre, p: Place): void {
  show(map, boxOfCircle({ kind: 'circle', centre: [p.lon, p.lat], radiusM: Math.max(p.radius_m * 2, 150) }))
}

export function showPlaces(map: MapLibre, places: readonly Place[], animate = true): void {
  if (places.length === 0) return
  const [lons, lats] = [places.map((p) => p.lon), places.map((p) => p.lat)]
  const least = (list: readonly number[]) => list.reduce((a, b) => Math.min(a, b))
  const most = (list: readonly number[]) => list.reduce((a, b) => Math.max(a, b))
  show(map, [least(lons), least(lats), most(lons), most(lats)], 15, animate)
}
