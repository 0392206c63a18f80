import type { LayerSpecification, Map as MapLibre } from 'maplibre-gl'
import * as map from '../map/overlay'
import type { Palette } from '../map/palette'

const sources = { 'z-other': {}, 'z-edit': {}, 'z-sketch': {}, 'z-handles': {}, 'z-faults': {} }
export type Source = keyof typeof sources
const font = ['sans-serif']

function layers(p: Palette): LayerSpecification[] {
  const wide = ['interpolate', ['exponential', 2], ['zoom'], 0, ['get', 'wide'], 24, ['*', ['get', 'wide'], 2 ** 24]] as never
  const round = { 'line-cap': 'round', 'line-join': 'round' } as const
  const area = ['==', ['geometry-type'], 'Polygon'] as never
  const edge = ['==', ['geometry-type'], 'LineString'] as never
  const band = ['has', 'wide'] as never
  const bad = (no: string) => ['case', ['boolean', ['get', 'bad'], false], p.state.alert, no] as never
  const chosen = ['boolean', ['get', 'selected'], false]
  const kind = (vertex: number, other: number) => ['match', ['get', 'kind'], 'middle', other, vertex]
  return [
    { id: 'z-other-fill', type: 'fill', source: 'z-other', filter: area, paint: { 'fill-color': bad(p.zone), 'fill-opacity': 0.12 } },
    { id: 'z-other-band', type: 'line', source: 'z-other', filter: band, layout: round, paint: { 'line-color': bad(p.zone), 'line-opacity': 0.2, 'line-width': wide } },
    { id: 'z-other-line', type: 'line', source: 'z-other', filter: edge, paint: { 'line-color': bad(p.zone), 'line-width': 2, 'line-dasharray': [3, 2] } },
    { id: 'z-edit-fill', type: 'fill', source: 'z-edit', filter: area, paint: { 'fill-color': p.trail, 'fill-opacity': 0.16 } },
    { id: 'z-edit-band', type: 'line', source: 'z-edit', filter: band, layout: round, paint: { 'line-color': p.trail, 'line-opacity': 0.22, 'line-width': wide } },
    { id: 'z-edit-line', type: 'line', source: 'z-edit', filter: edge, layout: round, paint: { 'line-color': p.trail, 'line-width': 2.5 } },
    { id: 'z-sketch-line', type: 'line', source: 'z-sketch', paint: { 'line-color': p.trail, 'line-width': 2.5, 'line-dasharray': [2, 1.5] } },
    {
      id: 'z-handles', type: 'circle', source: 'z-handles',
      paint: {
        'circle-radius': ['case', chosen, 8, kind(6, 4)] as never, 'circle-color': ['case', chosen, p.trail, p.surface] as never, 'circle-stroke-width': kind(2.5, 1.5) as never, 'circle-stroke-color': ['case', chosen, p.surface, p.trail] as never,
        'circle-opacity': kind(1, 0.75) as never, 'circle-stroke-opacity': kind(1, 0.75) as never,
      },
    },
    { id: 'z-faults', type: 'circle', source: 'z-faults', paint: { 'circle-radius': ['case', ['has', 'n'], 11, 8] as never, 'circle-color': p.state.alert, 'circle-opacity': ['case', ['has', 'n'], 1, 0.25] as never, 'circle-stroke-width': 2, 'circle-stroke-color': ['case', ['has', 'n'], p.surface, p.state.alert] as never } },
    { id: 'z-faults-n', type: 'symbol', source: 'z-faults', filter: ['has', 'n'], layout: { 'text-field': ['to-string', ['get', 'n']], 'text-font': font, 'text-size': 12, 'text-allow-overlap': true, 'text-ignore-placement': true }, paint: { 'text-color': p.onRed } },
  ]
}

/** What zones put over the map while they are drawn. */
export class Overlay extends map.Overlay<Source> {
  constructor(over: MapLibre, mode: 'light' | 'dark') {
    super(over, mode, sources, layers)
  }
}
