import { expect, test } from 'vitest'
import { Problem, type Session } from '../../../client'
import { differing, merge, timeText, writeValues } from './settings'

const base = { tracking: 'always', close_at: '22:00', 'team/a': '20:00' }

test('what a colleague changed meanwhile stays, what both changed is a clash, and what both made the same is none', () => {
  const mine = { ...base, close_at: '21:00', 'team/a': '', 'team/b': '19:00' }
  const theirs = { ...base, tracking: 'on_shift', close_at: '23:00', 'team/b': '19:00' }
  expect(merge(base, mine, theirs)).toEqual({ values: { tracking: 'on_shift', close_at: '21:00', 'team/a': '', 'team/b': '19:00' }, clashes: ['close_at'] })
  expect(merge(base, mine, base)).toEqual({ values: mine, clashes: [] })
  expect(merge(base, base, { close_at: '20:00', tracking: 'always' }).values).toEqual({ close_at: '20:00', tracking: 'always' })
  expect(differing({ 'team/a': '' }, {})).toEqual([])
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
