import { IconButton } from '@mui/material'
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../../client'
import { now } from '../../clock'
import { EyeIcon, LeftIcon, MuteIcon } from '../../icons'
import { Question } from '../common/parts'
import { useAction } from '../common/office'
import { longDate } from '../data/ages'
import { useSmall, useTick, useZone } from '../data/hooks'
import { Empty, Skeleton } from '../panels/people-panel'
import { useNetwork } from './use-network'
import { Avatar } from './avatar'
import { Bubble, Waiting, type Act } from './bubble'
import { Composer, type ComposerHandle } from './composer'
import { DownIcon, PeopleIcon } from './icons'
import { isMuted, mayDelete, mayEdit, rowsOf, tickOf, type Conversation, type Message } from './model'
import type { Pending } from './outbox'
import { Readers } from './readers'
import type { Chat } from './store'
import { dayName, lineText, otherOf, previewOf, sayChat, sayRead, useChat, useChatSettings, useOpened, useNameOf, useOutbox, useThread, useTitleOf } from './use-chat'

interface Props {
  id: string
  onBack?: (() => void) | undefined
  /** Where that leads, unless it is the list of conversations. */
  backLabel?: string | undefined
  onInfo?: (() => void) | undefined
  onGone: () => void
  /** More buttons for its head. */
  extra?: ReactNode
  /** The head is elsewhere, as on a phone. */
  headless?: boolean
  /** The viewer is not in it and reads it for auditing. */
  audit?: boolean
  /** The message to begin with. onAt says that it was looked for. */
  at?: number | undefined
  onAt?: () => void
}

/** A conversation: its messages, and where one writes. */
export function ThreadView({ id, onGone, audit = false, ...rest }: Props) {
  const { t } = useTranslation()
  const chat = useChat()
  const { c, outside, audited } = useOpened(id, audit)
  const [failed, setFailed] = useState<unknown>()
  const [missing, setMissing] = useState(false)
  const [round, setRound] = useState(0)
  useEffect(() => {
    if (c || outside || chat.list.isGone(id)) return
    setFailed(undefined)
    setMissing(false)
    let current = true
    chat.list.fetch(id).then((found) => current && setMissing(!found), (e: unknown) => current && setFailed(e))
    return () => void (current = false)
    // When another is opened, when it goes away, or somebody asks again.
    // eslint-disable-next-line
  }, [chat, id, round, c === undefined, outside])
  if (c) return <Open key={`${id}${c.audited}`} c={c} {...rest} />
  const error = failed ?? (outside ? audited.error : undefined) ?? undefined
  const none = outside ? audited.error instanceof Problem && audited.error.status === 404 : missing || chat.list.isGone(id)
  return (
    <section className="chat-thread">
      {none && audit && !outside ? <Empty title={t('chat.wrong.auditing_off')} hint={t('chat.settings.readOnly')} action={t('chat.back')} onAction={onGone} /> : none ? <Empty title={t('chat.gone')} hint={t('chat.goneHint')} action={t('chat.back')} onAction={onGone} /> : error !== undefined ? <Empty title={t('chat.threadError')} hint={sayRead(error)} action={t('boot.retry')} onAction={() => (outside ? void audited.refetch() : setRound(round + 1))} /> : <Skeleton rows={9} height={56} />}
    </section>
  )
}

/** Who is in it, what it is, and what can be done with it. */
export function ThreadHead({ c, onBack, backLabel, onInfo, extra }: { c: Conversation; onBack?: (() => void) | undefined; backLabel?: string | undefined; onInfo?: (() => void) | undefined; extra?: ReactNode }) {
  const { t } = useTranslation()
  const chat = useChat()
  const title = useTitleOf(c)
  const nameOf = useNameOf()
  const { typing } = useThread(chat.thread(c.id, c.audited))
  const sub = typing.length > 0 ? typingText(typing, nameOf, t) : [t(`chat.kind.${c.kind}`), c.kind === 'group' && c.members ? t('chat.people', { count: c.members.length }) : ''].filter(Boolean).join(' · ')
  return (
    <header className="chat-head">
      {onBack && <IconButton size="small" aria-label={backLabel ?? t('chat.back')} onClick={onBack}><LeftIcon size={20} /></IconButton>}
      <Avatar kind={c.audited && c.kind === 'private' ? 'group' : c.kind} name={title} size={34} user={c.kind === 'private' && !c.audited ? otherOf(c, chat.me) : undefined} />
      <div>
        <h2><bdi>{title}</bdi>{isMuted(c, now()) && <span className="chat-muted" title={t('chat.muted')}><MuteIcon size={14} /><span className="sr">, {t('chat.muted')}</span></span>}</h2>
        <p className={typing.length > 0 ? 'chat-typing' : 'dim'} aria-live="polite">{sub}</p>
      </div>
      {extra}
      {onInfo && <IconButton size="small" aria-label={t('chat.info')} title={t('chat.info')} onClick={onInfo}><PeopleIcon size={20} /></IconButton>}
    </header>
  )
}

