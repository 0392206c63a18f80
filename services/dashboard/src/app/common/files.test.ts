import { expect, test } from 'vitest'
import { decode, forEach, toCsv } from './files'

test('a table opens in a spreadsheet, and runs nothing there', () => {
  expect(toCsv([['id', 'nombre'], ['a', '=1+1'], ['b', 'Pérez; "Pepe"'], ['c', '+52 33 1234'], ['d', '-2'], ['e', '@x'], ['f', 'dos\nlíneas']], ';')).toBe(
    '\ufeffid;nombre\r\na;\'=1+1\r\nb;"Pérez; ""Pepe"""\r\nc;+52 33 1234\r\nd;\'-2\r\ne;\'@x\r\nf;"dos\nlíneas"\r\n',
  )
})

test('a file that is not UTF-8 is read as Excel writes it', () => {
  expect(decode(new TextEncoder().encode('\ufeffNúñez').buffer as ArrayBuffer)).toEqual({ text: 'Núñez', encoding: 'utf-8' })
  expect(decode(Uint8Array.from([0x4e, 0xfa, 0xf1, 0x65, 0x7a]).buffer)).toEqual({ text: 'Núñez', encoding: 'windows-1252' })
})

test('work for many goes on after a failure, never more than a few at once, and stops when asked', async () => {
  let [now, most, done] = [0, 0, 0]
  const f = async (n: number) => {
    most = Math.max(most, ++now)
    await Promise.resolve()
    now--
    if (n % 3 === 0) throw new Error(String(n))
  }
  const failed = await forEach([1, 2, 3, 4, 5, 6], f, { atOnce: 2, onDone: (n) => (done = n), stop: () => false })
  expect([[...failed.keys()], most, done]).toEqual([[3, 6], 2, 6])
  done = 0
  await forEach([1, 2, 4, 5, 7, 8], f, { atOnce: 1, onDone: (n) => (done = n), stop: () => done >= 2 })
  expect(done).toBe(2)
})
