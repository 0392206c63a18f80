import { expect, test } from 'vitest'
import { newPassword } from './password'

test('a password has three groups of characters that nobody confuses, and is another each time', () => {
  const made = Array.from({ length: 200 }, newPassword)
  for (const p of made) expect(p).toMatch(/^[a-hjkmnp-z2-9]{4}(-[a-hjkmnp-z2-9]{4}){2}$/)
  expect(new Set(made).size).toBe(200)
  expect(new Set(made.join('')).size).toBe(32) // all 31 characters, and the dash
})
