import type { MapMouseEvent, MapTouchEvent, Map as MapLibre } from 'maplibre-gl'
import { east, metres } from '../zones/measure'
import { leastRadius, mostRadius, type Point } from './model'

/** What is edited now, and what hands make of it. */
interface Held {
  readonly at: Point | undefined
  readonly radiusM: number | undefined
  /** A click says where a new place is; one that stands is dragged, so that no slip moves it. */
  readonly fresh: boolean
}

/** Where the handle of a radius is. */
export function radiusHandle(at: Point, radiusM: number): Point {
  const [lon, lat] = east([at.lon, at.lat], radiusM)
  return { lat, lon }
}

/** Lets somebody put a place on the map, drag it, and drag its radius. */
export class Hands {
  #drag: 'point' | 'radius' | undefined
  #ends: (() => void)[] = []

  constructor(readonly map: MapLibre, readonly held: () => Held, readonly onPoint: (p: Point) => void, readonly onRadius: (m: number) => void) {
    const listen = (name: string, f: (e: never) => void) => {
      map.on(name as 'click', f as never)
      this.#ends.push(() => map.off(name as 'click', f as never))
    }
    listen('mousedown', (e: MapMouseEvent) => e.originalEvent.button === 0 && this.#take(e, 12))
    listen('touchstart', (e: MapTouchEvent) => (e.points.length === 1 ? this.#take(e, 24) : this.#drop())) // two fingers move the map
    listen('mousemove', (e: MapMouseEvent) => this.#move(e))
    listen('touchmove', (e: MapTouchEvent) => this.#move(e))
    listen('touchend', () => this.#drop())
    listen('touchcancel', () => this.#drop())
    listen('click', (e: MapMouseEvent) => {
      if (this.#hit(e.point, 12) === undefined && (this.held().fresh || !this.held().at)) this.onPoint({ lat: e.lngLat.lat, lon: e.lngLat.wrap().lng })
    })
    const up = () => this.#drop()
    window.addEventListener('mouseup', up)
    this.#ends.push(() => window.removeEventListener('mouseup', up))
  }

  remove(): void {
    for (const end of this.#ends) end()
    this.#cursor('')
  }

  #cursor(cursor: string): void {
    this.map.getContainer().dataset['cursor'] = cursor
  }

  #hit(p: { x: number; y: number }, reach: number): 'point' | 'radius' | undefined {
    const { at, radiusM } = this.held()
    if (!at) return undefined
    const far = (q: Point) => {
      const s = this.map.project([q.lon, q.lat])
      return Math.hypot(s.x - p.x, s.y - p.y)
    }
    // The place is meant where both lie on each other, as they do from far away.
    if (far(at) <= reach) return 'point'
    return radiusM && far(radiusHandle(at, radiusM)) <= reach ? 'radius' : undefined
  }

  #take(e: MapMouseEvent | MapTouchEvent, reach: number): void {
    this.#drag = this.#hit(e.point, reach)
    if (this.#drag) e.preventDefault()
  }

  #move(e: MapMouseEvent | MapTouchEvent): void {
    if (!this.#drag) {
      const over = this.#hit(e.point, 12)
      return this.#cursor(over ? 'grab' : this.held().fresh || !this.held().at ? 'crosshair' : '')
    }
    this.#cursor('grabbing')
    const { at } = this.held()
    const to = e.lngLat.wrap()
    if (this.#drag === 'point') this.onPoint({ lat: to.lat, lon: to.lng })
    else if (at) this.onRadius(Math.round(Math.min(mostRadius, Math.max(leastRadius, metres([at.lon, at.lat], [e.lngLat.lng, e.lngLat.lat])))))
  }

  #drop(): void {
    if (this.#drag) this.#cursor('')
    this.#drag = undefined
  }
}
