import { Tooltip } from '@mui/material'
import { memo, Suspense, useEffect, useRef, useState, type ComponentProps, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Session } from '../../../client'
import { AgendaIcon, BellIcon, ChatIcon, ReportIcon, ClockIcon, GearIcon, HelpIcon, InboxIcon, Logo, MapIcon, MoreIcon, PlaceIcon, ShiftIcon, TeamIcon, ZoneIcon } from '../../icons'
import { useBadge } from '../chat/badge'
import { useAddress } from '../data/address'
import { useAlerts, useData, type Me } from '../data/data'
import { useMe, useTight } from '../data/hooks'
import { later } from '../later'
import { useUnread } from '../notices/use-unread'

const load = () => import('./own-settings')
const OwnSettings = later(load)
const loadMore = () => import('./more-sheet')
const MoreSheet = later(loadMore)

/** A section of the page. said is the number of the badge in words. A quiet badge asks nobody to come now. */
export interface Section {
  to: string
  label: string
  icon: ReactNode
  badge?: number
  said?: string
  quiet?: boolean
  under?: string
  /** Where the window is small it has a place in the bar. The others are behind one more. */
  first?: boolean
}

const isHere = (s: Section, path: string) => path === s.to || (s.under !== undefined && path.startsWith(s.under))

/** A link to a section, in the bar or in the sheet with those for which the bar has no room. */
export function SectionLink({ s, onGo, ...rest }: { s: Section; onGo?: () => void } & ComponentProps<'a'>) {
  const { t } = useTranslation()
  const { path, go } = useAddress()
  const { badge = 0 } = s
  return (
    <a
      {...rest} href={s.to} aria-current={isHere(s, path) ? 'page' : undefined} aria-label={badge ? `${s.label}: ${s.said ?? t('alerts.unread', { count: badge })}` : s.label}
      onClick={(e) => {
        if (e.metaKey || e.ctrlKey || e.shiftKey) return
        e.preventDefault()
        onGo?.()
        go(s.to)
      }}
    >
      {s.icon}
      <span className="rail-text" aria-hidden="true">{s.label}</span>
      <Badge count={badge} quiet={s.quiet} />
    </a>
  )
}

const Badge = ({ count, quiet }: { count: number; quiet: boolean | undefined }) => count > 0 && <span className={quiet ? 'badge quiet' : 'badge'} aria-hidden="true" data-count={count > 99 ? '99+' : count} />

export const Rail = memo(function Rail({ onHelp }: { onHelp: () => void }) {
  const { t } = useTranslation()
  const { fresh } = useAlerts()
  const { session, who } = useData()
  const me = useMe().data
  const unread = useUnread()
  const messages = useBadge()
  const office = who.role !== 'colaborador'
  const sections: (Section | false)[] = [
    { to: '/', label: t('nav.map'), icon: <MapIcon />, first: true },
    { to: '/alerts', label: t('nav.alerts'), icon: <BellIcon />, badge: fresh, first: true },
    { to: '/chat', under: '/chat', label: t('nav.chatShort'), icon: <ChatIcon />, badge: messages, said: t('nav.noticesUnread', { count: messages }), quiet: true, first: true },
    { to: '/zones', label: t('nav.zones'), icon: <ZoneIcon /> },
    { to: '/board', under: '/board', label: t('nav.board'), icon: <AgendaIcon />, first: true },
    office && { to: '/places', under: '/places', label: t('nav.places'), icon: <PlaceIcon /> },
    { to: '/shifts', under: '/shifts', label: t('nav.shifts'), icon: <ShiftIcon /> },
    { to: '/reports', under: '/reports', label: t('nav.reports'), icon: <ReportIcon /> },
    office && { to: '/admin/people', under: '/admin', label: t('nav.people'), icon: <TeamIcon /> },
    who.role === 'admin' && { to: '/jobs', label: t('nav.jobs'), icon: <ClockIcon /> },
  ]
  return (
    <RailFrame
      session={session} user={who.user} me={me} onHelp={onHelp} sections={sections.filter((s) => s !== false)}
      own={{ to: '/notifications', under: '/notifications', label: t('nav.notices'), icon: <InboxIcon />, badge: unread, said: t('nav.noticesUnread', { count: unread }), quiet: true }}
    />
  )
})

