import { useInfiniteQuery } from '@tanstack/react-query'
import { memo, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useZone } from '../data/hooks'
import { Empty, Skeleton } from '../panels/people-panel'
import { VirtualList } from '../panels/virtual-list'
import { Avatar } from './avatar'
import * as http from './http'
import { excerpt, type Conversation } from './model'
import { previewOf, sayChat, shortTime, useChat, useConversation, useNameOf, useTitleOf } from './use-chat'

const rowHeight = 76
/** Whoever writes on is not answered for each letter, milliseconds. */
const restsFor = 300

/** The messages with the words that are sought, the newest first. */
export function Found({ sought, onOpen }: { sought: string; onOpen: (conversation: string, seq: number) => void }) {
  const { t } = useTranslation()
  const chat = useChat()
  const [q, setQ] = useState(sought)
  useEffect(() => {
    const timer = setTimeout(() => setQ(sought), restsFor)
    return () => clearTimeout(timer)
  }, [sought])
  // Nothing is kept: a message may be deleted meanwhile.
  const read = useInfiniteQuery({
    queryKey: ['chat-search', q], gcTime: 0, retry: false, initialPageParam: '', getNextPageParam: (p: http.Hits) => p.next,
    queryFn: ({ pageParam, signal }) => http.search(chat.d.session, { q, limit: 30, ...(pageParam && { cursor: pageParam }) }, signal),
  })
  const hits = useMemo(() => read.data?.pages.flatMap((p) => p.hits) ?? [], [read.data])
  return (
    <section className="chat-found" aria-labelledby="chat-found">
      <h3 id="chat-found">{t('chat.messages')}</h3>
      {hits.length > 0 ? (
        <VirtualList
          items={hits} id={(h) => `${h.conversation_id}/${h.message.seq}`} label={t('chat.messages')} height={rowHeight} chosen={undefined} domId="found"
          onOpen={(h) => onOpen(h.conversation_id, h.message.seq)} onEnd={() => read.hasNextPage && void read.fetchNextPage()} render={(h) => <Row hit={h} sought={q} />}
        />
      ) : read.isLoading ? <Skeleton rows={3} height={rowHeight} /> : !read.error && <div role="status"><Empty title={t('chat.foundNone')} hint={t('chat.foundNoneHint')} /></div>}
      {read.error && <p className="chat-audit" role="alert"><span>{t('chat.foundError')}. {sayChat(read.error)}</span> <button type="button" className="link" onClick={() => void (hits.length > 0 ? read.fetchNextPage() : read.refetch())}>{t('boot.retry')}</button></p>}
    </section>
  )
}

const Row = memo(function Row({ hit, sought }: { hit: http.Hit; sought: string }) {
  const { list } = useChat()
  const c = useConversation(hit.conversation_id)
  useEffect(() => {
    // It may stand on a page of the list that nobody has read.
    if (!c) void list.fetch(hit.conversation_id).catch(() => undefined)
    // eslint-disable-next-line
  }, [list, hit.conversation_id])
  return c ? <Line c={c} hit={hit} sought={sought} /> : null
})

function Line({ c, hit: { message: m }, sought }: { c: Conversation; hit: http.Hit; sought: string }) {
  const { t } = useTranslation()
  const chat = useChat()
  const zone = useZone()
  const nameOf = useNameOf()
  const title = useTitleOf(c)
  const [before, word, after] = excerpt(previewOf(m), sought)
  return (
    <>
      <Avatar kind={c.kind} name={title} />
      <span className="chat-row">
        <span className="chat-line"><bdi className="name">{title}</bdi><time>{shortTime(Date.parse(m.created_at), zone)}</time></span>
        <span className="chat-around"><bdi>{m.sender_id === chat.me ? t('chat.you') : nameOf(m.sender_id)}</bdi>: <bdi>{before}<mark>{word}</mark>{after}</bdi></span>
      </span>
    </>
  )
}
