import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { en as enFirst } from './en'
import { admin as enAdmin } from './en/admin'
import { es as esFirst } from './es'
import { admin as esAdmin } from './es/admin'

// All texts: those of the first load, and those that come with other pages.
const es = { ...esFirst, ...esAdmin }
const en = { ...enFirst, ...enAdmin }

function keys(o: object, at = ''): string[] {
  return Object.entries(o).flatMap(([k, v]) => (typeof v === 'object' ? keys(v as object, `${at}${k}.`) : [`${at}${k}`]))
}
function text(o: object, key: string): string {
  return key.split('.').reduce<unknown>((x, k) => (x as Record<string, unknown>)[k], o) as string
}
const places = (s: string) => [...s.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]).sort()

test('both languages have the same keys with the same places, and no empty text', () => {
  expect(keys(en)).toEqual(keys(es))
  for (const k of keys(es)) {
    expect(places(text(en, k)), k).toEqual(places(text(es, k)))
    expect(text(es, k).trim() && text(en, k).trim(), k).not.toBe('')
  }
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

test('no text stands in a component', () => {
  expect(components.length).toBeGreaterThan(8)
  expect(components.flatMap(foreign)).toEqual([])
})

test('every text is used', () => {
  const all = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((f) => /\.tsx?$/.test(f) && !f.includes('i18n')).map((f) => readFileSync(path.join(root, f), 'utf8')).join('\n')
  // Texts whose key is made while the page runs.
  const made = /^(problem|state|role|help|alerts\.(type|status|end|what)|alerts\.(open|acknowledged|resolved|all|unread)|people\.count|map\.more|age|admin\.(field|did|wrong|password|chosen)|admin\.import\.is|companies\.value|jobs\.state|zones\.(kind|kindHint|filter|fields|fieldHints|days|dayNames|member|hint)\.|zones\.file\.(json|geojson|empty)$)/
  expect(keys(es).filter((k) => !made.test(k) && !all.includes(`'${k.replace(/_(one|other)$/, '')}'`))).toEqual([])
})
