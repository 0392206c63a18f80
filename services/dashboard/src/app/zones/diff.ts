import type { Zone } from '../data/data'

const members = ['name', 'radius_m', 'width_m', 'exit_buffer_m', 'confirm_fixes', 'confirm_s', 'schedule', 'users', 'teams'] as const
export type Member = (typeof members)[number] | 'geometry'

export interface Difference {
  readonly member: Member
  readonly before: unknown
  readonly after: unknown
}

/** What somebody else changed in a zone. */
export function differences(before: Zone, after: Zone): Difference[] {
  const list: Difference[] = []
  const compare = (member: Member, a: unknown, b: unknown) => {
    if (JSON.stringify(a) !== JSON.stringify(b)) list.push({ member, before: a, after: b })
  }
  compare('geometry', before.geometry, after.geometry)
  for (const m of members) compare(m, before.properties[m], after.properties[m])
  return list
}
