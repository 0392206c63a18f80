import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { expect, test, vi } from 'vitest'

const root = path.join(import.meta.dirname, '..')

/** The page as it is built now, and what each of its files weighs on the wire. */
async function built() {
  vi.stubEnv('NODE_ENV', 'production') // vitest says that it is a test, and React would be another one
  const result = await build({ root, logLevel: 'error', build: { write: false } })
  const { output } = Array.isArray(result) ? result[0]! : (result as Exclude<typeof result, { close: unknown }>)
  const bytes = new Map(output.map((o) => [o.fileName, o.type === 'chunk' ? o.code : o.source] as const))
  for (const name of ['world.json', 'favicon.svg']) bytes.set(name, readFileSync(path.join(root, 'public', name)))
  const chunks = new Map(output.filter((o) => o.type === 'chunk').map((c) => [c.fileName, c]))
  /** The files that come with a module: its own, and those that it names without waiting to be asked. */
  const reach = (module: string): string[] => {
    const first = [...chunks.values()].find((c) => c.facadeModuleId?.endsWith(module))
    if (!first) throw new Error(`no file begins with ${module}`)
    const files = [first.fileName]
    for (const f of files) files.push(...(chunks.get(f)?.imports ?? []).filter((i) => !files.includes(i)))
    return [...files, ...files.flatMap((f) => [...(chunks.get(f)?.viteMetadata?.importedCss ?? [])])]
  }
  const weight = (files: readonly string[]) => [...new Set(files)].reduce((sum, f) => sum + gzipSync(bytes.get(f)!, { level: 9 }).length, 0)
  return { reach, weight, names: [...bytes.keys()] }
}

test('the login page weighs less than 150 kB in gzip before a field has the focus, and the map page less than 700 kB', async () => {
  const { reach, weight, names } = await built()
  const worker = names.filter((n) => n.includes('maplibre-gl-worker'))
  expect(worker).toHaveLength(1)
  const login = ['index.html', 'favicon.svg', ...reach('index.html')]
  const map = [...login, ...reach('/src/app/app.tsx'), ...reach('/src/app/map/map-area.tsx'), ...worker, 'world.json']
  expect(weight(login)).toBeLessThan(150_000)
  expect(weight(map)).toBeLessThan(700_000)
}, 120_000)