type T = TFunction
const typingText = (users: readonly string[], nameOf: (id: string) => string, t: T): string =>
  users.length === 1 ? t('chat.typesOne', { name: nameOf(users[0]!) }) : users.length === 2 ? t('chat.typesTwo', { name: nameOf(users[0]!), other: nameOf(users[1]!) }) : t('chat.typesMany')

/** How far the list may be from its end and still follow it. */
const atEnd = 48
/** Of more unread messages the reading begins with the first of them. */
const fewUnread = 30

function Open({ c, onBack, backLabel, onInfo, extra, headless, at, onAt }: { c: Conversation } & Omit<Props, 'id' | 'onGone' | 'audit'>) {
  const { t } = useTranslation()
  const chat = useChat()
  const thread = chat.thread(c.id, c.audited)
  const { part, loaded, error } = useThread(thread)
  const settings = useChatSettings()
  const composer = useRef<ComposerHandle>(null)
  const [replySeq, setReplySeq] = useState<number | undefined>(() => chat.drafts.get(c.id)?.reply)
  const [editing, setEditing] = useState<Message>()
  const [erasing, setErasing] = useState<Message>()
  const [readers, setReaders] = useState<Message>()
  const [auditors, setAuditors] = useState(false)
  const [over, setOver] = useState(false)
  const act = useAction()
  const small = useSmall()
  const [opened] = useState(() => ({ unreadAfter: c.unread > 0 ? c.read_seq : undefined }))
  const log = useRef<LogHandle>(null)
  const reply = replySeq === undefined ? undefined : part.list.find((m) => m.seq === replySeq && m.deleted_at === undefined)

  useEffect(() => {
    chat.looking = c.id
    if (at !== undefined && !thread.state.loaded) void thread.around(at)
    else void (c.unread > fewUnread && !thread.state.loaded ? thread.around(c.read_seq + 1).then((is) => { if (is === 'gone') void thread.newest() }) : thread.open())
    if (!small) composer.current?.focus()
    return () => {
      if (chat.looking === c.id) chat.looking = undefined
    }
    // Once for a conversation.
    // eslint-disable-next-line
  }, [chat, thread])

  const onAct = useCallback((a: Act, m: Message) => {
    if (a === 'reply') {
      setEditing(undefined)
      setReplySeq(m.seq)
      composer.current?.focus()
    } else if (a === 'edit') setEditing(m)
    else if (a === 'erase') setErasing(m)
    else if (a === 'who') setReaders(m)
    else void navigator.clipboard?.writeText(m.text ?? '').catch(() => undefined)
  }, [])
  const rewrite = useCallback((p: Pending) => {
    chat.outbox.remove(p.key)
    composer.current?.put(p.body.text ?? '')
  }, [chat])
  // What was being changed is gone or too old.
  const edited = editing && part.list.find((m) => m.seq === editing.seq)
  useEffect(() => {
    if (editing && edited?.deleted_at !== undefined) setEditing(undefined)
  }, [editing, edited])

  const write = c.writes && !c.left
  const drop = write
    ? {
        onDragOver: (e: React.DragEvent) => { if (e.dataTransfer.types.includes('Files')) { e.preventDefault(); setOver(true) } },
        onDragLeave: (e: React.DragEvent) => { if (!e.currentTarget.contains(e.relatedTarget as Node | null)) setOver(false) },
        onDrop: (e: React.DragEvent) => { if (!e.dataTransfer.types.includes('Files')) return; e.preventDefault(); setOver(false); composer.current?.take([...e.dataTransfer.files]) },
      }
    : {}
  return (
    <section className="chat-thread" {...drop}>
      {!headless && <ThreadHead c={c} onBack={onBack} backLabel={backLabel} onInfo={onInfo} extra={extra} />}
      {settings?.auditing && <p className="chat-audit"><EyeIcon size={15} /> <span>{c.audited ? t('chat.auditing') : t('chat.audited')}</span> {(!c.audited || chat.d.who.role === 'admin') && <button type="button" className="link" onClick={() => setAuditors(true)}>{t('chat.auditedBy')}</button>}</p>}
      {!loaded ? (
        error !== undefined ? <Empty title={t('chat.threadError')} hint={sayRead(error)} action={t('boot.retry')} onAction={() => void thread.retry()} /> : <div className="chat-log"><Skeleton rows={9} height={52} /></div>
      ) : <Log key={c.id} ref={log} c={c} unreadAfter={opened.unreadAfter} part={part} onAct={onAct} onRewrite={rewrite} chat={chat} at={at} onAt={onAt} />}
      {loaded && error !== undefined && <p className="chat-audit" role="status"><span>{t('chat.threadError')}. {sayRead(error)}</span> <button type="button" className="link" onClick={() => void thread.retry()}>{t('boot.retry')}</button></p>}
      {over && <div className="chat-drop" aria-hidden="true">{t('chat.drop')}</div>}
      {write ? <Composer c={c} list={part.list} reply={reply} onReply={(m) => setReplySeq(m?.seq)} editing={editing} onEdit={setEditing} onSent={() => log.current?.toEnd()} handle={composer} /> : !c.audited && <p className="chat-closed dim">{c.left ? t('chat.leftNote') : c.kind === 'broadcast' ? t('chat.readOnly') : t('chat.readOnlyVisit')}</p>}
      {erasing && (
        <Question
          title={t('chat.eraseTitle')} text={t('chat.eraseText')} yes={t('chat.erase')} danger busy={act.busy} error={act.error === undefined ? '' : sayChat(act.error)} onNo={() => { setErasing(undefined); act.clear() }}
          onYes={() => void act.run(() => chat.erase(c.id, erasing.seq)).then((ok) => ok && setErasing(undefined))}
        >
          <blockquote className="chat-erased"><bdi>{previewOf(erasing)}</bdi></blockquote>
        </Question>
      )}
      {readers && <Readers c={c} m={readers} onClose={() => setReaders(undefined)} />}
      {auditors && <Readers c={c} onClose={() => setAuditors(false)} />}
    </section>
  )
}

