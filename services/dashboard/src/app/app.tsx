import createCache from '@emotion/cache'
import { CacheProvider } from '@emotion/react'
import { Tooltip } from '@mui/material'
import { ThemeProvider } from '@mui/material/styles'
import { QueryClientProvider, useQuery } from '@tanstack/react-query'
import { memo, Suspense, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore, type RefObject } from 'react'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import type { Session, Who } from '../../client'
import { now, syncClock } from '../clock'
import { FitIcon, MinusIcon, PlusIcon, StreetIcon } from '../icons'
import { keepPrefs, onPrefs, prefs } from '../prefs'
import './app.css'
import { useBadge } from './chat/badge'
import { useAddress } from './data/address'
import { mayTake, openPanics, typeKey } from './data/alerts'
import { Data, DataContext, type Zone, useAlerts, useData, usePeoplePart, usePerson } from './data/data'
import { useSmall, useZones } from './data/hooks'
import type { Position } from './data/people'
import { Recent } from './data/recent'
import { aboutText } from './data/why'
import { dayAddress, dayPerson, leaveDay } from './day/link'
import type { DayHandle } from './day/scene'
import { later } from './later'
import type { MapHandle } from './map/map-area'
import { setPatternOn, usePatternOn } from './map/use-pattern'
import type { MapView } from './map/view'
import { favicon, sound } from './notify'
import { AlertsPanel } from './panels/alerts-panel'
import { Banner } from './panels/banner'
import { PeoplePanel } from './panels/people-panel'
import { NoSuchPerson, PersonCard } from './panels/person-card'
import { Rail } from './panels/rail'
import { Status } from './panels/status'
import { useAct } from './panels/use-act'
import type { ListHandle } from './panels/virtual-list'
import type { PlacesHandle } from './places/places-view'
import { themeOf } from './theme'
import { useGuarded } from './zones/guard'

const MapArea = later(() => import('./map/map-area'))
const ZonesView = later(() => import('./zones/zones-view'))
const AdminArea = later(() => import('./admin/admin-area'))
const NoticesArea = later(() => import('./notices/notices-area'))
const Platform = later(() => import('./admin/platform'))
const Board = later(() => import('./board/board'))
const Day = later(() => import('./day/day'))
const PlacesView = later(() => import('./places/places-view'))
const ReportsArea = later(() => import('./reports/reports-area'))
const AlertCard = later(() => import('./panels/alert-card'))
const Help = later(() => import('./panels/help'))
const Panics = later(() => import('./panic/panic'))
const ShiftsArea = later(() => import('./shifts/shifts-area'))
const ChatArea = later(() => import('./chat/chat-area'))
const ChatFrame = later(() => import('./chat/frame'))
const ChatDock = later(() => import('./chat/dock'))

// The styles of components are made while the page runs. The server allows those that carry this nonce, and no others.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce
const cache = createCache({ key: 'm', prepend: true, ...(nonce && { nonce }) })

const useMode = () => useSyncExternalStore(onPrefs, () => prefs.mode)

export default function App({ session, who }: { session: Session; who: Who }) {
  const mode = useMode()
  const theme = useMemo(() => themeOf(mode), [mode])
  return (
    <CacheProvider value={cache}>
      <ThemeProvider theme={theme}>{who.company === '' ? <Suspense><Platform session={session} who={who} /></Suspense> : <Company session={session} who={who} />}</ThemeProvider>
    </CacheProvider>
  )
}

function Company({ session, who }: { session: Session; who: Who }) {
  const [data, setData] = useState<Data>()
  useEffect(() => {
    const d = new Data(session, who)
    d.start()
    setData(d)
    // For the tests in a browser, and for whoever looks for what is slow. It has no token.
    const shown = window as { terrenoPeople?: unknown }
    shown.terrenoPeople = d.people
    return () => {
      d.stop()
      delete shown.terrenoPeople
    }
    // One for the life of this component: another user makes another component.
    // eslint-disable-next-line
  }, [session])
  useEffect(() => {
    const timer = setInterval(() => void syncClock(), 5 * 60_000)
    return () => clearInterval(timer)
  }, [])
  if (!data) return null
  return (
    <QueryClientProvider client={data.queries}>
      <DataContext value={data}>
        <Shell />
      </DataContext>
    </QueryClientProvider>
  )
}

