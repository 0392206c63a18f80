import type { Feature, FeatureCollection } from 'geojson'
import type { GeoJSONSource, LayerSpecification, Map as MapLibre, MapMouseEvent } from 'maplibre-gl'
import type { Palette } from '../map/palette'
import { Marker } from './marker'
import { boxOf, type RouteShapes } from './route'
import { nearest, placeAt, type Track } from './track'

const font = ['sans-serif']
const none: FeatureCollection = { type: 'FeatureCollection', features: [] }
const sources = ['day-gaps', 'day-route', 'day-fixes', 'day-marks'] as const
/** What is live has no place on a day that is over. */
const live = new Set(['people', 'chosen', 'accuracy', 'trail', 'spot'])
/** How near to a fix somebody must point, in pixels. */
const reach = 14

function layers(p: Palette, amber: string): LayerSpecification[] {
  const colour = ['match', ['get', 'kind'], 'late', amber, 'mock', p.dim, p.trail] as unknown as string
  const round = { 'line-cap': 'round', 'line-join': 'round' } as const
  return [
    { id: 'day-gap', type: 'line', source: 'day-gaps', filter: ['==', ['geometry-type'], 'LineString'], paint: { 'line-color': p.dim, 'line-width': 1.2, 'line-dasharray': [3, 4], 'line-opacity': 0.9 } },
    { id: 'day-edge', type: 'line', source: 'day-route', layout: round, paint: { 'line-color': p.halo, 'line-width': 6, 'line-opacity': ['case', ['get', 'vague'], 0.1, 0.75] } },
    { id: 'day-line', type: 'line', source: 'day-route', layout: round, paint: { 'line-color': colour, 'line-width': 3.4, 'line-opacity': ['case', ['get', 'vague'], 0.28, 0.95] } },
    // Dots on a late line, so that nobody depends on colours. What is made up has crosses.
    { id: 'day-late', type: 'line', source: 'day-route', filter: ['==', ['get', 'kind'], 'late'], layout: round, paint: { 'line-color': p.surface, 'line-width': 1.5, 'line-dasharray': [0.1, 4] } },
    {
      id: 'day-fix', type: 'circle', source: 'day-fixes', minzoom: 15,
      paint: { 'circle-radius': 3, 'circle-color': p.surface, 'circle-stroke-color': colour, 'circle-stroke-width': 1.4, 'circle-opacity': ['case', ['get', 'vague'], 0.3, 1], 'circle-stroke-opacity': ['case', ['get', 'vague'], 0.35, 1] },
    },
    {
      id: 'day-alone', type: 'circle', source: 'day-fixes', filter: ['get', 'alone'],
      paint: { 'circle-radius': 3.6, 'circle-color': colour, 'circle-stroke-color': p.halo, 'circle-stroke-width': 1.2, 'circle-opacity': ['case', ['get', 'vague'], 0.3, 1] },
    },
    {
      id: 'day-mock', type: 'symbol', source: 'day-fixes', filter: ['==', ['get', 'kind'], 'mock'],
      layout: { 'text-field': '×', 'text-font': font, 'text-size': 17, 'text-padding': 2 },
      paint: { 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 2 },
    },
    {
      id: 'day-gap-name', type: 'symbol', source: 'day-gaps', filter: ['==', ['geometry-type'], 'Point'],
      layout: { 'text-field': ['get', 'name'], 'text-font': font, 'text-size': 11.5, 'text-padding': 4, 'text-variable-anchor': ['center', 'top', 'bottom'], 'text-radial-offset': 0.6 },
      paint: { 'text-color': p.dim, 'text-halo-color': p.halo, 'text-halo-width': 2 },
    },
    {
      id: 'day-mark', type: 'circle', source: 'day-marks',
      paint: {
        'circle-radius': ['match', ['get', 'kind'], 'open', 6.5, 'over', 6, 'stop', 6, 5], 'circle-color': ['match', ['get', 'kind'], 'open', p.state.alert, 'start', p.surface, 'stop', p.zone, p.dim],
        'circle-stroke-color': ['match', ['get', 'kind'], 'start', p.trail, p.surface], 'circle-stroke-width': 2,
      },
    },
    {
      id: 'day-mark-name', type: 'symbol', source: 'day-marks',
      layout: { 'text-field': ['get', 'name'], 'text-font': font, 'text-size': 12, 'text-variable-anchor': ['left', 'right', 'top', 'bottom'], 'text-radial-offset': 0.9, 'text-justify': 'auto', 'text-max-width': 12 },
      paint: { 'text-color': ['match', ['get', 'kind'], 'open', p.state.alert, p.text], 'text-halo-color': p.halo, 'text-halo-width': 1.8 },
    },
  ]
}

export interface Mark {
  lon: number
  lat: number
  /** An alert that nobody has acknowledged, another one, an end of the route, or a stop. */
  kind: 'open' | 'over' | 'start' | 'stop'
  name: string
}

interface Pointing {
  /** The number of the fix that is pointed at. */
  hover: (index: number | undefined) => void
  pick: (index: number) => void
}

/** A day on the map. Sources are filled once for each part of the day that is read; what moves is one element over the map. */
export class DayLayer {
  #data = new Map<string, FeatureCollection>()
  #track: Track | undefined
  #time = NaN
  #hover: number | undefined
  #marker: Marker
  #ghost: Marker
  /** How often data was handed to the map, for tests. */
  updates = 0

