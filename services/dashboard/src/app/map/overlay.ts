import type { FeatureCollection } from 'geojson'
import type { GeoJSONSource, GeoJSONSourceSpecification, LayerSpecification, Map as MapLibre } from 'maplibre-gl'
import { palettes, type Palette } from './palette'

const nothing: FeatureCollection = { type: 'FeatureCollection', features: [] }

type Sources<S extends string> = Readonly<Record<S, Omit<GeoJSONSourceSpecification, 'type' | 'data'>>>

/** Sources and layers that a view puts over the map. They come back when the map changes its style. */
export class Overlay<S extends string> {
  #mode: 'light' | 'dark'
  #data = new Map<S, FeatureCollection>()
  #added = () => this.#add()

  /** hides: layers of the map that are not shown meanwhile. */
  constructor(readonly map: MapLibre, mode: 'light' | 'dark', readonly sources: Sources<S>, readonly layers: (p: Palette) => LayerSpecification[], readonly hides: readonly string[] = []) {
    this.#mode = mode
    map.on('style.load', this.#added)
    if (map.getSource('people')) this.#add()
  }

  setMode(mode: 'light' | 'dark'): void {
    if (mode === this.#mode) return
    this.#mode = mode
    this.#drop()
    if (this.map.getSource('people')) this.#add()
  }

  put(source: S, data: FeatureCollection): void {
    this.#data.set(source, data)
    ;(this.map.getSource(source) as GeoJSONSource | undefined)?.setData(data)
  }

  /** What was put, for tests. */
  shown = (source: S): FeatureCollection => this.#data.get(source) ?? nothing

  remove(): void {
    this.map.off('style.load', this.#added)
    // A map that is gone has no style.
    if (!this.map.style || this.map._removed) return
    this.#drop()
    this.#hide(false)
  }

  #add(): void {
    this.#drop()
    for (const s of this.#names()) this.map.addSource(s, { ...this.sources[s], type: 'geojson', data: this.shown(s) })
    for (const l of this.layers(palettes[this.#mode])) this.map.addLayer(l)
    this.#hide(true)
  }

  #drop(): void {
    for (const l of this.layers(palettes[this.#mode])) if (this.map.getLayer(l.id)) this.map.removeLayer(l.id)
    for (const s of this.#names()) if (this.map.getSource(s)) this.map.removeSource(s)
  }

  #names = () => Object.keys(this.sources) as S[]

  #hide(hidden: boolean): void {
    for (const l of this.hides) if (this.map.getLayer(l)) this.map.setLayoutProperty(l, 'visibility', hidden ? 'none' : 'visible')
  }
}
