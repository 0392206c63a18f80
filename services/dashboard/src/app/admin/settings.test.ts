import { expect, test } from 'vitest'
import { Problem, type Session } from '../../../client'
import { differing, insisting, merge, timeText, writeValues } from './settings'
import { hoursText, silenceFacts, silenceValues, sourceOf, windowsOf, workOf } from './silence'

const base = { tracking: 'always', close_at: '22:00', 'team/a': '20:00' }

test('what a colleague changed meanwhile stays, what both changed is a clash, and what both made the same is none', () => {
  const mine = { ...base, close_at: '21:00', 'team/a': '', 'team/b': '19:00' }
  const theirs = { ...base, tracking: 'on_shift', close_at: '23:00', 'team/b': '19:00' }
  expect(merge(base, mine, theirs)).toEqual({ values: { tracking: 'on_shift', close_at: '21:00', 'team/a': '', 'team/b': '19:00' }, clashes: ['close_at'] })
  expect(merge(base, mine, base)).toEqual({ values: mine, clashes: [] })
  expect(merge(base, base, { close_at: '20:00', tracking: 'always' }).values).toEqual({ close_at: '20:00', tracking: 'always' })
  expect(differing({ 'team/a': '' }, {})).toEqual([])
})

test('who insists on what they wrote keeps what a colleague changed elsewhere', () => {
  const [mine, theirs] = [{ ...base, close_at: '21:00' }, { ...base, close_at: '23:00', 'team/a': '19:00' }]
  expect(merge(insisting(base, mine, theirs), mine, theirs)).toEqual({ values: { ...base, close_at: '21:00', 'team/a': '19:00' }, clashes: [] })
  expect(merge(insisting(base, mine, theirs), mine, { ...theirs, close_at: '20:00' }).clashes).toEqual(['close_at'])
})

test('a time is read as people write it', () => {
  expect(['22', '2200', '22.00', '9:30', ' 21:15 ', '22h30', '22 o so', '', '930'].map(timeText)).toEqual(['22:00', '22:00', '22:00', '09:30', '21:15', '22:30', '22 o so', '', '09:30'])
})

test('only what differs is written; a team that is refused leaves the others done', async () => {
  const sent: unknown[] = []
  const refused = new Error('no')
  const session = {
    request: (_: string, path: string, o: { path?: { id: string }; body: unknown }) => {
      sent.push([path, o.path?.id, o.body])
      return o.path?.id === 'a' ? Promise.reject(refused) : Promise.resolve({})
    },
  } as unknown as Session
  const now = { version: '7', tracking: 'always', close_at: '22:00', check_in_policy: 'note', check_in_max_m: '200', 'team/a': '20:00', 'team/c': '19:00' }
  const wrong = await writeValues(session, now, { ...now, check_in_max_m: '', 'team/a': '', 'team/b': '18:00' })
  expect([...wrong!]).toEqual([['team/a', refused]])
  expect(sent).toEqual([
    ['/v1/activity-settings', undefined, { check_in_policy: 'note', close_at: '22:00', check_in_max_m: NaN, version: 7 }],
    ['/v1/activity-settings/teams/{id}', 'a', { close_at: '' }],
    ['/v1/activity-settings/teams/{id}', 'b', { close_at: '18:00' }],
  ])
})

test('what a colleague decided since it was read is not written over, and no team is written either', async () => {
  let sent = 0
  const session = { request: () => Promise.reject((sent++, new Problem({ status: 409, code: 'settings_changed' }))) } as unknown as Session
  expect(await writeValues(session, { version: '1', close_at: '22:00' }, { version: '1', close_at: '21:00', 'team/a': '20:00' })).toBeUndefined()
  expect(sent).toBe(1)
  expect(differing({ version: '1' }, { version: '2' })).toEqual([])
})