  constructor(private readonly map: MapLibre, private colours: () => { palette: Palette; amber: string }, private readonly pointing: Pointing) {
    this.#ghost = new Marker(map, 'day-ghost')
    this.#marker = new Marker(map, 'day-marker')
    map.on('style.load', this.#styled)
    map.on('mousemove', this.#point)
    map.on('mouseout', this.#leave)
    map.on('click', this.#click)
    if (map.getSource('people')) this.#styled()
  }

  remove(): void {
    const { map } = this
    map.off('style.load', this.#styled)
    map.off('mousemove', this.#point)
    map.off('mouseout', this.#leave)
    map.off('click', this.#click)
    this.#leave()
    this.#marker.remove()
    this.#ghost.remove()
    if (!map.style) return // the map went away before
    for (const l of layers(this.colours().palette, '#000')) if (map.getLayer(l.id)) map.removeLayer(l.id)
    for (const name of sources) if (map.getSource(name)) map.removeSource(name)
    this.#showLive(true)
  }

  setTrack(track: Track, shapes: RouteShapes): void {
    this.#track = track
    this.#put('day-route', shapes.route)
    this.#put('day-gaps', shapes.gaps)
    this.#put('day-fixes', shapes.fixes)
    this.setHover(undefined)
    this.setMoment(this.#time)
  }

  setMarks(marks: readonly Mark[]): void {
    const features = marks.map(({ lon, lat, kind, name }): Feature => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [lon, lat] }, properties: { kind, name } }))
    this.#put('day-marks', { type: 'FeatureCollection', features })
  }

  /** Shows where the person was at an instant. */
  setMoment(time: number): void {
    this.#time = time
    const t = this.#track
    if (!t || t.size === 0 || Number.isNaN(time)) return this.#marker.hide()
    const { lon, lat, index, heading, gap } = placeAt(t, time)
    this.#marker.show(lon, lat, { heading, accuracy: t.accuracy[index]!, doubtful: gap !== undefined || t.vague[index] === 1 })
  }

  /** Shows a fix that is pointed at somewhere else. */
  setHover(index: number | undefined, lines: readonly string[] = []): void {
    const t = this.#track
    if (!t || index === undefined) return this.#ghost.hide()
    this.#ghost.show(t.lon[index]!, t.lat[index]!, { heading: NaN, accuracy: t.accuracy[index]!, doubtful: false, lines })
  }

  /** Moves the map when the moment leaves what is seen of it, and not before. */
  keepInView(): void {
    const at = this.#marker.pixel()
    if (!at) return
    const { width, height } = this.map.getContainer().getBoundingClientRect()
    const p = this.map.getPadding()
    // Less than what fit leaves free, or the ends of a route that was just shown whole would move the map.
    const margin = this.#margin() / 2
    const inner = { left: (p.left ?? 0) + margin, right: width - (p.right ?? 0) - margin, top: (p.top ?? 0) + margin, bottom: height - (p.bottom ?? 0) - margin }
    if (at.x >= inner.left && at.x <= inner.right && at.y >= inner.top && at.y <= inner.bottom) return
    if (!this.map.isMoving()) this.map.easeTo({ center: this.#marker.lngLat!, duration: still() ? 0 : 350 })
  }

  #margin(): number {
    return Math.min(48, Math.round(this.map.getContainer().clientHeight / 30))
  }

  fit(animate = true): void {
    const box = this.#track && boxOf(this.#track)
    if (box) this.map.fitBounds(box, { padding: this.#margin(), maxZoom: 16, animate: animate && !still(), duration: 600 })
  }

  #styled = (): void => {
    const { map } = this
    const { palette, amber } = this.colours()
    this.#showLive(false)
    for (const name of sources) if (!map.getSource(name)) map.addSource(name, { type: 'geojson', data: this.#data.get(name) ?? none })
    for (const l of layers(palette, amber)) if (!map.getLayer(l.id)) map.addLayer(l)
  }

  #put(name: string, data: FeatureCollection): void {
    this.#data.set(name, data)
    this.updates++
    void (this.map.getSource(name) as GeoJSONSource | undefined)?.setData(data)
  }

  #showLive(show: boolean): void {
    for (const l of this.map.getStyle()?.layers ?? []) {
      if ('source' in l && live.has(l.source)) this.map.setLayoutProperty(l.id, 'visibility', show ? 'visible' : 'none')
    }
  }

  #near(e: MapMouseEvent): number | undefined {
    const t = this.#track
    if (!t) return undefined
    const metres = reach * this.#marker.metresPerPixel(e.lngLat.lat)
    return nearest(t, e.lngLat.lng, e.lngLat.lat, metres, this.#time)
  }

  #point = (e: MapMouseEvent): void => {
    const i = this.#near(e)
    this.map.getCanvasContainer().style.cursor = i === undefined ? '' : 'pointer'
    if (i !== this.#hover) this.pointing.hover((this.#hover = i))
  }

  #leave = (): void => {
    this.map.getCanvasContainer().style.cursor = ''
    if (this.#hover !== undefined) this.pointing.hover((this.#hover = undefined))
  }

  #click = (e: MapMouseEvent): void => {
    const i = this.#near(e)
    if (i !== undefined) this.pointing.pick(i)
  }
}

const still = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches
