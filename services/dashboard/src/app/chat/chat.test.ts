import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Offline, Problem } from '../../../client'
import { Acks, type Marks } from './acks'
import { Conversations } from './conversations'
import { Drafts } from './drafts'
import { keepOf, type Keep } from './keep'
import { after, asksFor, before, excerpt, heard, keepAtMost, mayDelete, mayEdit, merged, newer, pieces, rowsOf, soughtEnough, stillNamed, tickOf, unreadOf, withEdit, withMessage, withReceipt, type Conversation, type Member, type Message, type Part } from './model'
import { Thread } from './messages'
import { Names } from './names'
import { most, Outbox, type Pending, type Ways } from './outbox'
import { fileSize } from '../common/size'
import type { Chat } from './store'

const at = Date.parse('2026-03-09T12:00:00Z')
const iso = (ms: number) => new Date(ms).toISOString()
const msg = (seq: number, o: Partial<Message> = {}): Message => ({ seq, version: 1, sender_id: 'ana', client_id: `k${seq}`, kind: 'text', text: `m${seq}`, created_at: iso(at + seq * 1000), ...o })
const conv = (o: Partial<Conversation> = {}): Conversation => ({ id: 'c', kind: 'group', version: 1, created_at: iso(at), created_by: 'ana', last_seq: 5, last_at: iso(at), first_seq: 1, unread: 0, mentions: 0, delivered_seq: 5, read_seq: 5, role: 'member', writes: true, ...o })
const seqs = (p: Part | readonly Message[]) => ('list' in p ? p.list : p).map((m) => m.seq)
const part = (from: number, to: number, o: Partial<Part> = {}): Part => ({ list: Array.from({ length: to - from + 1 }, (_, i) => msg(from + i)), older: false, newer: false, ...o })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a message counts once however often it is heard, and one\'s own counts as read only when all before was', () => {
  const one = withMessage(conv(), msg(6, { mentions: ['me'] }), 'me')
  expect([one.unread, one.mentions, one.last_seq, one.last_message?.seq]).toEqual([1, 1, 6, 6])
  expect(withMessage(one, msg(6, { mentions: ['me'] }), 'me')).toMatchObject({ unread: 1, mentions: 1 })
  expect(withMessage(one, msg(3), 'me')).toBe(one)
  expect(withMessage(one, msg(7, { kind: 'system' }), 'me').unread).toBe(1)
  expect(withMessage(conv(), msg(6, { sender_id: 'me' }), 'me')).toMatchObject({ unread: 0, read_seq: 6 })
  expect(withMessage(one, msg(7, { sender_id: 'me' }), 'me')).toMatchObject({ unread: 1, read_seq: 5 })
  expect(withEdit(one, msg(6, { version: 2, text: 'x' })).last_message?.text).toBe('x')
  expect(withEdit(one, msg(5, { version: 2 }))).toBe(one)
})

test('receipts go forward only, and only the server counts what is left of a part', () => {
  const members: Member[] = [{ user_id: 'me', role: 'owner', delivered_seq: 5, read_seq: 5 }, { user_id: 'ana', role: 'member', delivered_seq: 4, read_seq: 2 }]
  const c = conv({ members, last_seq: 9, unread: 4, read_seq: 5 })
  const r = (o: object) => ({ conversation_id: 'c', user_id: 'ana', delivered_seq: 3, read_seq: 3, ...o })
  const [next] = withReceipt(c, r({}), 'me')
  expect(next.members![1]).toMatchObject({ delivered_seq: 4, read_seq: 3 })
  expect(withReceipt(c, r({ user_id: 'me', delivered_seq: 9, read_seq: 9 }), 'me')).toEqual([expect.objectContaining({ unread: 0, read_seq: 9 }), false])
  expect(withReceipt(c, r({ user_id: 'me', delivered_seq: 7, read_seq: 7 }), 'me')).toEqual([expect.objectContaining({ unread: 4, read_seq: 7 }), true])
  expect(withReceipt(c, r({ user_id: 'me', delivered_seq: 1, read_seq: 1 }), 'me')[0]).toMatchObject({ read_seq: 5, delivered_seq: 5 })
})

