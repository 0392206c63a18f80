import i18next from 'i18next'

/** How old something is, in a few characters: "2 min". */
export function age(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  if (s < 5) return i18next.t('age.now')
  if (s < 60) return i18next.t('age.seconds', { n: s })
  if (s < 3600) return i18next.t('age.minutes', { n: Math.floor(s / 60) })
  if (s < 48 * 3600) return i18next.t('age.hours', { n: Math.floor(s / 3600) })
  return i18next.t('age.days', { n: Math.floor(s / 86400) })
}

/** "2 min ago", as a sentence has it. */
export function ago(ms: number): string {
  return ms < 5000 ? i18next.t('age.now') : i18next.t('age.ago', { age: age(ms) })
}

const formats = new Map<string, Intl.DateTimeFormat>()

function format(zone: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = i18next.language + zone + JSON.stringify(options)
  let f = formats.get(key)
  if (!f) formats.set(key, (f = new Intl.DateTimeFormat(i18next.language, { ...options, ...(zone !== undefined && { timeZone: zone }) })))
  return f
}

export const clockTime = (ms: number, zone?: string) => format(zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(ms)
export const clockSeconds = (ms: number, zone?: string) => format(zone, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(ms)
export const longDate = (ms: number, zone?: string) => format(zone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(ms)
export const dateTime = (ms: number, zone?: string) => format(zone, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(ms)

/** 640 m, 2.3 km. */
export function distance(m: number): string {
  const far = m >= 1000
  return new Intl.NumberFormat(i18next.language, { style: 'unit', unit: far ? 'kilometer' : 'meter', maximumFractionDigits: far ? 1 : 0 }).format(far ? m / 1000 : Math.round(m))
}

export const percent = (share: number) => new Intl.NumberFormat(i18next.language, { style: 'percent' }).format(share)
export const whole = (n: number) => new Intl.NumberFormat(i18next.language, { maximumFractionDigits: 0 }).format(n)

/** For searches: no accents, no capitals. */
export const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
