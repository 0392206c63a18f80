import type { paths } from './openapi'
import { Offline, Problem } from './problem'

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'
type Operation<M extends Method, P extends keyof paths> = paths[P] extends Record<M, infer O> ? O : never

/** The paths that have an operation of a method. */
export type PathOf<M extends Method> = { [P in keyof paths]: Operation<M, P> extends never ? never : undefined extends Operation<M, P> ? never : P }[keyof paths]

type Json<T> = T extends { content: { 'application/json': infer B } } ? B : void
type Success<R> = R extends { 200: infer T } ? Json<T> : R extends { 201: infer T } ? Json<T> : R extends { 202: infer T } ? Json<T> : void

/** What an operation answers. */
export type Answer<M extends Method, P extends keyof paths> = Operation<M, P> extends { responses: infer R } ? Success<R> : never
type Parameters<M extends Method, P extends keyof paths> = Operation<M, P> extends { parameters: infer Q } ? Q : never
type BodyOf<M extends Method, P extends keyof paths> =
  Operation<M, P> extends { requestBody: { content: { 'application/json': infer B } } } ? B :
  Operation<M, P> extends { requestBody?: { content: { 'application/json': infer B } } } ? B | undefined :
  Operation<M, P> extends { requestBody?: { content: { 'text/csv': string } } } ? string : undefined

/** What a request is made of. `key` is the Idempotency-Key: send the same again when a request is repeated. */
export interface Request<M extends Method, P extends keyof paths> {
  path?: Parameters<M, P> extends { path: infer T } ? T : never
  query?: Parameters<M, P> extends { query?: infer T } ? T : never
  body?: BodyOf<M, P>
  key?: string
  signal?: AbortSignal
}

/** Builds the address of an operation. Values are escaped; parameters that are undefined are left out. */
export function address(path: string, values: Record<string, unknown> = {}, query: Record<string, unknown> = {}): string {
  const full = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return text === '' ? full : `${full}?${text}`
}

/** Sends a request and reads its answer. It throws Problem when the server refuses, and Offline when it does not answer. */
export async function send(fetcher: typeof fetch, method: string, url: string, init: { token?: string; body?: unknown; key?: string; signal?: AbortSignal }): Promise<unknown> {
  const headers: Record<string, string> = {}
  if (init.token !== undefined) headers['Authorization'] = `Bearer ${init.token}`
  // No operation takes a text as JSON: a text is a file.
  const file = typeof init.body === 'string'
  if (init.body !== undefined) headers['Content-Type'] = file ? 'text/csv; charset=utf-8' : 'application/json'
  if (init.key !== undefined) headers['Idempotency-Key'] = init.key
  let r: Response
  try {
    r = await fetcher(url, {
      method: method.toUpperCase(),
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      ...(init.body !== undefined && { body: file ? (init.body as string) : JSON.stringify(init.body) }),
      ...(init.signal && { signal: init.signal }),
    })
  } catch (e) {
    if (init.signal?.aborted) throw e
    throw new Offline(e)
  }
  if (!r.ok) throw await Problem.of(r)
  if (r.status === 204) return undefined
  try {
    if (r.headers.get('Content-Type')?.startsWith('text/csv')) return await r.text() // without its byte order mark
    return await r.json()
  } catch (e) {
    throw new Offline(e)
  }
}
