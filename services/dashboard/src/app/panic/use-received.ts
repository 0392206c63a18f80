import { useEffect, useState, useSyncExternalStore } from 'react'
import { Offline, Problem } from '../../../client'
import type { Alert } from '../data/alerts'
import { useData, type Data } from '../data/data'

const again = 5000
/** What this tab has said: an alert may stand over the page and in its card at once. */
const saidBy = new WeakMap<Data, Set<string>>()

const onVisible = (f: () => void) => {
  document.addEventListener('visibilitychange', f)
  return () => document.removeEventListener('visibilitychange', f)
}

/** Whether somebody can see this tab. */
export const useVisible = () => useSyncExternalStore(onVisible, () => document.visibilityState === 'visible')

/**
 * Says by itself that alerts were shown here, so that whoever called hears that it reached somebody. Only while the tab can be seen, once
 * for each alert, and again only when nobody knows whether it was heard.
 */
export function useReceived(shown: readonly Alert[]): void {
  const d = useData()
  const visible = useVisible()
  const [tries, setTries] = useState(0)
  useEffect(() => {
    if (!visible || d.who.role === 'colaborador') return
    const said = saidBy.get(d) ?? new Set()
    saidBy.set(d, said)
    for (const { id, delivered_at, user_id } of shown) {
      if (delivered_at !== undefined || user_id === d.who.user || said.has(id)) continue
      said.add(id)
      d.session.request('post', '/v1/alerts/{id}/received', { path: { id }, key: `received-${id}-${d.who.user}` }).then(
        (a) => {
          d.alerts.put(a)
          void d.queries.invalidateQueries({ queryKey: ['alert', id] })
        },
        (e: unknown) => {
          // A call that sockets hear at once may be stored a moment later: until then it is not found.
          const waits = e instanceof Offline || (e instanceof Problem && (e.status >= 500 || e.status === 404 || e.status === 429))
          if (!waits || d.stopped) return
          setTimeout(() => {
            said.delete(id)
            setTries((n) => n + 1)
          }, again)
        },
      )
    }
  }, [d, shown, visible, tries])
}
