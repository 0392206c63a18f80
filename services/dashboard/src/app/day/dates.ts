/** Days are those of the company: a date, YYYY-MM-DD, in its time zone. Instants are milliseconds since 1970. */

const parts = new Map<string, Intl.DateTimeFormat>()

function format(zone: string): Intl.DateTimeFormat {
  let f = parts.get(zone)
  if (!f) {
    f = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' })
    parts.set(zone, f)
  }
  return f
}

/** What clocks of a zone show, as if it were UTC. */
function wall(ms: number, zone: string): number {
  const p = Object.fromEntries(format(zone).formatToParts(ms).map((x) => [x.type, Number(x.value)])) as Record<string, number>
  return Date.UTC(p['year']!, p['month']! - 1, p['day']!, p['hour'], p['minute'], p['second'])
}

/** The date on which an instant is. */
export const dateOf = (ms: number, zone: string): string => new Date(wall(ms, zone)).toISOString().slice(0, 10)

/** A real date of these times, or undefined. */
export function readDate(text: string): string | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text < '2000') return undefined
  const ms = Date.parse(`${text}T00:00:00Z`)
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text ? undefined : text
}

export const addDays = (date: string, n: number): string => new Date(Date.parse(`${date}T00:00:00Z`) + n * 86_400_000).toISOString().slice(0, 10)

/** The first instant of a date. Where clocks jump over midnight, it is the instant of the jump. */
export function startOf(date: string, zone: string): number {
  const midnight = Date.parse(`${date}T00:00:00Z`)
  let before = midnight - 15 * 3_600_000
  let after = midnight + 15 * 3_600_000
  // The date of an instant never goes back by a day while time goes on, so that halving finds where it begins.
  while (after - before > 1000) {
    const middle = Math.floor((before + after) / 2000) * 1000
    if (dateOf(middle, zone) < date) before = middle
    else after = middle
  }
  return after
}

/** A day from its first instant to the first of the next: 23, 24 or 25 hours. */
export const dayOf = (date: string, zone: string): { from: number; to: number } => ({ from: startOf(date, zone), to: startOf(addDays(date, 1), zone) })

/** How far clocks of one zone are ahead of those of another at an instant. */
export const ahead = (ms: number, zone: string, other: string): number => wall(ms, zone) - wall(ms, other)
