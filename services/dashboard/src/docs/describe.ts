import type { TFunction } from 'i18next'

interface Operation {
  description?: string
  security?: { bearer?: string[] }[]
}
export interface Description {
  info: { title: string; version: string }
  paths: Record<string, Record<string, Operation>>
}

/** The server takes members that it does not know. An example that has one would only be wrong. */
function withoutUnknown(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutUnknown)
  if (node === null || typeof node !== 'object') return node
  return Object.fromEntries(Object.entries(node).filter(([k, v]) => !(k === 'additionalProperties' && v === true)).map(([k, v]) => [k, withoutUnknown(v)]))
}

/** Adds to each operation who may call it: the description says so in a field that the library does not show. */
export function withRoles(from: Description, t: TFunction): Description {
  const d = withoutUnknown(from) as Description
  for (const operations of Object.values(d.paths)) {
    for (const o of Object.values(operations)) {
      const roles = o.security?.flatMap((s) => s.bearer ?? [])
      const who = !roles || o.security!.length === 0 ? t('docs.anybody') : roles.length === 0 ? t('docs.everyRole') : t('docs.roles', { roles: roles.join(', ') })
      o.description = o.description ? `${who}\n\n${o.description}` : who
    }
  }
  return d
}
