import { Popover, Tooltip } from '@mui/material'
import { useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { setLanguage } from '../../i18n'
import { BellIcon, GearIcon, HelpIcon, Logo, MapIcon, ZoneIcon } from '../../icons'
import { keepPrefs, prefs, type Theme } from '../../prefs'
import { useAddress } from '../data/address'
import { useAlerts, useData } from '../data/data'
import { useMe } from '../data/hooks'

export function Rail({ onHelp }: { onHelp: () => void }) {
  const { t } = useTranslation()
  const { path, go } = useAddress()
  const { fresh } = useAlerts()
  const [open, setOpen] = useState(false)
  const anchor = useRef<HTMLButtonElement>(null)
  const item = (to: string, label: string, icon: ReactNode, badge = 0) => (
    <Tooltip title={label} placement="right">
      <a
        href={to}
        className="rail-item"
        aria-current={path === to ? 'page' : undefined}
        aria-label={badge ? `${label}: ${t('alerts.unread', { count: badge })}` : label}
        onClick={(e) => {
          if (e.metaKey || e.ctrlKey || e.shiftKey) return
          e.preventDefault()
          go(to)
        }}
      >
        {icon}
        <span className="rail-text" aria-hidden="true">{label}</span>
        {badge > 0 && <span className="badge" aria-hidden="true" data-count={badge > 99 ? '99+' : badge} />}
      </a>
    </Tooltip>
  )
  return (
    <nav className="rail" aria-label={t('nav.main')}>
      <span className="rail-logo"><Logo size={32} /></span>
      {item('/', t('nav.map'), <MapIcon />)}
      {item('/alerts', t('nav.alerts'), <BellIcon />, fresh)}
      {item('/zones', t('nav.zones'), <ZoneIcon />)}
      <span className="rail-space" />
      <Tooltip title={`${t('nav.help')} (?)`} placement="right">
        <button type="button" className="rail-item" aria-label={t('nav.help')} onClick={onHelp}><HelpIcon /><span className="rail-text" aria-hidden="true">{t('help.title')}</span></button>
      </Tooltip>
      <Tooltip title={t('nav.settings')} placement="right">
        <button type="button" className="rail-item" ref={anchor} aria-label={t('nav.settings')} aria-haspopup="dialog" aria-expanded={open} onClick={() => setOpen(true)}><GearIcon /><span className="rail-text" aria-hidden="true">{t('nav.settings')}</span></button>
      </Tooltip>
      <Popover open={open} anchorEl={anchor.current} onClose={() => setOpen(false)} anchorOrigin={{ vertical: 'top', horizontal: 'right' }} transformOrigin={{ vertical: 'bottom', horizontal: 'left' }}>
        <Settings />
      </Popover>
    </nav>
  )
}

function Settings() {
  const { t } = useTranslation()
  const d = useData()
  const me = useMe().data
  const [, redraw] = useState(0)
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
      <div className="setting">
        <button type="button" className="btn" onClick={() => void d.session.logout().catch(() => undefined)}>{t('settings.logout')}</button>
        <button
          type="button" className="link"
          onClick={() => void d.session.request('post', '/v1/users/{id}/revoke', { path: { id: d.who.user } }).then(() => d.session.logout()).catch(() => undefined)}
        >
          {t('settings.logoutEverywhere')}
        </button>
      </div>
    </div>
  )
}
