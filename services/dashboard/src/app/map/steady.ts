import { Map, type GeoJSONSource, type MapOptions } from 'maplibre-gl'

/** The sources that change every second. */
const moving = ['people', 'chosen']
/** A frame waits no longer than this, in milliseconds: a slow machine may never have all of it. */
const longest = 300

/**
 * A map draws a frame for each tile that its worker makes, and people who move change all of them: four frames, of which three show
 * a part of the change. This map waits until all of it is there. A frame that anything else asks for is drawn at once.
 */
export class SteadyMap extends Map {
  #held = false
  #late: ReturnType<typeof setTimeout> | undefined

  constructor(o: MapOptions) {
    super(o)
    this.on('style.load', () => moving.forEach((id) => this.getSource<GeoJSONSource>(id)?.on('data', () => this.#hold())))
    this.on('render', () => {
      this.#forget()
      // Signs do not fade in this map, and so each frame places all of them. What the map has left for a further frame would be the same.
      this._placementDirty = false
    })
    this.on('remove', () => this.#forget())
  }

  override triggerRepaint(): void {
    if (!(#held in this && this.#held)) super.triggerRepaint()
  }

  /** Called when a part has come, before the map asks for its frame. */
  #hold(): void {
    this.#held = true
    this.#late ??= setTimeout(() => this.triggerRepaint(), longest)
    queueMicrotask(() => {
      this.#held = false
      if (moving.every((id) => !this.getSource(id) || this.isSourceLoaded(id))) this.triggerRepaint()
    })
  }

  #forget(): void {
    clearTimeout(this.#late)
    this.#late = undefined
  }
}
