import i18next from 'i18next'
import type { Window } from './model'

export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export const maxWindows = 21

/** "lu-vi 08:00–18:00" */
export function windowText(w: Window): string {
  const chosen = days.map((d) => w.days.includes(d))
  const parts: string[] = []
  for (let i = 0; i < 7; i++) {
    if (!chosen[i]) continue
    let j = i
    while (j + 1 < 7 && chosen[j + 1]) j++
    const name = (k: number) => i18next.t(`zones.days.${days[k]!}`)
    parts.push(j === i ? name(i) : j === i + 1 ? `${name(i)}, ${name(j)}` : `${name(i)}–${name(j)}`)
    i = j
  }
  return `${w.days.length === 7 ? i18next.t('zones.every') : parts.join(', ')} ${w.from}–${w.to}`
}
