import type { MapMouseEvent, MapTouchEvent, Map as MapLibre } from 'maplibre-gl'
import type { Editor } from './editing'
import { box, east } from './measure'
import { vertex, type Point, type Ref } from './model'
import type { Overlay } from './overlay'
import { areaOf, collection, handles, line, maxHandles, point, radiusTo, sketchOf, type Handle } from './shapes'

/** Above so many vertices a drag shows only the two edges that it moves. */
const light = 1500

/** Lets somebody draw with the pointer: it shows what the editor holds, and tells the editor what hands do. */
export class Hands {
  #list: Handle[] = []
  #many = 0
  #pointer: Point | undefined
  #drag: { handle: Handle; name: string; moved: boolean; at: Point | undefined } | undefined
  #drags = 0
  #frame = 0
  #drawn: unknown
  #ends: (() => void)[] = []

  constructor(readonly map: MapLibre, readonly overlay: Overlay, readonly editor: Editor, readonly onMany: (n: number) => void) {
    const canvas = map.getCanvasContainer()
    const on = <E extends keyof HTMLElementEventMap>(el: HTMLElement, name: E, f: (e: HTMLElementEventMap[E]) => void) => {
      el.addEventListener(name, f, { capture: true })
      this.#ends.push(() => el.removeEventListener(name, f, { capture: true }))
    }
    const listen = (name: string, f: (e: never) => void) => {
      map.on(name as 'click', f as never)
      this.#ends.push(() => map.off(name as 'click', f as never))
    }
    listen('mousedown', (e: MapMouseEvent) => e.originalEvent.button === 0 && this.#take(e, 11))
    listen('touchstart', (e: MapTouchEvent) => e.points.length === 1 && this.#take(e, 24))
    listen('mousemove', (e: MapMouseEvent) => this.#hover(e))
    listen('touchmove', (e: MapTouchEvent) => this.#move([e.lngLat.lng, e.lngLat.lat]))
    listen('touchend', () => this.#drop())
    listen('click', (e: MapMouseEvent) => this.#click(e))
    listen('dblclick', (e: MapMouseEvent) => {
      e.preventDefault()
      this.#doubled()
    })
    listen('contextmenu', (e: MapMouseEvent) => this.#menu(e))
    listen('moveend', () => this.draw())
    on(canvas, 'mouseleave', () => {
      this.#pointer = undefined
      this.draw()
    })
    const up = () => this.#drop()
    window.addEventListener('mouseup', up)
    this.#ends.push(() => window.removeEventListener('mouseup', up), editor.subscribe(() => this.draw()))
    map.doubleClickZoom.disable()
    this.draw()
  }

  remove(): void {
    cancelAnimationFrame(this.#frame)
    for (const end of this.#ends) end()
    this.map.doubleClickZoom.enable()
    this.#cursor('')
    for (const s of ['z-edit', 'z-sketch', 'z-handles', 'z-faults'] as const) this.overlay.put(s, collection([]))
  }

  /** Draws at the next frame what the editor holds. */
  draw(): void {
    cancelAnimationFrame(this.#frame)
    this.#frame = requestAnimationFrame(() => this.#paint())
  }

  #paint(): void {
    const { draft, sketch, tool, selected, faults } = this.editor.snapshot
    const s = draft.shape
    if (s !== this.#drawn) {
      this.#drawn = s
      this.overlay.put('z-edit', collection(areaOf(s)))
    }
    const radiusAt = s.kind === 'circle' && s.centre ? east(s.centre, s.radiusM) : undefined
    const b = this.map.getBounds()
    const { list, many } = handles(s, { west: b.getWest(), south: b.getSouth(), east: b.getEast(), north: b.getNorth() }, radiusAt)
    this.#list = tool === 'edit' ? list : []
    if (many !== this.#many) this.onMany((this.#many = many))
    const is = (a: Ref) => selected !== undefined && a.part === selected.part && a.ring === selected.ring && a.i === selected.i
    const shown = this.#list.map((h) => point(h.p, { kind: h.kind, selected: h.kind === 'vertex' && s.kind !== 'circle' && is(h.at) }))
    const at = many > 0 && tool === 'edit' && selected ? vertex(s, selected) : undefined
    if (at) shown.push(point(at, { kind: 'vertex', selected: true }))
    this.overlay.put('z-handles', collection([...shown, ...sketch.map((p) => point(p, { kind: 'vertex' }))]))
    this.overlay.put('z-sketch', collection([...sketchOf(s.kind, sketch, tool === 'edit' ? undefined : this.#pointer), ...this.#dragged()]))
    this.overlay.put('z-faults', collection(faults.flatMap((f, i) => f.places.map((p, k) => point(p, k === 0 ? { n: i + 1 } : {})))))
  }

  /** The two edges that a drag moves, of a shape that is too large to be drawn anew at every step. */
  #dragged() {
    const d = this.#drag
    if (!d?.at) return []
    const { part, ring, i } = d.handle.at
    const s = this.editor.snapshot.draft.shape
    const points = s.kind === 'polygon' ? (s.parts[part]?.[ring] ?? []) : s.kind === 'corridor' ? s.line : []
    const before = points[i - 1] ?? (s.kind === 'polygon' ? points.at(-1) : undefined)
    const after = points[i + 1] ?? (s.kind === 'polygon' ? points[0] : undefined)
    return [line([before, d.at, after].filter((p) => p !== undefined))]
  }

  /** The stylesheet turns it into a cursor: the map sets its own in between. */
  #cursor(cursor: string): void {
    this.map.getContainer().dataset['cursor'] = cursor
  }

  #hit(p: { x: number; y: number }, reach: number): Handle | undefined {
    let best: Handle | undefined
    let least = reach ** 2
    for (const h of this.#list) {
      const q = this.map.project([h.p[0], h.p[1]])
      const d = (q.x - p.x) ** 2 + (q.y - p.y) ** 2
      // Of two that lie on each other the vertex is meant.
      if (d < least || (d === least && h.kind === 'vertex')) [best, least] = [h, d]
    }
    return best
  }

  #take(e: MapMouseEvent | MapTouchEvent, reach: number): void {
    const handle = this.#hit(e.point, reach)
    if (!handle) return
    e.preventDefault()
    this.#drag = { handle, name: `drag${++this.#drags}`, moved: false, at: undefined }
    if (handle.kind === 'vertex') this.editor.select(handle.at)
  }

  #hover(e: MapMouseEvent): void {
    const to: Point = [e.lngLat.lng, e.lngLat.lat]
    if (this.#drag) return this.#move(to)
    const { tool } = this.editor.snapshot
    this.#cursor(tool !== 'edit' ? 'crosshair' : this.#hit(e.point, 11) ? 'grab' : '')
    if (tool === 'edit') return
    this.#pointer = to
    this.draw()
  }

  #move(to: Point): void {
    const d = this.#drag
    if (!d) return
    const s = this.editor.snapshot.draft.shape
    this.#cursor('grabbing')
    if (d.handle.kind === 'radius') {
      if (s.kind === 'circle' && s.centre) this.editor.setRadius(radiusTo(s.centre, to), d.name)
    } else if (d.handle.kind === 'middle') {
      this.#drag = { ...d, handle: { ...d.handle, kind: 'vertex', at: this.editor.insert(d.handle.at, to[0], to[1], d.name) }, moved: true }
    } else if (s.kind === 'polygon' && s.parts.flat(2).length > light) {
      d.at = to
      this.draw()
    } else this.editor.move(d.handle.at, to[0], to[1], d.name)
    this.#drag!.moved = true
  }

  #drop(): void {
    const d = this.#drag
    this.#drag = undefined
    if (!d) return
    if (d.at) this.editor.move(d.handle.at, d.at[0], d.at[1], d.name)
    // A click on the middle of an edge puts a vertex there.
    if (!d.moved && d.handle.kind === 'middle') this.editor.insert(d.handle.at, d.handle.p[0], d.handle.p[1])
    this.#cursor('')
  }

  #click(e: MapMouseEvent): void {
    const { tool, sketch, draft } = this.editor.snapshot
    if (tool === 'edit') {
      if (!this.#hit(e.point, 11)) this.editor.select(undefined)
      return
    }
    const near = (p: Point | undefined) => {
      if (!p) return false
      const q = this.map.project([p[0], p[1]])
      return Math.hypot(q.x - e.point.x, q.y - e.point.y) < 10
    }
    // A click on the first point closes a ring. One on the last point ends a line, and so a double click does too.
    if (draft.shape.kind === 'polygon' && sketch.length > 2 && near(sketch[0])) return this.editor.finish()
    if (near(sketch.at(-1))) return this.editor.finish()
    this.editor.add(e.lngLat.lng, e.lngLat.lat)
  }

  #doubled(): void {
    if (this.editor.drawn) this.editor.finish()
  }

  #menu(e: MapMouseEvent): void {
    const h = this.#hit(e.point, 11)
    if (h?.kind !== 'vertex') return
    e.preventDefault()
    e.originalEvent.preventDefault()
    this.editor.select(h.at)
    this.editor.remove()
  }
}

/** Brings a shape into view. */
export function show(map: MapLibre, b: readonly [number, number, number, number] | undefined, maxZoom = 16.5, animate = true): void {
  if (!b) return
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  map.fitBounds([[b[0], b[1]], [b[2], b[3]]], { padding: 48, maxZoom, animate: animate && !still, duration: 500 })
}

export const showPlace = (map: MapLibre, p: Point) => map.easeTo({ center: [p[0], p[1]], zoom: Math.max(map.getZoom(), 14), duration: 400 })
export { box, maxHandles }
