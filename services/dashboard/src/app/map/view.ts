import * as maplibregl from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
// Vite must treat the worker as a file of its own; without this address the map stays blank.
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import type { Feature, FeatureCollection, Position as Point } from 'geojson'
import type { Zone } from '../data/data'
import type { Person } from '../data/people'
import { Crowd, personProperties } from './crowd'
import { countryNames, type CountryPoint } from './countries'
import { graticule, sidesOf, type Box } from './graticule'
import { images } from './icons'
import { palettes } from './palette'
import { circle, parts, zoneShapes } from './shapes'
import type { Streets } from './streets/streets'
import { SteadyMap } from './steady'
import { style } from './style'
import { worldOf, type WorldFile } from './world'

maplibregl.setWorkerUrl(workerUrl)

const collection = (features: Feature[]): FeatureCollection => ({ type: 'FeatureCollection', features })

/** What the page does when somebody points at something. Places are pixels of the map. */
export interface Pointing {
  hover: (ids: string[], at: { x: number; y: number } | undefined) => void
  pick: (id: string | undefined) => void
  /** Several people on one spot were clicked. */
  spot: (ids: string[], lngLat: [number, number]) => void
  /** The map was moved by hand. */
  moved: () => void
  /** The map moved: what lies over it has to follow. */
  frame: () => void
}

interface Choice {
  person: Person | undefined
  trail: readonly { lon: number; lat: number; recorded_at: string }[]
}

/** The map. It is told what to show, and tells what is pointed at. It knows neither React nor where data comes from. */
export class MapView {
  readonly map: maplibregl.Map
  #mode: 'light' | 'dark'
  #ready = false
  #data = new Map<string, FeatureCollection>()
  #chosenZones: readonly string[] = []
  #gridFor: { box: Box; zoom: number } | undefined
  #people: readonly Person[] = []
  #crowd = new Crowd()
  /** What the crowd was drawn for: somewhat more than what is seen. */
  #crowdFor: { box: Box; step: number } | undefined
  #chosen: string | undefined
  #choice: Choice = { person: undefined, trail: [] }
  #presence: (id: string) => 'online' | 'offline' | undefined = () => undefined
  #countries: readonly CountryPoint[] = []
  #language: string
  #streets: ((mode: 'light' | 'dark') => Streets) | undefined
  #removed = false
  #shown = true
  #worldTimer: ReturnType<typeof setTimeout> | undefined
  /** How often another picture of people was handed to the map, for tests. */
  updates = 0
  /** While something is drawn on the map, a click means no person. */
  quiet = false

