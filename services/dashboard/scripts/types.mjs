// Writes the TypeScript types of the API: node scripts/types.mjs DOCUMENT OUT.
import { readFileSync, writeFileSync } from 'node:fs'
import openapiTS, { astToString } from 'openapi-typescript'

// The server accepts members that it does not know. The page sends and reads only those that are described, so that a member
// that is gone from the description breaks the page's build.
function strict(node) {
  if (Array.isArray(node)) return node.map(strict)
  if (node === null || typeof node !== 'object') return node
  return Object.fromEntries(
    Object.entries(node)
      .filter(([k, v]) => !(k === 'additionalProperties' && v === true))
      .map(([k, v]) => [k, strict(v)]),
  )
}

const [document, out] = process.argv.slice(2)
const types = astToString(await openapiTS(strict(JSON.parse(readFileSync(document, 'utf8'))), { alphabetize: true }))
writeFileSync(out, '// "make generate" writes this file from the description of the API (terreno openapi).\n\n' + types)
