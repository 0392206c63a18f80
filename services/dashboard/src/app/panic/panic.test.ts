import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Alert } from '../data/alerts'
import { Alerts, mayTake, openPanics } from '../data/alerts'
import { climb, countdown, lateBy, stages, type Entry, type Ladder } from './model'
import { record, Siren, type Audio } from './siren'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const panic = (id: string, more: Partial<Alert> = {}): Alert => ({
  id, type: 'panico', user_id: `u-${id}`, user_name: 'Ana', late: false, started_at: '2026-03-01T12:00:00Z', raised_at: '2026-03-01T12:00:01Z', zones: [], status: 'nueva', acknowledged_by: '', acknowledged_note: '', resolved_by: '', resolved_note: '',
  end_reason: '', cause: '', people: 0, people_of: 0, scope: '', delivered_to: '', en_route_by: '', resolution: '', unreachable: false, escalation_step: 0, note: '', joins: '', ...more,
})

test('calls stand over the page until somebody takes care of them, the longest waiting first, and not one’s own', () => {
  const all = [panic('b', { raised_at: '2026-03-01T12:05:00Z' }), panic('a'), panic('seen', { status: 'reconocida' }), panic('done', { status: 'resuelta' }), panic('zone', { type: 'outside_zone' }), panic('mine', { user_id: 'me' })]
  expect(openPanics(all, 'me').map((a) => a.id)).toEqual(['a', 'b'])
})

test('a repeated call that knows nothing of the escalation takes nothing from what is known, and its end is heard', () => {
  const a = new Alerts(() => 'Ana')
  a.hear(panic('x', { escalation_step: 2, next_step_at: '2026-03-01T12:03:00Z', unreachable: true }), false)
  a.hear(panic('x', { status: '' as Alert['status'] }), true)
  vi.runAllTimers()
  expect(a.snapshot.byId.get('x')).toMatchObject({ escalation_step: 2, next_step_at: '2026-03-01T12:03:00Z', unreachable: true })
  a.hear(panic('x', { status: 'reconocida', acknowledged_by: 'boss', escalation_step: 2 }), false)
  vi.runAllTimers()
  expect(a.snapshot.byId.get('x')).toMatchObject({ status: 'reconocida', unreachable: false })
  expect(a.snapshot.byId.get('x')!.next_step_at).toBeUndefined()
  // An answer from before a step that was heard meanwhile.
  a.hear(panic('y', { escalation_step: 2 }), false)
  a.put(panic('y', { escalation_step: 1, delivered_to: 'me' }))
  vi.runAllTimers()
  expect(a.snapshot.byId.get('y')).toMatchObject({ escalation_step: 2 })
})

test('a call that came hours late says so', () => {
  expect([lateBy(panic('a')), lateBy(panic('a', { raised_at: '2026-03-01T15:00:00Z' }))]).toEqual([undefined, 3 * 3_600_000])
})

test('what is left is counted as people read it', () => {
  expect([0, -5000, 200, 59_000, 60_001, 3_599_000, 3_723_000].map(countdown)).toEqual(['0:00', '0:00', '0:01', '0:59', '1:01', '59:59', '1:02:03'])
})

const ladder: Ladder = { steps: [{ after_s: 0, tell: ['team_supervisors'], webhook: false }, { after_s: 60, tell: ['supervisors'], webhook: false }, { after_s: 180, tell: ['admins'], webhook: true }], repeat_s: 300, repeat_limit: 12 }
const step = (n: number, note = 'avisadas: 2'): Entry => ({ what: 'step', step: n, at: `2026-03-01T12:0${n}:00Z`, received_at: '', by: '', by_name: '', note })

test('steps are done, next and later; who takes care of it ends what follows', () => {
  const a = panic('a', { escalation_step: 1, next_step_at: '2026-03-01T12:01:00Z' })
  expect(climb(a, ladder, [step(1)]).rungs.map((r) => [r.state, r.at, r.told?.people])).toEqual([['done', Date.parse('2026-03-01T12:01:00Z'), 2], ['next', Date.parse('2026-03-01T12:01:00Z'), undefined], ['later', undefined, undefined]])
  expect(climb({ ...a, status: 'reconocida' }, ladder, [step(1)])).toMatchObject({ rungs: [{ state: 'done' }], again: undefined })
  const again = climb({ ...a, escalation_step: 5, next_step_at: '2026-03-01T12:20:00Z' }, ladder, [step(3, 'avisadas: 1, webhook'), step(5)])
  expect(again).toMatchObject({ again: { count: 2, limit: 12, lastAt: Date.parse('2026-03-01T12:05:00Z'), nextAt: Date.parse('2026-03-01T12:20:00Z') } })
  expect(again.rungs[2]!.told).toEqual({ people: 1, webhook: true })
  // A ladder that nobody has read yet, and one that the company shortened.
  expect(climb(a, undefined, [step(1)]).rungs).toMatchObject([{ state: 'done', plan: undefined }])
  expect(climb({ ...a, escalation_step: 3 }, { ...ladder, steps: ladder.steps!.slice(0, 1), repeat_s: 0, repeat_limit: 0 }, [step(1)])).toMatchObject({ rungs: [{ state: 'done' }], again: { count: 2 } })
})

