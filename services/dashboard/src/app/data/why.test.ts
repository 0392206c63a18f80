import { readFileSync } from 'node:fs'
import path from 'node:path'
import i18next from 'i18next'
import { beforeAll, expect, test, vi } from 'vitest'
import type { Alert } from './shapes'

vi.stubGlobal('window', { matchMedia: () => ({ matches: false, addEventListener: () => {} }) })
vi.stubGlobal('navigator', { language: 'es' })
vi.stubGlobal('document', { documentElement: { dataset: {} } })
vi.setSystemTime('2026-03-02T18:00:00Z')

let why: typeof import('./why')
beforeAll(async () => {
  await import('../../i18n')
  why = await import('./why')
})

const zone = 'America/Mexico_City'
const alert = (more: Partial<Alert>): Alert => ({
  id: 'x', type: 'inactividad', user_id: 'u', user_name: 'Rosa', late: false, started_at: '2026-03-02T16:42:00Z', raised_at: '2026-03-02T17:12:00Z', zones: [], status: 'nueva',
  acknowledged_by: '', acknowledged_note: '', resolved_by: '', resolved_note: '', end_reason: '', cause: '', people: 0, people_of: 0, scope: '',
  delivered_to: '', en_route_by: '', resolution: '', unreachable: false, escalation_step: 0, note: '', joins: '', ...more,
})

test('every cause and every reason of an end that services know has words in both languages', () => {
  const go = readFileSync(path.join(import.meta.dirname, '../../../../../proto/alert/alert.go'), 'utf8')
  const named = (what: string) => [...go.matchAll(new RegExp(String.raw`^\s+${what}\w+\s*= "(\w+)"`, 'gm'))].map((m) => m[1]!)
  const [causes, ends, types] = [named('Cause'), named('End'), named('Type')]
  expect([causes.length, ends.length, types.length]).toEqual([10, 11, 7])
  for (const lng of ['es', 'en']) {
    const own = i18next.getResourceBundle(lng, 'translation') as { silence: { cause: object; end: object }; alerts: { end: object; type: object } }
    expect(causes.filter((c) => !(c in own.silence.cause)), lng).toEqual([])
    expect(ends.filter((c) => !(c in own.silence.end) && !(c in own.alerts.end)), lng).toEqual([])
    expect(types.filter((c) => !(c in own.alerts.type) && c !== 'panico'), lng).toEqual([])
  }
})

test('a silence says since when, and why as far as anybody knows', async () => {
  const say = (more: Partial<Alert>) => why.alertText(alert(more), zone)
  expect(say({ cause: 'permission_withdrawn', cause_at: '2026-03-02T16:41:00Z' })).toBe('Sin señal desde las 10:42. Retiró el permiso de ubicación a las 10:41.')
  expect(say({ cause: 'battery_empty', battery: 0.03 }).replace(/\s%/, ' %')).toBe('Sin señal desde las 10:42. Batería al 3 % y bajando.')
  expect(say({ cause: 'unknown' })).toBe('Sin señal desde las 10:42. No se conoce la causa.')
  expect(say({})).toBe('Sin señal desde las 10:42. No se conoce la causa.')
  expect(say({ cause: 'moon' })).toBe('Sin señal desde las 10:42. Causa: moon.')
  expect(say({ type: 'sin_movimiento' })).toBe('No se mueve desde las 10:42.')
  expect(say({ type: 'outside_zone' })).toBe('')
  expect(say({ type: 'bateria_baja' })).toBe('Batería baja desde las 10:42.')
  expect(say({ type: 'bateria_baja', battery: 0.14 }).replace(/\s%/, ' %')).toBe('Batería al 14 % a las 10:42, sin cargar.')
  expect(say({ type: 'bateria_baja', battery: 0.14, ended_at: '2026-03-02T17:42:00Z' }).replace(/\s%/, ' %')).toBe('Batería baja desde las 10:42, al 14 %, hasta las 11:42.')
  expect(say({ type: 'bateria_baja', ended_at: '2026-03-02T17:42:00Z' })).toBe('Batería baja desde las 10:42 hasta las 11:42.')
  expect(say({ ended_at: '2026-03-02T17:42:00Z', cause: 'app_closed' })).toBe('Sin señal desde las 10:42 hasta las 11:42. Cerró la app.')
  expect(say({ type: 'sistema', user_id: '', user_name: '', cause: 'shared_silence', people: 12, people_of: 20, scope: 'company' })).toMatch(/^Desde las 10:42, 12 de 20 personas/)
  await i18next.changeLanguage('en')
  expect(say({ type: 'bateria_baja', battery: 0.14 })).toBe('Battery at 14% at 10:42, not charging.')
  expect(say({ cause: 'permission_withdrawn', cause_at: '2026-03-02T16:41:00Z' })).toBe('No signal since 10:42. The location permission was withdrawn at 10:41.')
  await i18next.changeLanguage('es')
})

test('the same reason of an end is told by what ended', () => {
  expect(why.endText({ type: 'inactividad' }, 'returned')).toBe('volvió a reportar')
  expect(why.endText({ type: 'outside_zone' }, 'returned')).toBe('volvió a su zona')
  expect(why.endText({ type: 'sistema' }, 'returned')).toBe('se normalizó')
  expect(why.endText({ type: 'inactividad' }, 'explicada')).toBe('el teléfono no tenía red: las posiciones llegaron después')
  expect(why.endText({ type: 'bateria_baja' }, 'charged')).toBe('el teléfono se cargó')
  expect(why.endText({ type: 'bateria_baja' }, 'shift_ended')).toBe('terminó su jornada')
  expect(why.endText({ type: 'inactividad' }, 'something_new')).toBe('something_new')
})
