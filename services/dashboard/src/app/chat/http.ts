import { Offline, Problem, type Session } from '../../../client'
import { address } from '../../../client/http'
import { readBlob, withToken } from '../common/blob'
import type { Conversation, Draft, Kind, Message } from './model'

interface Asked {
  path?: Record<string, string | number>
  query?: Record<string, unknown>
  body?: unknown
  key?: string
  signal?: AbortSignal
}
type Request = (method: string, path: string, r: Asked) => Promise<unknown>

/** The addresses of the service chat, in one place. */
const call = <T>(session: Session, method: 'get' | 'post' | 'put' | 'patch' | 'delete', path: string, r: Asked = {}): Promise<T> => (session.request as unknown as Request).call(session, method, path, r) as Promise<T>

export interface Page {
  conversations: Conversation[]
  next?: string
}
export interface Messages {
  messages: Message[]
  more: boolean
}
/** A message that was found. */
export interface Hit {
  conversation_id: string
  message: Message
}
export interface Hits {
  hits: Hit[]
  next?: string
}
export interface Begin {
  kind: Kind
  user_ids?: readonly string[]
  title?: string
  visit_id?: string
  team_id?: string
}
export interface Settings {
  who_talks: 'everybody' | 'supervisors'
  keep_after_leaving: boolean
  auditing: boolean
  retention_days: number
  version: number
}
/** Somebody read a conversation that it is not in. */
export interface Audit {
  user_id: string
  day: string
  first_at: string
  last_at: string
}
export interface Person {
  id: string
  name: string
  role: string
}

export const list = (s: Session, query: { limit: number; cursor?: string; kind?: string; audit?: boolean }) => call<Page>(s, 'get', '/v1/conversations', { query })
export const one = (s: Session, id: string, query: { audit?: boolean } = {}) => call<Conversation>(s, 'get', '/v1/conversations/{id}', { path: { id }, query })
export const begin = (s: Session, body: Begin, key: string) => call<Conversation>(s, 'post', '/v1/conversations', { body, key })
export const messages = (s: Session, id: string, query: { before_seq?: number; after_seq?: number; limit: number; audit?: boolean }) => call<Messages>(s, 'get', '/v1/conversations/{id}/messages', { path: { id }, query })
export const send = (s: Session, id: string, body: Draft, key: string) => call<Message>(s, 'post', '/v1/conversations/{id}/messages', { path: { id }, body, key })
export const edit = (s: Session, id: string, seq: number, body: { text: string; mentions?: readonly string[] }) => call<Message>(s, 'put', '/v1/conversations/{id}/messages/{seq}', { path: { id, seq }, body })
export const erase = (s: Session, id: string, seq: number) => call<Message>(s, 'delete', '/v1/conversations/{id}/messages/{seq}', { path: { id, seq } })
export const receipts = (s: Session, body: { receipts: readonly { conversation_id: string; delivered_seq?: number; read_seq?: number }[] }) => call<unknown>(s, 'post', '/v1/chat/receipts', { body })
export const typing = (s: Session, id: string) => call<unknown>(s, 'post', '/v1/conversations/{id}/typing', { path: { id }, body: {} })
export const mute = (s: Session, id: string, until: string | null) => call<Conversation>(s, 'put', '/v1/conversations/{id}/mute', { path: { id }, body: { until } })
export const rename = (s: Session, id: string, title: string, version: number) => call<Conversation>(s, 'put', '/v1/conversations/{id}', { path: { id }, body: { title, version } })
export const addMembers = (s: Session, id: string, user_ids: readonly string[], key: string) => call<Conversation>(s, 'post', '/v1/conversations/{id}/members', { path: { id }, body: { user_ids }, key })
export const setRole = (s: Session, id: string, user: string, role: string) => call<Conversation>(s, 'put', '/v1/conversations/{id}/members/{user}', { path: { id, user }, body: { role } })
export const removeMember = (s: Session, id: string, user: string) => call<unknown>(s, 'delete', '/v1/conversations/{id}/members/{user}', { path: { id, user } })
export const search = (s: Session, query: { q: string; limit: number; cursor?: string }, signal: AbortSignal) => call<Hits>(s, 'get', '/v1/chat/search', { query, signal })
/** What is unread in all conversations, whether they were read or not. */
export const unread = (s: Session) => call<{ messages: number }>(s, 'get', '/v1/chat/unread')
export const settings = (s: Session) => call<Settings>(s, 'get', '/v1/chat/settings')
export const writeSettings = (s: Session, body: Settings) => call<Settings>(s, 'put', '/v1/chat/settings', { body })
export const audits = (s: Session, id: string) => call<{ audits: Audit[] | null }>(s, 'get', '/v1/conversations/{id}/audits', { path: { id } }).then((a) => a.audits ?? [])
export const people = (s: Session, query: { ids?: string }) => call<{ people: Person[] | null }>(s, 'get', '/v1/chat/people', { query }).then((a) => a.people ?? [])

const fileAddress = (conversation: string, file: string) => address('/v1/conversations/{id}/files/{file}', { id: conversation, file })
export const readFile = (s: Session, conversation: string, file: string, signal?: AbortSignal) => readBlob(s, fileAddress(conversation, file), signal)

/** An upload that stands still this long is given up. */
const stallsAfter = 30_000

/** Sends a file into a conversation, and returns its id. Unlike fetch, XMLHttpRequest tells how much is sent. */
export function upload(session: Session, conversation: string, file: File, o: { kind: 'photo' | 'file'; key: string; onSent: (part: number) => void }): Promise<string> {
  return withToken(session, (token) => new Promise<string>((done, fail) => {
    const x = new XMLHttpRequest()
    x.open('POST', address('/v1/conversations/{id}/files', { id: conversation }, { kind: o.kind, name: file.name }))
    x.setRequestHeader('Authorization', `Bearer ${token}`)
    x.setRequestHeader('Idempotency-Key', o.key)
    // The server looks at the first bytes, whatever a name or a header says.
    x.setRequestHeader('Content-Type', file.type || 'application/octet-stream')
    // A connection that is dead says nothing: without progress it is given up.
    let stalled: ReturnType<typeof setTimeout> | undefined
    const moves = () => {
      clearTimeout(stalled)
      stalled = setTimeout(() => x.abort(), stallsAfter)
    }
    x.upload.onprogress = (e) => {
      moves()
      if (e.lengthComputable && e.total > 0) o.onSent(e.loaded / e.total)
    }
    x.upload.onload = moves
    x.onloadend = () => clearTimeout(stalled)
    x.onload = () => {
      if (x.status >= 200 && x.status < 300) {
        try {
          return done((JSON.parse(x.responseText) as { id: string }).id)
        } catch (e) {
          return fail(new Offline(e))
        }
      }
      const wait = x.getResponseHeader('Retry-After')
      const headers = { 'Content-Type': x.getResponseHeader('Content-Type') ?? '', ...(wait !== null && { 'Retry-After': wait }) }
      Problem.of(new Response(x.responseText, { status: x.status, headers })).then(fail, fail)
    }
    x.onerror = x.onabort = () => fail(new Offline(undefined))
    moves()
    x.send(file)
  }))
}
