import { plain } from '../data/ages'

/** The shapes of the API of conversations, and the rules of the page about them. Nothing here does I/O. */

export const kinds = ['private', 'group', 'visit', 'team', 'broadcast'] as const
export type Kind = (typeof kinds)[number]
export type Role = 'owner' | 'member'

/** Somebody in a private conversation or a group, and how far it has got. */
export interface Member {
  user_id: string
  role: Role
  delivered_seq: number
  read_seq: number
}

export interface FileInfo {
  id: string
  name: string
  type: string
  bytes: number
}

export interface Message {
  seq: number
  version: number
  sender_id: string
  client_id: string
  kind: 'text' | 'location' | 'photo' | 'file' | 'system'
  text?: string
  lat?: number
  lon?: number
  accuracy_m?: number
  file?: FileInfo
  reply_to?: number
  mentions?: readonly string[] | null
  created_at: string
  sent_at?: string
  edited_at?: string
  deleted_at?: string
}

export interface Conversation {
  id: string
  kind: Kind
  version: number
  title?: string
  visit_id?: string
  team_id?: string
  created_at: string
  created_by: string
  members?: readonly Member[] | null
  last_seq: number
  last_at: string
  first_seq: number
  last_message?: Message
  unread: number
  mentions: number
  delivered_seq: number
  read_seq: number
  muted_until?: string
  role: Role
  writes: boolean
  left?: boolean
  /** The viewer is not in it and reads it for auditing. */
  audited?: boolean
}

/** What somebody wants to send. */
export interface Draft {
  kind: 'text' | 'location' | 'photo' | 'file'
  text?: string
  lat?: number
  lon?: number
  accuracy_m?: number
  file_id?: string
  reply_to?: number
  mentions?: readonly string[]
  sent_at?: string
}

export interface Receipt {
  conversation_id: string
  user_id: string
  delivered_seq: number
  read_seq: number
}

export const maxText = 8000
/** From here on the page counts. */
export const countFrom = 7500
/** In a larger conversation nobody is told who has got what. */
export const maxReceipts = 32
/** Counts end here, as on the server. */
const most = 1000

/** People count characters, not units of UTF-16. */
export const lengthOf = (text: string): number => [...text].length

/** The newest first, as the server lists them. */
export const byNewest = (a: Conversation, b: Conversation): number => Date.parse(b.last_at) - Date.parse(a.last_at) || (a.id < b.id ? 1 : -1)

/** Whether it is muted at an instant. */
export const isMuted = (c: Pick<Conversation, 'muted_until'>, at: number): boolean => c.muted_until !== undefined && Date.parse(c.muted_until) > at

/** What the sections' badge counts: messages that nobody asked to be quiet about, and mentions in any case. */
export function unreadOf(list: Iterable<Conversation>, at: number): number {
  let sum = 0
  for (const c of list) sum += isMuted(c, at) ? c.mentions : c.unread
  return sum
}

/** Whether messages are sought with these words, as the server decides: one has three letters. */
export const soughtEnough = (q: string): boolean => plain(q).split(/[^\p{L}\p{N}]+/u).some((w) => [...w].length >= 3)

/** A conversation after a message came. Heard twice, a message counts once. */
export function withMessage(c: Conversation, m: Message, me: string): Conversation {
  if (m.seq < c.last_seq) return c
  const last = c.last_message
  if (m.seq === c.last_seq) return !last || last.seq < m.seq || (last.seq === m.seq && last.version < m.version) ? { ...c, last_message: m } : c
  const counts = m.kind !== 'system' && m.sender_id !== me && m.seq > c.read_seq && m.deleted_at === undefined
  // Whoever had read all before has read its own message, too.
  const read = m.sender_id === me && c.read_seq >= m.seq - 1 ? m.seq : c.read_seq
  return {
    ...c, last_seq: m.seq, last_at: m.created_at, last_message: m, read_seq: read, first_seq: Math.min(c.first_seq, m.seq),
    unread: Math.min(most, c.unread + Number(counts)), mentions: Math.min(most, c.mentions + Number(counts && (m.mentions ?? []).includes(me))),
  }
}

