import i18next from 'i18next'
import { Problem } from '../../../client'
import { errorText } from '../../i18n'

/** What a person reads about a code: the page's own words when it has some, else the server's sentence. */
export function sentence(code: string, detail: string, field?: string): string {
  for (const key of [`admin.wrong.${code}`, ...(code === 'validation_failed' && field ? [`admin.wrong.fields.${field}`] : [])]) {
    if (i18next.exists(key) && typeof i18next.t(key as 'admin.save') === 'string') return i18next.t(key as 'admin.save')
  }
  return detail
}

/** What a person reads about a refusal. */
export function say(e: unknown, words: (code: string, detail: string) => string = sentence): string {
  if (!(e instanceof Problem)) return errorText(e)
  if (i18next.exists(`problem.${e.code}`)) return errorText(e)
  return words(e.code, e.detail) || errorText(e)
}

/** What is wrong with each field of a form. Names are those of the body, such as email or admin.email. */
export function fieldErrors(e: unknown, words: (code: string, detail: string, field?: string) => string = sentence): Record<string, string> {
  const found: Record<string, string> = {}
  if (!(e instanceof Problem)) return found
  for (const { location, message } of e.errors ?? []) {
    const field = /^body\.([\w.]+)/.exec(location ?? '')?.[1]
    if (field) found[field] ??= words(e.code, message, field.split('.').at(-1))
  }
  return found
}
