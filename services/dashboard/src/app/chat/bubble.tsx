import { Dialog, IconButton, Menu, MenuItem } from '@mui/material'
import { useQuery } from '@tanstack/react-query'
import { memo, useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CloseIcon, DownloadIcon, EyeIcon } from '../../icons'
import { save } from '../common/files'
import { useObjectUrl } from '../common/object-url'
import { useAddress } from '../data/address'
import { clockTime, dateTime, distance } from '../data/ages'
import { useZone } from '../data/hooks'
import * as http from './http'
import { FileIcon, MoreIcon, PinIcon, ReplyIcon, TickSign } from './icons'
import { pieces, type Message, type Tick } from './model'
import type { Pending } from './outbox'
import { fileSize } from '../common/size'
import { previewOf, sayCode, sayRead, useChat, useNameOf } from './use-chat'

export type Act = 'reply' | 'edit' | 'erase' | 'who' | 'copy'

interface Props {
  conversation: string
  m: Message
  first: boolean
  last: boolean
  /** The sender is told by name: everywhere but in a private conversation of the viewer. */
  named: boolean
  tick: Tick | undefined
  /** The message that it answers: undefined if it answers none, null if it is not known here. */
  quoted: Message | null | undefined
  /** It is read for auditing: files are for its people alone. */
  audited: boolean
  acts: readonly Act[]
  onAct: (act: Act, m: Message) => void
  onQuoted: (seq: number) => void
}

/** One message. What people wrote is text and nothing else. */
export const Bubble = memo(function Bubble({ conversation, m, first, last, named, tick, quoted, audited, acts, onAct, onQuoted }: Props) {
  const { t } = useTranslation()
  const chat = useChat()
  const zone = useZone()
  const nameOf = useNameOf()
  const mine = m.sender_id === chat.me
  const at = Date.parse(m.created_at)
  const name = mine ? t('chat.you') : nameOf(m.sender_id)
  const gone = m.deleted_at !== undefined
  return (
    <li className={`chat-m ${mine ? 'mine' : ''} ${first ? 'first' : ''} ${last ? 'last' : ''} ${!mine && !gone && (m.mentions ?? []).includes(chat.me) ? 'forme' : ''}`} data-seq={m.seq} id={`m-${m.seq}`}>
      {first && !mine && named ? <b className="chat-who"><bdi>{name}</bdi></b> : <span className="sr">{name}: </span>}
      <div className="chat-with">
        <div className={`chat-b ${gone ? 'gone' : ''} ${m.kind}`}>
          {quoted !== undefined && !gone && <Quote m={quoted} onClick={() => onQuoted(m.reply_to!)} />}
          {gone ? <span className="chat-text">{t('chat.deleted')}</span> : <Content conversation={conversation} m={m} audited={audited} />}
          <span className="chat-meta">
            {m.edited_at !== undefined && !gone && <span title={dateTime(Date.parse(m.edited_at), zone)}>{t('chat.edited')} · </span>}
            <time dateTime={m.created_at} title={dateTime(at, zone)}>{clockTime(at, zone)}</time>
            {tick && !gone && <span className="chat-ticks" title={t(`chat.tick.${tick}`)}><TickSign tick={tick} /><span className="sr">{t(`chat.tick.${tick}`)}</span></span>}
          </span>
        </div>
        {acts.length > 0 && <Acts acts={acts} label={mine ? t('chat.actsYou') : t('chat.acts', { name })} onAct={(a) => onAct(a, m)} />}
      </div>
    </li>
  )
})

function Acts({ acts, label, onAct }: { acts: readonly Act[]; label: string; onAct: (a: Act) => void }) {
  const { t } = useTranslation()
  const button = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  const words: Record<Act, string> = { reply: t('chat.reply'), edit: t('chat.edit'), erase: t('chat.erase'), who: t('chat.who'), copy: t('chat.copy') }
  const pick = (a: Act) => {
    setOpen(false)
    onAct(a)
  }
  return (
    <span className="chat-acts" data-open={open || undefined}>
      {acts.includes('reply') && <button type="button" tabIndex={-1} aria-hidden="true" className="chat-quick" title={t('chat.reply')} onClick={() => onAct('reply')}><ReplyIcon size={16} /></button>}
      <button type="button" ref={button} aria-label={label} aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(true)}><MoreIcon size={16} /></button>
      {open && (
        <Menu open anchorEl={button.current} onClose={() => setOpen(false)} anchorOrigin={{ vertical: 'bottom', horizontal: 'right' }} transformOrigin={{ vertical: 'top', horizontal: 'right' }}>
          {acts.map((a) => <MenuItem key={a} dense onClick={() => pick(a)} className={a === 'erase' ? 'red' : ''}>{words[a]}</MenuItem>)}
        </Menu>
      )}
    </span>
  )
}

