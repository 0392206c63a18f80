import type { ExpressionSpecification, GeoJSONSourceSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'
import type { Palette } from './palette'
import type { Streets } from './streets/streets'

// No glyphs are loaded: without an address for them the map draws letters with the fonts of the machine.
const font = ['sans-serif']
const source = (): GeoJSONSourceSpecification => ({ type: 'geojson', data: { type: 'FeatureCollection', features: [] } })

const is = (type: 'Point' | 'LineString' | 'Polygon'): ExpressionSpecification => ['==', ['geometry-type'], type]

/** Rank of the worst state inside a cluster: 4 alert, 3 lost, 2 silent, 1 stale, 0 fresh. */
const byRank = (f: (state: 'alert' | 'lost' | 'silent' | 'stale' | 'fresh') => string): ExpressionSpecification => ['match', ['get', 'worst'], 4, f('alert'), 3, f('lost'), 2, f('silent'), 1, f('stale'), f('fresh')]

const wide: ExpressionSpecification = ['interpolate', ['exponential', 2], ['zoom'], 0, ['get', 'wide'], 24, ['*', ['get', 'wide'], 2 ** 24]]

function base(p: Palette): LayerSpecification[] {
  return [
    { id: 'water', type: 'background', paint: { 'background-color': p.water } },
    { id: 'land', type: 'fill', source: 'world', filter: is('Polygon'), paint: { 'fill-color': p.land } },
    { id: 'grid', type: 'line', source: 'grid', paint: { 'line-color': p.grid, 'line-width': 1 } },
    { id: 'shore', type: 'line', source: 'world', filter: is('Polygon'), paint: { 'line-color': p.border, 'line-width': 0.8 } },
    { id: 'borders', type: 'line', source: 'world', filter: is('LineString'), paint: { 'line-color': p.border, 'line-width': 0.8, 'line-dasharray': [3, 2] } },
    {
      id: 'grid-names', type: 'symbol', source: 'grid', filter: ['has', 'name'],
      layout: { 'text-field': ['get', 'name'], 'text-font': font, 'text-size': 10, 'text-padding': 8, 'text-rotate': ['get', 'turn'] },
      paint: { 'text-color': p.gridText, 'text-halo-color': p.land, 'text-halo-width': 2 },
    },
  ]
}

/** Where people of the company have gone often, as streets of its own: under names, zones and people. */
function pattern(p: Palette): LayerSpecification[] {
  const wide = (far: number, near: number): ExpressionSpecification => ['interpolate', ['exponential', 1.6], ['zoom'], 9, far, 18, near]
  const layout = { 'line-cap': 'round', 'line-join': 'round' } as const
  return [
    { id: 'pattern-edge', type: 'line', source: 'pattern', minzoom: 8, layout, paint: { 'line-color': p.streetEdge, 'line-width': wide(1.2, 13) } },
    { id: 'pattern', type: 'line', source: 'pattern', minzoom: 10, layout, paint: { 'line-color': p.street, 'line-width': wide(0.5, 10) } },
  ]
}

/** Land, and over it the streets, which have names and borders of their own. */
function under(p: Palette, streets: Streets | undefined): LayerSpecification[] {
  return streets ? [...base(p).filter((l) => l.id === 'water' || l.id === 'land'), ...streets.layers, ...pattern(p)] : [...base(p), ...pattern(p), countries(p)]
}

function countries(p: Palette): LayerSpecification {
  return {
    id: 'countries', type: 'symbol', source: 'countries', maxzoom: 8,
    layout: { 'text-field': ['get', 'name'], 'text-font': font, 'text-size': ['interpolate', ['linear'], ['zoom'], 2, 10, 6, 14], 'text-max-width': 7, 'text-padding': 8, 'symbol-sort-key': ['get', 'order'] },
    paint: { 'text-color': p.gridText, 'text-halo-color': p.land, 'text-halo-width': 1.6 },
  }
}

function zones(p: Palette): LayerSpecification[] {
  const chosen: ExpressionSpecification = ['boolean', ['feature-state', 'chosen'], false]
  return [
    { id: 'zone-fill', type: 'fill', source: 'zone-areas', paint: { 'fill-color': p.zone, 'fill-opacity': ['case', chosen, 0.2, 0.07] } },
    { id: 'zone-corridor', type: 'line', source: 'zone-corridors', layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': p.zone, 'line-opacity': ['case', chosen, 0.22, 0.09], 'line-width': wide } },
    { id: 'zone-corridor-edge', type: 'line', source: 'zone-corridors', layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': p.zone, 'line-opacity': 0.7, 'line-width': 1.2, 'line-gap-width': wide } },
    { id: 'zone-edge', type: 'line', source: 'zone-areas', paint: { 'line-color': p.zone, 'line-opacity': 0.8, 'line-width': ['case', chosen, 2.5, 1.2] } },
    {
      id: 'zone-names', type: 'symbol', source: 'zone-labels', minzoom: 8,
      layout: { 'text-field': ['get', 'name'], 'text-font': font, 'text-size': 12, 'text-max-width': 9, 'text-padding': 6 },
      paint: { 'text-color': p.zone, 'text-halo-color': p.halo, 'text-halo-width': 1.6 },
    },
  ]
}

function signs(id: string, from: string, filter: ExpressionSpecification, p: Palette): LayerSpecification[] {
  return [
    // Below the signs: layers are placed from the top down, and so names give way to signs.
    {
      id: `${id}-name`, type: 'symbol', source: from, filter, minzoom: from === 'people' ? 10.5 : 0,
      layout: {
        'text-field': ['get', 'name'], 'text-font': font, 'text-size': 12, 'text-variable-anchor': ['left', 'right', 'top', 'bottom'], 'text-radial-offset': 1.5, 'text-justify': 'auto',
        'text-optional': true, 'symbol-sort-key': ['-', 0, ['get', 'rank']], 'text-max-width': 12,
      },
      paint: { 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 1.6 },
    },
    {
      id: `${id}-tip`, type: 'symbol', source: from, filter: ['all', filter, ['has', 'heading']],
      layout: { 'icon-image': ['concat', 'tip-', ['get', 'state']], 'icon-rotate': ['get', 'heading'], 'icon-allow-overlap': true, 'icon-ignore-placement': true },
    },
    {
      id, type: 'symbol', source: from, filter,
      layout: {
        'icon-image': ['concat', 'sign-', ['get', 'state']], 'icon-allow-overlap': true, 'icon-ignore-placement': false, 'text-field': ['get', 'initials'], 'text-font': font, 'text-size': 10,
        'text-allow-overlap': true, 'text-ignore-placement': true, 'symbol-sort-key': ['get', 'rank'],
      },
      paint: { 'text-color': ['match', ['get', 'state'], 'alert', p.onRed, 'fresh', p.onAccent, 'stale', p.text, 'lost', p.text, p.dim] },
    },
    {
      id: `${id}-presence`, type: 'symbol', source: from, filter: ['all', filter, ['has', 'presence']],
      layout: { 'icon-image': ['concat', 'presence-', ['get', 'presence']], 'icon-allow-overlap': true, 'icon-ignore-placement': true },
    },
  ]
}

function people(p: Palette): LayerSpecification[] {
  const cluster: ExpressionSpecification = ['has', 'count']
  return [
    { id: 'accuracy', type: 'fill', source: 'chosen', filter: is('Polygon'), paint: { 'fill-color': p.trail, 'fill-opacity': 0.12, 'fill-outline-color': p.trail } },
    { id: 'trail', type: 'line', source: 'chosen', filter: is('LineString'), layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': p.trail, 'line-width': ['interpolate', ['linear'], ['get', 'age'], 0, 4, 1, 2], 'line-opacity': ['interpolate', ['linear'], ['get', 'age'], 0, 0.95, 1, 0.25] } },
    { id: 'spot', type: 'circle', source: 'spot', paint: { 'circle-radius': 22, 'circle-color': p.state.alert, 'circle-opacity': 0.14, 'circle-stroke-width': 2, 'circle-stroke-color': p.state.alert } },
    { id: 'spot-centre', type: 'circle', source: 'spot', paint: { 'circle-radius': 4, 'circle-color': p.state.alert, 'circle-stroke-width': 1.5, 'circle-stroke-color': p.surface } },
    ...signs('people', 'people', ['!', cluster], p),
    {
      id: 'clusters', type: 'circle', source: 'people', filter: cluster,
      paint: {
        'circle-radius': ['step', ['get', 'count'], 15, 10, 18, 100, 23, 1000, 28],
        'circle-color': byRank((s) => (s === 'alert' ? p.state.alert : p.surface)),
        'circle-stroke-width': 3, 'circle-stroke-color': byRank((s) => (s === 'alert' ? p.surface : p.state[s])),
      },
    },
    {
      id: 'cluster-counts', type: 'symbol', source: 'people', filter: cluster,
      layout: { 'text-field': ['to-string', ['get', 'count']], 'text-font': font, 'text-size': 13, 'text-allow-overlap': true, 'text-padding': 9 },
      paint: { 'text-color': byRank((s) => (s === 'alert' ? p.onRed : p.text)) },
    },
    { id: 'chosen-ring', type: 'circle', source: 'chosen', filter: is('Point'), paint: { 'circle-radius': 19, 'circle-color': p.trail, 'circle-opacity': 0.18, 'circle-stroke-width': 2.5, 'circle-stroke-color': p.trail } },
    ...signs('chosen', 'chosen', is('Point'), p),
  ]
}

/** All sources and layers of the map. The data is put into the sources later. */
export function style(p: Palette, streets?: Streets): StyleSpecification {
  return {
    version: 8,
    ...(streets?.sprite !== undefined && { sprite: streets.sprite }),
    sources: {
      ...streets?.sources,
      countries: source(), pattern: source(), world: source(), grid: source(), spot: source(), chosen: source(),
      'zone-areas': { ...source(), promoteId: 'id', tolerance: 0.1 },
      'zone-corridors': { ...source(), promoteId: 'id' },
      'zone-labels': source(),
      people: { ...source(), promoteId: 'id' },
    },
    layers: [...under(p, streets), ...zones(p), ...people(p)],
  }
}
