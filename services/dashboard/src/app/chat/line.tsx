import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { MuteIcon } from '../../icons'
import { useTick, useZone } from '../data/hooks'
import { Avatar } from './avatar'
import { TickSign } from './icons'
import { isMuted, tickOf, type Conversation } from './model'
import { lineText, otherOf, previewOf, shortTime, useChat, useNameOf, useOutbox, useTitleOf } from './use-chat'

export const rowHeight = 64

/** A conversation in a list. */
export function Line({ c }: { c: Conversation }) {
  const { t } = useTranslation()
  // Its time, and whether it is muted, change by themselves.
  useTick(30_000)
  const chat = useChat()
  const zone = useZone()
  const nameOf = useNameOf()
  const title = useTitleOf(c)
  const waits = useOutbox().filter((p) => p.conversation === c.id).at(-1)
  const draft = useSyncExternalStore(chat.drafts.subscribe, () => (chat.looking === c.id ? undefined : chat.drafts.get(c.id)))
  const last = c.last_message
  const mine = last?.sender_id === chat.me
  const muted = isMuted(c, now())
  const text = draft?.text ? undefined : waits ? waits.body.text || previewOf({ ...waits.body, seq: 0, version: 0, sender_id: chat.me, client_id: '', created_at: '' }) : last ? (last.kind === 'system' ? lineText(last, chat.me, c.kind, nameOf) : previewOf(last)) : ''
  const by = !last || last.kind === 'system' || draft?.text || waits || mine ? '' : c.kind === 'private' && !c.audited ? '' : nameOf(last.sender_id).split(' ')[0]!
  const tick = !draft?.text && (waits ? 'waiting' : mine && last && last.kind !== 'system' && last.deleted_at === undefined ? tickOf(last.seq, c.members, chat.me) : undefined)
  const at = last ? Date.parse(last.created_at) : Date.parse(c.last_at)
  return (
    <>
      <Avatar kind={c.audited && c.kind === 'private' ? 'group' : c.kind} name={title} user={c.kind === 'private' && !c.audited ? otherOf(c, chat.me) : undefined} />
      <span className="chat-row" data-unread={c.unread > 0 || undefined}>
        <span className="chat-line"><bdi className="name">{title}</bdi>{muted && <span className="chat-muted" title={t('chat.muted')}><MuteIcon size={13} /><span className="sr">{t('chat.muted')}</span></span>}<time>{Number.isNaN(at) ? '' : shortTime(at, zone)}</time></span>
        <span className="chat-line">
          <span className={`chat-preview ${last?.deleted_at !== undefined && !draft?.text && !waits ? 'gone' : ''}`}>
            {waits?.state === 'refused' ? <b className="red">{t('chat.refused')}: </b> : tick ? <><TickSign tick={tick} /><span className="sr">{t(`chat.tick.${tick}`)}. </span></> : null}
            {draft?.text ? <><b className="warn">{t('chat.draft')}</b> <bdi>{draft.text}</bdi></> : <>{by && <><bdi>{by}</bdi>: </>}<bdi>{text}</bdi></>}
          </span>
          {c.mentions > 0 && <b className="chat-count at"><span aria-hidden="true">{'@'}</span><span className="sr">{t('chat.mentions', { count: c.mentions })}</span></b>}
          {c.unread > 0 && <b className={muted ? 'chat-count quiet' : 'chat-count'}><span aria-hidden="true">{c.unread > 99 ? '99+' : c.unread}</span><span className="sr">{t('chat.unread', { count: c.unread })}</span></b>}
        </span>
      </span>
    </>
  )
}