test('an answer that is older than what was heard takes no mark back', () => {
  const have = conv({ last_seq: 8, read_seq: 8, unread: 0, version: 2, title: 'B' })
  expect(newer(have, conv({ last_seq: 7, read_seq: 5, unread: 2 }))).toMatchObject({ last_seq: 8, read_seq: 8, unread: 0, title: 'B' })
  expect(newer(have, conv({ last_seq: 8, read_seq: 6, unread: 2, version: 3, title: 'C' }))).toMatchObject({ read_seq: 8, unread: 0, title: 'C' })
  expect(newer(undefined, conv())).toEqual(conv())
  const ana = (delivered_seq: number, read_seq: number): Member => ({ user_id: 'ana', role: 'member', delivered_seq, read_seq })
  for (const last_seq of [7, 8]) expect(newer({ ...have, members: [ana(8, 3)] }, conv({ last_seq, version: 2, members: [ana(5, 5)] })).members).toEqual([ana(8, 5)])
  const edit = (v: number) => conv({ last_seq: 8, last_message: msg(8, { version: v }) })
  expect([newer(edit(3), edit(2)), newer(edit(2), edit(3))].map((c) => c.last_message?.version)).toEqual([3, 3])
})

test('what was read here without a network is not unread again by an answer that does not know of it', () => {
  const have = conv({ last_seq: 9, read_seq: 7, unread: 2, mentions: 0 })
  const told = conv({ last_seq: 9, read_seq: 4, unread: 5, mentions: 1 })
  expect(newer(have, told)).toMatchObject({ read_seq: 7, unread: 2, mentions: 0 })
  expect(newer(told, have)).toMatchObject({ read_seq: 7, unread: 2, mentions: 0 })
  expect(newer({ ...told, read_seq: 7 }, { ...told, unread: 3 })).toMatchObject({ unread: 3, mentions: 1 })
})

test('muted conversations count only their mentions', () => {
  const list = [conv({ unread: 3 }), conv({ unread: 5, mentions: 1, muted_until: iso(at + 1000) }), conv({ unread: 2, muted_until: iso(at - 1000) })]
  expect(unreadOf(list, at)).toBe(6)
})

test('messages of pages and events are one list without a gap and without doubles', () => {
  expect(seqs(merged([msg(1), msg(3)], [msg(2), msg(3, { version: 1 })]))).toEqual([1, 2, 3])
  const p = part(3, 5, { older: true })
  expect(merged(p.list, [msg(4)])).toBe(p.list)
  expect(heard(p, msg(4, { version: 2, text: 'new' })).part.list[1]?.text).toBe('new')
  expect(heard(heard(p, msg(4, { version: 3, text: 'newest' })).part, msg(4, { version: 2, text: 'old' })).part.list[1]?.text).toBe('newest')
  expect(seqs(heard(p, msg(6)).part)).toEqual([3, 4, 5, 6])
  expect(heard(p, msg(8))).toEqual({ part: p, gap: true })
  expect(heard(p, msg(1))).toEqual({ part: p, gap: false })
  const far = part(3, 5, { newer: true })
  expect(heard(far, msg(6))).toEqual({ part: far, gap: false }) // it is read when somebody comes there
  expect(seqs(before(p, [msg(2), msg(1)], false))).toEqual([1, 2, 3, 4, 5])
  expect(seqs(after(far, [msg(6)], false))).toEqual([3, 4, 5, 6])
})

test('events in any order, with any pages between them, end in the same list', () => {
  const all = Array.from({ length: 30 }, (_, i) => msg(i + 1))
  let seed = 7
  const random = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n
  for (let round = 0; round < 200; round++) {
    let p: Part = { list: all.slice(0, 5), older: false, newer: false }
    const events = all.slice(5).map((m) => [random(1000), m] as const).sort((a, b) => a[0] - b[0]).map(([, m]) => m)
    for (const m of events) {
      const h = heard(p, m)
      p = h.part
      // A gap is read: what the server has up to this message.
      if (h.gap) p = after(p, all.slice(p.list.at(-1)!.seq, m.seq), false)
    }
    expect(seqs(p)).toEqual(seqs(all))
  }
})

test('an open conversation keeps a bounded part, on the side where one reads', () => {
  const p = part(101, 100 + keepAtMost)
  const up = before(p, Array.from({ length: 50 }, (_, i) => msg(51 + i)), true)
  expect([up.list[0]!.seq, up.list.length, up.newer, up.older]).toEqual([51, keepAtMost, true, true])
  const down = after({ ...p, newer: true }, Array.from({ length: 50 }, (_, i) => msg(101 + keepAtMost + i)), false)
  expect([down.list.at(-1)!.seq, down.list.length, down.newer, down.older]).toEqual([150 + keepAtMost, keepAtMost, false, true])
  const long = heard(part(1, 2 * keepAtMost), msg(2 * keepAtMost + 1)).part
  expect([long.list[0]!.seq, long.list.length, long.older, long.newer]).toEqual([keepAtMost + 2, keepAtMost, true, false])
})

