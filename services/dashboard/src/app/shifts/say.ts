import i18next from 'i18next'
import { sentence } from '../common/problem'

/** What a person reads about a refusal of something about shifts. */
export function shiftWords(code: string, detail: string, field?: string): string {
  const key = `shifts.wrong.${code}`
  return i18next.exists(key) ? i18next.t(key as 'shifts.title') : sentence(code, detail, field)
}