test('the way of an alert leaves out what did not happen once it is over', () => {
  const a = panic('a', { delivered_at: '2026-03-01T12:00:05Z', delivered_to: 'sol' })
  expect(stages(a).map((s) => [s.stage, s.at !== undefined])).toEqual([['raised', true], ['delivered', true], ['acknowledged', false], ['en_route', false], ['resolved', false]])
  expect(stages({ ...a, type: 'outside_zone' })[0]!.stage).toBe('began')
  expect(stages({ ...a, status: 'resuelta', resolution: 'false_alarm', resolved_at: '2026-03-01T12:01:00Z' }).map((s) => s.stage)).toEqual(['raised', 'delivered', 'false_alarm'])
})

/** A browser that lets a page sound once it was allowed. */
function audio(allowed: boolean) {
  let sounding = 0
  const held: string[] = []
  const a = {
    state: allowed ? 'running' : 'suspended', onstatechange: null as Audio['onstatechange'], resume: () => Promise.resolve(), suspend: () => (held.push('suspend'), Promise.resolve()), close: () => (held.push('close'), Promise.resolve()),
    sound: () => {
      sounding++
      return () => void sounding--
    },
  }
  return { a, held, get sounding() { return sounding }, allow() { a.state = 'running'; a.onstatechange?.(new Event('statechange')) } }
}

/** Locks of one browser: one tab after the other. */
function lockOf() {
  let tail: Promise<unknown> = Promise.resolve()
  const request = <T>(_: string, o: { signal?: AbortSignal } | (() => Promise<T>), f?: () => Promise<T>): Promise<T> => {
    const run = tail.then(() => {
      if (typeof o !== 'function' && o.signal?.aborted) throw new Error('aborted')
      return (f ?? (o as () => Promise<T>))()
    })
    tail = run.catch(() => undefined)
    return run
  }
  return { request }
}
const turn = async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

test('one of two tabs sounds; when it is closed the other goes on, until nobody wants it', async () => {
  const locks = lockOf()
  const [one, two] = [audio(true), audio(true)]
  const [a, b] = [new Siren('s', locks, () => one.a), new Siren('s', locks, () => two.a)]
  a.want(true)
  b.want(true)
  await turn()
  expect([a.state, b.state, one.sounding, two.sounding]).toEqual(['on', 'elsewhere', 1, 0])
  a.want(false)
  await turn()
  expect([a.state, b.state, one.sounding, two.sounding]).toEqual(['off', 'on', 0, 1])
  b.want(false)
  expect(two.sounding).toBe(0)
})

test('a tab that may not sound yet says so, keeps nobody from sounding, and sounds once somebody used it', async () => {
  const locks = lockOf()
  const [quiet, loud] = [audio(false), audio(true)]
  const [a, b] = [new Siren('s', locks, () => quiet.a), new Siren('s', locks, () => loud.a)]
  a.want(true)
  b.want(true)
  await turn()
  expect([a.state, b.state]).toEqual(['blocked', 'on'])
  quiet.allow()
  await turn()
  expect(a.state).toBe('elsewhere')
  b.want(false)
  await turn()
  expect([a.state, quiet.sounding]).toEqual(['on', 1])
  const none = new Siren('s', undefined, () => { throw new Error('no sound') })
  none.want(true)
  expect(none.state).toBe('none')
  const alone = audio(true)
  const single = new Siren('s', undefined, () => alone.a)
  single.want(true)
  expect([single.state, alone.sounding]).toEqual(['on', 1])
})

test('what nobody wants takes nothing of the machine, and nothing is left when nobody will want it again', async () => {
  const x = audio(true)
  const s = new Siren('s', undefined, () => x.a)
  s.want(true)
  s.want(false)
  expect([x.sounding, x.held]).toEqual([0, ['suspend']])
  s.want(true)
  s.end()
  expect([x.sounding, x.held.at(-1), s.state]).toEqual([0, 'close', 'off'])
})

test('workers take care of no alert, and nobody of their own call', () => {
  const may = (role: string, user: string, type = 'panico') => mayTake({ type, user_id: 'ana' }, { role, user })
  expect([may('supervisor', 'luz'), may('supervisor', 'ana'), may('admin', 'ana', 'inactividad'), may('colaborador', 'luz')]).toEqual([true, false, true, false])
})

test('the record swells and ends in silence, so that it repeats without a click', () => {
  const r = record(8000)
  expect(r.length).toBe(14_400)
  expect(Math.max(...r)).toBeGreaterThan(0.2)
  expect(Math.max(...r.slice(-4000).map(Math.abs))).toBe(0)
})
