import type { Map as MapLibre } from 'maplibre-gl'

interface Look {
  heading: number
  accuracy: number
  /** Nobody knows whether the person was here. */
  doubtful: boolean
  lines?: readonly string[]
}

/** One place over the map, with its accuracy. It moves without that the map is drawn again. */
export class Marker {
  #root = document.createElement('div')
  #ring = document.createElement('i')
  #sign = document.createElement('b')
  #words = document.createElement('span')
  lngLat: [number, number] | undefined
  #look: Look | undefined

  constructor(private readonly map: MapLibre, name: string) {
    this.#root.className = name
    // Words say the same beside the map.
    this.#root.ariaHidden = 'true'
    this.#root.hidden = true
    this.#words.className = 'panel'
    this.#root.append(this.#ring, this.#sign, this.#words)
    map.getContainer().append(this.#root)
    map.on('move', this.#place)
    map.on('resize', this.#place)
  }

  remove(): void {
    this.map.off('move', this.#place)
    this.map.off('resize', this.#place)
    this.#root.remove()
  }

  hide(): void {
    this.lngLat = undefined
    this.#root.hidden = true
  }

  show(lon: number, lat: number, look: Look): void {
    this.lngLat = [lon, lat]
    if (look.heading !== this.#look?.heading) {
      this.#root.dataset['heading'] = String(!Number.isNaN(look.heading))
      this.#sign.style.rotate = Number.isNaN(look.heading) ? '' : `${look.heading - this.map.getBearing()}deg`
    }
    this.#root.dataset['doubtful'] = String(look.doubtful)
    if (look.lines !== this.#look?.lines) this.#words.replaceChildren(...(look.lines ?? []).map((l) => Object.assign(document.createElement('span'), { textContent: l })))
    this.#look = look
    this.#root.hidden = false
    this.#place()
  }

  /** Where it is on the map's element; undefined while it is hidden. */
  pixel(): { x: number; y: number } | undefined {
    return this.lngLat && this.map.project(this.lngLat)
  }

  metresPerPixel(lat: number): number {
    return (40_075_016.7 * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** this.map.getZoom())
  }

  #place = (): void => {
    const at = this.pixel()
    if (!at || !this.lngLat || !this.#look) return
    this.#root.style.translate = `${at.x}px ${at.y}px`
    // Words stay on the map.
    const half = 125
    this.#words.style.left = `${Math.min(Math.max(at.x, half), this.map.getContainer().clientWidth - half) - at.x}px`
    this.#root.dataset['low'] = String(at.y < 130)
    const radius = this.#look.accuracy / this.metresPerPixel(this.lngLat[1])
    const seen = radius > 13 && radius < 3000
    this.#ring.hidden = !seen
    if (seen) this.#ring.style.width = this.#ring.style.height = `${2 * radius}px`
  }
}