test('the hours of silence are one window a day on the page, and days with the same times are one for the server', () => {
  const held = { scope: 'company' as const, silence_after_s: 1000, expected: 'hours' as const, movement_after_s: 0, low_battery_pct: 15, version: 4, hours: [{ days: [5, 1], from: '08:00', until: '17:00' }, { days: [5], from: '22:00', until: '06:00' }, { days: [1], from: '08:00', until: '17:00' }] }
  const values = silenceValues(held)
  expect(values).toMatchObject({ silence_version: '4', silence_after: '16.67', silence_expected: 'hours', silence_still: '0', silence_low: '15' })
  const windows = windowsOf(values['silence_hours']!)
  expect(windows).toEqual([{ day: 1, from: '08:00', to: '17:00' }, { day: 5, from: '08:00', to: '17:00' }, { day: 5, from: '22:00', to: '06:00' }])
  expect(hoursText([...windows].reverse())).toBe(values['silence_hours'])
  expect(workOf(windows)).toEqual([{ days: [1, 5], from: '08:00', until: '17:00' }, { days: [5], from: '22:00', until: '06:00' }])
})

test('silence is written by itself, whole and in seconds; a colleague’s decision is not written over', async () => {
  const sent: unknown[] = []
  let answer: () => Promise<unknown> = () => Promise.resolve({})
  const session = { request: (_: string, path: string, o: { body: unknown }) => (sent.push([path, o.body]), answer()) } as unknown as Session
  const now = { version: '1', close_at: '22:00', silence_version: '3', silence_after: '16.67', silence_expected: 'auto', silence_hours: '[]', silence_still: '0', silence_low: '15' }
  const wanted = { ...now, silence_still: '7,5', silence_low: '20 %', 'team/a': '20:00' }
  const body = { silence_after_s: 1000, expected: 'auto', hours: [], movement_after_s: 450, low_battery_pct: 20, version: 3 }
  expect(await writeValues(session, now, wanted)).toEqual(new Map())
  expect(sent).toEqual([['/v1/inactivity-settings', body], ['/v1/activity-settings/teams/{id}', { close_at: '20:00' }]])
  sent.length = 0
  answer = () => Promise.reject(new Problem({ status: 409, code: 'settings_changed' }))
  expect(await writeValues(session, now, wanted)).toBeUndefined()
  expect(sent).toHaveLength(1)
  expect(differing(now, { ...now, silence_version: '9' })).toEqual([])
  const refused = new Problem({ status: 422, code: 'validation_failed' })
  answer = () => Promise.reject(refused)
  expect([...(await writeValues(session, now, { ...now, silence_after: ' ', silence_low: ' ' }))!]).toEqual([['silence', refused]])
  expect(sent.at(-1)).toEqual(['/v1/inactivity-settings', { ...body, silence_after_s: NaN, movement_after_s: 0, low_battery_pct: -1 }])
})

test('whose settings of silence hold', () => {
  const scopes = ['user', 'team', 'company', 'default'] as const
  expect(scopes.map((scope) => sourceOf({ scope }, 'user'))).toEqual(['own', 'team', 'company', 'default'])
  expect(scopes.slice(1).map((scope) => sourceOf({ scope }, 'team'))).toEqual(['own', 'company', 'default'])
  const facts = (silence_expected: string, silence_hours: string) => silenceFacts({ silence_expected, silence_hours })
  expect([facts('auto', '[]'), facts('hours', '[]'), facts('shifts', '[{"day":1,"from":"08:00","to":"17:00"}]')].map((f) => f.includes('silence_hours'))).toEqual([false, true, false])
})

test('who is connected is written by itself, with the version that was read, and nothing more when a colleague was first', async () => {
  const sent: unknown[] = []
  const session = { request: (_: string, path: string, o: { body: unknown }) => (sent.push([path, o.body]), Promise.resolve({})) } as unknown as Session
  const now = { presence: 'always', presence_version: '3', close_at: '22:00' }
  expect(await writeValues(session, now, { ...now, presence: 'on_shift' })).toEqual(new Map())
  expect(sent).toEqual([['/v1/presence-settings', { presence: 'on_shift', version: 3 }]])
  const late = { request: () => Promise.reject(new Problem({ status: 409, code: 'settings_changed' })) } as unknown as Session
  expect(await writeValues(late, now, { ...now, presence: 'on_shift' })).toBeUndefined()
})
