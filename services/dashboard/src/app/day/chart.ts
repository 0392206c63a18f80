import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { clockTime, whole } from '../data/ages'
import { bestShown, chartData, worstShown } from './columns'
import { vagueAfter, type Run, type Track } from './track'

const axisWidth = 42

export interface ChartMarks {
  late: readonly Run[]
  alerts: readonly { from: number; to: number; open: boolean }[]
  /** When the person stood. */
  stops?: readonly { from: number; to: number }[]
}

interface Pointing {
  hover: (index: number | undefined) => void
  seek: (time: number) => void
}

/** Speed and accuracy over the day: two plots with one time axis. Dragging in them moves the moment. */
export class DayChart {
  #plots: uPlot[]
  #heads: HTMLElement[] = []
  #track: Track | undefined
  #fixes: Int32Array = new Int32Array()
  #marks: ChartMarks = { late: [], alerts: [] }
  #colours!: Record<'text' | 'dim' | 'line' | 'accent' | 'amber' | 'amberSoft' | 'red' | 'soft', string>
  #time = NaN
  #told: number | undefined

  constructor(private readonly box: HTMLElement, private readonly zone: string, private readonly pointing: Pointing) {
    this.restyle()
    this.#plots = [this.#plot('speed'), this.#plot('accuracy')]
    for (const u of this.#plots) this.#scrub(u)
  }

  remove(): void {
    for (const u of this.#plots) u.destroy()
  }

  /** Takes the colours of the theme again. */
  restyle(): void {
    const css = getComputedStyle(this.box)
    const v = (name: string) => css.getPropertyValue(`--${name}`).trim()
    this.#colours = { text: v('text'), dim: v('dim'), line: v('line'), accent: v('accent'), amber: v('amber'), amberSoft: v('amber-soft'), red: v('red'), soft: v('surface-2') }
    for (const u of this.#plots ?? []) u.redraw(false)
  }

  resize(): void {
    const width = this.box.clientWidth
    if (width > 0) for (const u of this.#plots) if (u.width !== width) u.setSize({ width, height: u.height })
    this.setMoment(this.#time)
  }

  /** A day without fixes is drawn from its first instant to its last. */
  setTrack(t: Track, marks: ChartMarks, day: { from: number; to: number }): void {
    this.#track = t
    this.#marks = marks
    const { data, fixes } = t.size > 0 ? chartData(t) : { data: [[day.from / 1000, day.to / 1000], [null, null], [null, null]], fixes: new Int32Array() }
    this.#fixes = fixes
    this.#plots.forEach((u, i) => u.setData([data[0], data[i + 1]!] as uPlot.AlignedData))
    // The plots take their new scales in tasks of their own, which come first.
    queueMicrotask(() => this.setMoment(this.#time))
  }

  setMarks(marks: ChartMarks): void {
    this.#marks = marks
    for (const u of this.#plots) u.redraw(false)
  }

  setMoment(time: number): void {
    this.#time = time
    this.#plots.forEach((u, i) => {
      const head = this.#heads[i]!
      head.hidden = Number.isNaN(time) || !this.#track?.size
      if (!head.hidden) head.style.translate = `${u.valToPos(time / 1000, 'x')}px 0`
    })
  }

  /** Shows a fix that is pointed at on the map. */
  setHover(index: number | undefined): void {
    const t = this.#track
    this.#told = index
    const left = t && index !== undefined ? this.#plots[0]!.valToPos(t.at[index]! / 1000, 'x') : -10
    for (const u of this.#plots) u.setCursor({ left, top: left < 0 ? -10 : 0 }, false)
  }

  #plot(which: 'speed' | 'accuracy'): uPlot {
    const c = () => this.#colours
    const accuracy = which === 'accuracy'
    const axis = { stroke: () => c().dim, font: '11px system-ui, sans-serif', grid: { stroke: () => c().line, width: 1 }, ticks: { show: false } }
    const u: uPlot = new uPlot(
      {
        width: Math.max(200, this.box.clientWidth), height: accuracy ? 78 : 86, padding: [6, 6, accuracy ? 0 : 6, 0], legend: { show: false },
        tzDate: (s) => uPlot.tzDate(new Date(s * 1000), this.zone),
        scales: {
          x: { time: true, range: (_, min, max) => (min === max ? [min - 300, max + 300] : [min, max]) },
          y: accuracy ? { distr: 3, log: 10, range: [bestShown, worstShown] } : { range: (_, __, max) => [0, Math.max(20, (max ?? 0) * 1.3)] },
        },
        axes: [
          { ...axis, size: accuracy ? 22 : 0, gap: 3, space: 70, values: (_, all) => (accuracy ? all.map((s) => clockTime(s * 1000, this.zone)) : all.map(() => '')) },
          { ...axis, size: axisWidth, gap: 4, space: 22, values: (_, all) => all.map((v) => whole(v)), ...(accuracy && { splits: () => [1, 10, 100, 1000], filter: (_: uPlot, all: number[]) => all }) },
        ],
        series: [{}, { stroke: () => (accuracy ? c().dim : c().accent), width: 1.3, ...(!accuracy && { fill: () => `color-mix(in srgb, ${c().accent} 14%, transparent)` }), points: { show: false } }],
        cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false }, sync: { key: 'terreno-day' } },
        hooks: {
          drawClear: [(p) => this.#under(p)],
          draw: [(p) => this.#over(p, accuracy)],
          setCursor: [(p) => this.#told !== this.#pointed(p) && this.pointing.hover((this.#told = this.#pointed(p)))],
        },
      },
      [[], []],
      this.box,
    )
    const head = document.createElement('div')
    head.className = 'day-head'
    head.hidden = true
    u.over.append(head)
    this.#heads.push(head)
    return u
  }

  #pointed(u: uPlot): number | undefined {
    const { idx, left } = u.cursor
    return idx === null || idx === undefined || left === undefined || left < 0 ? undefined : this.#fixes[idx]
  }

  /** Parts that came late, and gaps, below the lines. */
  #under(u: uPlot): void {
    const t = this.#track
    if (!t) return
    for (const r of this.#marks.late) this.#band(u, t.at[r.first]!, t.at[r.last]!, this.#colours.amberSoft)
    for (const g of t.gaps) this.#band(u, g.from, g.to, hatch(u.ctx, this.#colours.line))
  }

  #band(u: uPlot, from: number, to: number, fill: string | CanvasPattern): void {
    const [a, b] = [u.valToPos(from / 1000, 'x', true), u.valToPos(to / 1000, 'x', true)]
    u.ctx.fillStyle = fill
    u.ctx.fillRect(a, u.bbox.top, Math.max(2, b - a), u.bbox.height)
  }

  /** Alerts, the limit of accuracy, and fixes with no line to another one, above the lines. */
  #over(u: uPlot, accuracy: boolean): void {
    const { ctx, bbox } = u
    const ratio = devicePixelRatio
    ctx.save()
    if (accuracy) {
      const y = u.valToPos(vagueAfter, 'y', true)
      ctx.strokeStyle = this.#colours.amber
      ctx.setLineDash([4 * ratio, 4 * ratio])
      ctx.beginPath()
      ctx.moveTo(bbox.left, y)
      ctx.lineTo(bbox.left + bbox.width, y)
      ctx.stroke()
    }
    ctx.fillStyle = this.#colours.accent
    for (const i of this.#alone()) {
      const v = u.data[1]![i]
      if (typeof v === 'number') ctx.fillRect(u.valToPos(u.data[0][i]!, 'x', true) - ratio, u.valToPos(v, 'y', true) - ratio, 2 * ratio, 2 * ratio)
    }
    ctx.fillStyle = this.#colours.dim
    for (const s of this.#marks.stops ?? []) {
      const from = Math.max(bbox.left, u.valToPos(s.from / 1000, 'x', true))
      const to = Math.min(bbox.left + bbox.width, u.valToPos(s.to / 1000, 'x', true))
      if (to > from) ctx.fillRect(from, bbox.top + bbox.height - 3 * ratio, to - from, 3 * ratio)
    }
    for (const a of this.#marks.alerts) {
      ctx.fillStyle = a.open ? this.#colours.red : this.#colours.dim
      const from = Math.max(bbox.left, u.valToPos(a.from / 1000, 'x', true))
      const to = Math.min(bbox.left + bbox.width, u.valToPos(a.to / 1000, 'x', true))
      if (to < bbox.left || from > bbox.left + bbox.width) continue
      ctx.fillRect(from, bbox.top, Math.max(2 * ratio, to - from), 3 * ratio)
      ctx.fillRect(from, bbox.top, ratio, bbox.height)
    }
    ctx.restore()
  }

  /** Places in the columns whose neighbours have no values. */
  #alone(): number[] {
    const out: number[] = []
    const f = this.#fixes
    const ends = (i: number) => f[i] === undefined || f[i] === f[i - 1] || f[i] === f[i + 1]
    for (let i = 0; i < f.length; i++) if (f[i] !== f[i - 1] && (i === 0 || f[i - 1] === f[i - 2]) && ends(i)) out.push(i)
    return out
  }

  #scrub(u: uPlot): void {
    const seek = (e: PointerEvent) => {
      const { left } = u.over.getBoundingClientRect()
      if (this.#track?.size) this.pointing.seek(u.posToVal(e.clientX - left, 'x') * 1000)
    }
    u.over.addEventListener('pointerdown', (e) => {
      if (e.button !== 0) return
      u.over.setPointerCapture(e.pointerId)
      seek(e)
    })
    u.over.addEventListener('pointermove', (e) => u.over.hasPointerCapture(e.pointerId) && seek(e))
  }
}

const patterns = new Map<string, CanvasPattern>()

/** Slanted lines: nothing is known here. */
function hatch(c: CanvasRenderingContext2D, colour: string): CanvasPattern | string {
  const known = patterns.get(colour)
  if (known) return known
  const tile = document.createElement('canvas')
  tile.width = tile.height = 10
  const p = tile.getContext('2d')!
  p.strokeStyle = colour
  p.lineWidth = 1.6
  for (const x of [-10, 0, 10]) {
    p.moveTo(x, 10)
    p.lineTo(x + 10, 0)
  }
  p.stroke()
  const pattern = c.createPattern(tile, 'repeat')
  if (!pattern) return colour
  patterns.set(colour, pattern)
  return pattern
}
