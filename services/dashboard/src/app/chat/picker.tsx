import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { SearchIcon } from '../../icons'
import { plain } from '../data/ages'
import { useUsers } from '../data/data'
import { Avatar } from './avatar'
import * as http from './http'
import { useChat } from './use-chat'

const most = 200

/** Everybody to whom the viewer may write, by name. */
export function usePeers(): readonly http.Person[] {
  const chat = useChat()
  const users = useUsers()
  const read = useQuery({ queryKey: ['chat-people'], staleTime: 60_000, retry: false, queryFn: () => http.people(chat.d.session, {}) })
  return useMemo(() => {
    const list = read.data ?? [...users.values()].map((u) => ({ id: u.id, name: u.name, role: u.role }))
    return list.filter((p) => p.id !== chat.me).sort((a, b) => a.name.localeCompare(b.name))
  }, [read.data, users, chat])
}

/** A list of people with a search: one, or several. */
export function Picker({ chosen, several, without, onPick }: { chosen: ReadonlySet<string>; several: boolean; without?: ReadonlySet<string>; onPick: (id: string) => void }) {
  const { t } = useTranslation()
  const people = usePeers()
  const [q, setQ] = useState('')
  const found = plain(q.trim())
  const shown = people.filter((p) => !without?.has(p.id) && (found === '' || plain(p.name).includes(found)))
  return (
    <div className="chat-picker">
      <div className="search"><SearchIcon size={16} /><input type="search" value={q} autoFocus placeholder={t('chat.new.search')} aria-label={t('chat.new.search')} onChange={(e) => setQ(e.target.value)} onKeyDown={(e) => { if (e.key === 'Enter' && shown[0] && q) { e.preventDefault(); onPick(shown[0].id); if (several) setQ('') } }} /></div>
      {shown.length === 0 ? <p className="dim small">{t('chat.new.nobody')}</p> : (
        <ul>
          {shown.slice(0, most).map((p) => (
            <li key={p.id}>
              <button type="button" aria-pressed={several ? chosen.has(p.id) : undefined} onClick={() => onPick(p.id)}>
                <Avatar kind="private" name={p.name} size={30} /><span><bdi>{p.name}</bdi><span className="dim small">{t(`role.${p.role as 'admin'}`)}</span></span>{several && <input type="checkbox" tabIndex={-1} aria-hidden="true" readOnly checked={chosen.has(p.id)} />}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
