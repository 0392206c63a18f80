import { expect, test, vi } from 'vitest'

vi.stubGlobal('window', { matchMedia: () => ({ matches: false, addEventListener: () => {} }) })
vi.stubGlobal('navigator', { language: 'es' })
vi.stubGlobal('document', { documentElement: { dataset: {} } })
const { isSilent } = await import('./devices')
const { addressOf, groupsOf, kinds } = await import('./kinds')
const { reminderBody, reminderValues } = await import('./reminders')
const { inOrder, variantOf } = await import('./texts')

test('people choose among what they can be told of: workers no alerts, only admins a webhook', () => {
  const of = (role: 'admin' | 'supervisor' | 'colaborador') => groupsOf(kinds, role).flatMap(([, list]) => list)
  expect(of('admin')).toEqual(kinds)
  expect(of('supervisor')).toEqual(kinds.filter((k) => k !== 'webhook_off'))
  expect(of('colaborador')).toEqual(kinds.filter((k) => !['panic', 'outside_zone', 'forbidden_zone', 'inactivity', 'low_battery', 'system', 'webhook_off'].includes(k)))
  expect(groupsOf(['chat', 'new_kind'], 'colaborador')).toEqual([['other', ['chat', 'new_kind']]])
})

test('a notification leads to what it is about, as far as its reader may go there', () => {
  const to = (ref: string, role: 'admin' | 'supervisor' | 'colaborador' = 'supervisor', kind = 'x') => addressOf({ kind, ref }, role)
  expect([to('alert/a1'), to('visit/v/1'), to('visit/v1', 'colaborador'), to('shift/s1'), to('webhook/w1', 'admin')]).toEqual(['/alerts?id=a1', '/board?id=v%2F1', '/board', '/shifts', '/admin/webhooks?id=w1'])
  expect([to('webhook/w1'), to(''), to('conversation/c1'), to('alert/')]).toEqual([undefined, undefined, '/chat/c1', undefined])
  expect(to('', 'colaborador', 'reminder_tomorrow')).toBe('/board')
})

test('settings of reminders come back as they went; what is no number or time is left to the server', () => {
  const is = { first_visit: true, first_visit_after_min: 15, tomorrow: false, tomorrow_at: '18:00', shift_open: true, shift_open_after_h: 10, pending: true, pending_at: '09:00', version: 3 }
  expect(reminderBody(reminderValues(is), 3)).toEqual(is)
  const odd = reminderBody({ ...reminderValues(is), first_visit_after_min: '1.5', tomorrow_at: '1930', pending_at: 'nine' }, 4)
  expect([odd.first_visit_after_min, odd.tomorrow_at, odd.pending_at, odd.version]).toEqual([NaN, '19:30', 'nine', 4])
})

test('texts stand by kind, the usual one first, and strange kinds last', () => {
  const text = (name: string, kind: string) => ({ name, kind, language: 'es', title: '', body: '' })
  const list = inOrder([text('zzz', 'zzz'), text('visit_new_many_later', 'visit_new'), text('visit_new', 'visit_new'), text('panic', 'panic'), text('visit_new_task', 'visit_new')])
  expect(list.map((x) => x.name)).toEqual(['panic', 'visit_new', 'visit_new_task', 'visit_new_many_later', 'zzz'])
  expect(list.map(variantOf)).toEqual(['', '', 'task', 'many_later', ''])
})

test('a device is silent after sixty days', () => {
  const seen = '2026-01-01T00:00:00Z'
  expect([isSilent(seen, Date.parse('2026-03-02T00:00:00Z')), isSilent(seen, Date.parse('2026-03-02T00:00:01Z')), isSilent(new Date().toISOString())]).toEqual([false, true, false])
})