test('ticks: read when everybody has, none but sent in large conversations', () => {
  const m = (id: string, delivered_seq: number, read_seq: number): Member => ({ user_id: id, role: 'member', delivered_seq, read_seq })
  expect(tickOf(5, [m('me', 9, 9), m('a', 4, 1)], 'me')).toBe('sent')
  expect(tickOf(5, [m('me', 9, 9), m('a', 5, 1), m('b', 7, 7)], 'me')).toBe('delivered')
  expect(tickOf(5, [m('me', 0, 0), m('a', 5, 5), m('b', 7, 7)], 'me')).toBe('read')
  expect(tickOf(5, undefined, 'me')).toBe('sent')
  expect(tickOf(5, [m('me', 9, 9)], 'me')).toBe('sent')
  expect(tickOf(5, Array.from({ length: 33 }, (_, i) => m(`u${i}`, 9, 9)), 'me')).toBe('sent')
})

test('rows have days, groups and one line before what is new', () => {
  const day = (t: number) => iso(t).slice(0, 10)
  const list = [msg(1), msg(2), msg(3, { sender_id: 'me' }), msg(4, { kind: 'system', text: 'joined' }), msg(5), msg(6, { created_at: iso(at + 86_400_000) }), msg(7, { created_at: iso(at + 86_401_000) })]
  const rows = rowsOf(list, 'me', 4, day)
  expect(rows.map((r) => (r.is === 'message' ? `${r.m.seq}${r.first ? 'f' : ''}${r.last ? 'l' : ''}` : r.is))).toEqual(['day', '1f', '2l', '3fl', 'system', 'new', '5fl', 'day', '6f', '7l'])
  expect(rowsOf(list, 'me', undefined, day).some((r) => r.is === 'new')).toBe(false)
  expect(new Set(rows.map((r) => r.key)).size).toBe(rows.length)
})

test('a text is cut into mentions and links, and nothing of it is markup', () => {
  const text = 'Hola @Ana López, mira https://terreno.example/a?b=1. <img src=x onerror=alert(1)> @Ana'
  const got = pieces(text, [['a', 'Ana'], ['b', 'Ana López']])
  expect(got.map((p) => p.text).join('')).toBe(text)
  expect(got.filter((p) => 'mention' in p)).toEqual([{ mention: 'b', text: '@Ana López' }, { mention: 'a', text: '@Ana' }])
  expect(got.filter((p) => 'link' in p)).toEqual([{ link: 'https://terreno.example/a?b=1', text: 'https://terreno.example/a?b=1' }])
  expect(pieces('javascript:alert(1) data:text/html,x', [])).toEqual([{ text: 'javascript:alert(1) data:text/html,x' }])
  expect(pieces('@(a+)+', [['x', '(a+)+']])).toEqual([{ mention: 'x', text: '@(a+)+' }])
  expect(stillNamed('Hola @Ana', new Map([['a', 'Ana'], ['b', 'Beto']]))).toEqual(['a'])
  expect([asksFor('Hola @an', 8), asksFor('a@b', 3), asksFor('Hola @', 6)]).toEqual([{ from: 5, word: 'an' }, undefined, { from: 5, word: '' }])
})

test('a message may be edited for 15 minutes, and deleted by its sender or the owner of a group', () => {
  const m = msg(1, { sender_id: 'me', created_at: iso(at) })
  expect([mayEdit(m, 'me', at + 899_000), mayEdit(m, 'me', at + 900_000), mayEdit(m, 'ana', at), mayEdit({ ...m, deleted_at: iso(at) }, 'me', at)]).toEqual([true, false, false, false])
  expect([mayDelete(m, 'me', conv()), mayDelete(m, 'ana', conv()), mayDelete(m, 'ana', conv({ role: 'owner' })), mayDelete(m, 'me', conv({ writes: false }))]).toEqual([true, false, true, true])
})

