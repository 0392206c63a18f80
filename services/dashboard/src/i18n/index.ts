import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { Offline, Problem } from '../../client'
import { keepPrefs, prefs } from '../prefs'
import { en } from './en'
import { es } from './es'

/** Texts write a number as 1,000. Each language shows it as its readers write it. */
function withNumbers<T>(texts: T, language: string): T {
  if (typeof texts === 'string') return texts.replace(/\b\d{1,3}(,\d{3})+\b/g, (n) => new Intl.NumberFormat(language).format(Number(n.replaceAll(',', '')))) as T
  return Object.fromEntries(Object.entries(texts as object).map(([key, text]) => [key, withNumbers<unknown>(text, language)])) as T
}

void i18next.use(initReactI18next).init({
  resources: { es: { translation: withNumbers(es, 'es') }, en: { translation: withNumbers(en, 'en') } },
  lng: prefs.language,
  fallbackLng: 'es',
  interpolation: { escapeValue: false },
  initAsync: false,
  showSupportNotice: false,
} as Parameters<typeof i18next.init>[0])
document.documentElement.lang = prefs.language

/** Adds the texts of a part of the page. They come with its code: whoever does not open it does not load them. */
export function addTexts(es: object, en: object): void {
  i18next.addResourceBundle('es', 'translation', withNumbers(es, 'es'), true, true)
  i18next.addResourceBundle('en', 'translation', withNumbers(en, 'en'), true, true)
}

export function setLanguage(language: 'es' | 'en'): void {
  prefs.language = language
  document.documentElement.lang = language
  void i18next.changeLanguage(language)
  keepPrefs()
}

/** What a person reads about an error. */
export function errorText(e: unknown): string {
  if (e instanceof Offline) return i18next.t('problem.offline')
  if (e instanceof Problem) {
    const key = `problem.${e.code}`
    return i18next.exists(key) ? i18next.t(key as 'problem.generic') : `${i18next.t('problem.generic')} (${e.code})`
  }
  return i18next.t('problem.generic')
}
