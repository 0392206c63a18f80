import { Button } from '@mui/material'
import { useTranslation } from 'react-i18next'
import '../../i18n/chat'
import './talk.css'
import { newKey, useAction } from '../common/office'
import { useAddress } from '../data/address'
import * as http from './http'
import { SendIcon } from './icons'
import { otherOf, sayChat, useChat, useList } from './use-chat'

type Of = { user: string } | { visit: string }

/** Opens the conversation with a person, or that of a visit; it begins when there is none. `onOpen` shows it where the viewer is. */
export default function TalkButton({ of, onOpen }: { of: Of; onOpen?: (id: string) => void }) {
  const { t } = useTranslation()
  const chat = useChat()
  const { go } = useAddress()
  const { list } = useList()
  const act = useAction()
  const c = list.find((x) => ('user' in of ? x.kind === 'private' && otherOf(x, chat.me) === of.user : x.kind === 'visit' && x.visit_id === of.visit))
  if ('user' in of && of.user === chat.me) return null
  const open = onOpen ?? ((id: string) => go(`/chat/${encodeURIComponent(id)}`))
  const label = 'user' in of ? t('chat.message') : t('chat.visitTalk')
  const begin = () => {
    if (c) return open(c.id)
    void act.run(async () => {
      const made = await http.begin(chat.d.session, 'user' in of ? { kind: 'private', user_ids: [of.user] } : { kind: 'visit', visit_id: of.visit }, newKey())
      chat.list.take(made)
      open(made.id)
    })
  }
  return (
    <>
      <Button variant="outlined" className="chat-talk" startIcon={<SendIcon size={16} />} disabled={act.busy} aria-label={c && c.unread > 0 ? `${label}, ${t('chat.unread', { count: c.unread })}` : label} onClick={begin}>
        {label}{c && c.unread > 0 && <b className="chat-count" aria-hidden="true">{c.unread > 99 ? '99+' : c.unread}</b>}
      </Button>
      {act.error !== undefined && <span className="bad" role="alert">{sayChat(act.error)}</span>}
    </>
  )
}