/** A conversation after a message in it was changed. */
export const withEdit = (c: Conversation, m: Message): Conversation => (c.last_message?.seq === m.seq && c.last_message.version < m.version ? { ...c, last_message: m } : c)

/** A conversation after somebody got further in it. Marks go forward only. The second part says that only the server can count what is unread now. */
export function withReceipt(c: Conversation, r: Receipt, me: string): [Conversation, boolean] {
  const members = c.members?.map((x) => (x.user_id === r.user_id ? { ...x, delivered_seq: Math.max(x.delivered_seq, r.delivered_seq), read_seq: Math.max(x.read_seq, r.read_seq) } : x))
  const next = members ? { ...c, members } : c
  if (r.user_id !== me) return [next, false]
  const read = Math.max(c.read_seq, r.read_seq)
  const all = read >= c.last_seq
  return [{ ...next, read_seq: read, delivered_seq: Math.max(c.delivered_seq, r.delivered_seq, read), ...(all && { unread: 0, mentions: 0 }) }, !all && read > c.read_seq && c.unread > 0]
}

/** The people of one list, each as far as either list says. */
function furthest(members: Conversation['members'], others: Conversation['members']): readonly Member[] | null {
  if (!members) return null
  const by = new Map(others?.map((m) => [m.user_id, m]))
  return members.map((m) => {
    const o = by.get(m.user_id)
    return o ? { ...m, delivered_seq: Math.max(m.delivered_seq, o.delivered_seq), read_seq: Math.max(m.read_seq, o.read_seq) } : m
  })
}

/** Of a message that is known twice the higher version. */
const lastOf = (have: Message | undefined, read: Message | undefined): Message | undefined => (have && read && have.seq === read.seq && have.version > read.version ? have : read)

/** Takes a conversation as the server has it. An answer that took long may be older than what was heard: no mark goes back. */
export function newer(have: Conversation | undefined, read: Conversation): Conversation {
  if (!have || have.last_seq <= read.last_seq) {
    if (!have) return read
    const seq = Math.max(have.read_seq, read.read_seq)
    const all = seq >= read.last_seq
    // What was read here, and not yet told, is unread in the answer.
    const ahead = have.read_seq > read.read_seq && have.last_seq === read.last_seq
    // Answers to who begins a conversation or adds people have no last message.
    const last = lastOf(have.last_message, read.last_message ?? (have.last_seq === read.last_seq ? have.last_message : undefined))
    return { ...read, ...(last && { last_message: last }), members: furthest(read.members, have.members), read_seq: seq, delivered_seq: Math.max(have.delivered_seq, read.delivered_seq), ...(ahead && { unread: Math.min(have.unread, read.unread), mentions: Math.min(have.mentions, read.mentions) }), ...(all && { unread: 0, mentions: 0 }) }
  }
  const last = have.last_message && read.last_message?.seq === have.last_message.seq ? lastOf(have.last_message, read.last_message) : have.last_message
  return { ...have, ...(last && { last_message: last }), version: Math.max(have.version, read.version), ...(read.version >= have.version && { title: read.title ?? '', members: furthest(read.members, have.members), role: read.role, writes: read.writes }), ...(read.muted_until !== undefined && { muted_until: read.muted_until }) }
}

/** A part of a conversation's messages without a gap, the oldest first. */
export interface Part {
  readonly list: readonly Message[]
  /** There are older ones, and newer ones. */
  readonly older: boolean
  readonly newer: boolean
}

export const nothing: Part = { list: [], older: false, newer: false }

/** Puts messages among those that are there. Of one message the higher version holds. */
export function merged(have: readonly Message[], add: readonly Message[]): readonly Message[] {
  const bySeq = new Map(have.map((m) => [m.seq, m]))
  let changed = false
  for (const m of add) {
    const known = bySeq.get(m.seq)
    if (known && known.version >= m.version) continue
    bySeq.set(m.seq, m)
    changed = true
  }
  return changed ? [...bySeq.values()].sort((a, b) => a.seq - b.seq) : have
}