/** So many things have room in the bar of a small window, the settings among them. */
const room = 5

/** The bar with the sections, and what is the viewer's own: own, help and settings. In a small window most of it is in a sheet. */
export function RailFrame({ session, user, me, onHelp, own, sections }: { session: Session; user: string; me: Me | undefined; onHelp?: () => void; own?: Section; sections: readonly Section[] }) {
  const { t } = useTranslation()
  const { path } = useAddress()
  const [open, setOpen] = useState(false)
  const [used, setUsed] = useState(false)
  const [more, setMore] = useState(false)
  const anchor = useRef<HTMLButtonElement>(null)
  const all = own ? [...sections, own] : sections
  const tight = useTight() && all.length + 1 > room
  // It is not needed to draw the page, and is there before anybody looks for it, also when the connection goes.
  useEffect(() => {
    const fetchIt = () => void load().catch(() => undefined)
    if ('requestIdleCallback' in window) {
      const idle = requestIdleCallback(fetchIt, { timeout: 3000 })
      return () => cancelIdleCallback(idle)
    }
    const timer = setTimeout(fetchIt, 500)
    return () => clearTimeout(timer)
  }, [])
  useEffect(() => {
    if (tight) void loadMore().catch(() => undefined)
    else setMore(false)
  }, [tight])
  const settings = () => {
    setUsed(true)
    setOpen(true)
  }
  const rest = all.filter((s) => !s.first)
  const badge = rest.reduce((n, s) => n + (s.badge ?? 0), 0)
  const here = rest.find((s) => isHere(s, path))
  const link = (s: Section) => <Tooltip key={s.to} title={s.label} placement="right" disableInteractive><SectionLink s={s} className="rail-item" /></Tooltip>
  return (
    <nav className="rail" aria-label={t('nav.main')} data-tight={tight}>
      <span className="rail-logo"><Logo size={32} /></span>
      {(tight ? all.filter((s) => s.first) : sections).map((s) => tight ? <SectionLink key={s.to} s={s} className="rail-item" /> : link(s))}
      {tight ? (
        <button
          type="button" className="rail-item" ref={anchor} aria-haspopup="dialog" aria-expanded={more} aria-current={here && 'true'} onClick={() => setMore(true)}
          aria-label={[t('nav.more'), here?.label, badge > 0 && t('nav.noticesUnread', { count: badge })].filter(Boolean).join(', ')}
        >
          <MoreIcon /><span className="rail-text" aria-hidden="true">{t('nav.more')}</span><Badge count={badge} quiet={rest.every((s) => !s.badge || s.quiet)} />
        </button>
      ) : (
        <>
          <span className="rail-space" />
          {own && link(own)}
          {onHelp && (
            <Tooltip title={`${t('nav.help')} (?)`} placement="right" disableInteractive>
              <button type="button" className="rail-item rail-help" aria-label={t('nav.help')} onClick={onHelp}><HelpIcon /><span className="rail-text" aria-hidden="true">{t('help.title')}</span></button>
            </Tooltip>
          )}
          <Tooltip title={t('nav.settings')} placement="right" disableInteractive>
            <button type="button" className="rail-item" ref={anchor} aria-label={t('nav.settings')} aria-haspopup="dialog" aria-expanded={open} onClick={settings}><GearIcon /><span className="rail-text" aria-hidden="true">{t('nav.settings')}</span></button>
          </Tooltip>
        </>
      )}
      {more && <Suspense><MoreSheet sections={rest} onHelp={onHelp} onSettings={settings} onClose={() => setMore(false)} /></Suspense>}
      {used && <Suspense><OwnSettings open={open} anchor={anchor.current} session={session} user={user} me={me} onClose={() => setOpen(false)} /></Suspense>}
    </nav>
  )
}
