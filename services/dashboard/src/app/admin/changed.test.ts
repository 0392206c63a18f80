import { expect, test } from 'vitest'
import { changed } from './changed'

test('only what differs is sent, and the order of teams is no difference', () => {
  const before = { name: 'Ana', role: 'admin', phone: '', teams: ['a', 'b'] }
  expect(changed(before, { ...before, phone: '555', teams: ['b', 'a'] })).toEqual({ phone: '555' })
  expect(changed(before, { ...before, name: '', teams: [] })).toEqual({ name: '', teams: [] })
  expect(changed(before, { ...before })).toEqual({})
})
