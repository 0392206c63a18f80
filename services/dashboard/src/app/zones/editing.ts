import type { Zone } from '../data/data'
import type { Fault } from './faults'
import { bodyOf, complete, draftOf, emptyShape, inserted, moved, removed, rounded, withNewRing, type Draft, type Kind, type Point, type Ref } from './model'

/** What a click on the map does: it adds to what is drawn, adds to a hole or another part, or takes hold of a vertex. */
export type Tool = 'draw' | 'ring' | 'edit'

/** Everything that undo brings back. */
interface Step {
  readonly draft: Draft
  readonly tool: Tool
  /** The points of the ring or line that is being drawn. */
  readonly sketch: readonly Point[]
}

export interface Editing extends Step {
  /** The zone that is edited; undefined for a new one. */
  readonly base: Zone | undefined
  readonly dirty: boolean
  readonly canUndo: boolean
  readonly canRedo: boolean
  readonly selected: Ref | undefined
  readonly faults: readonly Fault[]
}

const maxSteps = 300
const same = (a: Draft, b: Draft) => a === b || JSON.stringify(bodyOf(a)) === JSON.stringify(bodyOf(b))

/** A zone that is drawn or changed, with every step of it. It knows neither React nor the map. */
export class Editor {
  #now: Step
  #past: Step[] = []
  #future: Step[] = []
  #saved: Draft
  #base: Zone | undefined
  #selected: Ref | undefined
  #faults: readonly Fault[] = []
  #merge: string | undefined
  #snapshot!: Editing
  #listeners = new Set<() => void>()
  /** The requests to create one zone have one key, so that a repeated one does no harm. */
  readonly key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`

  constructor(from: Zone | Kind | Draft) {
    const zone = typeof from === 'object' && 'geometry' in from ? from : undefined
    const kind = typeof from === 'string' ? from : undefined
    const draft: Draft = zone ? draftOf(zone) : kind ? { name: '', shape: emptyShape(kind), exitBufferM: undefined, confirmFixes: undefined, confirmS: undefined, schedule: [] } : (from as Draft)
    this.#base = zone
    this.#saved = kind || zone ? draft : { ...draft, shape: emptyShape(draft.shape.kind) }
    this.#now = { draft, tool: kind ? 'draw' : 'edit', sketch: [] }
    this.#publish()
  }

  get snapshot(): Editing {
    return this.#snapshot
  }

  subscribe = (f: () => void): (() => void) => {
    this.#listeners.add(f)
    return () => this.#listeners.delete(f)
  }

  /** Makes a step. Steps in a row that have the same name are one for undo, such as the letters of a name. */
  #step(next: Partial<Step>, merge?: string): void {
    if (merge === undefined || merge !== this.#merge) this.#past = [...this.#past.slice(1 - maxSteps), this.#now]
    this.#merge = merge
    this.#future = []
    this.#now = { ...this.#now, ...next }
    this.#publish()
  }

  change(part: Partial<Draft>, merge?: string): void {
    // What the server said about the form is about what was there before.
    this.#faults = this.#faults.filter((f) => f.field === 'geometry')
    this.#step({ draft: { ...this.#now.draft, ...part } }, merge)
  }

  undo(): void {
    const last = this.#past.at(-1)
    if (!last) return
    this.#past = this.#past.slice(0, -1)
    this.#future = [this.#now, ...this.#future]
    this.#return(last)
  }

  redo(): void {
    const [next, ...rest] = this.#future
    if (!next) return
    this.#past = [...this.#past, this.#now]
    this.#future = rest
    this.#return(next)
  }

  #return(to: Step): void {
    this.#now = to
    this.#merge = undefined
    this.#selected = undefined
    this.#faults = []
    this.#publish()
  }

  /** Adds a point to what is drawn. */
  add(lon: number, lat: number): void {
    const { draft, sketch, tool } = this.#now
    const p = rounded(lon, lat)
    if (tool === 'edit') return
    if (draft.shape.kind === 'circle') {
      this.#selected = { part: 0, ring: 0, i: 0 }
      return this.#step({ draft: { ...draft, shape: { ...draft.shape, centre: p } }, tool: 'edit' })
    }
    this.#step({ sketch: [...sketch, p] })
  }

  /** Whether what is drawn has enough points to be ended. */
  get drawn(): boolean {
    return this.#now.tool !== 'edit' && this.#now.sketch.length >= (this.#now.draft.shape.kind === 'corridor' ? 2 : 3)
  }

  /** Ends what is drawn. A ring becomes a hole, or a part of its own when it begins outside. */
  finish(): void {
    const { draft, sketch } = this.#now
    if (!this.drawn) return
    const shape = draft.shape.kind === 'corridor' ? { ...draft.shape, line: sketch } : withNewRing(draft.shape, sketch)
    this.#step({ draft: { ...draft, shape }, sketch: [], tool: 'edit' })
  }

  /** Begins a hole or another part. */
  startRing(): void {
    this.#selected = undefined
    this.#step({ tool: 'ring', sketch: [] })
  }

  /** Drops what is being drawn. It says whether there was something. */
  cancelSketch(): boolean {
    const { tool, sketch, draft } = this.#now
    if (tool === 'edit' || (sketch.length === 0 && !complete(draft.shape))) return false
    this.#step({ sketch: [], tool: complete(draft.shape) ? 'edit' : tool })
    return true
  }

  select(at: Ref | undefined): void {
    this.#selected = at
    this.#publish()
  }

  /** Moves a vertex. The moves of one drag have one name. */
  move(at: Ref, lon: number, lat: number, drag?: string): void {
    this.#faults = this.#faults.filter((f) => !f.at || f.at.part !== at.part || f.at.ring !== at.ring || f.at.i !== at.i)
    this.#step({ draft: { ...this.#now.draft, shape: moved(this.#now.draft.shape, at, rounded(lon, lat)) } }, drag)
  }

  insert(after: Ref, lon: number, lat: number, drag?: string): Ref {
    this.#faults = []
    this.#selected = { ...after, i: after.i + 1 }
    this.#step({ draft: { ...this.#now.draft, shape: inserted(this.#now.draft.shape, after, rounded(lon, lat)) } }, drag)
    return this.#selected
  }

  /** Takes out the chosen vertex, or the last point of what is drawn. */
  remove(): void {
    const { tool, sketch, draft } = this.#now
    if (tool !== 'edit') return void (sketch.length > 0 && this.#step({ sketch: sketch.slice(0, -1) }))
    const at = this.#selected
    if (!at) return
    const shape = removed(draft.shape, at)
    if (shape === draft.shape) return
    this.#selected = undefined
    this.#faults = []
    this.#step({ draft: { ...draft, shape } })
  }

  setRadius(radiusM: number, merge: string): void {
    const { shape } = this.#now.draft
    if (shape.kind === 'circle') this.change({ shape: { ...shape, radiusM: Math.round(radiusM) } }, merge)
  }

  setFaults(faults: readonly Fault[]): void {
    this.#faults = faults
    this.#publish()
  }

  /** The zone is edited on from what somebody else made of it. What was drawn stays, or undo brings it back. */
  rebase(to: Zone, takeTheirs: boolean): void {
    this.#base = to
    this.#saved = draftOf(to)
    this.#faults = []
    if (takeTheirs) {
      this.#selected = undefined
      this.#step({ draft: this.#saved, sketch: [], tool: 'edit' })
    } else this.#publish()
  }

  #publish(): void {
    const { draft, sketch } = this.#now
    this.#snapshot = {
      ...this.#now, base: this.#base, selected: this.#selected, faults: this.#faults, canUndo: this.#past.length > 0, canRedo: this.#future.length > 0,
      dirty: sketch.length > 0 || !same(draft, this.#saved),
    }
    for (const f of this.#listeners) f()
  }
}
