import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import i18next from 'i18next'
import ts from 'typescript'
import { expect, test, vi } from 'vitest'

// The texts are read from where the page has them: those of the first load, and those that come with its parts.
vi.stubGlobal('window', { matchMedia: () => ({ matches: false, addEventListener: () => {} }) })
vi.stubGlobal('navigator', { language: 'es' })
vi.stubGlobal('document', { documentElement: { dataset: {} } })

/** What each module of texts adds to those before it. */
const brings = new Map<string, string[]>()
let known: string[] = []
for (const [name, load] of Object.entries({ index: () => import('.'), admin: () => import('./admin'), board: () => import('./board'), chat: () => import('./chat'), day: () => import('./day'), docs: () => import('./docs'), inbox: () => import('./inbox'), notices: () => import('./notices'), panic: () => import('./panic'), places: () => import('./places'), presence: () => import('./presence'), reports: () => import('./reports'), rules: () => import('./rules'), shifts: () => import('./shifts'), webhooks: () => import('./webhooks'), work: () => import('./work'), zones: () => import('./zones') })) {
  await load()
  const all = keys(i18next.getResourceBundle('es', 'translation') as object)
  brings.set(`i18n/${name}.ts`, all.filter((k) => !known.includes(k)))
  known = all
}
const [es, en] = [i18next.getResourceBundle('es', 'translation') as object, i18next.getResourceBundle('en', 'translation') as object]

function keys(o: object, at = ''): string[] {
  return Object.entries(o).flatMap(([k, v]) => (typeof v === 'object' ? keys(v as object, `${at}${k}.`) : [`${at}${k}`]))
}
function text(o: object, key: string): string {
  return key.split('.').reduce<unknown>((x, k) => (x as Record<string, unknown>)[k], o) as string
}
const places = (s: string) => [...s.matchAll(/\{\{(\w+)(?:, number)?\}\}/g)].map((m) => m[1]).sort()

test('both languages have the same keys with the same places, and no empty text', () => {
  expect(keys(en)).toEqual(keys(es))
  for (const k of keys(es)) {
    expect(places(text(en, k)), k).toEqual(places(text(es, k)))
    expect(text(es, k).trim() && text(en, k).trim(), k).not.toBe('')
  }
})

test('a number is written as the readers of a language write it', () => {
  const of = (language: string, n: number) => new Intl.NumberFormat(language).format(n)
  expect([i18next.t('places.import.format', { lng: 'es' }), i18next.t('places.import.format', { lng: 'en' })]).toEqual([expect.stringContaining(` ${of('es', 1000)} `), expect.stringContaining(' 1,000 ')])
  for (const k of keys(es)) expect(text(es, k), k).not.toMatch(/\d,\d{3}/)
})

const root = path.join(import.meta.dirname, '..')
const components = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.tsx'))
/** Attributes that people read. */
const read = new Set(['title', 'label', 'placeholder', 'alt', 'aria-label', 'aria-description', 'helperText', 'hint'])
/** Marks between texts, and units that are the same in both languages. */
const neutral = /^[\s\d.,:;·±%()“”—–/+×&?!*…←→-]*$/

function foreign(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(path.join(root, file), 'utf8'), ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX)
  const found: string[] = []
  const say = (node: ts.Node, s: string) => found.push(`${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${s.trim()}`)
  const visit = (n: ts.Node): void => {
    if (ts.isJsxText(n) && !neutral.test(n.text)) say(n, n.text)
    if (ts.isJsxAttribute(n) && read.has(n.name.getText()) && n.initializer && ts.isStringLiteral(n.initializer) && !neutral.test(n.initializer.text)) say(n, n.initializer.text)
    ts.forEachChild(n, visit)
  }
  visit(source)
  return found
}

test('no text stands in a component', { timeout: 60_000 }, () => {
  expect(components.length).toBeGreaterThan(8)
  expect(components.flatMap(foreign)).toEqual([])
})

