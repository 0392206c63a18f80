import type { components } from '../../../client'
import { kinds } from './kinds'

export type Text = components['schemas']['NotificationText']

/** Texts in the order of their kinds; the one that is named after its kind comes first. */
export function inOrder(texts: readonly Text[]): Text[] {
  const rank = (x: Text) => (kinds.indexOf(x.kind) + kinds.length + 1) % (kinds.length + 1)
  return [...texts].sort((a, b) => rank(a) - rank(b) || a.name.length - b.name.length || (a.name < b.name ? -1 : 1))
}

/** What tells a text from the others of its kind, such as many_later; empty for the usual one. */
export const variantOf = ({ name, kind }: Pick<Text, 'name' | 'kind'>) => (name.startsWith(`${kind}_`) ? name.slice(kind.length + 1) : '')
