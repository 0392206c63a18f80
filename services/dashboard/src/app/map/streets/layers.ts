import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from 'maplibre-gl'

const colours = {
  light: { water: '#c8d9de', earth: '#eff2ef', green: '#dde8db', built: '#e6e9e6', building: '#dcdfdc', edge: '#cdd3d0', small: '#ffffff', large: '#fdf6e6', highway: '#f6dfae', rail: '#c3c9c6', border: '#a3afab', text: '#4c5a55', halo: '#f7faf8', waterText: '#4f7480' },
  dark: { water: '#0a1013', earth: '#141c1a', green: '#17221c', built: '#18211f', building: '#1f2927', edge: '#0f1614', small: '#27322f', large: '#303d39', highway: '#3d4a44', rail: '#2a3532', border: '#4a5a55', text: '#98a8a3', halo: '#0d1413', waterText: '#5d7f8b' },
}

const font = ['sans-serif']
const from = { source: 'street:tiles' }
const is = (...kinds: string[]): ExpressionSpecification => ['in', ['get', 'kind'], ['literal', kinds]]
const wide = (...stops: number[]): ExpressionSpecification => ['interpolate', ['exponential', 1.6], ['zoom'], ...stops] as ExpressionSpecification

/** How wide a road is at some zooms. */
const roads: { id: string; filter: FilterSpecification; minzoom: number; width: number[]; colour: 'small' | 'large' | 'highway' }[] = [
  { id: 'path', filter: is('path', 'other'), minzoom: 14, width: [14, 0.5, 20, 6], colour: 'small' },
  { id: 'minor', filter: is('minor_road'), minzoom: 11, width: [11, 0.4, 14, 2, 20, 24], colour: 'small' },
  { id: 'medium', filter: is('medium_road'), minzoom: 9, width: [9, 0.5, 14, 3, 20, 30], colour: 'small' },
  { id: 'major', filter: is('major_road'), minzoom: 7, width: [7, 0.5, 14, 4.5, 20, 36], colour: 'large' },
  { id: 'highway', filter: is('highway'), minzoom: 4, width: [4, 0.5, 14, 5.5, 20, 42], colour: 'highway' },
]

/** Layers for tiles of the Protomaps basemap (version 4), in the colours of the page and without fonts or pictures of others. */
export function layers(mode: 'light' | 'dark', language: string): LayerSpecification[] {
  const c = colours[mode]
  const name: ExpressionSpecification = ['coalesce', ['get', `name:${language}`], ['get', 'name']]
  const fill = (id: string, layer: string, colour: string, more: { filter?: FilterSpecification; minzoom?: number } = {}): LayerSpecification =>
    ({ id: `street:${id}`, type: 'fill', ...from, 'source-layer': layer, ...more, paint: { 'fill-color': colour } })
  const text = (id: string, layer: string, o: { filter?: FilterSpecification; minzoom?: number; maxzoom?: number; size: ExpressionSpecification | number; line?: boolean; colour?: string }): LayerSpecification => ({
    id: `street:${id}`, type: 'symbol', ...from, 'source-layer': layer, ...(o.filter && { filter: o.filter }), ...(o.minzoom && { minzoom: o.minzoom }), ...(o.maxzoom && { maxzoom: o.maxzoom }),
    layout: { 'text-field': name, 'text-font': font, 'text-size': o.size, 'text-max-width': 8, 'text-padding': 6, ...(o.line ? { 'symbol-placement': 'line', 'symbol-spacing': 320 } : { 'symbol-sort-key': ['coalesce', ['get', 'min_zoom'], 20] }) },
    paint: { 'text-color': o.colour ?? c.text, 'text-halo-color': c.halo, 'text-halo-width': 1.5 },
  })
  const lines = (kind: 'edge' | 'road'): LayerSpecification[] =>
    roads.map((r) => ({
      id: `street:${r.id}-${kind}`, type: 'line', ...from, 'source-layer': 'roads', filter: r.filter, minzoom: kind === 'edge' ? Math.max(r.minzoom, 11) : r.minzoom,
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: kind === 'edge' ? { 'line-color': c.edge, 'line-width': 1, 'line-gap-width': wide(...r.width) } : { 'line-color': c[r.colour], 'line-width': wide(...r.width) },
    }))
  return [
    fill('earth', 'earth', c.earth),
    fill('green', 'landuse', c.green, { filter: is('park', 'wood', 'forest', 'nature_reserve', 'national_park', 'grass', 'meadow', 'cemetery', 'garden', 'golf_course', 'pitch', 'protected_area', 'scrub') }),
    fill('built', 'landuse', c.built, { filter: is('industrial', 'commercial', 'residential', 'school', 'university', 'hospital', 'aerodrome', 'military', 'railway') }),
    { ...fill('water', 'water', c.water), filter: ['==', ['geometry-type'], 'Polygon'] } as LayerSpecification,
    { id: 'street:river', type: 'line', ...from, 'source-layer': 'water', filter: ['==', ['geometry-type'], 'LineString'], minzoom: 9, paint: { 'line-color': c.water, 'line-width': wide(9, 0.5, 18, 10) } },
    fill('buildings', 'buildings', c.building, { minzoom: 14 }),
    ...lines('edge'),
    ...lines('road'),
    { id: 'street:rail', type: 'line', ...from, 'source-layer': 'roads', filter: is('rail'), minzoom: 10, paint: { 'line-color': c.rail, 'line-width': wide(10, 0.5, 18, 3), 'line-dasharray': [3, 2] } },
    { id: 'street:borders', type: 'line', ...from, 'source-layer': 'boundaries', paint: { 'line-color': c.border, 'line-width': ['case', is('country'), 1.2, 0.6], 'line-dasharray': [3, 2] } },
    text('water-names', 'water', { filter: ['all', ['has', 'name'], ['==', ['geometry-type'], 'Point']], size: 11, colour: c.waterText }),
    text('road-names', 'roads', { filter: is('highway', 'major_road', 'medium_road', 'minor_road'), minzoom: 12, size: ['interpolate', ['linear'], ['zoom'], 12, 10, 18, 13], line: true }),
    text('place-names', 'places', { filter: is('neighbourhood', 'macrohood', 'locality'), minzoom: 4, size: ['interpolate', ['linear'], ['zoom'], 4, 10, 14, ['case', is('locality'), 16, 11]] }),
    text('region-names', 'places', { filter: is('region'), minzoom: 4, maxzoom: 8, size: 11 }),
    text('country-names', 'places', { filter: is('country'), maxzoom: 7, size: 13 }),
  ]
}
