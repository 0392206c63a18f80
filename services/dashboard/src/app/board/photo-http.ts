import { Offline, Problem, type Session } from '../../../client'
import { address } from '../../../client/http'
import { readBlob, withToken } from '../common/blob'

/** Reads the bytes of a photo. The browser keeps them, and asks each time whether they may still be seen. */
export const readPhoto = (session: Session, visit: string, photo: string, signal: AbortSignal): Promise<Blob> => readBlob(session, address('/v1/activities/{id}/photos/{photo}', { id: visit, photo }), signal)

export interface Sending {
  key: string
  /** Gets the part that is sent, 0 to 1. */
  onSent: (part: number) => void
  signal: AbortSignal
}

/** Sends a photo. Unlike fetch, XMLHttpRequest tells how much is sent. */
export function sendPhoto(session: Session, visit: string, file: File, { key, onSent, signal }: Sending): Promise<void> {
  return withToken(session, (token) => new Promise<void>((done, fail) => {
    signal.throwIfAborted()
    const x = new XMLHttpRequest()
    x.open('POST', address('/v1/activities/{id}/photos', { id: visit }))
    x.setRequestHeader('Authorization', `Bearer ${token}`)
    x.setRequestHeader('Idempotency-Key', key)
    // The server looks at the first bytes, whatever a name or a header says.
    x.setRequestHeader('Content-Type', file.type || 'application/octet-stream')
    x.upload.onprogress = (e) => e.lengthComputable && e.total > 0 && onSent(e.loaded / e.total)
    x.onload = () => {
      if (x.status >= 200 && x.status < 300) return done()
      const wait = x.getResponseHeader('Retry-After')
      const headers = { 'Content-Type': x.getResponseHeader('Content-Type') ?? '', ...(wait !== null && { 'Retry-After': wait }) }
      Problem.of(new Response(x.responseText, { status: x.status, headers })).then(fail, fail)
    }
    x.onerror = () => fail(new Offline('the connection broke'))
    x.onabort = () => fail(signal.reason as Error)
    signal.addEventListener('abort', () => x.abort(), { once: true })
    x.send(file)
  }))
}
