import { useState } from 'react'
import { errorText } from '../../i18n'
import type { Alert } from '../data/alerts'
import { useData } from '../data/data'

export type Act = 'acknowledge' | 'en-route' | 'resolve'

/** Acknowledges, goes there and resolves. The answer is the alert afterwards, or undefined if it failed. */
export function useAct() {
  const d = useData()
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState<{ id: string; text: string }>()
  const act = async (a: Alert, what: Act, note?: string, resolution?: 'false_alarm'): Promise<Alert | undefined> => {
    setBusy(true)
    setFailed(undefined)
    try {
      const after = await d.session.request('post', `/v1/alerts/{id}/${what}`, { path: { id: a.id }, body: { ...(note && { note }), ...(resolution && { resolution }) }, key: `${what}-${a.id}-${crypto.randomUUID?.() ?? Math.random()}` })
      d.alerts.put(after)
      void d.queries.invalidateQueries({ queryKey: ['alert', a.id] })
      return after
    } catch (e) {
      setFailed({ id: a.id, text: errorText(e) })
      return undefined
    } finally {
      setBusy(false)
    }
  }
  return { act, busy, failed }
}
