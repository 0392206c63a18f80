import type { FeatureCollection } from 'geojson'
import { Offline, Problem, type Session } from '../../../client'
import { withToken } from '../common/blob'

export interface Streets {
  tag: string | null
  lines: FeatureCollection
}

/** Reads the streets whole once a session. After that it asks whether they are still the same, and an answer without a body says yes. */
export function readStreets(session: Session, had: Streets | undefined, signal: AbortSignal): Promise<Streets> {
  return withToken(session, async (token) => {
    const headers = { Authorization: `Bearer ${token}`, ...(had?.tag && { 'If-None-Match': had.tag }) }
    try {
      const r = await fetch('/v1/routes/pattern', { headers, credentials: 'same-origin', cache: 'no-store', signal })
      if (r.status === 304 && had) return had
      if (!r.ok) throw await Problem.of(r)
      return { tag: r.headers.get('ETag'), lines: (await r.json()) as FeatureCollection }
    } catch (e) {
      throw e instanceof Problem || signal.aborted ? e : new Offline(e)
    }
  })
}