/** Where a jump leads that has no message. */
const toTheEnd = -1

interface LogHandle {
  toEnd: () => void
}

function Log({ c, part, unreadAfter, onAct, onRewrite, chat, at, onAt, ref }: { c: Conversation; part: { list: readonly Message[]; older: boolean; newer: boolean }; unreadAfter: number | undefined; onAct: (a: Act, m: Message) => void; onRewrite: (p: Pending) => void; chat: Chat; at: number | undefined; onAt: (() => void) | undefined; ref: React.Ref<LogHandle> }) {
  const { t } = useTranslation()
  const zone = useZone()
  const nameOf = useNameOf()
  const thread = chat.thread(c.id, c.audited)
  const outbox = useOutbox()
  const online = useNetwork()
  useTick(30_000)
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const stick = useRef(unreadAfter === undefined || c.unread <= 0)
  const anchor = useRef<{ seq: number; top: number }>(undefined)
  const begun = useRef(false)
  const jumping = useRef(at)
  const [gone, setGone] = useState(false)
  const [away, setAway] = useState(false)
  const [said, setSaid] = useState('')
  const pending = useMemo(() => outbox.filter((p) => p.conversation === c.id && !part.list.some((m) => m.sender_id === chat.me && m.client_id === p.key)), [outbox, c.id, part.list, chat])
  const rows = useMemo(() => rowsOf(part.list, chat.me, unreadAfter, (at) => longDate(at, zone)), [part.list, chat, unreadAfter, zone])
  const bySeq = useMemo(() => new Map(part.list.map((m) => [m.seq, m])), [part.list])

  /** What is seen is read: the last message that is whole in view, if somebody can see the page. */
  const see = useCallback(() => {
    const box = scroller.current
    if (!box || document.visibilityState !== 'visible' || !begun.current) return
    const bottom = box.scrollTop + box.clientHeight + 8
    const all = box.querySelectorAll<HTMLElement>('[data-seq]')
    for (let i = all.length - 1; i >= 0; i--) {
      const el = all[i]!
      // Of a message that is taller than the window its beginning is enough.
      if (el.offsetTop + Math.min(el.offsetHeight, box.clientHeight * 0.6) <= bottom) return chat.read(c.id, Number(el.dataset['seq']))
    }
  }, [chat, c.id])

  const mark = useCallback(() => {
    const box = scroller.current
    if (!box) return
    stick.current = box.scrollHeight - box.scrollTop - box.clientHeight < atEnd && !thread.state.part.newer
    setAway(box.scrollHeight - box.scrollTop - box.clientHeight > 240 || thread.state.part.newer)
    anchor.current = undefined
    for (const el of box.querySelectorAll<HTMLElement>('[data-seq]')) {
      if (el.offsetTop + el.offsetHeight <= box.scrollTop) continue
      anchor.current = { seq: Number(el.dataset['seq']), top: el.offsetTop - box.scrollTop }
      break
    }
  }, [thread])

  const onScroll = useCallback(() => {
    const box = scroller.current
    if (!box) return
    mark()
    see()
    // Whoever scrolls on after a jump failed has given it up.
    if (thread.state.error !== undefined) jumping.current = undefined
    if (box.scrollTop < 400) void thread.older()
    if (box.scrollHeight - box.scrollTop - box.clientHeight < 400) void thread.newer()
  }, [mark, see, thread])

  const toEnd = useCallback(() => {
    stick.current = true
    if (thread.state.part.newer) {
      jumping.current = toTheEnd
      void thread.newest()
    } else if (scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight
  }, [thread])
  useEffect(() => {
    const handle = { toEnd }
    if (typeof ref === 'function') ref(handle)
    else if (ref) ref.current = handle
  }, [ref, toEnd])

  // What came or went moves nothing that somebody reads.
  useLayoutEffect(() => {
    const box = scroller.current
    if (!box) return
    if (jumping.current === toTheEnd && !part.newer) {
      jumping.current = undefined
      box.scrollTop = box.scrollHeight
    } else if (jumping.current !== undefined && bySeq.has(jumping.current)) {
      const el = box.querySelector<HTMLElement>(`[data-seq="${jumping.current}"]`)
      jumping.current = undefined
      begun.current = true
      if (el) {
        stick.current = false
        box.scrollTop = el.offsetTop - box.clientHeight / 3
        flash(el)
      }
    } else if (!begun.current) {
      const first = box.querySelector<HTMLElement>('.chat-unread')
      if (first && unreadAfter !== undefined) box.scrollTop = first.offsetTop - 60
      else box.scrollTop = box.scrollHeight
      begun.current = true
    } else if (stick.current) box.scrollTop = box.scrollHeight
    else if (anchor.current) {
      const el = box.querySelector<HTMLElement>(`[data-seq="${anchor.current.seq}"]`)
      if (el) box.scrollTop = el.offsetTop - anchor.current.top
    }
    mark()
    see()
  }, [rows, pending, bySeq, part.newer, mark, see, unreadAfter])

  // Also when the window, or a photo, changes its size.
  useEffect(() => {
    const box = scroller.current!
    const watch = new ResizeObserver(() => {
      if (stick.current) box.scrollTop = box.scrollHeight
      mark()
      see()
      // A short page is filled.
      if (box.scrollHeight <= box.clientHeight + 400) void thread.older()
    })
    watch.observe(box)
    watch.observe(content.current!)
    document.addEventListener('visibilitychange', see)
    return () => {
      watch.disconnect()
      document.removeEventListener('visibilitychange', see)
    }
  }, [mark, see, thread])

  // Who does not see the messages hears those of others that come.
  const last = part.list.at(-1)
  const heard = useRef(last?.seq ?? 0)
  useEffect(() => {
    if (!last || last.seq <= heard.current) return
    heard.current = last.seq
    if (last.sender_id !== chat.me && last.kind !== 'system') setSaid(`${nameOf(last.sender_id)}: ${previewOf(last)}`)
  }, [last, chat, nameOf])

  const jump = useCallback((seq: number) => {
    jumping.current = seq
    setGone(false)
    void thread.around(seq).then((is) => {
      // What could not be read is read again: it is shown when it comes.
      if (is === 'failed') return
      if (is === 'gone') {
        jumping.current = undefined
        setGone(true)
      } else if (jumping.current === seq) {
        // It was there already: nothing is drawn anew.
        const box = scroller.current
        const el = box?.querySelector<HTMLElement>(`[data-seq="${seq}"]`)
        if (!box || !el) return
        jumping.current = undefined
        stick.current = false
        box.scrollTo({ top: el.offsetTop - box.clientHeight / 3, behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' })
        flash(el)
      }
    })
  }, [thread])
  useEffect(() => {
    if (at === undefined) return
    jump(at)
    onAt?.()
    // Once for each message.
    // eslint-disable-next-line
  }, [at, jump])

  const time = now()
  return (
    <>
      <div className="chat-log" ref={scroller} tabIndex={0} role="region" aria-label={t('chat.messages')} id="chat-log" onScroll={onScroll}>
        <div ref={content}>
          {part.older ? <p className="chat-more dim small">{t('chat.loadingOlder')}</p> : <p className="chat-more dim small">{part.list.length === 0 && pending.length === 0 ? t('chat.firstHint') : t('chat.first')}</p>}
          <ol>
            {rows.map((r) =>
              r.is === 'day' ? <li key={r.key} className="chat-day"><span>{dayName(r.at, zone)}</span></li>
              : r.is === 'new' ? <li key={r.key} className="chat-unread"><span>{t('chat.newMessages')}</span></li>
              : r.is === 'system' ? <li key={r.key} className="chat-system" data-seq={r.m.seq}><bdi>{lineText(r.m, chat.me, c.kind, nameOf)}</bdi></li>
              : (
                <Bubble
                  key={r.key} conversation={c.id} m={r.m} first={r.first} last={r.last} named={c.kind !== 'private' || c.audited === true}
                  tick={r.m.sender_id === chat.me ? tickOf(r.m.seq, c.members, chat.me) : undefined} quoted={r.m.reply_to ? bySeq.get(r.m.reply_to) ?? null : undefined}
                  audited={c.audited === true} acts={actsOf(r.m, c, chat.me, time)} onAct={onAct} onQuoted={jump}
                />
              ),
            )}
            {pending.map((p) => <Waiting key={p.key} p={p} late={!online || chat.outbox.late(c.id)} onRewrite={onRewrite} />)}
          </ol>
        </div>
      </div>
      {away && (
        <button type="button" className="chat-down" aria-label={c.unread > 0 ? `${t('chat.toNewest')}, ${t('chat.newBelow', { count: c.unread })}` : t('chat.toNewest')} title={t('chat.toNewest')} onClick={toEnd}>
          <DownIcon size={18} />{c.unread > 0 && <b aria-hidden="true">{c.unread > 99 ? '99+' : c.unread}</b>}
        </button>
      )}
      {gone && <p className="chat-audit" role="status"><span>{t('chat.messageGone')}</span> <button type="button" className="link" onClick={() => setGone(false)}>{t('person.close')}</button></p>}
      <div className="sr" role="log" aria-live="polite">{said}</div>
    </>
  )
}

/** Shows which message was sought. */
function flash(el: HTMLElement): void {
  for (const old of document.querySelectorAll('.chat-m.flash')) old.classList.remove('flash')
  void el.offsetWidth // begins the animation anew
  el.classList.add('flash')
}

const actLists = new Map<string, readonly Act[]>()
/** What can be done with a message. The same list is the same object, so that a bubble is not drawn anew. */
function actsOf(m: Message, c: Conversation, me: string, time: number): readonly Act[] {
  if (m.deleted_at !== undefined) return none
  const write = c.writes && !c.left
  const acts: Act[] = []
  if (write) acts.push('reply')
  if (m.text) acts.push('copy')
  if (write && mayEdit(m, me, time) && (m.kind === 'text' || m.text)) acts.push('edit')
  if (m.sender_id === me && c.members) acts.push('who')
  if (!c.left && mayDelete(m, me, c)) acts.push('erase')
  const key = acts.join()
  if (!actLists.has(key)) actLists.set(key, acts)
  return actLists.get(key)!
}
const none: readonly Act[] = []

