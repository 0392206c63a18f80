import { memo, useEffect, useMemo, useRef, useState, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { CloseIcon, PlusIcon, SearchIcon } from '../../icons'
import { plain } from '../data/ages'
import { Empty, Skeleton } from '../panels/people-panel'
import { VirtualList, type ListHandle } from '../panels/virtual-list'
import { AuditList } from './audit-list'
import { Found } from './found'
import { Line, rowHeight } from './line'
import { kinds, soughtEnough, type Kind } from './model'
import { Next } from './next'
import { restsFor } from './told'
import { sayRead, useChat, useConversation, useList, useMayAudit, useTitle } from './use-chat'

/** The line over the names that were found. */
const headHeight = 36
/** Of what is sought so many fill the list; and by itself a search reads at most so many more pages for them. */
const [fills, mostPages] = [15, 3]
/** As many letters as the server takes. */
const longest = 200

/** The viewer's conversations, with a search of their names and messages, and a filter by kind; or, for auditing, those of others. */
export function ChatList({ q, onQ, chosen, kind, audit: asked, onFilter, onOpen, onBegin, search, handle }: { q: string; onQ: (q: string) => void; chosen: string | undefined; kind: Kind | ''; audit: boolean; onFilter: (kind: Kind | '', audit: boolean) => void; onOpen: (id: string, seq?: number) => void; onBegin: () => void; search?: Ref<HTMLInputElement>; handle?: Ref<ListHandle> }) {
  const { t } = useTranslation()
  const chat = useChat()
  const { list, loaded, more, error } = useList()
  const input = useRef<HTMLInputElement>(null)
  const title = useTitle()
  const mayAudit = useMayAudit()
  const audit = asked && mayAudit
  const asks = audit ? t('chat.searchNames') : t('chat.search')
  const found = plain(q.trim())
  const seeks = !audit && found !== ''
  const shown = useMemo(() => list.filter((c) => (kind === '' || c.kind === kind) && (found === '' || plain(title(c)).includes(found))), [list, kind, found, title])
  // Of what is sought there may be more on the next pages: a few are read, and others when somebody asks for them.
  const about = `${kind}/${found}`
  const [read, setRead] = useState({ search: '', pages: 0, on: false })
  const { pages, on } = read.search === about ? read : { pages: 0, on: false }
  const lacks = !audit && more && (kind !== '' || found !== '') && shown.length < fills
  const waits = lacks && pages >= mostPages
  useEffect(() => {
    if (!lacks || waits) return
    const timer = setTimeout(() => void chat.list.more().then(() => setRead({ search: about, pages: pages + 1, on })), restsFor)
    return () => clearTimeout(timer)
  }, [chat, lacks, waits, about, pages, on])
  const seekOn = () => setRead({ search: about, pages: 0, on: true })
  const next = (waits || (lacks && on)) && <Next busy={!waits} onNext={seekOn} />
  const there = kinds.filter((k) => audit || k === kind || list.some((c) => c.kind === k))
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
            type="search" maxLength={longest} value={q} placeholder={asks} aria-label={asks} onChange={(e) => onQ(e.target.value)}
            onKeyDown={(e) => { if (e.key === 'ArrowDown') { e.preventDefault(); (document.getElementById('list') ?? document.getElementById('found'))?.focus() } if (e.key === 'Enter') { if (!audit && loaded && shown[0]) onOpen(shown[0].id); else document.getElementById(audit ? 'list' : 'found')?.focus() } }}
          />
          {q && <button type="button" aria-label={t('chat.clear')} onClick={() => onQ('')}><CloseIcon size={15} /></button>}
        </div>
        <button type="button" className="chat-new" aria-label={t('chat.begin')} title={t('chat.begin')} onClick={onBegin}><PlusIcon size={19} /></button>
      </div>
      {(there.length > 1 || mayAudit) && (
        <div className="chips" role="group" aria-label={t('chat.filter')}>
          <button type="button" className="chip" aria-pressed={kind === '' && !audit} onClick={() => onFilter('', false)}>{t('chat.all')}</button>
          {there.map((k) => <button type="button" key={k} className="chip" aria-pressed={kind === k} onClick={() => onFilter(kind === k ? '' : k, audit)}>{t(`chat.kinds.${k}`)}</button>)}
          {mayAudit && <button type="button" className="chip" aria-pressed={audit} onClick={() => onFilter(kind, !audit)}>{t('chat.settings.audit')}</button>}
        </div>
      )}
      {audit && mayAudit ? <AuditList chosen={chosen} kind={kind} sought={found} onOpen={onOpen} handle={handle ?? null} /> : !loaded ? (
        error ? <Empty title={t('chat.error')} hint={sayRead(error)} action={t('boot.retry')} onAction={() => void chat.reload()} /> : <Skeleton rows={8} height={rowHeight} />
      ) : shown.length > 0 ? (
        <div className="chat-names" style={seeks ? { flex: `0 1 ${shown.length * rowHeight + headHeight}px` } : undefined}>{seeks && <h3 className="chat-part">{t('nav.chat')}</h3>}<VirtualList
          items={shown} id={(c) => c.id} label={t('chat.list')} height={rowHeight} chosen={chosen} handle={handle ?? null} onOpen={(c) => onOpen(c.id)} onEnd={() => more && !lacks && void chat.list.more()}
          render={(c) => <Row id={c.id} />}
        />{next}</div>
      ) : seeks ? next : waits ? <Empty title={t('chat.none')} hint={t('chat.noneYet')} action={t('chat.seekOn')} onAction={seekOn} /> : more ? <Skeleton rows={4} height={rowHeight} /> : list.length === 0 ? <Empty title={t('chat.empty')} hint={t('chat.emptyHint')} action={t('chat.begin')} onAction={onBegin} /> : <Empty title={t('chat.none')} hint={t('chat.noneHint')} action={t('chat.clear')} onAction={() => { onQ(''); onFilter('', audit) }} />}
      {seeks && loaded && <Found sought={q.trim()} enough={soughtEnough(q)} onOpen={onOpen} />}
    </section>
  )
}

const Row = memo(function Row({ id }: { id: string }) {
  const c = useConversation(id)
  return c ? <Line c={c} /> : null
})
