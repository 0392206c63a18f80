import { addProtocol } from 'maplibre-gl'
import { PMTiles, Protocol } from 'pmtiles'
import { layers } from './layers'
import type { ByMode } from './streets'

let protocol: Protocol | undefined

/** Streets from a file with the tiles of the Protomaps basemap. Only the parts that are seen are read. */
export async function fromFile(address: string, language: string): Promise<ByMode> {
  if (!protocol) {
    protocol = new Protocol({ metadata: true })
    addProtocol('pmtiles', protocol.tile)
  }
  const file = new PMTiles(address)
  await file.getHeader()
  const { attribution } = (await file.getMetadata()) as { attribution?: string }
  protocol.add(file)
  // The data is OpenStreetMap's, also where the file does not say so.
  const source = { type: 'vector' as const, url: `pmtiles://${address}`, attribution: attribution || '© <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a>' }
  return (mode) => ({ sources: { 'street:tiles': source }, layers: layers(mode, language) })
}
