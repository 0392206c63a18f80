import { Tooltip } from '@mui/material'
import { memo, Suspense, useEffect, useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Session } from '../../../client'
import { AgendaIcon, BellIcon, ChatIcon, ReportIcon, ClockIcon, GearIcon, HelpIcon, InboxIcon, Logo, MapIcon, PlaceIcon, ShiftIcon, TeamIcon, ZoneIcon } from '../../icons'
import { useBadge } from '../chat/badge'
import { useAddress } from '../data/address'
import { useAlerts, useData, type Me } from '../data/data'
import { useMe } from '../data/hooks'
import { later } from '../later'
import { useUnread } from '../notices/use-unread'

const load = () => import('./own-settings')
const OwnSettings = later(load)

/** A link to a section. said is the number of the badge in words. A quiet badge asks nobody to come now. */
export function RailLink({ to, label, icon, badge = 0, said, quiet, under }: { to: string; label: string; icon: ReactNode; badge?: number; said?: string; quiet?: boolean; under?: string }) {
  const { t } = useTranslation()
  const { path, go } = useAddress()
  const here = path === to || (under !== undefined && path.startsWith(under))
  return (
    <Tooltip title={label} placement="right" disableInteractive>
      <a
        href={to}
        className="rail-item"
        aria-current={here ? 'page' : undefined}
        aria-label={badge ? `${label}: ${said ?? t('alerts.unread', { count: badge })}` : label}
        onClick={(e) => {
          if (e.metaKey || e.ctrlKey || e.shiftKey) return
          e.preventDefault()
          go(to)
        }}
      >
        {icon}
        <span className="rail-text" aria-hidden="true">{label}</span>
        {badge > 0 && <span className={quiet ? 'badge quiet' : 'badge'} aria-hidden="true" data-count={badge > 99 ? '99+' : badge} />}
      </a>
    </Tooltip>
  )
}

export const Rail = memo(function Rail({ onHelp }: { onHelp: () => void }) {
  const { t } = useTranslation()
  const { fresh } = useAlerts()
  const { session, who } = useData()
  const me = useMe().data
  const unread = useUnread()
  const messages = useBadge()
  return (
    <RailFrame session={session} user={who.user} me={me} onHelp={onHelp} own={<RailLink to="/notifications" under="/notifications" label={t('nav.notices')} icon={<InboxIcon />} badge={unread} said={t('nav.noticesUnread', { count: unread })} quiet />}>
      <RailLink to="/" label={t('nav.map')} icon={<MapIcon />} />
      <RailLink to="/alerts" label={t('nav.alerts')} icon={<BellIcon />} badge={fresh} />
      <RailLink to="/chat" under="/chat" label={t('nav.chatShort')} icon={<ChatIcon />} badge={messages} said={t('nav.noticesUnread', { count: messages })} quiet />
      <RailLink to="/zones" label={t('nav.zones')} icon={<ZoneIcon />} />
      <RailLink to="/board" under="/board" label={t('nav.board')} icon={<AgendaIcon />} />
      {who.role !== 'colaborador' && <RailLink to="/places" under="/places" label={t('nav.places')} icon={<PlaceIcon />} />}
      <RailLink to="/shifts" under="/shifts" label={t('nav.shifts')} icon={<ShiftIcon />} />
      <RailLink to="/reports" under="/reports" label={t('nav.reports')} icon={<ReportIcon />} />
      {who.role !== 'colaborador' && <RailLink to="/admin/people" under="/admin" label={t('nav.people')} icon={<TeamIcon />} />}
      {who.role === 'admin' && <RailLink to="/jobs" label={t('nav.jobs')} icon={<ClockIcon />} />}
    </RailFrame>
  )
})

/** The bar with the sections, and what is the viewer's own: own, help and settings. */
export function RailFrame({ session, user, me, onHelp, own, children }: { session: Session; user: string; me: Me | undefined; onHelp?: () => void; own?: ReactNode; children: ReactNode }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const [used, setUsed] = useState(false)
  const anchor = useRef<HTMLButtonElement>(null)
  // It is not needed to draw the page, and is there before anybody looks for it, also when the connection goes.
  useEffect(() => {
    const timer = setTimeout(() => void load().catch(() => undefined), 3000)
    return () => clearTimeout(timer)
  }, [])
  return (
    <nav className="rail" aria-label={t('nav.main')}>
      <span className="rail-logo"><Logo size={32} /></span>
      {children}
      <span className="rail-space" />
      {own}
      {onHelp && (
        <Tooltip title={`${t('nav.help')} (?)`} placement="right" disableInteractive>
          <button type="button" className="rail-item rail-help" aria-label={t('nav.help')} onClick={onHelp}><HelpIcon /><span className="rail-text" aria-hidden="true">{t('help.title')}</span></button>
        </Tooltip>
      )}
      <Tooltip title={t('nav.settings')} placement="right" disableInteractive>
        <button type="button" className="rail-item" ref={anchor} aria-label={t('nav.settings')} aria-haspopup="dialog" aria-expanded={open} onClick={() => { setUsed(true); setOpen(true) }}><GearIcon /><span className="rail-text" aria-hidden="true">{t('nav.settings')}</span></button>
      </Tooltip>
      {used && <Suspense><OwnSettings open={open} anchor={anchor.current} session={session} user={user} me={me} onClose={() => setOpen(false)} /></Suspense>}
    </nav>
  )
}
