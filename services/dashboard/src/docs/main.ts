import i18next from 'i18next'
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js'
import 'swagger-ui-dist/swagger-ui.css'
import { channel, locks, Session } from '../../client'
import '../i18n/docs'
import { onPrefs, prefs, showTheme } from '../prefs'
import '../tokens.css'
import { withRoles, type Description } from './describe'
import './docs.css'
import { head } from './head'
import { parts } from './parts'

const themed = () => {
  showTheme()
  document.documentElement.classList.toggle('dark-mode', prefs.mode === 'dark')
}
themed()
onPrefs(themed)

const session = new Session({ channel: channel('terreno-session'), locks: locks() })
const draw = () => document.getElementById('head')!.replaceChildren(...head(session))
draw()
session.onChange(draw)
// A request waits for it: it takes the token of whoever signed in to the page in this browser.
const restored = session.restore().catch(() => undefined)

const place = document.getElementById('api')!
try {
  const answer = await fetch('/openapi.json')
  if (!answer.ok) throw new Error(`${answer.status}`)
  SwaggerUI({
    spec: withRoles((await answer.json()) as Description, i18next.t),
    domNode: place,
    plugins: [parts],
    deepLinking: true,
    filter: true,
    // One opens the part that one looks for. Above some 130 open lines the library draws only those in view, and a browser's search finds no others.
    docExpansion: 'none',
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    validatorUrl: null,
    // The command that is shown for copying has the token that was typed, and not the session's.
    showMutatedRequest: false,
    requestInterceptor: async (r) => {
      await restored
      if (session.state.state === 'in' && !r.headers['Authorization'] && new URL(r.url, location.href).origin === location.origin) r.headers['Authorization'] = `Bearer ${await session.token()}`
      return r
    },
    onComplete: () => place.setAttribute('data-ready', 'true'),
  })
} catch {
  place.setAttribute('role', 'alert')
  place.textContent = i18next.t('docs.failed')
}