/** Puts a message that was heard into a part. gap says that messages before it are missing: they must be read. */
export function heard(part: Part, m: Message): { part: Part; gap: boolean } {
  const last = part.list.at(-1)?.seq
  const first = part.list[0]?.seq
  if (last === undefined || first === undefined) return part.newer ? { part, gap: false } : { part: { ...part, list: [m] }, gap: m.seq > 1 && !part.older }
  if (m.seq < first) return { part, gap: false }
  if (m.seq <= last) return { part: { ...part, list: merged(part.list, [m]) }, gap: false }
  if (part.newer) return { part, gap: false }
  if (m.seq > last + 1) return { part, gap: true }
  const list = [...part.list, m]
  return { part: list.length > 2 * keepAtMost ? { list: list.slice(-keepAtMost), older: true, newer: false } : { ...part, list }, gap: false }
}

/** At most so many messages are kept of an open conversation. */
export const keepAtMost = 600

/** A part with an older page before it. When it grows too large, it lets go of the newest. */
export function before(part: Part, page: readonly Message[], more: boolean): Part {
  const list = merged(part.list, page)
  return list.length > keepAtMost ? { list: list.slice(0, keepAtMost), older: more, newer: true } : { list, older: more, newer: part.newer }
}

/** A part with a newer page after it. */
export function after(part: Part, page: readonly Message[], more: boolean): Part {
  const list = merged(part.list, page)
  return list.length > keepAtMost ? { list: list.slice(-keepAtMost), older: true, newer: more } : { list, older: part.older, newer: more }
}

export type Tick = 'sent' | 'delivered' | 'read'

/** How far one's own message has got: read when everybody else has read it. Of large conversations, and of those that have no list of people, only that it is sent. */
export function tickOf(seq: number, members: readonly Member[] | null | undefined, me: string): Tick {
  const others = members?.filter((m) => m.user_id !== me) ?? []
  if (others.length === 0 || others.length >= maxReceipts) return 'sent'
  return others.every((m) => m.read_seq >= seq) ? 'read' : others.every((m) => m.delivered_seq >= seq) ? 'delivered' : 'sent'
}

export type Row =
  | { readonly is: 'day'; readonly key: string; readonly at: number }
  | { readonly is: 'new'; readonly key: string }
  | { readonly is: 'system'; readonly key: string; readonly m: Message }
  | { readonly is: 'message'; readonly key: string; readonly m: Message; readonly first: boolean; readonly last: boolean }

/** What stands close together is one group. */
const groupWithin = 5 * 60_000

/** The lines of a thread. unreadAfter is the seq after which everything was new when it was opened; day names the day of an instant. */
export function rowsOf(list: readonly Message[], me: string, unreadAfter: number | undefined, day: (at: number) => string): Row[] {
  const rows: Row[] = []
  let [shown, marked] = ['', false]
  let before: Message | undefined
  for (const [i, m] of list.entries()) {
    const at = Date.parse(m.created_at)
    const d = day(at)
    let apart = false
    if (d !== shown) {
      rows.push({ is: 'day', key: `day-${m.seq}`, at })
      shown = d
      apart = true
    }
    if (!marked && unreadAfter !== undefined && m.seq > unreadAfter && m.sender_id !== me && m.kind !== 'system') {
      rows.push({ is: 'new', key: 'new' })
      marked = apart = true
    }
    if (m.kind === 'system') rows.push({ is: 'system', key: `m-${m.seq}`, m })
    else {
      const joins = (a: Message | undefined, b: Message | undefined) => a !== undefined && b !== undefined && a.kind !== 'system' && b.kind !== 'system' && a.sender_id === b.sender_id && Date.parse(b.created_at) - Date.parse(a.created_at) < groupWithin
      const next = list[i + 1]
      rows.push({ is: 'message', key: `m-${m.seq}`, m, first: apart || !joins(before, m), last: !joins(m, next) || (next !== undefined && day(Date.parse(next.created_at)) !== d) })
    }
    before = m
  }
  return rows
}

