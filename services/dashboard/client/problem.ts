import type { components } from './openapi'

type Details = components['schemas']['ProblemDetails']

/** A refusal of the server (RFC 9457). Decide on `code`; `detail` is a sentence for a person, in English. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly errors: Details['errors']
  /** With a 409 of an operation that says so: the thing as it is now. */
  readonly current: unknown
  readonly requestId: string
  /** Seconds to wait before the next try, if the server said so. */
  readonly retryAfter: number | undefined

  constructor(d: Partial<Details> & { status: number }, retryAfter?: number) {
    super(d.detail ?? `HTTP ${d.status}`)
    this.name = 'Problem'
    this.status = d.status
    this.code = d.code ?? 'unknown'
    this.detail = d.detail ?? ''
    this.errors = d.errors
    this.current = d.current
    this.requestId = d.request_id ?? ''
    this.retryAfter = retryAfter
  }

  /** Reads the problem of a response that is not ok. A proxy's own page has no problem in it. */
  static async of(r: Response): Promise<Problem> {
    const wait = Number(r.headers.get('Retry-After') ?? NaN)
    let details: Partial<Details> = {}
    try {
      if (r.headers.get('Content-Type')?.includes('json')) details = (await r.json()) as Details
    } catch {
      // The body is broken or cut: the status is all there is.
    }
    return new Problem({ ...details, status: r.status }, Number.isFinite(wait) ? wait : undefined)
  }
}

/** The server could not be reached, or did not answer. Nothing is known about what it did. */
export class Offline extends Error {
  constructor(cause: unknown) {
    super('the server cannot be reached', { cause })
    this.name = 'Offline'
  }
}