export function Quote({ m, onClick }: { m: Message | null; onClick?: () => void }) {
  const { t } = useTranslation()
  const chat = useChat()
  const nameOf = useNameOf()
  const text = m ? <><b><bdi>{m.sender_id === chat.me ? t('chat.you') : nameOf(m.sender_id)}</bdi></b><bdi>{previewOf(m)}</bdi></> : <span>{t('chat.quoted')}</span>
  return onClick ? <button type="button" className="chat-quote" title={t('chat.quoted')} onClick={onClick}>{text}</button> : <span className="chat-quote">{text}</span>
}

function Content({ conversation, m, audited }: { conversation: string; audited: boolean; m: Pick<Message, 'kind' | 'text' | 'lat' | 'lon' | 'accuracy_m' | 'file' | 'mentions' | 'sender_id' | 'created_at'> }) {
  const { t } = useTranslation()
  return (
    <>
      {m.kind === 'location' && m.lat !== undefined && m.lon !== undefined && <Place m={m} lat={m.lat} lon={m.lon} />}
      {m.file && audited && <span className="chat-file"><FileIcon size={24} /><span><bdi>{m.file.name}</bdi><span className="dim small">{fileSize(m.file.bytes)} · {t('chat.fileAudited')}</span></span></span>}
      {m.kind === 'photo' && m.file && !audited && <Photo conversation={conversation} file={m.file} by={m.sender_id} at={m.created_at} />}
      {m.kind === 'file' && m.file && !audited && <File_ conversation={conversation} file={m.file} />}
      {m.text && <Words text={m.text} mentions={m.mentions ?? []} />}
    </>
  )
}

export function Words({ text, mentions }: { text: string; mentions: readonly string[] }) {
  const chat = useChat()
  const nameOf = useNameOf()
  return (
    <span className="chat-text" dir="auto">
      {pieces(text, mentions.map((id) => [id, nameOf(id)] as const)).map((p, i) =>
        'mention' in p ? <mark key={i} data-me={p.mention === chat.me || undefined}>{p.text}</mark> : 'link' in p ? <a key={i} href={p.link} target="_blank" rel="noopener noreferrer nofollow">{p.text}</a> : p.text,
      )}
    </span>
  )
}

/** A place: a small picture that leads to the live map at that point. */
function Place({ m, lat, lon }: { m: Pick<Message, 'sender_id' | 'accuracy_m'>; lat: number; lon: number }) {
  const { t } = useTranslation()
  const { go } = useAddress()
  const chat = useChat()
  const nameOf = useNameOf()
  const to = `/?at=${lat.toFixed(6)},${lon.toFixed(6)}`
  const label = m.sender_id === chat.me ? t('chat.locationYou') : t('chat.location', { name: nameOf(m.sender_id) })
  // Streets that are always the same for a place: a sign that it is a map, not the map.
  const shift = (x: number, by: number) => ((Math.abs(x) * 1e4) % by)
  return (
    <a
      href={to} className="chat-place"
      onClick={(e) => {
        if (e.metaKey || e.ctrlKey || e.shiftKey) return
        e.preventDefault()
        go(to)
      }}
    >
      <svg viewBox="0 0 240 96" aria-hidden="true" preserveAspectRatio="xMidYMid slice">
        <g className="streets">
          <path d={`M0 ${20 + shift(lat, 14)}H240M0 ${66 + shift(lon, 16)}H240M${34 + shift(lon, 20)} 0V96M${176 + shift(lat, 30)} 0V96`} />
          <path className="wide" d={`M${-10 - shift(lat, 40)} 96 250 ${6 + shift(lon, 24)}`} />
        </g>
        <circle className="blur" cx="120" cy="50" r="26" />
        <path className="pin" d="M120 56s-13-12.400-13-22a13 13 0 1 1 26 0c0 9.600-13 22-13 22Z" />
        <circle className="hole" cx="120" cy="33" r="4.500" />
      </svg>
      <span className="sr">{label}. </span>
      <span><PinIcon size={15} /><b>{t('chat.seeMap')}</b><span className="dim">{lat.toFixed(5)}, {lon.toFixed(5)}{m.accuracy_m !== undefined && ` · ${t('chat.accuracy', { distance: distance(m.accuracy_m) })}`}</span></span>
    </a>
  )
}

type FileInfo = NonNullable<Message['file']>

