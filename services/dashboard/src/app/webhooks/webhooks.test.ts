import { createHmac } from 'node:crypto'
import { expect, test, vi } from 'vitest'

vi.stubGlobal('window', { matchMedia: () => ({ matches: false, addEventListener: () => {} }) })
vi.stubGlobal('navigator', { language: 'es' })
vi.stubGlobal('document', { documentElement: { dataset: {} } })
const { eventsOf, eventsText, stateOf, webhookBody, webhookValues, wrongWords } = await import('./webhook')
const { inOrder } = await import('./event-name')
const { example } = await import('./signature')

const all = ['alerta.actualizada', 'alerta.cerrada', 'alerta.nueva']

test('asked for everything, a webhook names no event; asked for nothing, it is not asked for everything', () => {
  expect([eventsText(all, all), eventsText(['alerta.nueva'], all), eventsText([], all)]).toEqual(['', 'alerta.nueva', '-'])
  expect([...eventsOf('', all)]).toEqual(all)
  expect([...eventsOf('-', all)]).toEqual([])
  const is = { name: 'n', url: 'https://example.com', events: ['alerta.nueva'], active: false }
  expect(webhookBody(webhookValues(is))).toEqual(is)
  expect(webhookBody(webhookValues({ ...is, events: [] }))).not.toHaveProperty('events')
  expect(inOrder(['x.y', ...all])).toEqual(['alerta.nueva', 'alerta.actualizada', 'alerta.cerrada', 'x.y'])
})

test('the state says whether it works, and who turned it off', () => {
  const at = '2026-03-08T12:00:00Z'
  expect([stateOf({ active: true }), stateOf({ active: true, failing_since: at }), stateOf({ active: false }), stateOf({ active: false, off_reason: 'failing', failing_since: at })]).toEqual(['on', 'failing', 'off', 'dead'])
})

test('what the server says of an address is said in the words of the page; what is new to it, as it is', () => {
  const url = (code: string) => wrongWords(`webhook_url_${code}`, 'url is wrong.', 'url')
  expect(url('incomplete')).toContain('dirección completa')
  expect(url('https')).toContain('Debe empezar con https://')
  expect(url('private')).toContain('red privada')
  expect(url('user')).toContain('usuario')
  expect(url('fragment')).toContain('#')
  expect(url('port')).toContain('puerto')
  expect(url('host')).toContain('xn--')
  expect(url('number')).toContain('198.51.100.7')
  expect(url('long')).toContain('2048')
  expect(wrongWords('validation_failed', 'must have at most 2048 characters', 'url')).toContain('2048 caracteres')
  expect(wrongWords('too_many_tests', '10 tests are on their way.')).toContain('pruebas')
  expect(url('new_way')).toBe('url is wrong.')
  expect(wrongWords('validation_failed', 'events has x.', 'events')).toBe('events has x.')
})

test('the example that admins read tells calls from here from all others', async () => {
  const { isFromTerreno } = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(example)}`)) as { isFromTerreno: (header: string, body: Buffer, secret: string, now?: number) => boolean }
  const [now, body] = [1_772_971_200_000, Buffer.from('{"id":"ñ"}')]
  const sign = (secret: string, t: string) => createHmac('sha256', secret).update(`${t}.`).update(body).digest('hex')
  const header = `t=1772971200,v1=${sign('new', '1772971200')},v1=${sign('old', '1772971200')}`
  expect([isFromTerreno(header, body, 'new', now), isFromTerreno(header, body, 'old', now + 299_000)]).toEqual([true, true])
  expect([
    isFromTerreno(header, body, 'other', now), isFromTerreno(header, Buffer.from('{}'), 'new', now), isFromTerreno(header, body, 'new', now + 301_000), isFromTerreno(header, body, 'new', now - 301_000),
    isFromTerreno(`t=x,v1=${sign('new', 'x')}`, body, 'new', now), isFromTerreno('t=1772971200,v1=zz', body, 'new', now), isFromTerreno('', body, 'new', now),
  ]).toEqual([false, false, false, false, false, false, false])
})
