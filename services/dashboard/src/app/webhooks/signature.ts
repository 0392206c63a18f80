/** How a receiver checks that a call is from here: shown to admins, and run by the tests. */
export const example = `import { createHmac, timingSafeEqual } from 'node:crypto'

// header: Terreno-Signature. body: the bytes of the request as they came, before JSON.parse.
export function isFromTerreno(header, body, secret, now = Date.now()) {
  const parts = header.split(',').map((part) => part.split('='))
  const t = parts.find(([name]) => name === 't')?.[1] ?? ''
  if (!(Math.abs(now / 1000 - Number(t)) <= 300)) return false
  const want = createHmac('sha256', secret).update(t + '.').update(body).digest()
  return parts.some(([name, hex = '']) => {
    const got = Buffer.from(hex, 'hex')
    return name === 'v1' && got.length === want.length && timingSafeEqual(got, want)
  })
}`