function Photo({ conversation, file, by, at }: { conversation: string; file: FileInfo; by: string; at: string }) {
  const { t } = useTranslation()
  const chat = useChat()
  const zone = useZone()
  const nameOf = useNameOf()
  const box = useRef<HTMLButtonElement>(null)
  const [seen, setSeen] = useState(false)
  const [open, setOpen] = useState(false)
  const [broken, setBroken] = useState(false)
  useEffect(() => {
    const watch = new IntersectionObserver((all) => all.some((x) => x.isIntersecting) && setSeen(true), { rootMargin: '200px' })
    watch.observe(box.current!)
    return () => watch.disconnect()
  }, [])
  const read = useQuery({ queryKey: ['chat-file', conversation, file.id], enabled: seen, staleTime: Infinity, gcTime: 60_000, queryFn: ({ signal }) => http.readFile(chat.d.session, conversation, file.id, signal) })
  const url = useObjectUrl(read.data)
  const time = dateTime(Date.parse(at), zone)
  const label = by === chat.me ? t('chat.photoYou', { time }) : t('chat.photo', { name: nameOf(by), time })
  return (
    <>
      <button ref={box} type="button" className="chat-photo" aria-label={`${label}. ${t('chat.photoOpen')}`} aria-busy={seen && read.isLoading} onClick={() => (read.error ? void read.refetch() : setOpen(true))}>
        {url && !broken ? <img src={url} alt="" draggable={false} onError={() => setBroken(true)} /> : read.error ? <span className="small">{t('chat.photoGone')}. {t('boot.retry')}</span> : <><EyeIcon size={20} />{broken && <span className="small">{file.name}</span>}</>}
      </button>
      {open && url && (
        <Dialog open maxWidth={false} onClose={() => setOpen(false)} aria-label={label} slotProps={{ paper: { className: 'chat-viewer' } }}>
          <img src={url} alt={label} />
          <footer>
            <span><bdi>{file.name}</bdi> <span className="dim">{fileSize(file.bytes)}</span></span>
            <IconButton size="small" aria-label={t('chat.download')} onClick={() => read.data && save(file.name, read.data)}><DownloadIcon size={18} /></IconButton>
            <IconButton size="small" aria-label={t('person.close')} onClick={() => setOpen(false)}><CloseIcon size={18} /></IconButton>
          </footer>
        </Dialog>
      )}
    </>
  )
}

function File_({ conversation, file }: { conversation: string; file: FileInfo }) {
  const { t } = useTranslation()
  const chat = useChat()
  const id = useId()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const get = async () => {
    setBusy(true)
    setError(undefined)
    try {
      save(file.name, await http.readFile(chat.d.session, conversation, file.id))
    } catch (e) {
      setError(e)
    } finally {
      setBusy(false)
    }
  }
  return (
    <button type="button" className="chat-file" disabled={busy} aria-describedby={id} onClick={() => void get()}>
      <FileIcon size={24} />
      <span><bdi>{file.name}</bdi><span className="dim small" id={id}>{error ? sayRead(error) : `${fileSize(file.bytes)} · ${t('chat.download')}`}</span></span>
    </button>
  )
}

/** A message that the server has not taken yet. */
export function Waiting({ p, late, onRewrite }: { p: Pending; late: boolean; onRewrite: (p: Pending) => void }) {
  const { t } = useTranslation()
  const chat = useChat()
  const zone = useZone()
  const refused = p.state === 'refused'
  const preview = useObjectUrl(p.body.kind === 'photo' ? p.file : undefined)
  return (
    <li className={`chat-m mine first last ${refused ? 'refused' : 'waiting'}`} data-key={p.key}>
      <span className="sr">{t('chat.you')}: </span>
      <div className="chat-with">
        <div className={`chat-b ${p.body.kind}`}>
          {p.body.kind === 'location' && p.body.lat !== undefined && <Place m={{ sender_id: chat.me, ...(p.body.accuracy_m !== undefined && { accuracy_m: p.body.accuracy_m }) }} lat={p.body.lat} lon={p.body.lon!} />}
          {p.file && (p.body.kind === 'photo' && preview ? <span className="chat-photo"><img src={preview} alt="" /></span> : <span className="chat-file"><FileIcon size={24} /><span><bdi>{p.file.name}</bdi><span className="dim small">{fileSize(p.file.size)}</span></span></span>)}
          {!p.file && (p.body.kind === 'photo' || p.body.kind === 'file') && <span className="chat-text">{p.body.kind === 'photo' ? t('chat.preview.photo') : t('chat.preview.file')}</span>}
          {p.file && !refused && (p.sent ?? 0) < 1 && <progress max={1} value={p.sent ?? 0} aria-label={p.file.name} />}
          {p.body.text && <Words text={p.body.text} mentions={p.body.mentions ?? []} />}
          <span className="chat-meta"><time>{clockTime(p.at, zone)}</time>{!refused && <span className="chat-ticks" title={t('chat.tick.waiting')}><TickSign tick="waiting" /><span className="sr">{t('chat.tick.waiting')}</span></span>}</span>
        </div>
      </div>
      {refused ? (
        <div className="chat-refused" role="alert">
          <span><b>{t('chat.refused')}.</b> {sayCode(p.code) ?? t('chat.wrong.unknown')}</span>
          <span>
            <button type="button" className="link" onClick={() => chat.outbox.retry(p.key)}>{t('chat.retry')}</button>
            {p.body.kind === 'text' && <button type="button" className="link" onClick={() => onRewrite(p)}>{t('chat.rewrite')}</button>}
            <button type="button" className="link" onClick={() => chat.outbox.remove(p.key)}>{t('chat.discard')}</button>
          </span>
        </div>
      ) : (late || p.file) && (
        <p className="chat-late dim small">{late && <>{t('chat.waiting')} </>}<button type="button" className="link" onClick={() => chat.outbox.remove(p.key)}>{t('chat.discard')}</button></p>
      )}
    </li>
  )
}
