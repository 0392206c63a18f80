import { Component, lazy, StrictMode, Suspense, useCallback, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { useTranslation } from 'react-i18next'
import { channel, locks, Session } from '../client'
import { syncClock } from './clock'
import './i18n'
import { Login } from './login'
import { showTheme } from './prefs'
import './tokens.css'

showTheme()

const session = new Session({ channel: channel('terreno-session'), locks: locks() })
const load = () => import('./app/app')
const App = lazy(load)

function Root() {
  const state = useSyncExternalStore(
    useCallback((f: () => void) => session.onChange(f), []),
    () => session.state,
  )
  const { t } = useTranslation()
  const [offline, setOffline] = useState(false)
  const [round, setRound] = useState(0)
  useEffect(() => {
    if (session.state.state !== 'unknown') return
    let timer: ReturnType<typeof setTimeout> | undefined
    Promise.all([session.restore(), syncClock()]).catch(() => {
      setOffline(true)
      timer = setTimeout(() => setRound((n) => n + 1), 3000)
    })
    return () => clearTimeout(timer)
  }, [round])

  if (state.state === 'out') return <Login session={session} reason={state.reason} prefetch={() => void load()} />
  if (state.state === 'in') {
    return (
      <Suspense fallback={<Waiting />}>
        <App key={`${state.who.company}/${state.who.user}`} session={session} who={state.who} />
      </Suspense>
    )
  }
  if (!offline) return <Waiting />
  return (
    <main className="centre" role="alert">
      <h1>{t('boot.offline')}</h1>
      <p>{t('boot.offlineHint')}</p>
      <button className="btn" onClick={() => setRound((n) => n + 1)}>{t('boot.retry')}</button>
    </main>
  )
}

function Waiting() {
  const { t } = useTranslation()
  return (
    <main className="centre" aria-busy="true">
      <div className="spinner" />
      <span className="sr" role="status">{t('boot.loading')}</span>
    </main>
  )
}

/** Shows that the page failed, instead of nothing. */
class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }
  static getDerivedStateFromError() {
    return { failed: true }
  }
  override render() {
    return this.state.failed ? <Crashed /> : this.props.children
  }
}

function Crashed() {
  const { t } = useTranslation()
  return (
    <main className="centre" role="alert">
      <h1>{t('boot.crashed')}</h1>
      <button className="btn main" onClick={() => location.reload()}>{t('boot.reload')}</button>
    </main>
  )
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Boundary>
      <Root />
    </Boundary>
  </StrictMode>,
)
