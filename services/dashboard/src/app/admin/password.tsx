import { Button } from '@mui/material'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Input } from '../common/parts'
import { CheckIcon } from '../../icons'

/** Letters and digits that nobody takes for another when reading them out. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'

/** A password of three groups, such as k7fm-2xwq-9hdp: 59 bits by chance, and easily told on the phone. */
export function newPassword(): string {
  let text = ''
  while (text.length < 12) {
    // 248 is a multiple of the 31 characters, so that each is equally likely.
    for (const byte of crypto.getRandomValues(new Uint8Array(24))) if (byte < 248 && text.length < 12) text += alphabet[byte % alphabet.length]
  }
  return text.replace(/(.{4})(?=.)/g, '$1-')
}

/** A secret that is shown once. */
export function Secret({ text, focus = false }: { text: string; focus?: boolean }) {
  const { t } = useTranslation()
  const [copied, setCopied] = useState(false)
  return (
    <div className="secret">
      <code>{text}</code>
      <Button variant="outlined" autoFocus={focus} startIcon={copied ? <CheckIcon size={16} /> : undefined} onClick={() => void navigator.clipboard?.writeText(text).then(() => setCopied(true))}>{copied ? t('admin.copied') : t('admin.copy')}</Button>
      <span className="sr" role="status">{copied ? t('admin.copied') : ''}</span>
    </div>
  )
}

export type PasswordWay = 'generate' | 'type' | 'none'

/** How somebody gets a password: made by the page, typed, or, for a new person, none yet. */
export function PasswordChoice({ way, typed, none, error, onWay, onTyped }: { way: PasswordWay; typed: string; none?: boolean; error?: string | undefined; onWay: (way: PasswordWay) => void; onTyped: (text: string) => void }) {
  const { t } = useTranslation()
  return (
    <fieldset className="ways">
      <legend>{t('login.password')}</legend>
      {(['generate', 'type', ...(none ? (['none'] as const) : [])] as const).map((w) => (
        <label key={w}><input type="radio" name="way" checked={way === w} onChange={() => onWay(w)} /> {t(`admin.password.${w}`)}</label>
      ))}
      {way === 'type' && <Input label={t('admin.password.typed')} value={typed} onChange={onTyped} error={error} hint={t('admin.password.hint')} focus />}
      {way !== 'type' && error && <span className="bad">{error}</span>}
    </fieldset>
  )
}

/** A password as it was chosen. What the page makes stays the same while a dialog is open, so that a repeated request sets the one that is shown. */
export function usePassword() {
  const [made] = useState(newPassword)
  const [way, setWay] = useState<PasswordWay>('generate')
  const [typed, setTyped] = useState('')
  return { way, typed, password: way === 'generate' ? made : way === 'type' ? typed : '', choice: { way, typed, onWay: setWay, onTyped: setTyped } }
}