/** A browser's memory. */
class Memory implements Storage {
  #all = new Map<string, string>()
  get length() { return this.#all.size }
  clear() { this.#all.clear() }
  getItem(k: string) { return this.#all.get(k) ?? null }
  key(i: number) { return [...this.#all.keys()][i] ?? null }
  removeItem(k: string) { this.#all.delete(k) }
  setItem(k: string, v: string) { this.#all.set(k, v) }
}
const keep = (storage: Storage, user = 'me', company = 'acme'): Keep => ({ ...keepOf(storage, company, user), onOther: () => () => undefined })

test('a draft survives a reload, is of one conversation and one user, and is gone after a logout', () => {
  const storage = new Memory()
  const mine = new Drafts(keep(storage))
  mine.set('c', { text: 'Voy en camino', reply: 4 })
  mine.set('d', { text: '  ' })
  vi.advanceTimersByTime(400)
  expect(new Drafts(keep(storage)).get('c')).toEqual({ text: 'Voy en camino', reply: 4 })
  expect(new Drafts(keep(storage)).get('d')).toBeUndefined()
  expect(new Drafts(keep(storage, 'otra')).get('c')).toBeUndefined()
  expect(new Drafts(keep(storage, 'me', 'otra')).get('c')).toBeUndefined()
  // Another tab's draft stays, and who types nothing writes nothing.
  const other = new Drafts(keep(storage))
  other.set('e', { text: 'de otra pestaña' })
  other.flush()
  mine.set('c', { text: 'Voy llegando' })
  mine.flush()
  expect(new Drafts(keep(storage)).get('e')).toEqual({ text: 'de otra pestaña' })
  storage.clear()
  mine.set('c', { text: 'Voy llegando' })
  mine.set('f', { text: '' })
  mine.flush()
  expect(storage.length).toBe(0)
  mine.set('c', { text: 'otra cosa' })
  mine.forget()
  vi.advanceTimersByTime(1000)
  expect(storage.length).toBe(0)
})

const pending = (key: string, o: Partial<Pending> = {}): Pending => ({ key, conversation: 'c', at: Number(key.replace(/\D/g, '')) || 0, body: { kind: 'text', text: key }, state: 'waiting', ...o })
function box(storage: Storage, send: Ways['send'], user = 'me') {
  const sent: string[] = []
  const refused: string[] = []
  const ways: Ways = { send, upload: () => Promise.resolve('f1'), onSent: (_, m) => sent.push(m.client_id), onRefused: (id) => refused.push(id), alone: (f) => f() }
  return { outbox: new Outbox(keep(storage, user), ways), sent, refused }
}

test('what could not be sent is sent with the same key in the same order, also after a reload', async () => {
  const storage = new Memory()
  const tries: string[] = []
  let down = true
  const send = (p: Pending) => {
    tries.push(p.key)
    return down ? Promise.reject(new Offline(undefined)) : Promise.resolve(msg(1, { client_id: p.key }))
  }
  const first = box(storage, send)
  first.outbox.add(pending('k1'))
  first.outbox.add(pending('k2'))
  await vi.advanceTimersByTimeAsync(4000)
  expect(new Set(tries)).toEqual(new Set(['k1'])) // nothing overtakes what waits
  expect(tries.length).toBeLessThan(5)
  first.outbox.stop()
  down = false
  tries.length = 0
  const second = box(storage, send)
  expect(second.outbox.list.map((p) => p.key)).toEqual(['k1', 'k2'])
  expect(box(storage, send, 'otra').outbox.list).toEqual([])
  second.outbox.start()
  await vi.advanceTimersByTimeAsync(0)
  expect([tries, second.sent, second.outbox.list, storage.length]).toEqual([['k1', 'k2'], ['k1', 'k2'], [], 0])
})

test('a refusal stays at its message and stops no other; 5xx and 429 are tried again', async () => {
  const storage = new Memory()
  const answers: Record<string, (Problem | undefined)[]> = { k1: [new Problem({ status: 403, code: 'read_only' })], k2: [new Problem({ status: 503, code: 'unavailable' }), new Problem({ status: 429, code: 'rate_limited' }, 2)] }
  const { outbox, sent, refused } = box(storage, (p) => {
    const e = answers[p.key]?.shift()
    return e ? Promise.reject(e) : Promise.resolve(msg(1, { client_id: p.key }))
  })
  for (const k of ['k1', 'k2', 'k3']) outbox.add(pending(k))
  await vi.advanceTimersByTimeAsync(10_000)
  expect([sent, refused]).toEqual([['k2', 'k3'], ['c']])
  expect(outbox.list).toMatchObject([{ key: 'k1', state: 'refused', code: 'read_only' }])
  outbox.retry('k1')
  await vi.advanceTimersByTimeAsync(0)
  expect([sent, outbox.list]).toEqual([['k2', 'k3', 'k1'], []])
})

test('a conversation that fails holds up no other, and a key that is taken is changed by a retry', async () => {
  const storage = new Memory()
  let bad = true
  const { outbox, sent } = box(storage, (p) => {
    if (p.conversation === 'bad' && bad) return Promise.reject(new Problem({ status: 503, code: 'unavailable' }))
    if (p.key === 'k5') return Promise.reject(new Problem({ status: 409, code: 'client_id_used' }))
    return Promise.resolve(msg(1, { client_id: p.key }))
  })
  outbox.add(pending('k1', { conversation: 'bad' }))
  outbox.add(pending('k2', { conversation: 'bad' }))
  outbox.add(pending('k3'))
  await vi.advanceTimersByTimeAsync(0)
  expect([sent, outbox.late('bad'), outbox.late('c')]).toEqual([['k3'], true, false])
  await vi.advanceTimersByTimeAsync(20_000)
  outbox.add(pending('k4'))
  await vi.advanceTimersByTimeAsync(0)
  expect(sent).toEqual(['k3', 'k4'])
  bad = false
  outbox.resume()
  await vi.advanceTimersByTimeAsync(0)
  expect([sent, outbox.late('bad')]).toEqual([['k3', 'k4', 'k1', 'k2'], false])
  outbox.add(pending('k5'))
  await vi.advanceTimersByTimeAsync(0)
  expect(outbox.list).toMatchObject([{ state: 'refused', code: 'client_id_used' }])
  outbox.retry('k5')
  await vi.advanceTimersByTimeAsync(0)
  expect([outbox.list.length, sent.length, sent.includes('k5')]).toEqual([0, 5, false])
})

test('at most 200 wait, a file is sent before its message, and a logout forgets all', async () => {
  const storage = new Memory()
  const { outbox } = box(storage, () => Promise.reject(new Offline(undefined)))
  for (let i = 0; i < most; i++) expect(outbox.add(pending(`k${i}`))).toBe(true)
  expect(outbox.add(pending('k999'))).toBe(false)
  outbox.forget()
  expect([outbox.list, storage.length]).toEqual([[], 0])

  const bodies: Pending['body'][] = []
  const files = box(storage, (p) => {
    bodies.push(p.body)
    return Promise.resolve(msg(1, { client_id: p.key }))
  })
  files.outbox.add(pending('k1', { body: { kind: 'file' }, file: new File(['x'], 'a.pdf') }))
  expect(storage.length).toBe(0) // a file does not survive a reload, and nothing says that it does
  await vi.advanceTimersByTimeAsync(0)
  expect([bodies, files.outbox.list]).toEqual([[{ kind: 'file', file_id: 'f1' }], []])
})

test('a mark is told once, many together, one request at a time, and a refused one never again', async () => {
  const told: (readonly [string, Marks])[][] = []
  let answer: () => Promise<unknown> = () => Promise.resolve()
  const acks = new Acks((list) => {
    told.push([...list])
    return answer()
  })
  acks.known('c', { delivered: 4, read: 2 })
  acks.want('c', { read: 2 })
  acks.want('c', { delivered: 4 })
  await vi.advanceTimersByTimeAsync(2000)
  expect(told).toEqual([])
  for (let i = 3; i <= 9; i++) acks.want('c', { read: i })
  acks.want('d', { delivered: 1 })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(told).toEqual([[['c', { delivered: 9, read: 9 }], ['d', { delivered: 1, read: 0 }]]])
  acks.want('c', { read: 5 })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(told.length).toBe(1)
  answer = () => Promise.reject(new Problem({ status: 422, code: 'validation_failed' }))
  acks.want('c', { read: 10 })
  await vi.advanceTimersByTimeAsync(600_000)
  expect(told.length).toBe(2)
  answer = () => Promise.reject(new Offline(undefined))
  acks.want('c', { read: 11 })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(told.length).toBeGreaterThan(3)
  expect(told.length).toBeLessThan(9) // later and later
  answer = () => Promise.resolve()
  acks.resume()
  await vi.advanceTimersByTimeAsync(60_000)
  const n = told.length
  await vi.advanceTimersByTimeAsync(600_000)
  expect(told.length).toBe(n)
})

test('what was found is shown with the words around it, in whatever form they were sought', () => {
  expect(excerpt('La entrega quedó en recepción', 'ENTREGAS')).toEqual(['La ', 'entrega', ' quedó en recepción'])
  expect(excerpt('Quedó en recepción', 'recepcion')).toEqual(['Quedó en ', 'recepción', ''])
  expect(excerpt('Llegué 😀 al almacén', 'alm')).toEqual(['Llegué 😀 al ', 'almacén', ''])
  expect(['de', 'a b cc', '¡no!', 'qué', 'de la obra', '日本語'].map(soughtEnough)).toEqual([false, false, false, true, true, true])
  expect(excerpt('norte.pdf', 'sur')).toEqual(['', '', 'norte.pdf'])
  expect(excerpt('a+b (c', '(c +b')).toEqual(['a+b (', 'c', ''])
  const long = `${'x '.repeat(100)}portón ${'y '.repeat(200)}`
  const [before, word, after] = excerpt(long, 'porton')
  expect([before.startsWith('…'), word, after.endsWith('…'), [...before, ...word, ...after].length < 150]).toEqual([true, 'portón', true, true])
})

test('what the browser does not keep is unsent, and another tab does not take it away', async () => {
  const storage = new Memory()
  const { outbox } = box(storage, () => Promise.reject(new Offline(undefined)))
  outbox.add(pending('k1'))
  expect(outbox.unkept).toBe(false)
  storage.setItem = () => {
    throw new Error('full')
  }
  outbox.add(pending('k2'))
  expect(outbox.unkept).toBe(true)
  outbox.forget()
})

/** A server that answers when the test says so. */
function server() {
  const asked: { path: string; r: { query?: Record<string, unknown>; path?: Record<string, string> }; answer: (a: unknown) => Promise<void>; fail: (e: unknown) => Promise<void> }[] = []
  const settle = () => vi.advanceTimersByTimeAsync(0).then(() => undefined)
  const request = (_: string, path: string, r: (typeof asked)[number]['r']) => new Promise((done, no) => asked.push({ path, r, answer: (a) => (done(a), settle()), fail: (e) => (no(e), settle()) }))
  const gone: string[] = []
  const chat = { d: { session: { request }, live: { leads: false } }, me: 'me', looking: 'c', gone: (id: string) => void gone.push(id), acks: { known: () => undefined, want: () => undefined } } as unknown as Chat
  return { asked, chat, gone, session: { request }, settle }
}

test('names are asked for a hundred at once, after a failure later, and only who is refused stays without one', async () => {
  const { asked, session } = server()
  const names = new Names({ session, people: { users: new Map([['ana', { name: 'Ana' }]]), subscribe: () => () => undefined } } as unknown as ConstructorParameters<typeof Names>[0])
  // Whoever draws asks again whenever it is told.
  const ids = Array.from({ length: 150 }, (_, i) => `u${i}`)
  let told = 0
  names.subscribe(() => {
    told++
    for (const id of ids) names.of(id)
  })
  for (const id of ids) names.of(id)
  await vi.advanceTimersByTimeAsync(20)
  for (const e of [new Offline(undefined), new Problem({ status: 429 }), new Problem({ status: 401 }), new Problem({ status: 503 })]) {
    const n = asked.length
    await asked.at(-1)!.fail(e)
    await vi.advanceTimersByTimeAsync(4_900)
    expect([asked.length, told]).toEqual([n, 0])
    await vi.advanceTimersByTimeAsync(200)
    expect(asked.length).toBe(n + 1)
  }
  const of = (i: number) => String(asked[i]!.r.query!['ids']).split(',')
  expect(of(4)).toEqual(ids.slice(0, 100))
  await asked[4]!.answer({ people: of(4).slice(1).map((id) => ({ id, name: id.toUpperCase() })) })
  expect([asked.length, of(5)]).toEqual([6, ids.slice(100)])
  await asked[5]!.fail(new Problem({ status: 403 }))
  await vi.advanceTimersByTimeAsync(60_000)
  expect([asked.length, names.of('u0'), names.of('u1'), names.of('u149')]).toEqual([6, undefined, 'U1', undefined])
  names.of('later')
  names.stop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked.length).toBe(6)
})

test('a list that was asked for earlier takes nothing away that came since, and brings nothing back', async () => {
  const { asked, chat } = server()
  const list = new Conversations(chat)
  list.take(conv({ id: 'gone' }))
  list.take(conv({ id: 'heard' }))
  list.take(conv({ id: 'lost' }))
  void list.read()
  await vi.advanceTimersByTimeAsync(0)
  list.drop('gone')
  list.take(conv({ id: 'begun' }))
  list.take(conv({ id: 'renamed', version: 2, title: 'new' }))
  list.set(conv({ id: 'heard', last_seq: 6 }))
  list.set(conv({ id: 'stays', last_seq: 6 }))
  await asked[0]!.answer({ conversations: [conv({ id: 'gone' }), conv({ id: 'renamed', title: 'old' }), conv({ id: 'heard', last_seq: 7 })] })
  expect([...list.state.byId.keys()].sort()).toEqual(['begun', 'heard', 'renamed', 'stays'])
  // What was only heard takes what the server knows of it.
  expect([list.isGone('gone'), list.get('renamed')?.title, list.get('heard')?.last_seq]).toEqual([true, 'new', 7])
  void list.read()
  await vi.advanceTimersByTimeAsync(0)
  await asked.at(-1)!.answer({ conversations: [conv({ id: 'heard' })] })
  expect([...list.state.byId.keys()]).toEqual(['heard'])
  list.stop()
})

test('what is heard while a conversation is fetched is fetched once more', async () => {
  const { asked, chat, settle } = server()
  const list = new Conversations(chat)
  list.heard('c')
  list.refresh('c')
  list.refresh('c')
  list.heard('c')
  expect(asked.length).toBe(1)
  await asked[0]!.answer(conv({ version: 1 }))
  expect(asked.length).toBe(2)
  await asked[1]!.answer(conv({ version: 2 }))
  await settle()
  expect([asked.length, list.get('c')?.version]).toEqual([2, 2])
  list.stop()
})

const texts = (from: number, to: number, more = false) => ({ messages: Array.from({ length: to - from + 1 }, (_, i) => msg(from + i)), more })

test('the newest messages are read also when older ones are being read', async () => {
  const { asked, chat } = server()
  const thread = new Thread(chat, 'c')
  void thread.open()
  void thread.open()
  await vi.advanceTimersByTimeAsync(0)
  expect(asked.length).toBe(1)
  await asked[0]!.answer(texts(11, 20, true))
  await asked[1]!.answer(texts(21, 20)) // the second one only catches up
  void thread.older()
  await vi.advanceTimersByTimeAsync(0)
  void thread.newest()
  await asked[2]!.answer(texts(1, 10))
  expect(asked[3]!.r.query).toEqual({ limit: 50 })
  await asked[3]!.answer(texts(15, 30, true))
  expect([asked.length, seqs(thread.state.part).at(-1)]).toEqual([4, 30])
})

test('what was forgotten does not come back with an answer that was under way', async () => {
  const { asked, chat, gone } = server()
  const thread = new Thread(chat, 'c')
  void thread.open()
  const around = thread.around(3)
  await vi.advanceTimersByTimeAsync(0)
  thread.wipe()
  await asked[0]!.answer(texts(1, 5))
  expect([thread.state.loaded, seqs(thread.state.part), asked.length, await around]).toEqual([false, [], 1, 'failed'])
  void thread.open()
  await vi.advanceTimersByTimeAsync(0)
  thread.wipe()
  await asked[1]!.fail(new Problem({ status: 404 }))
  await vi.advanceTimersByTimeAsync(60_000)
  expect([thread.state.error, gone, asked.length]).toEqual([undefined, [], 2])
  // Opened again while the old answer is under way it is read anew.
  void thread.open()
  await vi.advanceTimersByTimeAsync(0)
  thread.wipe()
  void thread.open()
  await asked[2]!.answer(texts(1, 5))
  await asked[3]!.answer(texts(1, 6))
  expect([thread.state.loaded, seqs(thread.state.part).length]).toEqual([true, 6])
})

test('sizes are counted as the server counts its limits, and what is over a limit is never shown as the limit', () => {
  const n = (bytes: number) => Number(fileSize(bytes).replace(/[^\d,.]/g, '').replace(',', '.'))
  expect([25 * 2 ** 20, 10 * 2 ** 20, 25 * 2 ** 20 + 1, 340 * 1024, 12].map(n)).toEqual([25, 10, 25.1, 340, 12])
})