export type Piece = { readonly text: string } | { readonly mention: string; readonly text: string } | { readonly link: string; readonly text: string }

const links = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/g
const escaped = (s: string) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** A text in pieces: those that name somebody who is mentioned, addresses of pages, and the rest. Nothing of it is HTML. */
export function pieces(text: string, mentions: readonly (readonly [string, string])[]): Piece[] {
  const names = [...mentions].filter(([, name]) => name !== '').sort((a, b) => b[1].length - a[1].length)
  const found: Piece[] = []
  const split = new RegExp(`${names.length > 0 ? `@(?:${names.map(([, n]) => escaped(n)).join('|')})|` : ''}${links.source}`, 'g')
  let at = 0
  for (const m of text.matchAll(split)) {
    if (m.index > at) found.push({ text: text.slice(at, m.index) })
    const who = m[0].startsWith('@') ? names.find(([, n]) => n === m[0].slice(1)) : undefined
    found.push(who ? { mention: who[0], text: m[0] } : { link: m[0], text: m[0] })
    at = m.index + m[0].length
  }
  if (at < text.length) found.push({ text: text.slice(at) })
  return found
}

/** So much is shown before what was found, and so much in all, characters. */
const [lead, room] = [24, 140]

/** A text around the first of the words that were sought, in three parts, of which the second is the word as it is written. Other forms of a word begin alike. */
export function excerpt(text: string, sought: string): [string, string, string] {
  const chars = [...text]
  // Each character by itself, so that a place in the one is a place in the other.
  const flat = chars.map((c) => plain(c)[0] ?? ' ').join('')
  const cut = (from: number, at: number, to: number): [string, string, string] => [
    `${from > 0 ? '…' : ''}${chars.slice(from, at).join('')}`, chars.slice(at, to).join(''), `${chars.slice(to, from + room).join('')}${chars.length > Math.max(to, from + room) ? '…' : ''}`,
  ]
  for (const word of plain(sought).split(/[^\p{L}\p{N}]+/u).filter(Boolean)) {
    for (let n = word.length; n >= Math.max(Math.min(3, word.length), word.length - 4); n--) {
      const at = new RegExp(`(?<![\\p{L}\\p{N}])${word.slice(0, n)}[\\p{L}\\p{N}]*`, 'u').exec(flat)
      if (!at) continue
      // It begins with a whole word.
      const blank = flat.indexOf(' ', at.index - lead)
      return cut(at.index <= lead ? 0 : blank >= 0 && blank < at.index ? blank + 1 : at.index - lead, at.index, at.index + at[0].length)
    }
  }
  return cut(0, 0, 0)
}

/** Who of those that somebody picked is still named in the text. */
export const stillNamed = (text: string, picked: ReadonlyMap<string, string>): string[] => [...picked].filter(([, name]) => text.includes(`@${name}`)).map(([id]) => id).slice(0, 20)

/** The word after an @ in which the cursor stands, if it may become a mention. */
export function asksFor(text: string, cursor: number): { from: number; word: string } | undefined {
  const m = /(?:^|\s)@([\p{L}\p{M}\p{N}.'-]*(?: [\p{L}\p{M}\p{N}.'-]*)?)$/u.exec(text.slice(0, cursor))
  return m ? { from: cursor - m[1]!.length - 1, word: m[1]! } : undefined
}

/** Within this time the sender may change a message. */
export const editWithin = 15 * 60_000
export const mayEdit = (m: Message, me: string, at: number): boolean => m.sender_id === me && m.deleted_at === undefined && m.kind !== 'system' && at - Date.parse(m.created_at) < editWithin
export const mayDelete = (m: Message, me: string, c: Pick<Conversation, 'kind' | 'role'>): boolean => m.kind !== 'system' && m.deleted_at === undefined && (m.sender_id === me || (c.kind === 'group' && c.role === 'owner'))
