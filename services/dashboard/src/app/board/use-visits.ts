import { useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useRef } from 'react'
import { readAgain } from '../data/again'
import { useData, type Data } from '../data/data'
import { iso } from './times'
import { afterEvent, isOf, newer, type Activity, type Heard } from './visit'

interface Day {
  from: number
  to: number
}

export type Known = ReadonlyMap<string, Activity>

const nothing: Known = new Map()
const keyOf = (day: Day) => ['board', day.from, day.to]

/** Reads all visits of a day. */
async function readDay(d: Data, day: Day, signal: AbortSignal): Promise<Activity[]> {
  const all: Activity[] = []
  let cursor: string | undefined
  do {
    const page = await d.session.request('get', '/v1/activities', { query: { from: iso(day.from), to: iso(day.to), limit: 1000, ...(cursor && { cursor }) }, signal })
    all.push(...(page.activities ?? []))
    cursor = page.next
  } while (cursor)
  return all
}

/** The visits of a day, kept up to date by the socket. What is heard while they are read may be newer than what is read. */
export function useVisits(day: Day) {
  const d = useData()
  /** What was heard since the reading that is under way began. */
  const heard = useRef<Map<string, Heard | Activity>>(undefined)
  const nameOf = useCallback((id: string) => d.people.users.get(id)?.name, [d])

  /** What is known after some events and answers. */
  const apply = useCallback(
    (known: Known, news: Iterable<Heard | Activity>): Known => {
      const next = new Map(known)
      for (const n of news) {
        const before = next.get(n.id)
        if (before && before.version > n.version) continue
        if ('retirada' in n && n.retirada) next.delete(n.id)
        else {
          const v = 'retirada' in n ? afterEvent(before, n, nameOf) : newer(before, n)
          if (isOf(v, day)) next.set(v.id, v)
          else next.delete(v.id)
        }
      }
      return next
    },
    [nameOf, day],
  )
  const read = useQuery({
    queryKey: keyOf(day),
    staleTime: 0, // while nobody looks, nothing is heard
    gcTime: 60_000,
    structuralSharing: false,
    queryFn: async ({ signal }): Promise<Known> => {
      const mine = (heard.current = new Map<string, Heard | Activity>())
      try {
        const list = await readDay(d, day, signal)
        return apply(new Map(list.map((v) => [v.id, v])), mine.values())
      } finally {
        if (heard.current === mine) heard.current = undefined
      }
    },
  })

  const put = useCallback(
    (news: readonly (Heard | Activity)[]) => {
      // An answer that took long may be older than an event.
      for (const n of news) if ((heard.current?.get(n.id)?.version ?? 0) <= n.version) heard.current?.set(n.id, n)
      d.queries.setQueryData<Known>(keyOf(day), (known) => known && apply(known, news))
    },
    [d, day, apply],
  )
  useEffect(() => {
    let waiting: Heard[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    const off = d.live.on('actividad:estado', (e) => {
      if (e.tipo === 'jornada') return
      waiting.push(e)
      // A burst, such as the close of a day, is drawn once.
      timer ??= setTimeout(() => {
        const news = waiting
        waiting = []
        timer = undefined
        put(news)
        for (const n of news) void readAgain(d.queries, ['activity', n.id])
      }, 50)
    })
    const reload = d.live.onReload((domains) => {
      if (!domains.includes('actividad')) return
      void readAgain(d.queries, keyOf(day))
      void readAgain(d.queries, ['activity'])
    })
    return () => {
      clearTimeout(timer)
      off()
      reload()
    }
  }, [d, day, put])
  const { refetch } = read
  useEffect(() => {
    if (!read.isError) return
    // The socket says by itself when it is back, but what failed must be read again.
    const timer = setTimeout(() => void refetch(), 5000)
    return () => clearTimeout(timer)
  }, [read.isError, read.errorUpdateCount, refetch])
  return { known: read.data ?? nothing, loaded: read.data !== undefined, error: read.error, refetch, put }
}
