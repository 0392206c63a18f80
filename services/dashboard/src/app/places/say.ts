import i18next from 'i18next'
import { sentence } from '../common/problem'

/** What a person reads about a refusal of a place: the words for places first, then the page's usual ones. */
export function placeWords(code: string, detail: string, field?: string): string {
  for (const key of [`places.wrong.${code}`, ...(code === 'validation_failed' && field ? [`places.wrong.fields.${field}`] : [])]) {
    if (i18next.exists(key) && typeof i18next.t(key as 'places.save') === 'string') return i18next.t(key as 'places.save')
  }
  return sentence(code, detail, field)
}
