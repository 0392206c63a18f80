import { Button, Dialog, DialogActions, DialogContent, DialogTitle } from '@mui/material'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { dateTime } from '../data/ages'
import { useZone } from '../data/hooks'
import { Skeleton } from '../panels/people-panel'
import { Avatar } from './avatar'
import * as http from './http'
import type { Conversation, Message } from './model'
import { previewOf, sayRead, useChat, useNameOf } from './use-chat'

/** Who has read a message; without one, who read the conversation from outside. */
export function Readers({ c, m, onClose }: { c: Conversation; m?: Message; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Dialog open fullWidth maxWidth="xs" onClose={onClose} aria-labelledby="chat-readers">
      <DialogTitle id="chat-readers">{m ? t('chat.readers') : t('chat.auditors')}</DialogTitle>
      <DialogContent className="question chat-readers">
        {m && <blockquote className="chat-erased"><bdi>{previewOf(m)}</bdi></blockquote>}
        {m ? <OfMessage c={c} m={m} /> : <OfConversation c={c} />}
      </DialogContent>
      <DialogActions><Button onClick={onClose}>{t('person.close')}</Button></DialogActions>
    </Dialog>
  )
}

function OfMessage({ c, m }: { c: Conversation; m: Message }) {
  const { t } = useTranslation()
  const chat = useChat()
  const nameOf = useNameOf()
  const read = useQuery({ queryKey: ['chat-readers', c.id, m.seq], staleTime: 0, gcTime: 0, queryFn: () => http.one(chat.d.session, c.id) })
  if (read.error) return <p className="bad-box" role="alert">{sayRead(read.error)}</p>
  if (!read.data) return <Skeleton rows={3} height={40} />
  const others = (read.data.members ?? []).filter((r) => r.user_id !== chat.me)
  const has = others.filter((r) => r.read_seq >= m.seq)
  const got = others.filter((r) => r.read_seq < m.seq && r.delivered_seq >= m.seq)
  return (
    <>
      <p className="dim small">{t('chat.readersHint')}</p>
      {([['read', has], ['delivered', got]] as const).map(([what, list]) => list.length > 0 && (
        <section key={what}>
          <h3 className="dim small">{t(`chat.tick.${what}`)} · {list.length}</h3>
          <ul>{list.map((r) => <li key={r.user_id}><Avatar kind="private" name={nameOf(r.user_id)} size={26} /><bdi>{nameOf(r.user_id)}</bdi></li>)}</ul>
        </section>
      ))}
      {has.length + got.length === 0 && <p>{t('chat.readersNone')}</p>}
    </>
  )
}

function OfConversation({ c }: { c: Conversation }) {
  const { t } = useTranslation()
  const chat = useChat()
  const zone = useZone()
  const nameOf = useNameOf()
  const read = useQuery({ queryKey: ['chat-audits', c.id], staleTime: 0, gcTime: 0, queryFn: () => http.audits(chat.d.session, c.id) })
  if (read.error) return <p className="bad-box" role="alert">{sayRead(read.error)}</p>
  if (!read.data) return <Skeleton rows={3} height={40} />
  return (
    <>
      <p className="dim small">{t('chat.auditorsHint')}</p>
      {read.data.length === 0 ? <p>{t('chat.auditorsNone')}</p> : <ul>{read.data.map((a) => <li key={`${a.user_id}/${a.day}`}><Avatar kind="private" name={nameOf(a.user_id)} size={26} /><bdi>{nameOf(a.user_id)}</bdi><time className="dim small">{dateTime(Date.parse(a.last_at), zone)}</time></li>)}</ul>}
    </>
  )
}
