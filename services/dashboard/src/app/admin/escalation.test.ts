import { expect, test } from 'vitest'
import { Problem, type Session } from '../../../client'
import { alertBody, alertFaults, alertValues, ladderKey, ladderOf, ladderText, plainLadder, secondsOf, timeOf, writeAlerts, type AlertSettings } from './escalation'
import { differing } from './settings'

const settings: AlertSettings = {
  unresolved_days: 90, version: 'v1',
  escalation: { panico: { steps: [{ after_s: 0, tell: ['team_supervisors'], webhook: false }, { after_s: 90, tell: ['admins', 'supervisors'], webhook: true }], repeat_s: 300, repeat_limit: 12 }, outside_zone: { steps: [], repeat_s: 0, repeat_limit: 0 } },
}

test('times are read as people write them', () => {
  expect(['0', '1:30', '1.5', '1,5', ' 2 ', '0:05', '1440:00', '1:6', 'x', '', '-1'].map(secondsOf)).toEqual([0, 90, 90, 90, 120, 5, 86_400, 66, NaN, NaN, NaN])
  expect([0, 90, 86_400].map(timeOf)).toEqual(['0:00', '1:30', '1440:00'])
})

test('what is read goes back as it was', () => {
  const values = alertValues(settings)
  expect(ladderOf(values[ladderKey('panico')]).steps[1]).toEqual({ after: '1:30', tell: ['supervisors', 'admins'], webhook: true })
  const body = alertBody(values, 'v1')
  expect(body).toEqual({ ...settings, escalation: { ...settings.escalation, panico: { ...settings.escalation!['panico']!, steps: [settings.escalation!['panico']!.steps![0], { after_s: 90, tell: ['supervisors', 'admins'], webhook: true }] } } })
})

test('the same ladder written otherwise is no change, and what cannot be read reaches the server', () => {
  const values = alertValues(settings)
  const l = ladderOf(values[ladderKey('panico')])
  const again = plainLadder(ladderText({ ...l, steps: [l.steps[0]!, { after: '1,5', tell: ['admins', 'supervisors'], webhook: true }], repeat: '5' }))
  expect(differing(values, { ...values, [ladderKey('panico')]: again, alert_version: 'other' })).toEqual([])
  const wrong = plainLadder(ladderText({ steps: [{ after: 'pronto', tell: [], webhook: false }], repeat: '', limit: '' }))
  expect(alertBody({ ...values, [ladderKey('panico')]: wrong }, '').escalation!['panico']!.steps![0]!.after_s).toBeNaN()
})

test('a fault has its field and the page’s sentence, or the server’s', () => {
  const e = new Problem({ status: 422, code: 'validation_failed', errors: [
    { location: 'body.escalation.panico.steps[1].after_s', message: 'after_s must grow from step to step' }, { location: 'body.escalation.panico.steps', message: 'the first step of a panic tells people within 60 seconds' },
    { location: 'body.escalation.otro.steps[0].tell[0]', message: 'x' }, { location: 'body.unresolved_days', message: 'y' }, { location: 'body.escalation', message: 'at most 20 types' },
  ] })
  expect(Object.fromEntries(Object.entries(alertFaults(e)).map(([k, v]) => [k, v.word ?? v.detail]))).toEqual({
    'escalation.panico.steps[1].after_s': 'order', 'escalation.panico.steps': 'panic', 'escalation.otro.steps[0].tell[0]': 'tell', unresolved_days: 'unresolved_days', escalation: 'at most 20 types',
  })
})

test('what a colleague decided meanwhile is not written over', async () => {
  const session = { request: () => Promise.reject(new Problem({ status: 409, code: 'settings_changed' })) } as unknown as Session
  expect(await writeAlerts(session, alertValues(settings), alertValues(settings))).toBe(false)
})
