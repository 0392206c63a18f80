import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import '../../i18n/admin'
import '../../i18n/chat'
import '../common/office.css'
import { useAddress } from '../data/address'
import { useSmall } from '../data/hooks'
import { Empty } from '../panels/people-panel'
import type { ListHandle } from '../panels/virtual-list'
import { BeginDialog } from './begin'
import './chat.css'
import { Info } from './info'
import { ChatList } from './list'
import { kinds } from './model'
import { ThreadHead, ThreadView } from './thread'
import { useAudits, useOpened } from './use-chat'

/** A part of an address that somebody typed may be no text at all. */
const partOf = (s: string): string => {
  try {
    return decodeURIComponent(s)
  } catch {
    return s
  }
}

export const chatAddress = (id: string) => `/chat/${encodeURIComponent(id)}`

/** What people of the company write to each other: the list, and the conversation that is open. */
export default function ChatArea() {
  const { t } = useTranslation()
  const { path, get, set, go } = useAddress()
  const small = useSmall()
  const id = path.startsWith('/chat/') ? partOf(path.slice('/chat/'.length)) : undefined
  const asked = get('audit') !== ''
  const audit = useAudits(asked)
  const { c } = useOpened(id, audit)
  const search = useRef<HTMLInputElement>(null)
  const list = useRef<ListHandle>(null)
  // What is sought stays while a message of it is read, also on a phone.
  const [q, setQ] = useState('')
  const [beginning, setBeginning] = useState(false)
  const kind = kinds.find((k) => k === get('kind')) ?? ''
  /** An address with what the list shows, and the message that is to be seen. */
  const addressOf = (to: string, seq?: number) => {
    const query = new URLSearchParams({ ...(kind && { kind }), ...(audit && { audit: '1' }), ...(seq !== undefined && { m: String(seq) }) }).toString()
    return query ? `${to}?${query}` : to
  }
  const open = (to: string, seq?: number) => go(addressOf(chatAddress(to), seq))
  const back = () => go(addressOf('/chat'))
  const at = Number(get('m')) || undefined
  const info = get('info') !== '' && c !== undefined && !c.audited
  const toggle = c?.audited ? undefined : () => set({ info: info ? undefined : '1' })
  const keys = useRef<(e: KeyboardEvent) => void>(() => {})
  keys.current = (e) => {
    const typing = e.target instanceof HTMLElement && e.target.matches('input:not([type=checkbox],[type=radio]), textarea, select')
    if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector('[role=dialog], [role=menu], .MuiPopover-root')) return
    if (e.key === 'Escape') {
      if (typing) {
        (e.target as HTMLElement).blur()
        list.current?.focus()
      } else if (info) set({ info: undefined })
      else if (id !== undefined) back()
    } else if (e.key === '/' && !typing) {
      e.preventDefault()
      search.current?.focus()
    }
  }
  useEffect(() => {
    const on = (e: KeyboardEvent) => keys.current(e)
    window.addEventListener('keydown', on)
    return () => window.removeEventListener('keydown', on)
  }, [])
  return (
    <div className="office chat" data-open={id !== undefined || undefined}>
      <div className="office-head">{small && c ? <ThreadHead c={c} onBack={back} onInfo={toggle} /> : <h2>{t('nav.chat')}</h2>}</div>
      <div className="office-body" id="area" tabIndex={-1}>
        {!(small && id !== undefined) && <ChatList q={q} onQ={setQ} chosen={id} kind={kind} audit={audit} onFilter={(k, outside) => set({ kind: k || undefined, audit: outside ? '1' : undefined })} onOpen={open} onBegin={() => setBeginning(true)} search={search} handle={list} />}
        {id !== undefined ? (
          <div className="office-main chat-main"><ThreadView id={id} audit={asked} at={at} onAt={() => set({ m: undefined })} onInfo={toggle} onGone={back} headless={small} {...(small && !c && { onBack: back })} /></div>
        ) : !small && <div className="office-main chat-main"><Empty title={t('chat.pick')} hint={t('chat.pickHint')} /></div>}
        {info && <Info key={c.id} c={c} onClose={() => set({ info: undefined })} onLeft={back} />}
      </div>
      {beginning && <BeginDialog onClose={() => setBeginning(false)} onOpen={(to) => { setBeginning(false); go(chatAddress(to)) }} />}
    </div>
  )
}

