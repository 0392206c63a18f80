import i18next from 'i18next'

const units = [['seconds', 60, 1], ['minutes', 3600, 60], ['hours', 48 * 3600, 3600], ['days', Infinity, 86400]] as const
// Each is looked up once for a language: many rows tell their age every second.
const ages = new Map<string, string>()

/** How old something is, in a few characters: "2 min". */
export function age(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  if (s < 5) return i18next.t('age.now')
  const [unit, , seconds] = units.find(([, end]) => s < end)!
  const n = Math.floor(s / seconds)
  const key = `${i18next.language} ${n} ${unit}`
  let text = ages.get(key)
  if (text === undefined) ages.set(key, (text = i18next.t(`age.${unit}`, { n })))
  return text
}

/** "2 min ago", as a sentence has it. */
export function ago(ms: number): string {
  return ms < 5000 ? i18next.t('age.now') : i18next.t('age.ago', { age: age(ms) })
}

// To make a formatter takes longer than to use it a hundred times: each is made once for a language.
const formats = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat>()

function kept<F extends Intl.DateTimeFormat | Intl.NumberFormat>(name: string, make: (language: string) => F): F {
  const key = `${i18next.language} ${name}`
  let f = formats.get(key) as F | undefined
  if (!f) formats.set(key, (f = make(i18next.language)))
  return f
}

const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
const moment = (name: string, zone: string | undefined, options: Intl.DateTimeFormatOptions) =>
  kept(`${name} ${zone}`, (l) => new Intl.DateTimeFormat(l, { ...options, ...(zone !== undefined && { timeZone: zone }) }))
export const clockTime = (ms: number, zone?: string) => moment('clock', zone, time).format(ms)
export const clockSeconds = (ms: number, zone?: string) => moment('seconds', zone, { ...time, second: '2-digit' }).format(ms)
export const longDate = (ms: number, zone?: string) => moment('long', zone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(ms)
export const dateTime = (ms: number, zone?: string) => moment('date', zone, { day: 'numeric', month: 'short', ...time }).format(ms)
/** The time, with its day when that is not the day of what it follows. */
export const shortly = (after: number, ms: number, zone?: string) => (longDate(after, zone) === longDate(ms, zone) ? clockTime(ms, zone) : dateTime(ms, zone))

const metres = (l: string) => new Intl.NumberFormat(l, { style: 'unit', unit: 'meter', maximumFractionDigits: 0 })
const kilometres = (l: string) => new Intl.NumberFormat(l, { style: 'unit', unit: 'kilometer', maximumFractionDigits: 1 })
const farKilometres = (l: string) => new Intl.NumberFormat(l, { style: 'unit', unit: 'kilometer', maximumFractionDigits: 0 })
/** 640 m, 2.3 km, 9,521 km. */
export const distance = (m: number) => (m >= 1e6 ? kept('far', farKilometres).format(m / 1000) : m >= 1000 ? kept('km', kilometres).format(m / 1000) : kept('m', metres).format(m))

export const percent = (share: number) => kept('percent', (l) => new Intl.NumberFormat(l, { style: 'percent' })).format(share)
export const whole = (n: number) => kept('whole', (l) => new Intl.NumberFormat(l, { maximumFractionDigits: 0 })).format(n)

/** For searches: no accents, no capitals. */
export const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
