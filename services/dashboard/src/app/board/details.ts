import type { components } from '../../../client'
import type { Detail } from './visit'

/** Where a visit is: at a place of the company, at a point, or nowhere. */
export type Site = { kind: 'place'; id: string; name: string } | { kind: 'point'; lat: string; lon: string; radius: string } | { kind: 'none' }

export const noPlace: Site = { kind: 'place', id: '', name: '' }

/** A number that somebody typed, with a comma or a point. */
export const numberOf = (text: string): number => (text.trim() === '' ? NaN : Number(text.trim().replace(',', '.')))

export interface Item {
  readonly id?: string
  readonly text: string
  readonly required: boolean
}

/** What a visit is, as a form has it. */
export interface Details {
  tipo: 'visita' | 'tarea'
  title: string
  site: Site
  priority: 'low' | 'normal' | 'high'
  notes: string
  external: string
  items: readonly Item[]
}

export const blank: Details = { tipo: 'visita', title: '', site: noPlace, priority: 'normal', notes: '', external: '', items: [] }

export const detailsOf = (v: Detail): Details => ({
  tipo: v.tipo === 'tarea' ? 'tarea' : 'visita', title: v.title, priority: v.priority || 'normal', notes: v.notes, external: v.external_id,
  site: v.place_id ? { kind: 'place', id: v.place_id, name: v.place_name } : v.lat !== undefined ? { kind: 'point', lat: String(v.lat), lon: String(v.lon), radius: String(v.radius_m ?? 100) } : v.tipo === 'tarea' ? { kind: 'none' } : noPlace,
  items: (v.checklist ?? []).map(({ id, text, required }) => ({ id, text, required })),
})

/** Fields that only the other person changed come along; where both did, mine stays. */
export function mergeDetails(mine: Details, was: Details, is: Details): Details {
  const same = (k: keyof Details) => JSON.stringify(mine[k]) === JSON.stringify(was[k])
  return Object.fromEntries((Object.keys(mine) as (keyof Details)[]).map((k) => [k, same(k) ? is[k] : mine[k]])) as unknown as Details
}

/** What is sent of it. Empty fields are left out. */
export function bodyOf(d: Details): Omit<components['schemas']['ActivityEdit'], 'version'> {
  const at = d.site.kind === 'point' ? { lat: numberOf(d.site.lat), lon: numberOf(d.site.lon), radius_m: numberOf(d.site.radius) } : {}
  const items = d.items.filter((i) => i.text.trim() !== '')
  return {
    title: d.title, priority: d.priority, ...(d.notes && { notes: d.notes }), ...(d.external && { external_id: d.external }), ...(d.site.kind === 'place' && d.site.id && { place_id: d.site.id }),
    ...Object.fromEntries(Object.entries(at).filter(([, n]) => !Number.isNaN(n))), ...(items.length > 0 && { checklist: items.map((i) => ({ ...i })) }),
  }
}
