import { afterEach, expect, test, vi } from 'vitest'
import type { Session } from '../../../client'
import { readStreets } from './pattern'

afterEach(() => vi.unstubAllGlobals())

test('streets are read whole once; then it is asked whether they are the same', async () => {
  const session = { token: () => Promise.resolve('t') } as unknown as Session
  const asked: Headers[] = []
  let answer = () => new Response('{"features":[1]}', { headers: { ETag: '"a"' } })
  vi.stubGlobal('fetch', (_: string, o: RequestInit) => (asked.push(new Headers(o.headers)), Promise.resolve(answer())))
  const read = (had?: Parameters<typeof readStreets>[1]) => readStreets(session, had, new AbortController().signal)
  const first = await read()
  expect([first, asked[0]!.get('If-None-Match')]).toEqual([{ tag: '"a"', lines: { features: [1] } }, null])
  answer = () => new Response(null, { status: 304 })
  expect(await read(first)).toBe(first)
  expect(asked[1]!.get('If-None-Match')).toBe('"a"')
  answer = () => new Response('{"features":[2]}', { headers: { ETag: '"b"' } })
  expect((await read(first)).tag).toBe('"b"')
})
