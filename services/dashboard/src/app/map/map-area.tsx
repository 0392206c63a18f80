import { useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { CloseIcon } from '../../icons'
import type { Zone } from '../data/data'
import { useData, usePeople, usePeoplePart, usePerson } from '../data/data'
import type { Person, Position, Snapshot } from '../data/people'
import { Facts } from '../panels/person-card'
import { PresenceDot } from '../panels/presence-later'
import { Sign } from '../panels/sign'
import { SilenceNote } from '../panels/silence-note'
import { WorkFacts, WorkReader } from '../panels/work-later'
import { rank } from './clusters'
import { StreetsNote, useStreets } from './streets/use-streets'
import { usePattern } from './use-pattern'
import { MapView } from './view'

export interface MapHandle {
  fit: () => void
  centre: () => void
  zoom: (by: number) => void
}

interface Props {
  mode: 'light' | 'dark'
  zones: readonly Zone[]
  chosenZones: readonly string[]
  chosen: Person | undefined
  trail: readonly Position[]
  spot: { lon: number; lat: number } | undefined
  following: boolean
  padding: { left: number; right: number; top: number; bottom: number }
  onPick: (id: string | undefined) => void
  onMoved: () => void
  handle: Ref<MapHandle>
  /** Hands the map to views that draw on it; undefined when it went away. */
  onReady: (view: MapView | undefined) => void
  /** Another view moves the map: it does not go to people by itself. */
  led: boolean
  /** Nothing lies over the whole map. */
  shown: boolean
}

const someLocated = (s: Snapshot) => s.people.some((p) => p.position)

interface Hover {
  ids: readonly string[]
  x: number
  y: number
}

export default function MapArea({ mode, zones, chosenZones, chosen, trail, spot, following, padding, onPick, onMoved, handle, onReady, led, shown }: Props) {
  const { t, i18n } = useTranslation()
  const d = useData()
  const { people } = d
  const loaded = usePeoplePart((s) => s.loaded)
  const located = usePeoplePart(someLocated)
  const box = useRef<HTMLDivElement>(null)
  const [view, setView] = useState<MapView>()
  const [failed, setFailed] = useState(false)
  const [hover, setHover] = useState<Hover>()
  const [spotList, setSpotList] = useState<{ ids: string[]; lngLat: [number, number] }>()
  const [, setFrame] = useState(0)
  const calls = useRef({ onPick, onMoved, onReady, hasSpot: false })
  calls.current = { onPick, onMoved, onReady, hasSpot: spotList !== undefined }

  useEffect(() => {
    let v: MapView
    try {
      v = new MapView(box.current!, mode, t('map.label'), {
        hover: (ids, at) => setHover(ids.length > 0 && at ? { ids, x: at.x, y: at.y } : undefined),
        pick: (id) => {
          setSpotList(undefined)
          calls.current.onPick(id)
        },
        spot: (ids, lngLat) => setSpotList({ ids, lngLat }),
        moved: () => calls.current.onMoved(),
        frame: () => {
          setHover(undefined)
          if (calls.current.hasSpot) setFrame((n) => n + 1)
        },
      }, i18n.language)
    } catch {
      setFailed(true)
      return
    }
    setView(v)
    calls.current.onReady(v)
    // For the tests in a browser and for whoever looks for what is slow.
    ;(window as { terrenoMap?: MapView }).terrenoMap = v
    return () => {
      calls.current.onReady(undefined)
      v.remove()
    }
    // The map lives as long as the page; what changes is handed to it below.
    // eslint-disable-next-line
  }, [])

  const streets = useStreets(view, i18n.language)
  usePattern(view)
  useEffect(() => view?.setShown(shown), [view, shown])
  useEffect(() => view?.setMode(mode), [view, mode])
  useEffect(() => view?.setLanguage(i18n.language), [view, i18n.language])
  useEffect(() => view?.setPadding(padding), [view, padding])
  // Straight from the store to the map: what moves every second renders nothing here.
  useEffect(() => {
    if (!view) return
    const show = () => view.setPeople(people.snapshot.people)
    show()
    return people.subscribe(show)
  }, [view, people])
  useEffect(() => {
    if (!view) return
    let off: (() => void) | undefined
    let gone = false
    void import('../data/presence').then(({ presenceOf }) => {
      if (gone) return
      const presence = presenceOf(d)
      const of = (id: string) => {
        const state = presence.of(id)?.state
        return state === 'hidden' ? undefined : state
      }
      const show = () => view.setPresence(presence.online, of)
      show()
      off = presence.subscribe(show)
    }, () => undefined)
    return () => {
      gone = true
      off?.()
    }
  }, [view, d])
  useEffect(() => view?.setZones(zones), [view, zones])
  useEffect(() => view?.chooseZones(chosenZones), [view, chosenZones])
  useEffect(() => view?.setSpot(spot ? [spot.lon, spot.lat] : undefined), [view, spot])
  useEffect(() => view?.setChosen({ person: chosen, trail }), [view, chosen, trail])

  const all = () => people.snapshot.people.filter((p) => p.position).map((p) => [p.position!.lon, p.position!.lat])
  const showSpot = (animate: boolean) => {
    if (view && spot) view.fit([[spot.lon, spot.lat], ...(chosen?.position ? [[chosen.position.lon, chosen.position.lat]] : [])], animate)
  }
  const fitted = useRef(false)
  useEffect(() => {
    if (!view || !loaded || fitted.current || (!located && !spot && !led)) return
    fitted.current = true
    if (led) return
    if (spot) showSpot(false)
    else if (chosen?.position) view.go(chosen.position.lon, chosen.position.lat, 14)
    else view.fit(all(), false)
    // Once, with the first data.
    // eslint-disable-next-line
  }, [view, loaded, located])

  // What is chosen comes into view; whom one follows stays in the middle.
  const chosenAt = chosen?.position
  useEffect(() => {
    if (fitted.current) showSpot(true)
    // Where it began and where the person is now; not again with every new position.
    // eslint-disable-next-line
  }, [view, spot])
  useEffect(() => {
    if (view && fitted.current && !spot && chosenAt && chosen) view.go(chosenAt.lon, chosenAt.lat, 13)
    // Only when another is chosen.
    // eslint-disable-next-line
  }, [view, chosen?.id])
  useEffect(() => {
    if (view && following && chosenAt) view.go(chosenAt.lon, chosenAt.lat)
  }, [view, following, chosenAt])

  useImperativeHandle(handle, () => ({
    fit: () => view?.fit(all()),
    centre: () => chosenAt && view?.go(chosenAt.lon, chosenAt.lat, 15),
    zoom: (by) => view?.zoom(by),
  }))

  const at = spotList && view?.project(spotList.lngLat)
  return (
    <div className="map" role="region" aria-label={t('map.label')}>
      <div ref={box} className="canvas" />
      {failed && (
        <div className="map-failed" role="alert">
          <b>{t('map.failed')}</b>
          <span>{t('map.failedHint')}</span>
        </div>
      )}
      <StreetsNote problem={streets} />
      {view && loaded && <WorkReader />}
      {hover && hover.ids[0] !== chosen?.id && <HoverCard {...hover} />}
      {spotList && at && <Spot ids={spotList.ids} at={at} onClose={() => setSpotList(undefined)} onPick={(id) => { setSpotList(undefined); onPick(id) }} />}
    </div>
  )
}

/** How many names a small card has room for. */
const most = 8

/** Answers the common question without a click: who, since when, how fast. Of several it says who. */
function HoverCard({ ids, x, y }: Hover) {
  const { t } = useTranslation()
  const { people } = useData()
  const person = usePerson(ids.length === 1 ? ids[0] : undefined)
  const several = ids.map((id) => people.snapshot.byId.get(id)).filter((p) => p !== undefined)
  if (several.length === 0) return null
  return (
    <div className="hover panel" style={{ left: x, top: y }} data-below={y < 230}>
      {person ? (
        <>
          <div className="hover-head"><Sign state={person.state} /> <b>{person.name}</b> <PresenceDot id={person.id} /></div>
          <SilenceNote id={person.id} />
          <WorkFacts id={person.id} card={false} />
          <Facts person={person} />
        </>
      ) : (
        <>
          {several.sort(byNeed).slice(0, most).map((p) => <div key={p.id} className="hover-head"><Sign state={p.state} /> <span>{p.name}</span> <PresenceDot id={p.id} /></div>)}
          {several.length > most && <div className="dim">{t('map.more', { count: several.length - most })}</div>}
        </>
      )}
    </div>
  )
}

const byNeed = (a: Person, b: Person) => rank[b.state] - rank[a.state] || a.name.localeCompare(b.name)

/** The list of who is on one spot. */
function Spot({ ids, at, onClose, onPick }: { ids: readonly string[]; at: { x: number; y: number }; onClose: () => void; onPick: (id: string) => void }) {
  const { t } = useTranslation()
  const { byId } = usePeople()
  return (
    <div className="spot panel" style={{ left: at.x, top: at.y }}>
      <header><b>{t('map.here', { count: ids.length })}</b><button type="button" aria-label={t('person.close')} onClick={onClose}><CloseIcon size={15} /></button></header>
      <ul>
        {ids.map((id) => byId.get(id)).filter((p) => p !== undefined).sort((a, b) => a.name.localeCompare(b.name)).map((p) => (
          <li key={p.id}><button type="button" onClick={() => onPick(p.id)}><Sign state={p.state} /> {p.name} <PresenceDot id={p.id} /></button></li>
        ))}
      </ul>
    </div>
  )
}
