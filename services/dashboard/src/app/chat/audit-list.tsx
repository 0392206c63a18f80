import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { EyeIcon } from '../../icons'
import { plain } from '../data/ages'
import { Empty, Skeleton } from '../panels/people-panel'
import { VirtualList, type ListHandle } from '../panels/virtual-list'
import * as http from './http'
import { Line, rowHeight } from './line'
import type { Conversation, Kind } from './model'
import { Next } from './next'
import { pageSize } from './told'
import { sayRead, useChat, useConversation, useTitle } from './use-chat'

/** All conversations that the viewer may read for auditing. The server writes down each conversation of a page that is read: the next is read on scroll, or when somebody asks to search it. */
export function AuditList({ chosen, kind, sought, onOpen, handle }: { chosen: string | undefined; kind: Kind | ''; sought: string; onOpen: (id: string) => void; handle: Ref<ListHandle> }) {
  const { t } = useTranslation()
  const chat = useChat()
  const title = useTitle()
  const read = useInfiniteQuery({
    queryKey: ['chat-audit-list', kind], gcTime: 0, retry: false, refetchOnWindowFocus: false, initialPageParam: '', getNextPageParam: (p: http.Page) => p.next,
    queryFn: ({ pageParam }) => http.list(chat.d.session, { limit: pageSize, audit: true, ...(kind && { kind }), ...(pageParam && { cursor: pageParam }) }),
  })
  const list = useMemo(() => read.data?.pages.flatMap((p) => p.conversations).filter((c) => sought === '' || plain(title(c)).includes(sought)) ?? [], [read.data, sought, title])
  const next = () => void read.fetchNextPage()
  // A short list of what was found is always at its end: nobody has scrolled there.
  const asks = sought !== '' && read.hasNextPage
  return (
    <>
      <p className="chat-audit"><EyeIcon size={15} /> <span>{t('chat.auditList')}</span></p>
      {list.length > 0 ? (
        <><VirtualList items={list} id={(c) => c.id} label={t('chat.list')} height={rowHeight} chosen={chosen} handle={handle} onOpen={(c) => onOpen(c.id)} onEnd={() => read.hasNextPage && sought === '' && next()} render={(c) => <Row c={c} />} />{asks && <Next busy={read.isFetching} error={read.error} onNext={next} />}</>
      ) : read.error ? <Empty title={t('chat.error')} hint={sayRead(read.error)} action={t('boot.retry')} onAction={() => (read.data ? next() : void read.refetch())} /> : !read.data || read.isFetching || (read.hasNextPage && !asks) ? <Skeleton rows={8} height={rowHeight} /> : asks ? <Empty title={t('chat.none')} hint={t('chat.noneYet')} action={t('chat.seekOn')} onAction={next} /> : <Empty title={t('chat.none')} hint={t('chat.noneHint')} />}
    </>
  )
}

/** What is unread is counted for those who are in a conversation. */
function Row({ c }: { c: Conversation }) {
  return <Line c={useConversation(c.id) ?? { ...c, unread: 0, mentions: 0 }} />
}
