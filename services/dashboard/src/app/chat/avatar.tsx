import { initials } from '../data/people'
import { MegaphoneIcon, PeopleIcon, VisitIcon } from './icons'
import type { Kind } from './model'

/** What stands before a conversation or a person: letters of a person, else a sign of the kind. */
export function Avatar({ kind, name, size = 38 }: { kind: Kind; name: string; size?: number }) {
  return (
    <span className={`chat-avatar ${kind}`} aria-hidden="true" style={{ width: size, height: size, fontSize: size * 0.36 }}>
      {kind === 'private' ? initials(name) : kind === 'visit' ? <VisitIcon size={size * 0.5} /> : kind === 'broadcast' ? <MegaphoneIcon size={size * 0.5} /> : <PeopleIcon size={size * 0.5} />}
    </span>
  )
}