const within = (path: string, part: string) => path === part || path.startsWith(`${part}/`)
const isBoard = (path: string) => within(path, '/board')
const isShifts = (path: string) => within(path, '/shifts')
const isReports = (path: string) => within(path, '/reports')
const isNotices = (path: string) => within(path, '/notifications')
const isChat = (path: string) => within(path, '/chat')
/** Whether an address is of the administration, or another part that lies over the whole map. */
const isAdmin = (path: string) => isBoard(path) || isShifts(path) || isReports(path) || isNotices(path) || isChat(path) || path === '/jobs' || within(path, '/admin') || path === '/places/import'

function adminName(path: string, t: TFunction): string {
  if (isBoard(path)) return t('nav.board')
  if (isShifts(path)) return t('nav.shifts')
  if (isReports(path)) return t('nav.reports')
  if (isNotices(path)) return t('nav.notices')
  if (isChat(path)) return t('nav.chat')
  return path === '/jobs' ? t('nav.jobs') : path === '/places/import' ? t('nav.places') : t('nav.people')
}

const noTrail: readonly Position[] = []
const noZones: readonly string[] = []
const noData: readonly Zone[] = []

/** The positions of the last hour of a person, going on as new ones come. */
function useTrail(id: string | undefined): { trail: readonly Position[]; count: number | undefined; failed: boolean } {
  const d = useData()
  const read = useQuery({ queryKey: ['trail', id], queryFn: () => d.trail(id!), enabled: id !== undefined, staleTime: 30_000 })
  const [recent] = useState(() => new Recent())
  const at = usePerson(id)?.position
  return useMemo(() => {
    if (id === undefined) return { trail: noTrail, count: undefined, failed: false }
    const since = now() - 3_600_000
    const list = recent.add(id, at, since)
    const last = Date.parse(read.data?.at(-1)?.recorded_at ?? '') || 0
    const trail = [...(read.data ?? []), ...list.filter((p) => Date.parse(p.recorded_at) > last)].filter((p) => Date.parse(p.recorded_at) >= since)
    return { trail, count: read.data ? trail.length : undefined, failed: read.isError }
  }, [recent, id, at, read.data, read.isError])
}

