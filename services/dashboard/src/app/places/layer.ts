import type { Feature, FeatureCollection } from 'geojson'
import type { FilterSpecification, GeoJSONSource, LayerSpecification, Map as MapLibre, PointLike } from 'maplibre-gl'
import { Overlay } from '../map/overlay'
import type { Palette } from '../map/palette'
import { circle } from '../map/shapes'
import type { Place, Point } from './model'

const font = ['sans-serif']
// Nearer than so many pixels, places are counted and not drawn one by one.
const sources = { 'pl-all': { cluster: true, clusterRadius: 34, clusterMaxZoom: 15 }, 'pl-circle': { tolerance: 0.1 }, 'pl-chosen': {}, 'pl-handles': {} }
/** People are not what this view is about. */
const people = ['people', 'people-name', 'people-tip', 'clusters', 'cluster-counts']

function layers(p: Palette): LayerSpecification[] {
  const cluster = ['has', 'point_count'] as never
  const name = (source: string, filter: FilterSpecification): LayerSpecification => ({
    id: `${source}-name`, type: 'symbol', source, filter, minzoom: source === 'pl-all' ? 11 : 0,
    layout: { 'text-field': ['get', 'name'], 'text-font': font, 'text-size': 12, 'text-variable-anchor': source === 'pl-all' ? ['left', 'right', 'top', 'bottom'] : ['top', 'bottom', 'right', 'left'], 'text-radial-offset': 0.9, 'text-justify': 'auto', 'text-max-width': 12 },
    paint: { 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 1.6 },
  })
  return [
    { id: 'pl-circle-fill', type: 'fill', source: 'pl-circle', paint: { 'fill-color': p.trail, 'fill-opacity': 0.14 } },
    { id: 'pl-circle-line', type: 'line', source: 'pl-circle', paint: { 'line-color': p.trail, 'line-width': 2 } },
    name('pl-all', ['!', cluster]),
    {
      id: 'pl-point', type: 'circle', source: 'pl-all', filter: ['!', cluster] as never,
      paint: { 'circle-radius': 6, 'circle-color': ['case', ['get', 'archived'], p.surface, p.text] as never, 'circle-stroke-width': 2, 'circle-stroke-color': ['case', ['get', 'archived'], p.dim, p.surface] as never },
    },
    { id: 'pl-cluster', type: 'circle', source: 'pl-all', filter: cluster, paint: { 'circle-radius': ['step', ['get', 'point_count'], 13, 10, 16, 100, 20, 1000, 25], 'circle-color': p.surface, 'circle-stroke-width': 2.5, 'circle-stroke-color': p.text } },
    { id: 'pl-cluster-n', type: 'symbol', source: 'pl-all', filter: cluster, layout: { 'text-field': ['to-string', ['get', 'point_count']], 'text-font': font, 'text-size': 12, 'text-allow-overlap': true, 'text-ignore-placement': true }, paint: { 'text-color': p.text } },
    { id: 'pl-chosen', type: 'circle', source: 'pl-chosen', paint: { 'circle-radius': 8, 'circle-color': p.trail, 'circle-stroke-width': 2.5, 'circle-stroke-color': p.surface } },
    name('pl-chosen', true),
    { id: 'pl-handles', type: 'circle', source: 'pl-handles', paint: { 'circle-radius': 6, 'circle-color': p.surface, 'circle-stroke-width': 2.5, 'circle-stroke-color': p.trail } },
  ]
}

const feature = (at: Point, properties: Record<string, unknown>): Feature => ({ type: 'Feature', properties, geometry: { type: 'Point', coordinates: [at.lon, at.lat] } })
const collection = (features: Feature[]): FeatureCollection => ({ type: 'FeatureCollection', features })

/** Places on the map: all of them, counted where they are close, and one with its radius. */
export class PlacesLayer extends Overlay<keyof typeof sources> {
  constructor(map: MapLibre, mode: 'light' | 'dark') {
    super(map, mode, sources, layers, people)
  }

  setPlaces(places: readonly Place[], but: string): void {
    this.put('pl-all', collection(places.filter((p) => p.id !== but).map((p) => feature(p, { id: p.id, name: p.name, archived: p.archived }))))
  }

  /** The place at a point of the screen. Several that lie together come closer instead. */
  async pick(at: { x: number; y: number }): Promise<string | undefined> {
    const around: [PointLike, PointLike] = [[at.x - 5, at.y - 5], [at.x + 5, at.y + 5]]
    const [f] = this.map.queryRenderedFeatures(around, { layers: ['pl-point', 'pl-cluster'].filter((l) => this.map.getLayer(l)) })
    const cluster = f?.properties['cluster_id'] as number | undefined
    if (!f || cluster === undefined) return f?.properties['id'] as string | undefined
    const zoom = await (this.map.getSource('pl-all') as GeoJSONSource).getClusterExpansionZoom(cluster)
    this.map.easeTo({ center: (f.geometry as unknown as { coordinates: [number, number] }).coordinates, zoom: Math.min(zoom + 0.3, 19), duration: window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 400 })
    return undefined
  }

  /** Shows one place with its radius, and a handle for it while it is edited. */
  setOne(at: Point | undefined, name: string, radiusM: number | undefined, handle?: Point): void {
    this.put('pl-chosen', collection(at ? [feature(at, { name })] : []))
    this.put('pl-circle', collection(at && radiusM ? [{ type: 'Feature', properties: {}, geometry: circle(at.lon, at.lat, radiusM) }] : []))
    this.put('pl-handles', collection(handle ? [feature(handle, {})] : []))
  }
}
