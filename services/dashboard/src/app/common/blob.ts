import { Offline, Problem, type Session } from '../../../client'

/** Runs a request with the session's token, and once more with a new one when the token has ended. */
export async function withToken<T>(session: Session, once: (token: string) => Promise<T>): Promise<T> {
  try {
    return await once(await session.token())
  } catch (e) {
    if (!(e instanceof Problem) || e.status !== 401) throw e
    return once(await session.refresh())
  }
}

/** Reads the bytes of a file of the API. */
export function readBlob(session: Session, url: string, signal?: AbortSignal): Promise<Blob> {
  return withToken(session, async (token) => {
    let r: Response
    try {
      r = await fetch(url, { headers: { Authorization: `Bearer ${token}` }, credentials: 'same-origin', ...(signal && { signal }) })
    } catch (e) {
      if (signal?.aborted) throw e
      throw new Offline(e)
    }
    if (!r.ok) throw await Problem.of(r)
    try {
      return await r.blob()
    } catch (e) {
      if (signal?.aborted) throw e
      throw new Offline(e)
    }
  })
}
