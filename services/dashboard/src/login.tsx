import { useEffect, useRef, useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem, type Session } from '../client'
import { errorText, setLanguage } from './i18n'
import { EyeIcon, Logo } from './icons'
import './login.css'
import { prefs } from './prefs'

/** Why the page asks to sign in, if there is something to say about it. */
function noteFor(reason: string): 'login.ended' | 'login.revoked' | 'login.suspended' | 'login.unsent' | undefined {
  if (reason === 'refresh_missing' || reason === 'logout' || reason === '') return undefined
  if (reason === 'logout_unsent') return 'login.unsent'
  if (reason === 'company_suspended') return 'login.suspended'
  if (reason === 'refresh_revoked' || reason === 'token_revoked' || reason === 'refresh_reused') return 'login.revoked'
  return 'login.ended'
}

export function Login({ session, reason, prefetch }: { session: Session; reason: string; prefetch: () => void }) {
  const { t } = useTranslation()
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  const [shown, setShown] = useState(false)
  // A company is asked for when the link names one, or when the server wants to know.
  const [company, setCompany] = useState(() => new URLSearchParams(location.search).get('company') ?? undefined)
  const [needed, setNeeded] = useState(false)
  const first = useRef<HTMLInputElement>(null)
  const secret = useRef<HTMLInputElement>(null)

  useEffect(() => first.current?.focus(), [])
  useEffect(() => {
    document.title = `${t('login.title')} · ${t('app.name')}`
  }, [t])

  async function submit(e: FormEvent<HTMLFormElement>) {
    e.preventDefault()
    const form = new FormData(e.currentTarget)
    setBusy(true)
    setError('')
    try {
      await session.login({ company: company ?? '', login: String(form.get('login')), password: String(form.get('password')) })
    } catch (err) {
      setBusy(false)
      if (err instanceof Problem && err.code === 'company_required') {
        setNeeded(true)
        setCompany((c) => c ?? '')
      }
      const wait = err instanceof Problem && err.code === 'login_throttled' && err.retryAfter ? ` ${t('login.wait', { seconds: err.retryAfter })}` : ''
      setError(errorText(err) + wait)
      secret.current?.select()
    }
  }

  const note = noteFor(reason)
  return (
    <main className="login">
      <form onSubmit={(e) => void submit(e)} onFocus={prefetch}>
        <header>
          <Logo size={44} />
          <div>
            <h1>{t('app.name')}</h1>
            <p>{t('app.tagline')}</p>
          </div>
        </header>
        {note && !error && <p className="note" role="status">{t(note)}</p>}
        {error && <p className="error" role="alert">{error}</p>}
        {company !== undefined && (
          <div className="field">
            <label htmlFor="company">{t('login.company')}</label>
            <input id="company" name="company" autoComplete="organization" autoCapitalize="none" value={company} onChange={(e) => setCompany(e.target.value)} />
            {needed && <span className="hint">{t('login.companyHint')}</span>}
          </div>
        )}
        <div className="field">
          <label htmlFor="login">{t('login.login')}</label>
          <input id="login" name="login" ref={first} required autoComplete="username" autoCapitalize="none" spellCheck={false} />
        </div>
        <div className="field">
          <label htmlFor="password">{t('login.password')}</label>
          <div className="with">
            <input id="password" name="password" ref={secret} required type={shown ? 'text' : 'password'} autoComplete="current-password" />
            <button type="button" onClick={() => setShown(!shown)} aria-pressed={shown} aria-label={shown ? t('login.hide') : t('login.show')}>
              <EyeIcon />
            </button>
          </div>
        </div>
        <button className="btn main" disabled={busy}>{busy ? t('login.busy') : t('login.submit')}</button>
        <footer>
          {company === undefined ? <button type="button" className="link" onClick={() => setCompany('')}>{t('login.company')}</button> : <span />}
          <button type="button" className="link" lang={prefs.language === 'es' ? 'en' : 'es'} onClick={() => setLanguage(prefs.language === 'es' ? 'en' : 'es')}>
            {prefs.language === 'es' ? t('settings.english') : t('settings.spanish')}
          </button>
        </footer>
      </form>
    </main>
  )
}
