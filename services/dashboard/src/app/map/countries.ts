import type { FeatureCollection } from 'geojson'

/** The code of a country, where its name stands (longitude, latitude), and how large it is. */
export type CountryPoint = [code: string, lon: number, lat: number, size: number]

/** The names of countries in a language. The browser knows them; where it does not, there is no name. */
export function countryNames(points: readonly CountryPoint[], language: string): FeatureCollection {
  const names = new Intl.DisplayNames(language, { type: 'region', fallback: 'none' })
  return {
    type: 'FeatureCollection',
    features: points.flatMap(([code, lon, lat, size]) => {
      const name = names.of(code)
      return name ? [{ type: 'Feature', geometry: { type: 'Point', coordinates: [lon, lat] }, properties: { name, order: -size } }] : []
    }),
  }
}