test('every text is used', { timeout: 60_000 }, () => {
  const all = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((f) => /\.tsx?$/.test(f) && !f.includes('i18n')).map((f) => readFileSync(path.join(root, f), 'utf8')).join('\n')
  // Texts whose key is made while the page runs.
  const made = new RegExp('^(' + [
    String.raw`problem|state|role|help|age|people\.count|map\.more|jobs\.state|companies\.value`,
    String.raw`alerts\.(type|status|end|what|told|open|acknowledged|resolved|all|unread)`,
    String.raw`admin\.(field|did|wrong|password|chosen)|admin\.import\.is`,
    String.raw`board\.(state|late|lateHint|priority|tipo|did|rule|wrong|act|ask)\.|board\.(more|overdueCount)`,
    String.raw`board\.series\.(kind|nth|state|filter|problem|problemText|fault)\.|board\.series\.(say\.(times|other)|makes|passed|count|endCount)`,
    String.raw`silence\.(cause|at|short|end|more)|reports\.(shortcut|each|is|isHint|rows|late|pending|openVisits|lack|day\.visit\.)`,
    String.raw`rules\.(presence\.(always|on_shift)|tracking\.(always|on_shift|on|off|who|nowO)|checkIn\.(note|reason|refuse)|silence\.(auto|shifts|hours|always|on|off|name|own\.(remove_|text_|name))|wrong\.)`,
    String.raw`notices\.(state|reason|platform)\.|inbox\.(kind|text|group|filter|remind\.(name|hint|wrong))\.|webhooks\.(event|eventHint|wrong|field|state|filter)\.`,
    String.raw`shifts\.(status|hint|act|ask|askFor|did|rule|kind|wrong|day|dayName|pauses)|shifts\.plan\.days`,
    String.raw`shifts\.hours\.(status|week|lastWeek|half|lastHalf|late|forced|corrected|lateText)`,
    String.raw`places\.(field|wrong|import|archiveVisits|openVisits|count)|presence\.only`,
    String.raw`panic\.(title|stage|sound|rules\.(who|wrong)|ladder\.(who|done|againDone)|told\.(all|hidden))`,
    String.raw`chat\.(kind|kinds|preview|tick|line|wrong|muteFor|whoIs)\.`,
    String.raw`zones\.(kind|kindHint|filter|fields|fieldHints|days|dayNames|member|hint)\.|zones\.file\.(json|geojson|empty)$`,
  ].join('|') + ')')
  expect(keys(es).filter((k) => !made.test(k) && !all.includes(`'${k.replace(/_(one|other)$/, '')}'`))).toEqual([])
})

/** Many parts of the page share a file: it is read once. */
function once<T>(f: (of: string) => T): (of: string) => T {
  const found = new Map<string, T>()
  return (of) => {
    if (!found.has(of)) found.set(of, f(of))
    return found.get(of)!
  }
}

/** The files that a file loads with itself, and those that it loads when they are needed. */
const loads = once((of): { now: string[]; later: string[] } => {
  const code = readFileSync(path.join(root, of), 'utf8')
  const found = (what: RegExp) =>
    [...code.matchAll(what)].flatMap((m) => ['.ts', '.tsx', '/index.ts'].map((end) => path.join(path.dirname(of), m[1]! + end)).filter((f) => existsSync(path.join(root, f))))
  return { now: found(/^(?:import|export) (?!type )(?:.* from )?'(\.[^']*)'/gm), later: found(/\bimport\('(\.[^']*)'\)/g) }
})

/** The texts that a file names. Of a key that is made while the page runs, all with its beginning. */
const named = once((of): string[] => {
  const code = readFileSync(path.join(root, of), 'utf8')
  const found = [...code.matchAll(/['`](\w+(?:\.\w+)*\.?)(['`]|\$\{)/g)].map((m) => [m[1]!, m[2] === '${'] as const)
  return known.filter((k) => found.some(([name, begins]) => (begins ? name.includes('.') && k.startsWith(name) : k.replace(/_(one|other)$/, '') === name)))
})

/** The texts that are named in a part of the page and the parts that it opens, and that came with neither it nor what was there before. */
function missing(part: string, before: readonly string[], seen: Set<string>): string[] {
  seen.add(part)
  const files = [part]
  for (const f of files) files.push(...loads(f).now.filter((x) => !files.includes(x)))
  const texts = [...before, ...files.flatMap((f) => brings.get(f) ?? [])]
  const own = files.flatMap((f) => named(f).filter((k) => !texts.includes(k)).map((k) => `${f}: ${k}`))
  const parts = new Set(files.flatMap((f) => loads(f).later))
  return [...own, ...[...parts].flatMap((p) => (seen.has(p) ? [] : missing(p, texts, seen)))]
}

test('a part of the page names no text that does not come with it', { timeout: 60_000 }, () => {
  const seen = new Set<string>()
  expect([...missing('main.tsx', [], seen), ...missing('docs/main.ts', [], seen)]).toEqual([])
  for (const part of ['app/app.tsx', 'app/map/map-area.tsx', 'app/zones/zones-view.tsx', 'app/zones/assign-dialog.tsx', 'app/day/day.tsx', 'app/admin/platform.tsx', 'app/board/board.tsx', 'app/board/new-visit.tsx']) expect(seen).toContain(part)
  expect(named('app/zones/zones-view.tsx')).toContain('zones.notFound')
})
