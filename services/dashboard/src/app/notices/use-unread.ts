import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useData } from '../data/data'

/** How often the number is read when nothing happens that may change it. */
const slowly = 5 * 60_000
/** At most once in this time. Pages differ by chance, so that a thousand of them do not ask at the same moment. */
const soonest = 15_000

/** How many of the viewer's own notifications are unread. No event tells of them: they come with alerts, and a worker's with visits. */
export function useUnread(): number {
  const d = useData()
  const read = useQuery({
    queryKey: ['notifications', 'unread'], staleTime: soonest, refetchInterval: slowly,
    queryFn: () => d.session.request('get', '/v1/notifications', { query: { limit: 1 } }).then((a) => a.unread),
  })
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let missed = false
    const again = () => void d.queries.invalidateQueries({ queryKey: ['notifications'] })
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        missed = document.visibilityState !== 'visible'
        if (!missed) again()
      }, soonest * (0.2 + Math.random()))
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