function Shell() {
  const { t } = useTranslation()
  const mode = useMode()
  const d = useData()
  const { path, get, set, go } = useAddress()
  const alerts = useAlerts()
  const zones = useZones().data ?? noData
  const [help, setHelp] = useState(false)
  const [asking, setAsking] = useState(false)
  const [folded, setFolded] = useState(false)
  const [following, setFollowing] = useState(false)
  const openHelp = useCallback(() => setHelp(true), [])
  const fold = useCallback(() => setFolded((was) => !was), [])
  const map = useRef<MapHandle>(null)
  const [mapView, setMapView] = useState<MapView>()
  const editing = useGuarded()
  const [mapped, setMapped] = useState(false) // the map stays once it was shown: to make it anew takes a second
  const panel = useRef<HTMLDivElement>(null)
  const search = useRef<HTMLInputElement>(null)
  const list = useRef<ListHandle>(null)
  const dayOf = dayPerson(path)
  const day = useRef<DayHandle>(null)
  const places = useRef<PlacesHandle>(null)
  const forbidden = path === '/places' && d.who.role === 'colaborador'
  const view = path === '/' ? 'map' : path === '/alerts' ? 'alerts' : path === '/zones' ? 'zones' : path === '/places' && !forbidden ? 'places' : dayOf !== undefined ? 'day' : isAdmin(path) ? 'admin' : 'none'
  const alert = view === 'alerts' && get('id') ? alerts.byId.get(get('id')) : undefined
  const personId = view === 'map' ? get('p') || undefined : alert?.user_id
  const person = usePerson(personId)
  const noSuchPerson = usePeoplePart((s) => s.loaded) && view === 'map' && personId !== undefined && !person
  const { trail, count, failed } = useTrail(personId)
  const acting = useAct()

  const watches = d.who.role !== 'colaborador'
  const panics = useMemo(() => (watches ? openPanics(alerts.all, d.who.user) : []), [watches, alerts.all, d])

  useEffect(() => setFollowing(false), [personId])
  // A question goes with its card, also when somebody goes back while it is open.
  useEffect(() => setAsking(false), [view, get('id')])
  useEffect(() => setMapped((before) => before || view !== 'admin'), [view])
  const ofDay = usePerson(dayOf)
  const whose = person ?? ofDay
  const chosenZones = useMemo(
    () => (view === 'zones' ? [get('id')] : alert ? (alert.zones ?? noZones) : whose ? zones.filter((z) => z.properties.users.includes(whose.id) || z.properties.teams.some((x) => whose.teams.includes(x))).map((z) => z.id) : noZones),
    [view, get('id'), alert, whose?.id, zones],
  )
  // A place that somebody sent: /?at=19.4,-99.1
  const at = view === 'map' ? get('at') : ''
  const spot = useMemo(() => {
    const [lat, lon] = at ? at.split(',').map(Number) : [alert?.lat, alert?.lon]
    return Math.abs(lat!) <= 90 && Math.abs(lon!) <= 180 ? { lat: lat!, lon: lon! } : undefined
  }, [at, alert?.lat, alert?.lon])
  // The zone that is edited is drawn by its editor.
  const drawn = useMemo(() => (editing.id === undefined ? zones : zones.filter((z) => z.id !== editing.id)), [zones, editing.id])
  const small = useSmall()
  const talk = view === 'map' ? get('c') : ''
  const unread = useBadge()
  const cardOpen = noSuchPerson || talk !== '' || Boolean(person && view === 'map') || Boolean(get('id') && view === 'alerts') || (view === 'zones' && (editing.open || Boolean(get('id')))) || (view === 'places' && Boolean(get('id')))
  const padding = useMemo(
    () => (view === 'day' ? (small ? { left: 0, right: 44, top: 40, bottom: 262 + Math.round((window.innerHeight - 56) * (window.innerHeight > 700 ? 0.34 : 0.24)) } : { left: 360, right: 20, top: 50, bottom: 260 }) : small ? { left: 0, right: 44, top: 50, bottom: folded && !cardOpen ? 70 : Math.round(window.innerHeight * 0.46) } : { left: folded && view === 'map' ? 20 : view === 'alerts' ? 440 : 370, right: cardOpen ? 350 : 20, top: 40, bottom: 20 }),
    [small, folded, view, cardOpen],
  )

  const names = { map: t('nav.map'), alerts: t('nav.alerts'), zones: t('nav.zones'), day: whose ? t('day.title', { name: whose.name }) : t('day.unknown'), places: t('nav.places'), admin: adminName(path, t), none: t('notFound.title') }
  useEffect(() => {
    const urgent = panics[0] && t('alerts.panicTitle', { count: panics.length, name: aboutText(panics[0]) })
    document.title = `${urgent ? `${urgent} · ` : ''}${alerts.fresh > 0 ? `(${alerts.fresh}) ` : ''}${unread > 0 ? `✉ ${unread} · ` : ''}${names[view]} · ${t('app.name')}`
  })
  useEffect(() => favicon(alerts.fresh || unread, panics.length > 0), [alerts.fresh || unread, panics.length > 0])
  const [said, setSaid] = useState('')
  useEffect(() => {
    d.alerts.onNew = (a) => {
      if (a.type === 'panico' && watches) return // it stands over everything, and says so itself
      setSaid(t('alerts.announce', { name: aboutText(a), type: t(`alerts.type.${typeKey(a)}`) }))
      // One of the tabs sounds: the one that has the socket.
      if (d.live.leads) sound()
    }
  }, [d, t])

  const fit = () => (view === 'day' ? day.current?.fit() : view === 'places' ? places.current?.fit() : map.current?.fit())
  const back = () => {
    // Opened from the reports, a day leads back to them, as they were.
    if (isReports(get('back').split('?', 1)[0]!)) return go(get('back'))
    leaveDay(dayOf!)
    go(`/?p=${encodeURIComponent(dayOf!)}`)
  }
  const close = () => (view === 'map' ? set(talk ? { c: undefined } : { p: undefined }) : set({ id: undefined }))
  const keys = useRef<(e: KeyboardEvent) => void>(() => {})
  keys.current = (e) => {
    const typing = e.target instanceof HTMLElement && e.target.matches('input, textarea, select, [contenteditable]')
    const dialog = help || asking || document.querySelector('[role=dialog], .MuiPopover-root') !== null
    if (e.ctrlKey || e.metaKey || e.altKey || dialog) return
    if (e.key === 'Escape') {
      if (view === 'admin') return // it has keys of its own
      if (typing) (e.target as HTMLElement).blur()
      else if (view === 'day') back()
      else if (cardOpen) close()
      else set({ q: undefined, state: undefined, status: undefined, show: undefined, on: undefined })
      return
    }
    if (typing || (view === 'admin' && !'?12345678'.includes(e.key))) return
    const does: Record<string, () => void> = {
      '/': () => {
        setFolded(false)
        setTimeout(() => search.current?.focus())
      },
      '?': () => setHelp(true), '1': () => go('/'), '2': () => go('/alerts'), '3': () => go('/zones'), '4': () => go('/board'), '5': () => d.who.role !== 'colaborador' && go('/places'), '6': () => go('/shifts'), '7': () => go('/reports'), '8': () => go('/chat'), '0': fit, '+': () => map.current?.zoom(1), '-': () => map.current?.zoom(-1),
      d: () => personId !== undefined && view !== 'day' && go(dayAddress(personId)),
      f: () => person?.position && setFollowing(!following),
      a: () => alert?.status === 'nueva' && mayTake(alert, d.who) && !acting.busy && void acting.act(alert, 'acknowledge'),
      r: () => alert && alert.status !== 'resuelta' && mayTake(alert, d.who) && setAsking(true),
      s: () => {
        prefs.sound = !prefs.sound
        keepPrefs()
        setSaid(`${t('settings.sound')}: ${prefs.sound ? t('settings.on') : t('settings.off')}`)
      },
      ArrowDown: () => e.target === document.body && list.current?.focus(),
    }
    const f = does[e.key.length === 1 ? e.key.toLowerCase() : e.key]
    if (!f) return
    e.preventDefault()
    f()
  }
  useEffect(() => {
    const on = (e: KeyboardEvent) => keys.current(e)
    window.addEventListener('keydown', on)
    return () => window.removeEventListener('keydown', on)
  }, [])

  return (
    <div className="app" data-view={view} data-card={cardOpen} data-folded={folded}>
      <a className="skip" href={view === 'admin' ? '#area' : '#panel'} onClick={(e) => { e.preventDefault(); (document.getElementById('list') ?? document.getElementById('area') ?? panel.current)?.focus() }}>{t('app.skip')}</a>
      <Rail onHelp={openHelp} />
      <Banner acting={acting} />
      <main className="stage">
        <h1 className="sr">{names[view]}</h1>
        {view === 'admin' && <Suspense>{isBoard(path) ? <Board /> : isShifts(path) ? <ShiftsArea /> : isReports(path) ? <ReportsArea /> : isNotices(path) ? <NoticesArea /> : isChat(path) ? <ChatArea /> : <AdminArea />}</Suspense>}
        {(view !== 'admin' || mapped) && <Suspense fallback={<div className="map" />}>
          <MapArea
            mode={mode} zones={drawn} chosenZones={chosenZones} chosen={person} trail={trail} spot={spot} following={following} padding={padding} handle={map} onReady={setMapView} led={view === 'day' || view === 'places'} shown={view !== 'admin'}
            onMoved={() => setFollowing(false)} onPick={(id) => (view === 'day' || view === 'zones' || view === 'places' || (view === 'alerts' && id === undefined) ? undefined : view === 'alerts' ? go(`/?p=${encodeURIComponent(id!)}`) : set({ p: id }))}
          />
        </Suspense>}
        <Status />
        <div className="left" id="panel" ref={panel} tabIndex={-1}>
          {view === 'map' && <PeoplePanel search={search} list={list} folded={folded} onFold={fold} />}
          {view === 'alerts' && <AlertsPanel search={search} list={list} />}
          {view === 'none' && (
            <section className="panel empty">
              <b>{t('notFound.title')}</b>
              <span>{forbidden ? t('problem.forbidden') : t('notFound.hint')}</span>
              <button type="button" className="btn main" onClick={() => go('/')}>{t('notFound.home')}</button>
            </section>
          )}
        </div>
        {dayOf !== undefined && <Suspense><Day id={dayOf} map={mapView?.map} mode={mode} handle={day} list={list} onBack={back} onFitAll={() => map.current?.fit()} /></Suspense>}
        <div className="right">
          {talk && <Suspense><ChatDock id={talk} onClose={() => set({ c: undefined })} /></Suspense>}
          {view === 'map' && person && !talk && (
            <PersonCard person={person} trail={count} trailFailed={failed} following={following} onFollow={() => setFollowing(!following)} onCentre={() => map.current?.centre()} onClose={close} />
          )}
          {noSuchPerson && !talk && <NoSuchPerson onClose={close} />}
          {view === 'alerts' && get('id') && <Suspense><AlertCard key={get('id')} id={get('id')} acting={acting} asking={asking} onAsk={setAsking} onClose={close} /></Suspense>}
        </div>
        <MapButtons map={map} fit={fit} />
        {view === 'zones' && <Suspense><ZonesView view={mapView} mode={mode} search={search} list={list} /></Suspense>}
        {view === 'places' && <Suspense><PlacesView view={mapView} mode={mode} search={search} list={list} handle={places} /></Suspense>}
        <div className="sr" role="log" aria-live="assertive">{said}</div>
      </main>
      {watches && <Suspense><Panics /></Suspense>}
      <Suspense><ChatFrame /></Suspense>
      {help && <Suspense><Help open onClose={() => setHelp(false)} /></Suspense>}
    </div>
  )
}

const MapButtons = memo(function MapButtons({ map, fit }: { map: RefObject<MapHandle | null>; fit: () => void }) {
  const { t } = useTranslation()
  const pattern = usePatternOn()
  return (
    <div className="zoom" role="group" aria-label={t('map.label')}>
      <Tooltip title={`${t('map.fit')} (0)`} placement="left"><button type="button" aria-label={t('map.fit')} onClick={fit}><FitIcon size={18} /></button></Tooltip>
      <Tooltip title={t('map.zoomIn')} placement="left"><button type="button" aria-label={t('map.zoomIn')} onClick={() => map.current?.zoom(1)}><PlusIcon size={18} /></button></Tooltip>
      <Tooltip title={t('map.zoomOut')} placement="left"><button type="button" aria-label={t('map.zoomOut')} onClick={() => map.current?.zoom(-1)}><MinusIcon size={18} /></button></Tooltip>
      <Tooltip title={t('map.pattern')} placement="left"><button type="button" aria-label={t('map.pattern')} aria-pressed={pattern === true} onClick={() => setPatternOn(!pattern)}><StreetIcon size={18} /></button></Tooltip>
    </div>
  )
})
