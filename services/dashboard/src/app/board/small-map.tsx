import { Marker } from 'maplibre-gl'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { MinusIcon, PlusIcon } from '../../icons'
import { onPrefs, prefs } from '../../prefs'
import type { Zone } from '../data/data'
import { useStreets } from '../map/streets/use-streets'
import { MapView } from '../map/view'

export interface Mark {
  readonly kind: 'site' | 'check' | 'out'
  readonly lat: number
  readonly lon: number
}

/** A small map of a site: its circle, and marks such as where somebody checked in. `onPoint` gets the point that is clicked; `around` is what is seen before there is one, longitude first. */
export default function SmallMap({ label, site, marks, onPoint, around }: { label: string; site: { lat: number; lon: number; radiusM: number } | undefined; marks: readonly Mark[]; onPoint?: (lat: number, lon: number) => void; around?: readonly (readonly [number, number])[] }) {
  const { t, i18n } = useTranslation()
  const box = useRef<HTMLDivElement>(null)
  const [view, setView] = useState<MapView>()
  const [failed, setFailed] = useState(false)
  const mode = useSyncExternalStore(onPrefs, () => prefs.mode)
  const point = useRef(onPoint)
  point.current = onPoint
  useEffect(() => {
    let v: MapView
    const nothing = () => {}
    try {
      v = new MapView(box.current!, mode, label, { hover: nothing, pick: nothing, spot: nothing, moved: nothing, frame: nothing }, i18n.language)
    } catch {
      setFailed(true) // the numbers beside it say the same
      return
    }
    v.quiet = true
    v.map.scrollZoom.disable() // the panel scrolls
    v.map.on('click', (e) => point.current?.(e.lngLat.lat, e.lngLat.wrap().lng))
    if (marks.length === 0 && around) v.fit(around.map(([x, y]) => [x, y]), false)
    setView(v)
    return () => v.remove()
    // Once: what it shows is told to it below.
    // eslint-disable-next-line
  }, [])
  useStreets(view, i18n.language)
  useEffect(() => view?.setMode(mode), [view, mode])
  const at = `${site?.lat} ${site?.lon} ${site?.radiusM}`
  useEffect(() => {
    if (!view) return
    view.setZones(site ? [{ id: 'site', type: 'Feature', geometry: { type: 'Point', coordinates: [site.lon, site.lat] }, properties: { name: '', radius_m: site.radiusM } } as unknown as Zone] : [])
    // eslint-disable-next-line
  }, [view, at])
  const all = marks.map((m) => `${m.kind} ${m.lat} ${m.lon}`).join()
  useEffect(() => {
    if (!view || marks.length === 0) return
    const shown = marks.map((m) => {
      const element = document.createElement('span')
      element.className = `b-mark ${m.kind}`
      element.ariaHidden = 'true'
      return new Marker({ element }).setLngLat([m.lon, m.lat]).addTo(view.map)
    })
    // A point that is chosen by hand does not move the map under the hand; one that is typed may be elsewhere.
    if (!onPoint) view.fit(marks.map((m) => [m.lon, m.lat]), false)
    else if (!view.map.getBounds().contains([marks[0]!.lon, marks[0]!.lat])) view.go(marks[0]!.lon, marks[0]!.lat, 13)
    return () => shown.forEach((m) => m.remove())
    // eslint-disable-next-line
  }, [view, all])
  return (
    <div className="b-map" role="group" aria-label={label}>
      <div ref={box} className="canvas" />
      {failed ? <p className="dim small">{t('map.failed')}</p> : (
        <div className="b-zoom">
          <button type="button" aria-label={t('map.zoomIn')} onClick={() => view?.zoom(1)}><PlusIcon size={14} /></button>
          <button type="button" aria-label={t('map.zoomOut')} onClick={() => view?.zoom(-1)}><MinusIcon size={14} /></button>
        </div>
      )}
    </div>
  )
}
