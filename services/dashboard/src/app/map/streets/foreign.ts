import type { LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl'
import { HostNotAllowed, type ByMode } from './streets'

/** Reads a style of somebody else. */
export async function fromStyle(address: string, hosts: readonly string[]): Promise<ByMode> {
  const answer = await fetch(address, { credentials: 'omit' })
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`)
  const streets = adapt((await answer.json()) as StyleSpecification, address, hosts)
  return () => streets
}

/**
 * Makes a style into streets. Its names get a prefix, so that they meet none of the page's. Its letters are drawn with the fonts
 * of this machine, as those of the page are: one host less that must answer.
 */
export function adapt(style: StyleSpecification, address: string, hosts: readonly string[]): ReturnType<ByMode> {
  if (style.version !== 8 || !Array.isArray(style.layers)) throw new Error(`${address} is no MapLibre style`)
  const at = (url: string): string => {
    // The places of a tile's address stay as they are: {z}.
    const whole = /^[a-z]+:/i.test(url) ? url : new URL(url, address).href.replaceAll('%7B', '{').replaceAll('%7D', '}')
    const { origin } = new URL(whole.replaceAll('{s}', 'a'))
    if (!hosts.some((h) => allows(h, origin))) throw new HostNotAllowed(origin === 'null' ? whole : origin)
    return whole
  }
  const source = (s: SourceSpecification): SourceSpecification => {
    const copy = { ...s } as { url?: string; tiles?: string[]; data?: unknown }
    if (typeof copy.url === 'string') copy.url = at(copy.url)
    if (copy.tiles) copy.tiles = copy.tiles.map(at)
    if (typeof copy.data === 'string') copy.data = at(copy.data)
    return copy as SourceSpecification
  }
  return {
    sources: Object.fromEntries(Object.entries(style.sources).map(([name, s]) => [`street:${name}`, source(s)])),
    layers: style.layers.map((l) => ({ ...l, id: `street:${l.id}`, ...('source' in l && { source: `street:${l.source}` }) }) as LayerSpecification),
    ...(style.sprite && { sprite: typeof style.sprite === 'string' ? at(style.sprite) : style.sprite.map((s) => ({ ...s, url: at(s.url) })) }),
  }
}

function allows(pattern: string, origin: string): boolean {
  if (!pattern.includes('//*.')) return pattern === origin
  const [scheme, host] = pattern.split('*') as [string, string]
  return origin.startsWith(scheme) && origin.endsWith(host)
}
