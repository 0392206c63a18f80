import { readFileSync } from 'node:fs'
import path from 'node:path'
import i18next from 'i18next'
import { expect, test, vi } from 'vitest'
import type { Activity, Entry } from './visit'

vi.stubGlobal('window', { matchMedia: () => ({ matches: false, addEventListener: () => {} }) })
vi.stubGlobal('navigator', { language: 'es' })
vi.stubGlobal('document', { documentElement: { dataset: {} } })
await import('../../i18n/board')
const { mayObject, objectionsOf, photosOf } = await import('./story')

type Texts = { [key: string]: string | Texts }
const texts = (language: string) => (i18next.getResourceBundle(language, 'translation') as { board: Texts }).board
const source = (file: string) => readFileSync(path.join(import.meta.dirname, '../../../../activity/internal/visit', file), 'utf8')
const words = (code: string, type: string) => [...code.matchAll(new RegExp(`^\\s+\\w+\\s+${type} = "(\\w+)"$`, 'gm'))].map((m) => m[1]!)

test('each kind of action and each rule of the service has a text in both languages', () => {
  const [kinds, rules] = [words(source('action.go'), 'Kind'), words(source('visit.go'), 'Rule')]
  expect(kinds).toEqual(expect.arrayContaining(['check_in', 'photo', 'object', 'close']))
  expect(kinds).toHaveLength(source('action.go').match(/^var steps = [^}]*}/m)![0].match(/\w+: \d+/g)!.length)
  expect(rules).toEqual(expect.arrayContaining(['repeated', 'not_assigned']))
  for (const language of ['es', 'en']) {
    const { did, rule } = texts(language) as { did: Texts; rule: Texts }
    expect(kinds.filter((k) => !did[k]), `kinds, ${language}`).toEqual([])
    expect(rules.filter((r) => !rule[r]), `rules, ${language}`).toEqual([])
  }
})

test('numbers are written as the language writes them', () => {
  const all = (o: Texts): string[] => Object.values(o).flatMap((x) => (typeof x === 'string' ? [x] : all(x)))
  for (const language of ['es', 'en']) {
    const format = new Intl.NumberFormat(language)
    for (const text of all(texts(language))) {
      // Letters beside digits make names and codes, such as 11-20.
      for (const [number] of text.matchAll(/(?<![\w.,-])\d[\d.,]*\d(?![\w])/g)) {
        const digits = number.replace(/[.,]/g, '')
        if (digits.length > 3) expect(number, text).toBe(format.format(Number(digits)))
      }
    }
  }
  expect(i18next.t('board.count', { count: 12_345, lng: 'es' })).toBe('12.345 visitas')
  expect(i18next.t('board.count', { count: 12_345, lng: 'en' })).toBe('12,345 visits')
})

const entry = (key: string, kind: Entry['kind'], received: string, more: Partial<Entry> = {}): Entry => ({
  key, kind, at: `2015-06-01T${received}:00Z`, received_at: `2015-06-01T${received}:00Z`, by: 'w', office: false, from_state: '', to_state: '', rule: '', reason: '', device_id: '', mock: false, ...more,
})

test('an objection stands at the last thing that the office or the close had done by then', () => {
  const log = [
    entry('in', 'check_in', '10:00', { rule: 'corrected' }),
    // It says when the worker came, and was written in the afternoon.
    entry('c1', 'correct', '15:00', { at: '2015-06-01T09:00:00Z', office: true, corrects: 'in', rule: 'corrected' }),
    entry('n', 'note', '15:30', { office: true }),
    entry('o1', 'object', '16:00'),
    entry('c2', 'correct', '17:00', { at: '2015-06-01T09:30:00Z', office: true, corrects: 'in' }),
    entry('o2', 'object', '18:00'),
  ]
  const found = objectionsOf(log)
  expect([...found].map(([at, list]) => [at, list.map((o) => o.key)])).toEqual([['c1', ['o1']], ['c2', ['o2']]])
  expect([...objectionsOf([entry('x', 'close', '22:00', { by: '' }), entry('o', 'object', '23:00')]).keys()]).toEqual(['x'])
  expect([...objectionsOf([entry('in', 'check_in', '10:00', { office: true }), entry('o', 'object', '11:00')]).keys()]).toEqual(['in'])
})

test('a worker may object to what the office or the close made of their visit, once until it is answered', () => {
  const visit = { user_id: 'w', corrected: true, objected: false, reason: '' } as Activity
  expect(mayObject(visit, 'w')).toBe(true)
  expect(mayObject(visit, 'other')).toBe(false)
  expect(mayObject({ ...visit, objected: true }, 'w')).toBe(false)
  expect(mayObject({ ...visit, corrected: false }, 'w')).toBe(false)
  expect(mayObject({ ...visit, corrected: false, reason: 'cierre' }, 'w')).toBe(true)
})

test('photos are those that the log names', () => {
  const photo = { id: 'p', type: 'image/png' as const, bytes: 10 }
  expect(photosOf([entry('a', 'note', '10:00'), entry('b', 'photo', '11:00', { photo })]).map((p) => p.photo.id)).toEqual(['p'])
})
