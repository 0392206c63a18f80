import type { components } from '../../../client'
import { addDays, dateOf } from '../day/dates'
import type { Span } from './model'
import { instantOf, weekday } from './times'

export type PlanWindow = components['schemas']['PlanWindow']
export type ShiftPlan = components['schemas']['ShiftPlan']
/** What matters of a plan for when somebody works. */
export type Plan = Pick<ShiftPlan, 'scope' | 'id' | 'exists' | 'zone' | 'on_holidays' | 'windows'>

/** Which plans hold for somebody: their own, else those of all their teams, else the company's. */
export function plansFor(p: { id: string; teams: readonly string[] }, plans: readonly Plan[]): readonly Plan[] {
  const there = plans.filter((x) => x.exists)
  const own = there.filter((x) => x.scope === 'user' && x.id === p.id)
  if (own.length > 0) return own
  const teams = there.filter((x) => x.scope === 'team' && p.teams.includes(x.id))
  return teams.length > 0 ? teams : there.filter((x) => x.scope === 'company')
}

/** When plans say that work is, in the days around an instant, in order. What overlaps is one. */
export function spansAround(plans: readonly Plan[], holidays: ReadonlySet<string>, time: number, zone: string): Span[] {
  const all: Span[] = []
  for (const p of plans) {
    const in_ = p.zone || zone
    const today = dateOf(time, in_)
    for (const date of [addDays(today, -1), today]) {
      if (!p.on_holidays && holidays.has(date)) continue
      for (const w of p.windows ?? []) {
        if (w.day !== weekday(date)) continue
        all.push({ from: instantOf(`${date}T${w.from}`, in_), until: instantOf(`${w.to > w.from ? date : addDays(date, 1)}T${w.to}`, in_) })
      }
    }
  }
  all.sort((a, b) => a.from - b.from)
  const joined: Span[] = []
  for (const s of all) {
    const last = joined.at(-1)
    if (last && s.from <= last.until) joined[joined.length - 1] = { from: last.from, until: Math.max(last.until, s.until) }
    else joined.push(s)
  }
  return joined
}

/** Finds when people are planned to work. People with the same plans share the answer. */
export function planner(plans: readonly Plan[], holidays: ReadonlySet<string>, time: number, zone: string): (p: { id: string; teams: readonly string[] }) => readonly Span[] {
  const known = new Map<string, Span[]>()
  return (p) => {
    const list = plansFor(p, plans)
    const key = list.map((x) => `${x.scope}/${x.id}`).join()
    let spans = known.get(key)
    if (!spans) known.set(key, (spans = spansAround(list, holidays, time, zone)))
    return spans
  }
}

const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
/** How long a window is, in minutes. One that ends when it begins lasts a day. */
export const lengthOf = (w: Pick<PlanWindow, 'from' | 'to'>) => (minutes(w.to) - minutes(w.from) + 1440 - 1) % 1440 + 1
export const weekLength = (windows: readonly PlanWindow[]) => windows.reduce((sum, w) => sum + lengthOf(w), 0)

/** Puts what is planned on a day on other days as well, in place of what was there. */
export function copyDay(windows: readonly PlanWindow[], from: number, to: readonly number[]): PlanWindow[] {
  const day = windows.filter((w) => w.day === from)
  return inOrder([...windows.filter((w) => w.day === from || !to.includes(w.day)), ...to.filter((d) => d !== from).flatMap((d) => day.map((w) => ({ ...w, day: d })))])
}

export const inOrder = (windows: readonly PlanWindow[]) => [...windows].sort((a, b) => a.day - b.day || (a.from < b.from ? -1 : 1))

/** Windows that overlap another one, by their index; also over midnight and from Sunday to Monday. */
export function overlapping(windows: readonly PlanWindow[]): ReadonlySet<number> {
  const found = new Set<number>()
  const week = 7 * 1440
  const start = (w: PlanWindow) => (w.day - 1) * 1440 + minutes(w.from)
  windows.forEach((a, i) => windows.forEach((b, j) => {
    if (i >= j) return
    const [x, y] = [start(a), start(b)]
    if ((y - x + week) % week < lengthOf(a) || (x - y + week) % week < lengthOf(b)) found.add(i).add(j)
  }))
  return found
}

/** Windows in words of a table: runs of days with the same times, such as "lu–vi 08:00–17:00". */
export function summary(windows: readonly PlanWindow[], dayName: (day: number) => string): string {
  const times = (d: number) => inOrder(windows.filter((w) => w.day === d)).map((w) => `${w.from}–${w.to}`).join(' ')
  const parts: string[] = []
  for (let d = 1; d <= 7; d++) {
    const here = times(d)
    if (here === '') continue
    let end = d
    while (end < 7 && times(end + 1) === here) end++
    parts.push(`${dayName(d)}${end > d ? `–${dayName(end)}` : ''} ${here}`)
    d = end
  }
  return parts.join(' · ')
}
