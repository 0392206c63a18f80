import { useMemo, useState, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { useAddress } from '../data/address'
import { ago, clockSeconds, whole } from '../data/ages'
import { VirtualList, type ListHandle } from '../panels/virtual-list'
import type { DayEvent } from './events'
import { count, largest, type Track } from './track'
import { fromTo, span } from './words'

/** What can be said of a day in numbers. Marks beside them are those of the map. `now` is the time on a day that is not over. */
export function Numbers({ track, zone, now, onSeek }: { track: Track; zone: string; now: number | undefined; onSeek: (ms: number) => void }) {
  const { t } = useTranslation()
  const f = useMemo(() => {
    const longest = track.gaps.reduce<Track['gaps'][number] | undefined>((a, b) => (a && a.to - a.from >= b.to - b.from ? a : b), undefined)
    return { longest, late: count(track.late), latest: largest(track.late, { first: 0, last: track.size - 1 }), mock: count(track.mock), vague: count(track.vague) }
  }, [track])
  const [first, last] = [track.at[0]!, track.at[track.size - 1]!]
  const jump = (ms: number, text: string) => <button type="button" className="link" onClick={() => onSeek(ms)}>{text}</button>
  return (
    <dl className="facts day-facts" aria-label={t('day.facts')}>
      <div><dt>{t('day.first')}</dt><dd>{jump(first, clockSeconds(first, zone))}</dd></div>
      <div><dt>{t('day.last')}</dt><dd>{jump(last, clockSeconds(last, zone))}{now !== undefined && <span className="dim"> · {ago(now - last)}</span>}</dd></div>
      <div><dt>{t('day.fixes')}</dt><dd>{whole(track.size)}</dd></div>
      {track.devices > 1 && <div><dt>{t('day.devices')}</dt><dd>{whole(track.devices)}</dd></div>}
      <div><dt>{t('day.longest')}</dt><dd>{f.longest ? <>{jump(f.longest.from, span(f.longest.to - f.longest.from))} <span className="dim">{fromTo(f.longest.from, f.longest.to, zone)}</span></> : <span className="dim">{t('day.noGap')}</span>}</dd></div>
      {f.late > 0 && <div><dt><i className="swatch late" />{t('day.lateFixes')}</dt><dd>{t('day.upTo', { n: whole(f.late), span: span(f.latest) })}</dd></div>}
      {f.mock > 0 && <div><dt><i className="swatch mock" />{t('day.mockFixes')}</dt><dd className="warn">{whole(f.mock)}</dd></div>}
      {f.vague > 0 && <div><dt><i className="swatch vague" />{t('day.vagueFixes')}</dt><dd>{t('day.vagueHint', { n: whole(f.vague) })}</dd></div>}
    </dl>
  )
}

/** What happened, in the order of time. Choosing something goes to its moment. */
export function Happened({ events, zone, list, onSeek }: { events: readonly DayEvent[]; zone: string; list: Ref<ListHandle>; onSeek: (ms: number) => void }) {
  const { t } = useTranslation()
  const { go } = useAddress()
  const [chosen, setChosen] = useState<string>()
  const alert = events.find((e) => e.id === chosen)?.alert
  return (
    <section className="day-events" aria-label={t('day.events')}>
      <h3>{t('day.events')}</h3>
      {events.length === 0 ? <p className="dim small">{t('day.noEvents')}</p> : (
        <VirtualList
          items={events} id={(e) => e.id} label={t('day.events')} height={42} chosen={chosen} handle={list}
          onOpen={(e) => {
            setChosen(e.id)
            onSeek(e.from)
          }}
          render={(e) => (
            <div className={`day-event ${e.kind}`} data-status={e.alert?.status}>
              <span className="mark" aria-hidden="true" />
              <span className="name">{e.title}<small>{e.detail}</small></span>
              <span className="since">{fromTo(e.from, e.to, zone)}</span>
            </div>
          )}
        />
      )}
      {alert && <button type="button" className="btn" onClick={() => go(`/alerts?status=all&id=${encodeURIComponent(alert.id)}`)}>{t('day.openAlert')}</button>}
    </section>
  )
}
