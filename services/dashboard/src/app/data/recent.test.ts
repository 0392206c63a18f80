import { expect, test } from 'vitest'
import type { Position } from './people'
import { Recent } from './recent'

test('who follows somebody for eight hours keeps the last hour', () => {
  const r = new Recent()
  const at = (id: string, s: number) => ({ user_id: id, recorded_at: new Date(s * 1000).toISOString() }) as Position
  let kept = 0
  for (let s = 0; s < 8 * 3600; s += 10) kept = Math.max(kept, r.add('a', at('a', s), (s - 3600) * 1000).length)
  expect(kept).toBe(361)
  const p = at('b', 8 * 3600)
  expect(r.add('b', p, 0)).toEqual([p])
  expect(r.add('b', p, 0)).toEqual([p])
  expect(r.add('b', p, 9 * 3_600_000)).toEqual([])
})
