import { IconButton, Tooltip } from '@mui/material'
import { useCallback, useEffect, useId, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState, type ClipboardEvent, type KeyboardEvent, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { CheckIcon, CloseIcon, PlaceIcon } from '../../icons'
import { now } from '../../clock'
import { Question } from '../common/parts'
import { plain } from '../data/ages'
import { useSmall } from '../data/hooks'
import { Avatar } from './avatar'
import { Quote } from './bubble'
import { ClipIcon, FileIcon, SendIcon } from './icons'
import { asksFor, countFrom, lengthOf, maxText, mayEdit, stillNamed, type Conversation, type Message } from './model'
import type { Written } from './drafts'
import { fileSize } from '../common/size'
import { sayChat, useChat, useNameOf } from './use-chat'

/** So many files go at once. */
const mostFiles = 10
/** The server takes so many bytes of a file, and of what it shows as a photo: a larger photo goes as a file. */
const mostBytes = 25 * 2 ** 20
const mostPhotoBytes = 10 * 2 ** 20

export interface ComposerHandle {
  focus: () => void
  take: (files: readonly File[]) => void
  put: (text: string) => void
}

interface Props {
  c: Conversation
  list: readonly Message[]
  reply: Message | undefined
  onReply: (m: Message | undefined) => void
  editing: Message | undefined
  onEdit: (m: Message | undefined) => void
  onSent: () => void
  handle: Ref<ComposerHandle>
}

/** Where a message is written. */
export function Composer({ c, list, reply, onReply, editing, onEdit, onSent, handle }: Props) {
  const { t } = useTranslation()
  const chat = useChat()
  const small = useSmall()
  const nameOf = useNameOf()
  const id = useId()
  const area = useRef<HTMLTextAreaElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const [first] = useState<Written | undefined>(() => chat.drafts.get(c.id))
  const [draft, setDraft] = useState(first?.text ?? '')
  const [picked, setPicked] = useState<ReadonlyMap<string, string>>(() => new Map(first?.picked ?? []))
  const [edited, setEdited] = useState('')
  const [files, setFiles] = useState<readonly File[]>([])
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  const [placing, setPlacing] = useState(false)
  const [cursor, setCursor] = useState(0)
  const [active, setActive] = useState(0)
  const [dismissed, setDismissed] = useState(-1)
  const text = editing ? edited : draft
  const length = lengthOf(text)
  const unread = list.length === 0

  useEffect(() => {
    if (editing) {
      setEdited(editing.text ?? '')
      setPicked((was) => new Map([...was, ...(editing.mentions ?? []).map((m) => [m, nameOf(m)] as const)]))
      area.current?.focus()
    }
    setError('')
    // Once for each message that is edited.
    // eslint-disable-next-line
  }, [editing?.seq])
  useEffect(() => {
    if (reply) area.current?.focus()
  }, [reply])
  useEffect(() => {
    // Until the messages are read, the one that it answers is not known here, and stays in the draft.
    const to = reply?.seq ?? (unread ? first?.reply : undefined)
    chat.drafts.set(c.id, { text: draft, ...(to !== undefined && { reply: to }), ...(picked.size > 0 && { picked: [...picked] }) })
  }, [chat, c.id, draft, reply, picked, unread, first])
  useEffect(() => () => chat.drafts.flush(), [chat])
  // It grows with what is written.
  useLayoutEffect(() => {
    const el = area.current
    if (!el) return
    el.style.height = 'auto'
    el.style.height = `${Math.min(el.scrollHeight + 2, small ? 120 : 180)}px`
  }, [text, small])

  const take = useCallback((list: readonly File[]) => {
    setError('')
    const big = list.find((f) => f.size > mostBytes)
    const empty = list.find((f) => f.size === 0)
    if (empty) setError(t('chat.emptyFile', { name: empty.name }))
    if (big) setError(t('chat.tooBig', { name: big.name, size: fileSize(big.size), most: fileSize(mostBytes) }))
    setFiles((was) => {
      const next = [...was, ...list.filter((f) => f.size <= mostBytes && f.size > 0)]
      if (next.length > mostFiles) setError(t('chat.tooMany', { count: mostFiles }))
      return next.slice(0, mostFiles)
    })
    area.current?.focus()
  }, [t])
  const put = useCallback((s: string) => {
    setDraft(s)
    area.current?.focus()
  }, [])
  useImperativeHandle(handle, () => ({ focus: () => area.current?.focus(), take, put }), [take, put])

  // Whom one can mention: the people of the conversation.
  const asked = asksFor(text, cursor)
  const word = asked && asked.from !== dismissed ? asked.word : undefined
  const found = useMemo(() => {
    if (word === undefined || c.kind === 'private') return []
    const { users } = chat.d.people
    const ids = c.members ? c.members.map((m) => m.user_id) : [...users.values()].filter((u) => c.kind !== 'team' || (u.teams ?? []).includes(c.team_id ?? '')).map((u) => u.id)
    return ids.filter((x) => x !== chat.me).map((x) => [x, nameOf(x)] as const).filter(([, n]) => plain(n).split(' ').some((w) => w.startsWith(plain(word))) || plain(n).startsWith(plain(word))).sort((a, b) => a[1].localeCompare(b[1])).slice(0, 7)
  }, [word, c, chat, nameOf])
  useEffect(() => setActive(0), [word])
  const mention = (at: number) => {
    const [who, name] = found[at]!
    const next = `${text.slice(0, asked!.from)}@${name} ${text.slice(cursor)}`
    change(next)
    setPicked((was) => new Map([...was, [who, name]]))
    const to = asked!.from + name.length + 2
    setCursor(to)
    requestAnimationFrame(() => area.current?.setSelectionRange(to, to))
  }

  const change = (s: string) => {
    if (editing) setEdited(s)
    else setDraft(s)
    setError('')
    if (!editing && s.trim() !== '') chat.typing(c.id)
  }
  const mentions = () => stillNamed(text, picked)
  const send = async () => {
    const said = text.trim()
    if (length > maxText || busy) return
    if (editing) {
      if (said === '' && editing.kind === 'text') return
      if (said === (editing.text ?? '').trim()) return onEdit(undefined)
      setBusy(true)
      try {
        await chat.edit(c.id, editing.seq, said, mentions())
        onEdit(undefined)
      } catch (e) {
        setError(sayChat(e))
      } finally {
        setBusy(false)
      }
      return
    }
    if (said === '' && files.length === 0) return
    const named = mentions()
    const about = { ...(reply && { reply_to: reply.seq }), ...(named.length > 0 && { mentions: named }) }
    const ok = files.length > 0
      ? files.every((f, i) => chat.send(c.id, { kind: isPhoto(f) ? 'photo' : 'file', ...(i === 0 && { ...(said && { text: said }), ...about }) }, f))
      : chat.send(c.id, { kind: 'text', text: said, ...about })
    if (!ok) return setError(t('chat.full'))
    setDraft('')
    setFiles([])
    setPicked(new Map())
    onReply(undefined)
    onSent()
  }
  const keys = (e: KeyboardEvent<HTMLTextAreaElement>) => {
    if (e.nativeEvent.isComposing) return
    if (found.length > 0) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[e.key]
      if (step) {
        e.preventDefault()
        return setActive((active + step + found.length) % found.length)
      }
      if (e.key === 'Enter' || (e.key === 'Tab' && !e.shiftKey)) {
        e.preventDefault()
        return mention(active)
      }
      if (e.key === 'Escape') {
        e.stopPropagation()
        e.nativeEvent.stopImmediatePropagation()
        return setDismissed(asked!.from)
      }
    }
    if (e.key === 'Enter' && !e.shiftKey && !e.ctrlKey && !e.altKey && !e.metaKey) {
      e.preventDefault()
      void send()
    } else if (e.key === 'ArrowUp' && text === '' && !editing && files.length === 0) {
      const last = [...list].reverse().find((m) => mayEdit(m, chat.me, now()))
      if (last) {
        e.preventDefault()
        onEdit(last)
      }
    } else if (e.key === 'Escape' && (editing || reply)) {
      e.preventDefault()
      e.stopPropagation()
      e.nativeEvent.stopImmediatePropagation()
      if (editing) onEdit(undefined)
      else onReply(undefined)
    }
  }
  const paste = (e: ClipboardEvent) => {
    const list = [...e.clipboardData.files]
    if (list.length === 0 || editing) return
    e.preventDefault()
    take(list)
  }
  const moved = () => setCursor(area.current?.selectionStart ?? 0)
  const left = maxText - length
  return (
    <div className="chat-composer">
      {found.length > 0 && (
        <ul className="chat-mentions" role="listbox" id={`${id}-who`} aria-label={t('chat.mention')}>
          {found.map(([who, name], i) => <li key={who} role="option" id={`${id}-${i}`} aria-selected={i === active} onMouseDown={(e) => { e.preventDefault(); mention(i) }}><Avatar kind="private" name={name} size={24} /><bdi>{name}</bdi></li>)}
        </ul>
      )}
      {editing ? (
        <div className="chat-about"><span className="chat-quote"><b>{t('chat.editing')}</b><bdi>{editing.text}</bdi></span><IconButton size="small" aria-label={t('chat.cancelEdit')} onClick={() => onEdit(undefined)}><CloseIcon size={16} /></IconButton></div>
      ) : reply && (
        <div className="chat-about"><Quote m={reply} /><IconButton size="small" aria-label={t('chat.cancelReply')} onClick={() => onReply(undefined)}><CloseIcon size={16} /></IconButton></div>
      )}
      {files.length > 0 && (
        <ul className="chat-files" aria-label={t('chat.attached')}>
          {files.map((f, i) => <li key={i}><FileIcon size={18} /><bdi>{f.name}</bdi><span className="dim small">{fileSize(f.size)}</span><IconButton size="small" aria-label={t('chat.removeFile', { name: f.name })} onClick={() => setFiles(files.filter((x) => x !== f))}><CloseIcon size={14} /></IconButton></li>)}
        </ul>
      )}
      {error && <p className="bad chat-error" role="alert">{error}</p>}
      <div className="chat-row-write">
        {!editing && (
          <>
            <Tooltip title={t('chat.attach')}><IconButton size="small" aria-label={t('chat.attach')} onClick={() => input.current?.click()}><ClipIcon size={20} /></IconButton></Tooltip>
            <Tooltip title={t('chat.place')}><IconButton size="small" aria-label={t('chat.place')} onClick={() => setPlacing(true)}><PlaceIcon size={20} /></IconButton></Tooltip>
            <input ref={input} type="file" multiple hidden onChange={(e) => { take([...(e.target.files ?? [])]); e.target.value = '' }} />
          </>
        )}
        <textarea
          ref={area} rows={1} value={text} dir="auto" placeholder={files.length > 0 ? t('chat.caption') : t('chat.write')} aria-label={t('chat.write')} aria-describedby={`${id}-hint`} aria-invalid={left < 0 || undefined} spellCheck autoComplete="off"
          aria-controls={found.length > 0 ? `${id}-who` : undefined} aria-autocomplete={c.kind === 'private' ? undefined : 'list'} aria-activedescendant={found.length > 0 ? `${id}-${active}` : undefined}
          onChange={(e) => { change(e.target.value); setCursor(e.target.selectionStart) }} onKeyDown={keys} onKeyUp={moved} onClick={moved} onPaste={paste}
        />
        <Tooltip title={editing ? t('chat.save') : t('chat.send')}>
          <span><IconButton className="chat-send" size="small" color="primary" aria-label={editing ? t('chat.save') : t('chat.send')} disabled={busy || left < 0 || (text.trim() === '' && files.length === 0)} onClick={() => { void send(); area.current?.focus() }}>{editing ? <CheckIcon size={20} /> : <SendIcon size={20} />}</IconButton></span>
        </Tooltip>
      </div>
      <p className="sr" id={`${id}-hint`}>{t('chat.hint')}</p>
      {length >= countFrom && <p className={left < 0 ? 'bad chat-left' : 'dim small chat-left'} role="status">{left < 0 ? t('chat.tooLong', { count: -left }) : t('chat.left', { count: left })}</p>}
      {placing && <PlaceQuestion onNo={() => setPlacing(false)} onPlace={(p) => { setPlacing(false); if (chat.send(c.id, { kind: 'location', ...p })) onSent(); else setError(t('chat.full')) }} />}
    </div>
  )
}

/** What the server takes for a photo. */
export const isPhoto = (f: Pick<File, 'type' | 'size'>): boolean => /^image\/(jpeg|png|webp|heic|heif)$/.test(f.type) && f.size <= mostPhotoBytes

function PlaceQuestion({ onNo, onPlace }: { onNo: () => void; onPlace: (p: { lat: number; lon: number; accuracy_m: number }) => void }) {
  const { t } = useTranslation()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState('')
  const gone = useRef(false)
  useEffect(() => () => void (gone.current = true), [])
  const find = () => {
    if (!navigator.geolocation) return setError(t('chat.placeNone'))
    setBusy(true)
    setError('')
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => { if (!gone.current) onPlace({ lat: coords.latitude, lon: coords.longitude, accuracy_m: Math.min(100_000, Math.round(coords.accuracy)) }) },
      (e) => {
        setBusy(false)
        setError(e.code === e.PERMISSION_DENIED ? t('chat.placeDenied') : t('chat.placeFailed'))
      },
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
    )
  }
  return (
    <Question title={t('chat.placeAsk')} text={t('chat.placeText')} yes={busy ? t('chat.placing') : t('chat.placeSend')} busy={false} disabled={busy} error={error} onNo={onNo} onYes={find} />
  )
}

