import { validateStyleMin, type StyleSpecification } from '@maplibre/maplibre-gl-style-spec'
import { expect, test } from 'vitest'
import { countryNames } from '../countries'
import { palettes } from '../palette'
import { style } from '../style'
import { adapt } from './foreign'
import { layers } from './layers'
import { HostNotAllowed } from './streets'

const at = 'https://maps.example.com/styles/a/style.json?key=k'
const hosts = ['https://maps.example.com', 'https://*.tiles.example.org']
const foreign = (tiles: string): StyleSpecification => ({
  version: 8, glyphs: 'https://fonts.example.com/{fontstack}/{range}.pbf', sprite: '../sprite', sources: { osm: { type: 'vector', tiles: [tiles] } },
  layers: [{ id: 'people', type: 'background' }, { id: 'water', type: 'fill', source: 'osm', 'source-layer': 'water' }],
})

test('a style of others is one that the map takes, under names that meet none of ours', () => {
  const streets = adapt(foreign('../../{z}/{x}/{y}.pbf'), at, hosts)
  expect(streets.sources).toEqual({ 'street:osm': { type: 'vector', tiles: ['https://maps.example.com/{z}/{x}/{y}.pbf'] } })
  expect(streets.sprite).toBe('https://maps.example.com/styles/sprite')
  const whole = style(palettes.dark, streets)
  expect(whole.glyphs).toBeUndefined()
  expect(validateStyleMin(whole)).toEqual([])
})

test('only hosts that are set may be asked', () => {
  for (const tiles of ['https://a.tiles.example.org/{z}/{x}/{y}', 'https://maps.example.com/{z}/{x}/{y}']) adapt(foreign(tiles), at, hosts)
  for (const tiles of ['https://tiles.example.org/{z}', 'http://a.tiles.example.org/{z}', 'https://maps.example.com:8443/{z}', 'https://evil.com/.tiles.example.org/{z}', 'mapbox://x', 'data:,x']) {
    expect(() => adapt(foreign(tiles), at, hosts), tiles).toThrow(HostNotAllowed)
  }
  expect(() => adapt({ html: 1 } as never, at, hosts)).toThrow(/no MapLibre style/)
})

test('the layers for the tiles of a file are such that the map takes, in both themes', () => {
  for (const mode of ['light', 'dark'] as const) {
    const streets = { sources: { 'street:tiles': { type: 'vector' as const, url: 'pmtiles://x' } }, layers: layers(mode, 'es') }
    expect(validateStyleMin(style(palettes[mode], streets))).toEqual([])
  }
})

test('countries have the names of the language of the page', () => {
  const name = (language: string) => countryNames([['BR', -53, -10, 700], ['XX', 0, 0, 1]], language).features.map((f) => f.properties!['name'])
  expect(name('es')).toEqual(['Brasil'])
  expect(name('en')).toEqual(['Brazil'])
})
