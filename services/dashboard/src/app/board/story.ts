import type { Activity, Entry } from './visit'

/** The steps of a worker's way. */
const walked = new Set(['accept', 'set_out', 'check_in', 'check_out', 'fail'])

/** What somebody may object to: the office did a step of the worker or corrected one, or the end of the day closed the visit. */
const decided = (e: Entry): boolean => (e.rule === '' || e.rule === 'corrected') && (e.kind === 'correct' || e.kind === 'close' || (e.office && walked.has(e.kind)))

/** The objections to each entry, by its key: each is to the last thing that the office or the close had done by then. */
export function objectionsOf(entries: readonly Entry[]): ReadonlyMap<string, readonly Entry[]> {
  const found = new Map<string, Entry[]>()
  for (const e of entries) {
    if (e.kind !== 'object') continue
    const received = Date.parse(e.received_at)
    const to = entries.filter((x) => decided(x) && Date.parse(x.received_at) <= received).reduce<Entry | undefined>((a, b) => (a && Date.parse(a.received_at) > Date.parse(b.received_at) ? a : b), undefined)
    if (to) found.set(to.key, [...(found.get(to.key) ?? []), e])
  }
  return found
}

/** Whether somebody may object to what was made of a visit. */
export const mayObject = (v: Activity, user: string): boolean => v.user_id === user && !v.objected && (v.corrected || v.reason === 'cierre')

export type PhotoEntry = Entry & { photo: NonNullable<Entry['photo']> }

/** The photos of a visit as its log names them, the oldest first. */
export const photosOf = (entries: readonly Entry[]): PhotoEntry[] => entries.filter((e): e is PhotoEntry => e.photo !== undefined)
