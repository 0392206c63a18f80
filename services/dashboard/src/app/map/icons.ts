import type { State } from '../data/people'
import type { Palette } from './palette'

const size = 30
const ratio = 2

/** Draws the sign of a state: form and colour say the same, so that nobody depends on colours. */
export function sign(c: CanvasRenderingContext2D, state: State, p: Palette): void {
  c.lineJoin = 'round'
  c.beginPath()
  if (state === 'alert') {
    c.moveTo(15, 2)
    c.lineTo(28, 15)
    c.lineTo(15, 28)
    c.lineTo(2, 15)
    c.closePath()
    fillAndEdge(c, p.state.alert, p.surface, 2)
  } else if (state === 'lost') {
    c.roundRect(4.5, 4.5, 21, 21, 3)
    fillAndEdge(c, p.surface, p.state.lost, 4)
  } else if (state === 'silent' || state === 'never') {
    c.roundRect(5, 5, 20, 20, 3)
    fillAndEdge(c, p.surface, p.state.silent, 2.5)
  } else {
    c.arc(15, 15, 11, 0, 2 * Math.PI)
    if (state === 'fresh') fillAndEdge(c, p.state.fresh, p.surface, 2)
    else fillAndEdge(c, p.surface, p.state.stale, 3)
  }
}

function fillAndEdge(c: CanvasRenderingContext2D, fill: string, edge: string, width: number): void {
  c.fillStyle = fill
  c.fill()
  c.lineWidth = width
  c.strokeStyle = edge
  c.stroke()
}

/** The tip that shows where somebody goes, drawn northwards. */
function tip(c: CanvasRenderingContext2D, colour: string, edge: string): void {
  c.beginPath()
  c.moveTo(23, 1)
  c.lineTo(29, 9)
  c.lineTo(17, 9)
  c.closePath()
  c.fillStyle = colour
  c.strokeStyle = edge
  c.lineWidth = 1.5
  c.stroke()
  c.fill()
}

/** The dot of who is connected, at the corner of a sign: full, or hollow. */
function presence(c: CanvasRenderingContext2D, state: 'online' | 'offline', p: Palette): void {
  c.beginPath()
  c.arc(24.5, 24.5, 5.5, 0, 2 * Math.PI)
  c.fillStyle = p.surface
  c.fill()
  c.beginPath()
  c.arc(24.5, 24.5, 3, 0, 2 * Math.PI)
  fillAndEdge(c, state === 'online' ? p.online : p.surface, state === 'online' ? p.online : p.dim, 1.8)
}

export interface Image {
  name: string
  data: ImageData
  pixelRatio: number
}

function draw(name: string, pixels: number, f: (c: CanvasRenderingContext2D) => void): Image {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = pixels * ratio
  const c = canvas.getContext('2d')!
  c.scale(ratio, ratio)
  f(c)
  return { name, data: c.getImageData(0, 0, canvas.width, canvas.height), pixelRatio: ratio }
}

/** The pictures that the map's layers name. */
export function images(p: Palette): Image[] {
  const all: Image[] = []
  for (const state of ['alert', 'lost', 'silent', 'stale', 'fresh'] as const) {
    all.push(draw(`sign-${state}`, size, (c) => sign(c, state, p)))
    all.push(draw(`tip-${state}`, 46, (c) => tip(c, p.state[state], p.surface)))
  }
  for (const state of ['online', 'offline'] as const) all.push(draw(`presence-${state}`, size, (c) => presence(c, state, p)))
  return all
}
