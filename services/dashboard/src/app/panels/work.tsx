import { useEffect, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import '../../i18n/work'
import { PlaceIcon } from '../../icons'
import { useAddress } from '../data/address'
import { age, clockTime, dateTime } from '../data/ages'
import { useData, useUsers, type Data } from '../data/data'
import { useTick, useZone } from '../data/hooks'
import './work.css'
import { Works, type Work } from './work-store'

/** Reads a list to its end. */
async function all<T>(page: (query: { limit: number; cursor?: string }) => Promise<{ list: readonly T[] | null; next?: string | undefined }>): Promise<T[]> {
  const list: T[] = []
  let p = await page({ limit: 1000 })
  for (list.push(...(p.list ?? [])); p.next; list.push(...(p.list ?? []))) p = await page({ limit: 1000, cursor: p.next })
  return list
}

const kept = new WeakMap<Data, Works>()

/** What everybody does now: read once with two lists, then kept up to date by the socket, as long as the page lives. */
export function worksOf(d: Data): Works {
  const known = kept.get(d)
  if (known) return known
  const works = new Works()
  kept.set(d, works)
  let run = 0
  const read = async () => {
    const mine = ++run
    works.begin()
    try {
      const [shifts, visits] = await Promise.all([
        all((page) => d.session.request('get', '/v1/shifts', { query: { ...page, open: 'true' } }).then((a) => ({ list: a.shifts, next: a.next }))),
        all((page) => d.session.request('get', '/v1/activities', { query: { ...page, state: 'en_sitio' } }).then((a) => ({ list: a.activities, next: a.next }))),
      ])
      if (mine === run) works.read(shifts, visits)
    } catch {
      // The socket says by itself when it is back, but what failed here must be read again.
      setTimeout(() => mine === run && !d.stopped && d.live.status.state !== 'over' && void read(), 5000)
    }
  }
  d.live.on('actividad:estado', (e) => works.hear(e))
  d.live.onReload((domains) => domains.includes('actividad') && void read())
  void read()
  return works
}

function useWork(id: string): Work | undefined {
  const works = worksOf(useData())
  return useSyncExternalStore(works.subscribe, () => works.of(id))
}

/** Whether somebody is on shift, and in which visit: two lines that are always there on a card; a tip tells of no visit that there is not. */
export default function WorkFacts({ id, card }: { id: string; card: boolean }) {
  const { t } = useTranslation()
  const { go } = useAddress()
  const work = useWork(id)
  const zone = useZone()
  const worker = useUsers().get(id)?.role === 'colaborador'
  useTick(10_000)
  if (!worker && !work?.shift && !work?.visits.length) return null
  const time = now()
  // Of yesterday, it says the day too.
  const when = (ms: number) => (time - ms < 16 * 3_600_000 ? clockTime(ms, zone) : dateTime(ms, zone))
  const shift = work?.shift
  const visit = work?.visits[0]
  const rest = (work?.visits.length ?? 0) - 1
  return (
    <dl className="facts work">
      <div>
        <dt>{t('work.shift')}</dt>
        <dd data-on={Boolean(shift && !shift.paused)}>{!work ? t('work.unknown') : shift ? t(shift.paused ? 'work.en_pausa' : 'work.en_curso', { time: when(shift.since) }) : t('work.off')}</dd>
      </div>
      {(card || visit) && (
        <div className="work-visit">
          <dt>{t(visit?.tipo === 'tarea' ? 'work.tarea' : 'work.visita')}</dt>
          {visit ? (
            <dd>
              <span className="work-title" title={`${visit.title}${visit.place && ` · ${visit.place}`}`}>
                <PlaceIcon size={14} /> {card ? <a href={`/board?id=${encodeURIComponent(visit.id)}`} onClick={(e) => { if (e.metaKey || e.ctrlKey || e.shiftKey) return; e.preventDefault(); go(`/board?id=${encodeURIComponent(visit.id)}`) }}>{visit.title}</a> : visit.title}{visit.place && ` · ${visit.place}`}
              </span>
              <span className="dim small">{t('work.since', { time: when(visit.since), age: age(time - visit.since) })}{rest > 0 && ` · ${t('work.more', { count: rest })}`}</span>
            </dd>
          ) : <dd className="dim">{work ? t('work.none') : t('work.unknown')}</dd>}
        </div>
      )}
    </dl>
  )
}

/** A mark in a row of the list. Its room is there whether it is or not. */
export function WorkMark({ id }: { id: string }) {
  const { t } = useTranslation()
  const visit = useWork(id)?.visits[0]
  if (!visit) return null
  const text = t('work.mark', { title: visit.place || visit.title })
  return <span title={text}><PlaceIcon size={14} /><span className="sr">{text}. </span></span>
}

/** Reads what everybody does before somebody asks. */
export function Reader() {
  const d = useData()
  useEffect(() => void worksOf(d), [d])
  return null
}
