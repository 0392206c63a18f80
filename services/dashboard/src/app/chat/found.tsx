import { useInfiniteQuery } from '@tanstack/react-query'
import { memo, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../../client'
import { useZone } from '../data/hooks'
import { Empty, Skeleton } from '../panels/people-panel'
import { VirtualList } from '../panels/virtual-list'
import { Avatar } from './avatar'
import * as http from './http'
import { excerpt, type Conversation, type Message } from './model'
import { restsFor } from './told'
import { previewOf, sayRead, shortTime, useChat, useConversation, useNameOf, useTitleOf } from './use-chat'

const rowHeight = 72

/** The messages with the words that are sought, the newest first. Without enough of a word, what is lacking. */
export function Found({ sought, enough, onOpen }: { sought: string; enough: boolean; onOpen: (conversation: string, seq: number) => void }) {
  const { t } = useTranslation()
  return (
    <section className="chat-found" data-short={!enough || undefined} aria-labelledby="chat-found">
      <h3 className="chat-part" id="chat-found">{t('chat.messages')}</h3>
      {enough ? <Hits sought={sought} onOpen={onOpen} /> : <p className="dim small" role="status">{t('chat.foundShort')}</p>}
    </section>
  )
}

function Hits({ sought, onOpen }: { sought: string; onOpen: (conversation: string, seq: number) => void }) {
  const { t } = useTranslation()
  const chat = useChat()
  const [q, setQ] = useState(sought)
  useEffect(() => {
    const timer = setTimeout(() => setQ(sought), restsFor)
    return () => clearTimeout(timer)
  }, [sought])
  // Nothing is kept: a message may be deleted meanwhile.
  const read = useInfiniteQuery({
    queryKey: ['chat-search', q], gcTime: 0, retry: false, refetchOnWindowFocus: false, initialPageParam: '', getNextPageParam: (p: http.Hits) => p.next,
    queryFn: ({ pageParam, signal }) => http.search(chat.d.session, { q, limit: 30, ...(pageParam && { cursor: pageParam }) }, signal),
  })
  const hits = useMemo(() => read.data?.pages.flatMap((p) => p.hits) ?? [], [read.data])
  const [error, again] = [read.error, () => void (hits.length > 0 ? read.fetchNextPage() : read.refetch())]
  return (
    <>
      {hits.length > 0 ? (
        <VirtualList
          items={hits} id={(h) => `${h.conversation_id}/${h.message.seq}`} label={t('chat.messages')} height={rowHeight} chosen={undefined} domId="found"
          onOpen={(h) => onOpen(h.conversation_id, h.message.seq)} onEnd={() => read.hasNextPage && void read.fetchNextPage()} render={(h) => <Row hit={h} sought={q} />}
        />
      ) : read.isFetching ? <div aria-busy="true"><Skeleton rows={3} height={rowHeight} /></div> : !error && <div role="status"><Empty title={t('chat.foundNone')} hint={t('chat.foundNoneHint')} /></div>}
      {error && !read.isFetching && (error instanceof Problem && error.code === 'search_too_short' ? <p className="dim small" role="status">{sayRead(error)}</p> : (
        <p className="chat-audit" role="alert"><span>{t('chat.foundError')}. {sayRead(error)}</span> <button type="button" className="link" onClick={again}>{t('boot.retry')}</button></p>
      ))}
    </>
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
  return c ? <Line c={c} hit={hit} sought={sought} /> : <span className="chat-row"><Around m={hit.message} sought={sought} /></span>
})

function Line({ c, hit: { message: m }, sought }: { c: Conversation; hit: http.Hit; sought: string }) {
  const zone = useZone()
  const title = useTitleOf(c)
  return (
    <>
      <Avatar kind={c.kind} name={title} />
      <span className="chat-row">
        <span className="chat-line"><bdi className="name">{title}</bdi><time>{shortTime(Date.parse(m.created_at), zone)}</time></span>
        <Around m={m} sought={sought} />
      </span>
    </>
  )
}

function Around({ m, sought }: { m: Message; sought: string }) {
  const { t } = useTranslation()
  const chat = useChat()
  const nameOf = useNameOf()
  const [before, word, after] = excerpt(previewOf(m), sought)
  return <span className="chat-around"><bdi>{m.sender_id === chat.me ? t('chat.you') : nameOf(m.sender_id)}</bdi>: <bdi>{before}<mark>{word}</mark>{after}</bdi></span>
}
