import i18next from 'i18next'
import type { Session } from '../../client'
import { setLanguage } from '../i18n'
import { prefs } from '../prefs'

function el<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Record<string, string> = {}, ...children: (Node | string)[]): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag)
  for (const [k, v] of Object.entries(attributes)) node.setAttribute(k, v)
  node.append(...children)
  return node
}

/** What stands above the operations: what this is, and whose token a request takes. */
export function head(session: Session): HTMLElement[] {
  const t = i18next.t.bind(i18next)
  document.title = `${t('docs.title')} · ${t('app.name')}`
  const other = prefs.language === 'es' ? 'en' : 'es'
  const language = el('button', { type: 'button', class: 'btn', lang: other }, other === 'en' ? t('settings.english') : t('settings.spanish'))
  language.addEventListener('click', () => {
    setLanguage(other)
    location.reload()
  })
  return [
    el('div', { class: 'bar' }, el('img', { src: '/favicon.svg', alt: '', width: '32', height: '32' }), el('h1', {}, t('docs.title')), el('nav', {}, el('a', { href: '/' }, t('docs.home')), el('a', { href: '/openapi.json' }, t('docs.description')), language)),
    el('p', {}, t('docs.about')),
    el('p', { role: 'status', class: 'who' }, ...who(session)),
    el('h2', { class: 'sr' }, t('docs.operations')),
  ]
}

function who(session: Session): (Node | string)[] {
  const s = session.state
  if (s.state === 'in') return [i18next.t('docs.in', { user: s.who.user })]
  if (s.state === 'unknown') return []
  const [before, after] = i18next.t('docs.out', { enter: '|' }).split('|') as [string, string]
  return [before, el('a', { href: '/' }, i18next.t('docs.enter')), after]
}
