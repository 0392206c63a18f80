import { IconButton, Tooltip } from '@mui/material'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { LinkIcon } from '../../icons'
import '../../i18n/board'
import '../chat/chat.css'
import * as http from '../chat/http'
import { ThreadView } from '../chat/thread'
import { sayChat, useChat, useList } from '../chat/use-chat'
import { newKey } from '../common/office'
import { useAddress } from '../data/address'
import { Empty, Skeleton } from '../panels/people-panel'
import './visit-talk.css'

/** The conversation of a visit, in the place of its panel. It begins when there is none. Escape leads back to the visit. */
export default function VisitTalk({ visit, title, onBack }: { visit: string; title: string; onBack: () => void }) {
  const { t } = useTranslation()
  const chat = useChat()
  const { go } = useAddress()
  const { list } = useList()
  const c = list.find((x) => x.kind === 'visit' && x.visit_id === visit)
  // Of one that is no longer the viewer's, the thread says so.
  const known = useRef<string>(undefined)
  known.current = c?.id ?? known.current
  const id = known.current
  const [error, setError] = useState<unknown>()
  const [round, setRound] = useState(0)
  const [key] = useState(newKey)
  useEffect(() => {
    if (id !== undefined) return
    let current = true
    setError(undefined)
    // Who asks for one that is there gets that one.
    http.begin(chat.d.session, { kind: 'visit', visit_id: visit }, key).then((made) => chat.list.take(made), (e: unknown) => current && setError(e))
    return () => void (current = false)
    // Once for a visit, and when somebody asks again.
    // eslint-disable-next-line
  }, [chat, visit, round])
  const onKeyDown = (e: KeyboardEvent) => {
    if (e.key !== 'Escape' || e.defaultPrevented || document.querySelector('[role=dialog], [role=menu], .MuiPopover-root')) return
    e.stopPropagation()
    e.preventDefault()
    onBack()
  }
  return (
    <section className="side b-talk" aria-label={`${t('chat.visitTalk')}: ${title}`} onKeyDown={onKeyDown}>
      {id !== undefined ? (
        <ThreadView
          key={id} id={id} onBack={onBack} backLabel={t('board.backToVisit')} onGone={onBack}
          extra={<Tooltip title={t('chat.open')}><IconButton size="small" aria-label={t('chat.open')} onClick={() => go(`/chat/${encodeURIComponent(id)}`)}><LinkIcon size={18} /></IconButton></Tooltip>}
        />
      ) : error === undefined ? <Skeleton rows={9} height={52} /> : <Empty title={t('chat.threadError')} hint={sayChat(error)} action={t('boot.retry')} onAction={() => setRound(round + 1)} />}
    </section>
  )
}
