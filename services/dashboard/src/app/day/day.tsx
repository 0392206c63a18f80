import type { Map as MapLibre } from 'maplibre-gl'
import { useCallback, useEffect, useMemo, useRef, useState, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { errorText } from '../../i18n'
import '../../i18n/day'
import '../../i18n/reports'
import { useAddress } from '../data/address'
import { usePeople } from '../data/data'
import { useMe, useTick } from '../data/hooks'
import { Empty, Skeleton } from '../panels/people-panel'
import type { ListHandle } from '../panels/virtual-list'
import { Bench } from './bench'
import { addDays, dateOf, dayOf, readDate } from './dates'
import './day.css'
import { eventsOf } from './events'
import { Happened, Numbers } from './facts'
import { Head } from './head'
import { useDayKeys } from './keys'
import { Notices } from './notices'
import { Player } from './player'
import { useScene, type DayHandle } from './scene'
import { Came, useDaySummary } from './summary'
import { trackOf } from './track'
import { isMissing, useDayAlerts, usePerson, useTrack } from './use-day'

const noTrack = trackOf([])

interface Props {
  id: string
  map: MapLibre | undefined
  mode: 'light' | 'dark'
  handle: Ref<DayHandle>
  list: Ref<ListHandle>
  onBack: () => void
  /** Shows everyone's place on the map. */
  onFitAll: () => void
}

/** Where a person was on a day, and how sure that is. */
export default function Day(props: Props) {
  const { t } = useTranslation()
  const me = useMe()
  const zone = me.data?.company?.zone
  if (zone !== undefined) return <DayIn key={props.id} zone={zone} {...props} />
  return (
    <section className="panel day-side" aria-label={t('day.unknown')}>
      {me.error ? <Empty title={t('day.error')} hint={errorText(me.error)} action={t('day.retry')} onAction={() => void me.refetch()} /> : <Skeleton rows={8} />}
    </section>
  )
}

function DayIn({ id, map, mode, handle, list, onBack, onFitAll, zone }: Props & { zone: string }) {
  const { t, i18n } = useTranslation()
  const { get, set, go } = useAddress()
  const { byId, loaded } = usePeople()
  useTick(30_000)
  const time = now()
  const today = dateOf(time, zone)
  const at = Date.parse(get('at'))
  const date = readDate(get('date')) ?? (Number.isNaN(at) ? today : dateOf(at, zone))
  const day = useMemo(() => dayOf(date, zone), [date, zone])
  const [player] = useState(() => new Player())

  const person = usePerson(id)
  const { read, track: found, whole, limited } = useTrack(id, day, date === today)
  const { alerts, failed: alertsFailed } = useDayAlerts(id, day, time)
  const summary = useDaySummary(id, date, date === today, date <= today && !isMissing(person.error))
  const missing = isMissing(person.error) || isMissing(read.error)
  const track = missing || !found ? noTrack : found
  // The texts of events are those of a language.
  const events = useMemo(() => eventsOf(track, missing ? [] : alerts, Math.min(time, day.to), missing ? undefined : summary.data), [track, alerts, summary.data, missing, day, i18n.language])
  const { chart, follow, setFollow } = useScene({ handle, map, mode, player, track, alerts: missing ? noAlerts : alerts, stops: missing ? null : (summary.data?.stop_list ?? null), zone, day, at: Number.isNaN(at) ? undefined : at, whole })

  const goTo = useCallback((to: string) => set({ date: to, at: undefined }), [set])
  const move = (by: number) => (by > 0 && date >= today ? undefined : goTo(addDays(date, by)))
  useDayKeys({ player, track, onDay: move, onToday: () => goTo(today), onFollow: () => setFollow(!follow), onBack })
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])

  // A day without fixes is shown where the company works.
  const nowhere = Boolean(map && loaded && (missing || (whole && track.size === 0)))
  useEffect(() => {
    if (nowhere && map!.getZoom() < 4) onFitAll()
    // eslint-disable-next-line
  }, [nowhere])

  const name = missing ? undefined : (person.data?.name ?? byId.get(id)?.name)
  const latest = byId.get(id)?.at
  const lastDay = latest ? dateOf(latest, zone) : undefined
  const seek = (ms: number) => player.seek(ms)

  return (
    <>
      <section className="panel day-side" aria-label={name ? t('day.title', { name }) : t('day.unknown')} aria-busy={read.isFetching}>
        <Head heading={heading} name={name} date={date} today={today} zone={zone} day={day} missing={missing} listed={found !== undefined && events.length > 0} onBack={onBack} onDate={goTo} onMove={move} />
        {missing ? (
          <Empty title={t('day.notFound')} hint={t('day.notFoundHint')} action={t('notFound.home')} onAction={() => go('/')} />
        ) : date > today ? (
          <Empty title={t('day.future')} hint="" action={t('day.today')} onAction={() => goTo(today)} />
        ) : !found && read.isError ? (
          <Empty title={t('day.error')} hint={errorText(read.error)} action={t('day.retry')} onAction={() => void read.refetch()} />
        ) : !found && read.fetchStatus === 'paused' ? (
          <Empty title={t('day.error')} hint={t('day.offline')} />
        ) : !found ? (
          <Skeleton rows={9} />
        ) : (
          <>
            <Notices read={read} track={track} whole={whole} limited={limited} alertsFailed={alertsFailed} zone={zone} />
            <Came read={summary} />
            {track.size === 0 ? (
              <Empty
                title={t('day.empty')} hint={t('day.emptyHint')}
                {...(lastDay && lastDay !== date && { action: t('day.lastDay'), onAction: () => goTo(lastDay) })}
              />
            ) : (
              <Numbers track={track} zone={zone} now={date === today ? time : undefined} onSeek={seek} />
            )}
            {(track.size > 0 || events.length > 0) && <Happened events={events} zone={zone} list={list} onSeek={seek} />}
          </>
        )}
      </section>
      {!missing && <Bench player={player} track={track} zone={zone} chart={chart} follow={follow} onFollow={() => setFollow(!follow)} />}
    </>
  )
}

const noAlerts: readonly never[] = []
