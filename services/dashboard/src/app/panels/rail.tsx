import { Popover, Tooltip } from '@mui/material'
import { memo, useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Session } from '../../../client'
import { errorText, setLanguage } from '../../i18n'
import { AgendaIcon, BellIcon, ReportIcon, ClockIcon, GearIcon, HelpIcon, InboxIcon, Logo, MapIcon, PlaceIcon, ShiftIcon, TeamIcon, ZoneIcon } from '../../icons'
import { keepPrefs, prefs, type Theme } from '../../prefs'
import { useAddress } from '../data/address'
import { useAlerts, useData, type Me } from '../data/data'
import { useMe } from '../data/hooks'
import { useUnread } from '../notices/use-unread'

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
  return (
    <RailFrame session={session} user={who.user} me={me} onHelp={onHelp} own={<RailLink to="/notifications" under="/notifications" label={t('nav.notices')} icon={<InboxIcon />} badge={unread} said={t('nav.noticesUnread', { count: unread })} quiet />}>
      <RailLink to="/" label={t('nav.map')} icon={<MapIcon />} />
      <RailLink to="/alerts" label={t('nav.alerts')} icon={<BellIcon />} badge={fresh} />
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
  const anchor = useRef<HTMLButtonElement>(null)
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
        <button type="button" className="rail-item" ref={anchor} aria-label={t('nav.settings')} aria-haspopup="dialog" aria-expanded={open} onClick={() => setOpen(true)}><GearIcon /><span className="rail-text" aria-hidden="true">{t('nav.settings')}</span></button>
      </Tooltip>
      <Popover open={open} slotProps={{ paper: { role: 'dialog', 'aria-label': t('nav.settings') } }} anchorEl={anchor.current} onClose={() => setOpen(false)} anchorOrigin={{ vertical: 'top', horizontal: 'right' }} transformOrigin={{ vertical: 'bottom', horizontal: 'left' }}>
        <Settings session={session} user={user} me={me} onGo={() => setOpen(false)} />
      </Popover>
    </nav>
  )
}

function Settings({ session, user, me, onGo }: { session: Session; user: string; me: Me | undefined; onGo: () => void }) {
  const { t } = useTranslation()
  const { go } = useAddress()
  const [, redraw] = useState(0)
  const [failed, setFailed] = useState('')
  const pick = <T extends string>(label: string, value: T, options: readonly (readonly [T, string])[], set: (v: T) => void) => (
    <div className="setting" role="group" aria-label={label}>
      <span>{label}</span>
      <div className="choice">
        {options.map(([v, text]) => (
          <button type="button" key={v} aria-pressed={v === value} onClick={() => { set(v); keepPrefs(); redraw((n) => n + 1) }}>{text}</button>
        ))}
      </div>
    </div>
  )
  return (
    <div className="settings">
      {me && <p><b>{me.name}</b><br /><span className="dim">{t(`role.${me.role}`)}{me.company && ` · ${me.company.name}`}</span></p>}
      {pick<Theme>(t('settings.theme'), prefs.theme, [['system', t('settings.system')], ['light', t('settings.light')], ['dark', t('settings.dark')]], (v) => (prefs.theme = v))}
      {pick(t('settings.language'), prefs.language, [['es', t('settings.spanish')], ['en', t('settings.english')]], setLanguage)}
      {pick(t('settings.sound'), prefs.sound ? 'on' : 'off', [['on', t('settings.on')], ['off', t('settings.off')]], (v) => (prefs.sound = v === 'on'))}
      {me?.company && <div className="setting"><a href="/notifications/preferences" className="link" onClick={(e) => { if (e.metaKey || e.ctrlKey || e.shiftKey) return; e.preventDefault(); onGo(); go('/notifications/preferences') }}>{t('nav.noticesChoose')}</a></div>}
      <div className="setting">
        <button type="button" className="btn" onClick={() => void session.logout().catch(() => undefined)}>{t('settings.logout')}</button>
        <button
          type="button" className="link"
          onClick={() => void session.request('post', '/v1/users/{id}/revoke', { path: { id: user } }).then(() => void session.logout().catch(() => undefined), (e: unknown) => setFailed(errorText(e)))}
        >
          {t('settings.logoutEverywhere')}
        </button>
        {failed && <p className="error" role="alert">{t('settings.notEverywhere')} {failed}</p>}
      </div>
    </div>
  )
}
