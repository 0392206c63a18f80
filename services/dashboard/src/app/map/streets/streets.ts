import type { LayerSpecification, StyleSpecification } from 'maplibre-gl'

/** What is drawn under zones and people instead of the built-in base map. The names of its sources begin with "street:". */
export interface Streets {
  sources: StyleSpecification['sources']
  layers: LayerSpecification[]
  sprite?: StyleSpecification['sprite']
}

export type ByMode = (mode: 'light' | 'dark') => Streets

/** What /page.json says of the map. */
export interface Settings {
  /** Address of a style. */
  style?: string
  /** The origins that the page may ask for the style's data. */
  hosts?: string[]
  /** Address of a .pmtiles file. */
  file?: string
}

/** The style takes data from a host that the page may not ask. */
export class HostNotAllowed extends Error {
  constructor(readonly host: string) {
    super(`${host} is not among the hosts of TERRENO_MAP_STYLE_URL and TERRENO_MAP_HOSTS`)
  }
}

/** The streets that this installation has, if any. It throws when they cannot be read now. */
export async function loadStreets(language: string): Promise<ByMode | undefined> {
  const answer = await fetch('/page.json', { cache: 'no-store' })
  if (!answer.ok) throw new Error(`page.json: ${answer.status}`)
  const { map } = (await answer.json()) as { map?: Settings }
  if (map?.file) return (await import('./tiles')).fromFile(new URL(map.file, location.href).href, language)
  if (map?.style) return (await import('./foreign')).fromStyle(map.style, map.hosts ?? [])
  return undefined
}