  constructor(container: HTMLElement, mode: 'light' | 'dark', label: string, pointing: Pointing, language = 'es') {
    this.#mode = mode
    this.#language = language
    this.map = new SteadyMap({
      container, style: style(palettes[mode]), center: [-40, 15], zoom: 1.6, maxZoom: 20, minZoom: 1, attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false,
      fadeDuration: 0, locale: { 'Map.Title': label },
    })
    this.map.touchZoomRotate.disableRotation()
    this.map.keyboard.disableRotation()
    this.map.addControl(new maplibregl.ScaleControl({ maxWidth: 110 }), 'bottom-right')
    this.map.on('style.load', () => this.#styled())
    this.map.on('moveend', () => this.#grid())
    this.map.on('move', () => {
      pointing.frame()
      this.#follow()
    })
    this.map.on('dragstart', () => pointing.moved())
    this.#listen(pointing)
    void this.#loadWorld()
  }

  remove(): void {
    this.#removed = true
    clearTimeout(this.#worldTimer)
    this.map.remove()
  }

  setMode(mode: 'light' | 'dark'): void {
    if (mode === this.#mode) return
    this.#mode = mode
    this.#restyle()
  }

  /** Draws streets instead of the built-in base map, or that again. */
  setStreets(streets: ((mode: 'light' | 'dark') => Streets) | undefined): void {
    this.#streets = streets
    this.#restyle()
  }

  setLanguage(language: string): void {
    this.#language = language
    this.#put('countries', countryNames(this.#countries, language))
    this.#gridFor = undefined
    this.#grid()
  }

  #restyle(): void {
    this.#ready = false
    this.map.setStyle(style(palettes[this.#mode], this.#streets?.(this.#mode)), { diff: false })
  }

  setPeople(people: readonly Person[]): void {
    this.#people = people
    this.#drawPeople()
  }

  /** Who is connected: in the crowd the online ones have a dot, and of who is chosen it says both. */
  setPresence(online: ReadonlySet<string>, of: (id: string) => 'online' | 'offline' | undefined): void {
    this.#presence = of
    this.#crowd.online = online
    this.#drawPeople()
    if (this.#choice.person) this.setChosen(this.#choice)
  }

  /** While another view lies over the map, people who move are not drawn: that would cost as much as if somebody looked. */
  setShown(shown: boolean): void {
    this.#shown = shown
    this.#drawPeople()
  }

  #drawPeople(): void {
    if (!this.#shown) return
    const around = (this.#crowdFor ??= this.#around())
    const diff = this.#crowd.change(this.#people, around.box, around.step, this.#chosen)
    if (!diff) return
    this.updates++
    if (this.#ready) void this.#source('people')?.updateData(diff)
  }

  /** Somewhat more than what is seen, so that a small move needs no other picture; and the zoom in halves. */
  #around(): { box: Box; step: number } {
    const b = this.map.getBounds()
    const [w, h] = [(b.getEast() - b.getWest()) / 4, (b.getNorth() - b.getSouth()) / 4]
    return { box: { west: b.getWest() - w, east: b.getEast() + w, south: b.getSouth() - h, north: b.getNorth() + h }, step: Math.floor(this.map.getZoom() * 2) / 2 }
  }

  /** Draws the crowd for another view, when the view has left what it was drawn for. */
  #follow(): void {
    const had = this.#crowdFor
    if (had && had.step === Math.floor(this.map.getZoom() * 2) / 2) {
      const b = this.map.getBounds()
      if (b.getWest() >= had.box.west && b.getEast() <= had.box.east && b.getSouth() >= had.box.south && b.getNorth() <= had.box.north) return
    }
    this.#crowdFor = undefined
    this.#drawPeople()
  }

  /** Shows one person apart from the others, with the trail, so that no cluster hides them. */
  setChosen(choice: Choice): void {
    const { person, trail } = (this.#choice = choice)
    if (person?.id !== this.#chosen) {
      this.#chosen = person?.id
      this.#drawPeople()
    }
    const at = person?.position
    const shown = parts(trail).map<Feature>(({ line, age }) => ({ type: 'Feature', properties: { age }, geometry: { type: 'LineString', coordinates: line } }))
    if (at?.accuracy_m !== undefined && at.accuracy_m > 15 && at.accuracy_m < 100_000) shown.push({ type: 'Feature', properties: {}, geometry: circle(at.lon, at.lat, at.accuracy_m) })
    if (person && at) shown.push(feature(person, this.#presence(person.id)))
    this.#put('chosen', collection(shown))
  }

  setZones(zones: readonly Zone[]): void {
    const s = zoneShapes(zones)
    this.#put('zone-areas', s.areas)
    this.#put('zone-corridors', s.corridors)
    this.#put('zone-labels', s.labels)
    this.#markZones()
  }

  chooseZones(ids: readonly string[]): void {
    this.#chosenZones = ids
    this.#markZones()
  }

  /** Draws the streets that people of the company have travelled; undefined draws none. */
  setPattern(lines: FeatureCollection | undefined): void {
    this.#put('pattern', lines ?? collection([]))
  }

  /** Marks where an alert began. */
  setSpot(at: Point | undefined): void {
    this.#put('spot', collection(at ? [{ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: at } }] : []))
  }

  setPadding(padding: maplibregl.PaddingOptions): void {
    this.map.setPadding(padding)
  }

  fit(points: readonly Point[], animate = true): void {
    if (points.length === 0) return
    const bounds = new maplibregl.LngLatBounds()
    for (const p of points) bounds.extend(p as [number, number])
    this.map.fitBounds(bounds, { padding: 56, maxZoom: 14.5, animate: animate && !still(), duration: 700 })
  }

  go(lon: number, lat: number, zoom?: number): void {
    this.map.easeTo({ center: [lon, lat], zoom: Math.max(this.map.getZoom(), zoom ?? 0), duration: still() ? 0 : 600 })
  }

  zoom(by: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + by, duration: still() ? 0 : 250 })
  }

  project(lngLat: [number, number]): { x: number; y: number } {
    return this.map.project(lngLat)
  }

  #styled(): void {
    for (const i of images(palettes[this.#mode])) if (!this.map.hasImage(i.name)) this.map.addImage(i.name, i.data, { pixelRatio: i.pixelRatio })
    this.#ready = true
    this.#gridFor = undefined
    for (const [name, data] of this.#data) void this.#source(name)?.setData(data)
    void this.#source('people')?.setData(collection(this.#crowd.all()))
    this.#markZones()
    this.#grid()
  }

  #put(name: string, data: FeatureCollection): void {
    if (data.features.length === 0 && !this.#data.get(name)?.features.length) return // nothing before, nothing now
    this.#data.set(name, data)
    if (this.#ready) this.#source(name)?.setData(data)
  }

  #source(name: string): maplibregl.GeoJSONSource | undefined {
    return this.map.getSource(name) as maplibregl.GeoJSONSource | undefined
  }

  #markZones(): void {
    if (!this.#ready) return
    for (const source of ['zone-areas', 'zone-corridors']) {
      this.map.removeFeatureState({ source })
      for (const id of this.#chosenZones) this.map.setFeatureState({ source, id }, { chosen: true })
    }
  }

  /** Draws the lines of latitude and longitude around what is seen. */
  #grid(): void {
    if (!this.#ready) return
    const b = this.map.getBounds()
    const zoom = Math.floor(this.map.getZoom() * 2) / 2
    const box = { west: b.getWest(), south: b.getSouth(), east: b.getEast(), north: b.getNorth() }
    const had = this.#gridFor
    if (had && had.zoom === zoom && box.west >= had.box.west && box.east <= had.box.east && box.south >= had.box.south && box.north <= had.box.north) return
    const [w, h] = [box.east - box.west, box.north - box.south]
    const around = { west: box.west - w / 2, east: box.east + w / 2, south: box.south - h / 2, north: box.north + h / 2 }
    this.#gridFor = { box: around, zoom }
    this.#put('grid', graticule(around, zoom, sidesOf(this.#language)))
  }

  async #loadWorld(): Promise<void> {
    try {
      const r = await fetch('/world.json')
      const w = worldOf((await r.json()) as WorldFile)
      const part = (geometry: Feature['geometry']): Feature => ({ type: 'Feature', properties: {}, geometry })
      this.#put('world', collection([part({ type: 'MultiPolygon', coordinates: w.land }), part({ type: 'MultiLineString', coordinates: w.borders })]))
      this.#countries = w.names
      this.setLanguage(this.#language)
    } catch {
      // Without land the grid and the people are still right. It is small, and so it is asked for until it is there.
      if (!this.#removed) this.#worldTimer = setTimeout(() => void this.#loadWorld(), 10_000)
    }
  }

  #listen(pointing: Pointing): void {
    const { map } = this
    const near = (p: maplibregl.Point) =>
      this.#ready && !this.quiet ? map.queryRenderedFeatures([[p.x - 4, p.y - 4], [p.x + 4, p.y + 4]], { layers: ['chosen', 'people', 'clusters'] }) : []
    let asked = 0
    map.on('mousemove', (e) => {
      const mine = ++asked
      requestAnimationFrame(() => {
        if (mine !== asked) return
        const f = near(e.point)[0]
        map.getCanvas().style.cursor = f ? 'pointer' : ''
        const id = f?.properties['id'] as string | undefined
        const ids = id === undefined ? [] : f!.properties['count'] === undefined ? [id] : this.#crowd.members(id).map((p) => p.id)
        pointing.hover(ids, e.point)
      })
    })
    map.on('mouseout', () => pointing.hover([], undefined))
    map.on('click', (e) => {
      const f = near(e.point)[0]
      if (!f) return pointing.pick(undefined)
      const id = f.properties['id'] as string
      if (f.properties['count'] === undefined) pointing.pick(id)
      else this.#openCluster(this.#crowd.members(id), pointing)
    })
  }

  /** Goes closer until a cluster comes apart. People on one spot never do: then their names are listed. */
  #openCluster(members: readonly Person[], pointing: Pointing): void {
    if (members.length === 0) return // it has just come apart
    const points = members.map((p) => [p.position!.lon, p.position!.lat])
    const [lons, lats] = [points.map((p) => p[0]!), points.map((p) => p[1]!)]
    const metres = Math.max(Math.max(...lats) - Math.min(...lats), (Math.max(...lons) - Math.min(...lons)) * Math.cos((lats[0]! * Math.PI) / 180)) * 111_320
    // Two signs need some thirty pixels; at the largest zoom a pixel is about 7 cm.
    if (metres < 3 || this.map.getZoom() >= 19.5) pointing.spot(members.map((p) => p.id), points[0] as [number, number])
    else {
      const bounds = new maplibregl.LngLatBounds()
      for (const p of points) bounds.extend(p as [number, number])
      this.map.fitBounds(bounds, { padding: 90, maxZoom: 20, duration: still() ? 0 : 500 })
    }
  }
}

const still = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches

const feature = (p: Person, presence: 'online' | 'offline' | undefined): Feature => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [p.position!.lon, p.position!.lat] }, properties: personProperties(p, presence) })
