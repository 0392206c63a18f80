import { memo, useEffect, useMemo, useRef, useState, useSyncExternalStore, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { CloseIcon, MuteIcon, PlusIcon, SearchIcon } from '../../icons'
import { plain } from '../data/ages'
import { useTick, useZone } from '../data/hooks'
import { Empty, Skeleton } from '../panels/people-panel'
import { VirtualList, type ListHandle } from '../panels/virtual-list'
import { Avatar } from './avatar'
import { TickSign } from './icons'
import { isMuted, kinds, tickOf, type Conversation, type Kind } from './model'
import { lineText, previewOf, sayChat, shortTime, useChat, useConversation, useList, useNameOf, useOutbox, useTitle, useTitleOf } from './use-chat'

const rowHeight = 64

/** The viewer's conversations, with a search of their names and a filter by kind. */
export function ChatList({ chosen, kind, onKind, onOpen, onBegin, search, handle }: { chosen: string | undefined; kind: Kind | ''; onKind: (k: Kind | '') => void; onOpen: (id: string) => void; onBegin: () => void; search?: Ref<HTMLInputElement>; handle?: Ref<ListHandle> }) {
  const { t } = useTranslation()
  const chat = useChat()
  const { list, loaded, more, error } = useList()
  const [q, setQ] = useState('')
  const input = useRef<HTMLInputElement>(null)
  const title = useTitle()
  useTick(30_000)
  const found = plain(q.trim())
  const shown = useMemo(() => list.filter((c) => (kind === '' || c.kind === kind) && (found === '' || plain(title(c)).includes(found))), [list, kind, found, title])
  // Of what is sought there may be more on the next pages.
  useEffect(() => {
    if (more && (kind !== '' || found !== '') && shown.length < 15) void chat.list.more()
  }, [chat, more, kind, found, shown])
  const there = kinds.filter((k) => k === kind || list.some((c) => c.kind === k))
  return (
    <section className="office-main chat-list" aria-label={t('nav.chat')}>
      <div className="head">
        <div className="search">
          <SearchIcon size={17} />
          <input
            ref={(el) => {
              input.current = el
              if (typeof search === 'function') search(el)
              else if (search) search.current = el
            }}
            type="search" value={q} placeholder={t('chat.search')} aria-label={t('chat.search')} onChange={(e) => setQ(e.target.value)}
            onKeyDown={(e) => { if (e.key === 'ArrowDown') { e.preventDefault(); document.getElementById('list')?.focus() } if (e.key === 'Enter' && shown[0]) onOpen(shown[0].id) }}
          />
          {q && <button type="button" aria-label={t('chat.clear')} onClick={() => setQ('')}><CloseIcon size={15} /></button>}
        </div>
        <button type="button" className="chat-new" aria-label={t('chat.begin')} title={t('chat.begin')} onClick={onBegin}><PlusIcon size={19} /></button>
      </div>
      {there.length > 1 && (
        <div className="chips" role="group" aria-label={t('chat.filter')}>
          <button type="button" className="chip" aria-pressed={kind === ''} onClick={() => onKind('')}>{t('chat.all')}</button>
          {there.map((k) => <button type="button" key={k} className="chip" aria-pressed={kind === k} onClick={() => onKind(kind === k ? '' : k)}>{t(`chat.kinds.${k}`)}</button>)}
        </div>
      )}
      {!loaded ? (
        error ? <Empty title={t('chat.error')} hint={sayChat(error)} action={t('boot.retry')} onAction={() => void chat.reload()} /> : <Skeleton rows={8} height={rowHeight} />
      ) : shown.length > 0 ? (
        <VirtualList
          items={shown} id={(c) => c.id} label={t('chat.list')} height={rowHeight} chosen={chosen} handle={handle ?? null} onOpen={(c) => onOpen(c.id)} onEnd={() => more && void chat.list.more()}
          render={(c) => <Row id={c.id} />}
        />
      ) : more ? <Skeleton rows={4} height={rowHeight} /> : list.length === 0 ? <Empty title={t('chat.empty')} hint={t('chat.emptyHint')} action={t('chat.begin')} onAction={onBegin} /> : <Empty title={t('chat.none')} hint={t('chat.noneHint')} action={t('chat.clear')} onAction={() => { setQ(''); onKind('') }} />}
    </section>
  )
}

const Row = memo(function Row({ id }: { id: string }) {
  const c = useConversation(id)
  return c ? <Line c={c} /> : null
})

function Line({ c }: { c: Conversation }) {
  const { t } = useTranslation()
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
  const by = !last || last.kind === 'system' || draft?.text || waits || mine ? '' : c.kind === 'private' ? '' : nameOf(last.sender_id).split(' ')[0]!
  const tick = !draft?.text && (waits ? 'waiting' : mine && last && last.kind !== 'system' && last.deleted_at === undefined ? tickOf(last.seq, c.members, chat.me) : undefined)
  const at = last ? Date.parse(last.created_at) : Date.parse(c.last_at)
  return (
    <>
      <Avatar kind={c.kind} name={title} />
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
