import { initials } from '../data/people'
import PresenceDot from '../panels/presence-dot'
import { MegaphoneIcon, PeopleIcon, VisitIcon } from './icons'
import type { Kind } from './model'

/** What stands before a conversation or a person: letters of a person, else a sign of the kind. user: whose connection it shows. */
export function Avatar({ kind, name, size = 38, user }: { kind: Kind; name: string; size?: number; user?: string | undefined }) {
  return (
    <span className={`chat-avatar ${kind}`} style={{ width: size, height: size, fontSize: size * 0.36 }}>
      <span aria-hidden="true">{kind === 'private' ? initials(name) : kind === 'visit' ? <VisitIcon size={size * 0.5} /> : kind === 'broadcast' ? <MegaphoneIcon size={size * 0.5} /> : <PeopleIcon size={size * 0.5} />}</span>
      {user !== undefined && <PresenceDot id={user} corner />}
    </span>
  )
}
