import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useData } from '../data/data'

/** How often the number is read when nothing happens that may change it. */
const slowly = 5 * 60_000
/** It is read this long after something happened, at first, and then at most once in this time. Both differ by chance, so that a thousand pages do not ask at the same moment. */
const first = 2_000
const then = 30_000
const about = (ms: number) => ms * (0.8 + 0.4 * Math.random())

/** How many of the viewer's own notifications are unread. No event tells of them: they come with alerts, and a worker's with visits. */
export function useUnread(): number {
  const d = useData()
  const read = useQuery({
    queryKey: ['notifications', 'unread'], staleTime: first, refetchInterval: slowly,
    queryFn: () => d.session.request('get', '/v1/notifications', { query: { limit: 1 } }).then((a) => a.unread),
  })
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let missed = false
    let next = 0
    const again = () => void d.queries.invalidateQueries({ queryKey: ['notifications'] })
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        next = Date.now() + about(then)
        missed = document.visibilityState !== 'visible'
        if (!missed) again()
      }, Math.max(about(first), next - Date.now()))
    }
    const seen = () => {
      if (missed && document.visibilityState === 'visible') {
        missed = false
        again()
      }
    }
    const ends = [d.live.on('alerta:nueva', soon), d.live.on('alerta:sistema', soon), d.live.on('alerta:actualizada', soon), ...(d.who.role === 'colaborador' ? [d.live.on('actividad:estado', soon)] : [])]
    document.addEventListener('visibilitychange', seen)
    return () => {
      clearTimeout(timer)
      for (const end of ends) end()
      document.removeEventListener('visibilitychange', seen)
    }
  }, [d])
  return read.data ?? 0
}
