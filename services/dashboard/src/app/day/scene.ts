import i18next from 'i18next'
import type { Map as MapLibre } from 'maplibre-gl'
import { useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { useAddress } from '../data/address'
import { clockTime } from '../data/ages'
import type { Alert } from '../data/alerts'
import type { Stop } from '../data/shapes'
import { palettes } from '../map/palette'
import { DayChart } from './chart'
import { DayLayer, type Mark } from './layer'
import type { Player } from './player'
import { routeShapes } from './route'
import { indexAt, runs, type Track } from './track'
import type { Day } from './use-day'
import { alertName, fixLines, span } from './words'

export interface DayHandle {
  fit: () => void
}

interface Scene {
  handle: Ref<DayHandle>
  map: MapLibre | undefined
  mode: 'light' | 'dark'
  player: Player
  track: Track
  alerts: readonly Alert[]
  /** Where the person stood, as the summary of the day has it. */
  stops: readonly Stop[] | null
  zone: string
  day: Day
  /** The moment that the address names. */
  at: number | undefined
  /** The day was read to its end. */
  whole: boolean
}

/** Ties the map, the chart and the player together. They tell each other what moves; React hears of none of it. */
export function useScene({ handle, map, mode, player, track, alerts, stops, zone, day, at, whole }: Scene) {
  const { i18n } = useTranslation()
  const { set } = useAddress()
  const [layer, setLayer] = useState<DayLayer>()
  const [plots, setPlots] = useState<DayChart>()
  const [follow, setFollow] = useState(true)
  const latest = useRef({ track, mode, follow, zone, layer, plots, set })
  latest.current = { track, mode, follow, zone, layer, plots, set }

  // What of the day's route the map was made to show, and whether somebody has moved the map since.
  const fitted = useRef<'nothing' | 'part' | 'whole'>('nothing')
  const touched = useRef(false)

  const hover = useCallback((index: number | undefined) => {
    const l = latest.current
    l.layer?.setHover(index, index === undefined ? [] : fixLines(l.track, index, l.zone))
    l.plots?.setHover(index)
  }, [])

  useEffect(() => {
    if (!map) return
    const colours = () => ({ palette: palettes[latest.current.mode], amber: getComputedStyle(document.documentElement).getPropertyValue('--amber').trim() })
    const l = new DayLayer(map, colours, { hover, pick: (i) => player.seek(latest.current.track.at[i]!) })
    setLayer(l)
    const release = () => setFollow(false)
    const touch = (e: { originalEvent?: unknown }) => {
      if (e.originalEvent) touched.current = true
    }
    map.on('dragstart', release)
    map.on('movestart', touch)
    const end = player.onMove((time) => {
      l.setMoment(time)
      if (latest.current.follow) l.keepInView()
    })
    // For the tests in a browser, and for whoever looks for what is slow.
    ;(window as { terrenoDay?: unknown }).terrenoDay = { layer: l, player }
    return () => {
      end()
      map.off('dragstart', release)
      map.off('movestart', touch)
      l.remove()
      setLayer(undefined)
    }
  }, [map, player, hover])

  const chart = useCallback(
    (box: HTMLElement) => {
      const c = new DayChart(box, zone, { hover, seek: (time) => player.seek(time) })
      setPlots(c)
      const end = player.onMove((time) => c.setMoment(time))
      const size = new ResizeObserver(() => c.resize())
      size.observe(box)
      return () => {
        end()
        size.disconnect()
        c.remove()
        setPlots(undefined)
      }
    },
    [zone, player, hover],
  )
  useEffect(() => plots?.restyle(), [plots, mode])

  // The moment of the address holds until so much of the day is read, and until somebody chooses another one.
  const wanted = useRef<number>(undefined)
  useEffect(() => {
    wanted.current = at
    fitted.current = 'nothing'
    touched.current = false
    player.setTrack(undefined)
    // Once for each day: the address follows the player later, not the other way round.
    // eslint-disable-next-line
  }, [day, player])
  useEffect(() => {
    player.setTrack(track)
    if (wanted.current !== undefined && track.size > 0) {
      const reached = whole || wanted.current <= track.at[track.size - 1]!
      player.seek(wanted.current)
      if (reached) wanted.current = undefined
    }
  }, [player, track, whole, day])

  const shapes = useMemo(() => routeShapes(track, span), [track, i18n.language])
  useEffect(() => {
    if (!layer) return
    layer.setTrack(track, shapes)
    if (track.size === 0 || fitted.current === 'whole' || (fitted.current === 'part' && (!whole || touched.current))) return
    fitted.current = whole ? 'whole' : 'part'
    layer.fit(false)
  }, [layer, track, shapes, whole])
  useEffect(() => layer?.setMarks(marksOf(track, alerts, stops, zone)), [layer, track, alerts, stops, zone, i18n.language])
  const spans = useMemo(
    () => ({ late: runs(track, (i) => track.late[i]! > 0), alerts: alerts.map((a) => ({ from: Date.parse(a.started_at), to: a.ended_at ? Date.parse(a.ended_at) : now(), open: a.status === 'nueva' })), stops: (stops ?? []).map((s) => ({ from: Date.parse(s.from_at), to: Date.parse(s.until_at) })) }),
    [track, alerts, stops],
  )
  useEffect(() => plots?.setTrack(track, spans, day), [plots, track, spans, day, i18n.language])

  useAddressOf(player, track, latest)
  useImperativeHandle(handle, () => ({ fit: () => layer?.fit() }), [layer])
  return { chart, follow, setFollow }
}

/** Writes the moment into the address when it rests, so that a link shows the same. */
function useAddressOf(player: Player, track: Track, latest: { current: { set: (c: Record<string, string | undefined>) => void } }): void {
  useEffect(() => {
    if (track.size === 0) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const rest = () => {
      clearTimeout(timer)
      if (player.playing || Number.isNaN(player.time)) return
      timer = setTimeout(() => latest.current.set({ at: player.time === track.at[0] ? undefined : `${new Date(player.time).toISOString().slice(0, 19)}Z` }), 400)
    }
    const ends = [player.onMove(rest), player.onChange(rest)]
    return () => {
      clearTimeout(timer)
      for (const end of ends) end()
    }
  }, [player, track, latest])
}

/** Marks of the map: where the day began and ended, where the person stood, and where alerts began. */
function marksOf(t: Track, alerts: readonly Alert[], stops: readonly Stop[] | null, zone: string): Mark[] {
  const marks: Mark[] = []
  const end = (i: number, key: 'day.start' | 'day.end') => marks.push({ lon: t.lon[i]!, lat: t.lat[i]!, kind: 'start', name: i18next.t(key, { time: clockTime(t.at[i]!, zone) }) })
  for (const s of stops ?? []) marks.push({ lon: s.lon, lat: s.lat, kind: 'stop', name: [s.place, span(Date.parse(s.until_at) - Date.parse(s.from_at))].filter(Boolean).join(' · ') })
  if (t.size > 0) end(0, 'day.start')
  if (t.size > 1) end(t.size - 1, 'day.end')
  for (const a of alerts) {
    const known = a.lat !== undefined && a.lon !== undefined
    if (!known && t.size === 0) continue
    const i = indexAt(t, Date.parse(a.started_at))
    marks.push({ lon: known ? a.lon! : t.lon[i]!, lat: known ? a.lat! : t.lat[i]!, kind: a.status === 'nueva' ? 'open' : 'over', name: `${alertName(a)} ${clockTime(Date.parse(a.started_at), zone)}` })
  }
  return marks
}
