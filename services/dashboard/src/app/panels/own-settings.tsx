import { Popover } from '@mui/material'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Session } from '../../../client'
import { errorText, setLanguage } from '../../i18n'
import '../../i18n/chat'
import { keepPrefs, prefs, type Theme } from '../../prefs'
import { unsent } from '../chat/badge'
import { Question } from '../common/parts'
import { useAddress } from '../data/address'
import type { Me } from '../data/data'

interface Props {
  open: boolean
  /** The button that opens it. */
  anchor: HTMLElement | null
  session: Session
  user: string
  me: Me | undefined
  onClose: () => void
}

/** What the viewer chose for this browser, and the way out. */
export default function OwnSettings({ open, anchor, session, user, me, onClose }: Props) {
  const { t } = useTranslation()
  return (
    <Popover open={open} slotProps={{ paper: { role: 'dialog', 'aria-label': t('nav.settings') } }} anchorEl={anchor} onClose={onClose} anchorOrigin={{ vertical: 'top', horizontal: 'right' }} transformOrigin={{ vertical: 'bottom', horizontal: 'left' }}>
      <Settings session={session} user={user} me={me} onGo={onClose} />
    </Popover>
  )
}

function Settings({ session, user, me, onGo }: { session: Session; user: string; me: Me | undefined; onGo: () => void }) {
  const { t } = useTranslation()
  const { go } = useAddress()
  const [, redraw] = useState(0)
  const [failed, setFailed] = useState('')
  const [asking, setAsking] = useState<() => void>()
  const out = () => void session.logout().catch(() => undefined)
  const outEverywhere = () => void session.request('post', '/v1/users/{id}/revoke', { path: { id: user } }).then(out, (e: unknown) => setFailed(errorText(e)))
  /** Signing out forgets what is not sent yet. */
  const ask = (f: () => void) => (unsent.count > 0 ? setAsking(() => f) : f())
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
        <button type="button" className="btn" onClick={() => ask(out)}>{t('settings.logout')}</button>
        <button type="button" className="link" onClick={() => ask(outEverywhere)}>{t('settings.logoutEverywhere')}</button>
        {failed && <p className="error" role="alert">{t('settings.notEverywhere')} {failed}</p>}
        {asking && <Question title={t('chat.outTitle', { count: unsent.count })} text={t('chat.outText')} yes={t('chat.outYes')} danger busy={false} error="" onNo={() => setAsking(undefined)} onYes={() => { setAsking(undefined); asking() }} />}
      </div>
    </div>
  )
}
