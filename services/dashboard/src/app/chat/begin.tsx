import { Button, Dialog, DialogActions, DialogContent, DialogTitle } from '@mui/material'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { newKey, useAction } from '../common/office'
import { Input } from '../common/parts'
import { useData } from '../data/data'
import { useTeams } from '../data/hooks'
import { Avatar } from './avatar'
import * as http from './http'
import { Picker } from './picker'
import { sayChat, useChat } from './use-chat'

type What = 'person' | 'group' | 'team' | 'broadcast'

/** Begins a conversation, or opens the one that is there. */
export function BeginDialog({ onClose, onOpen }: { onClose: () => void; onOpen: (id: string) => void }) {
  const { t } = useTranslation()
  const chat = useChat()
  const { who } = useData()
  const all = useTeams().data ?? []
  const teams = all.filter((x) => who.teams.includes(x.id))
  const [what, setWhat] = useState<What>('person')
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [title, setTitle] = useState('')
  const [need, setNeed] = useState('')
  const act = useAction()
  const key = useRef(newKey())
  const start = (body: http.Begin) => void act.run(async () => {
    const c = await http.begin(chat.d.session, body, key.current)
    chat.list.take(c)
    onOpen(c.id)
  }).then((ok) => { if (!ok) key.current = newKey() })
  const pick = (id: string) => {
    if (what === 'person') return start({ kind: 'private', user_ids: [id] })
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    setChosen(next)
    setNeed('')
  }
  const make = () => {
    if (title.trim() === '') return setNeed(t('chat.new.needName'))
    if (what === 'group' && chosen.size === 0) return setNeed(t('chat.new.need'))
    start(what === 'group' ? { kind: 'group', title: title.trim(), user_ids: [...chosen] } : { kind: 'broadcast', title: title.trim() })
  }
  const ways: readonly What[] = ['person', 'group', 'team', ...(who.role === 'admin' ? ['broadcast' as const] : [])]
  return (
    <Dialog open fullWidth maxWidth="xs" onClose={act.busy ? undefined : onClose} aria-labelledby="chat-begin">
      <DialogTitle id="chat-begin">{t('chat.begin')}</DialogTitle>
      <DialogContent className="question chat-begin">
        <div className="choice" role="group" aria-label={t('chat.new.to')}>
          {ways.map((w) => <button type="button" key={w} aria-pressed={what === w} onClick={() => { setWhat(w); setNeed(''); act.clear() }}>{w === 'person' ? t('chat.new.person') : t(`chat.kind.${w}`)}</button>)}
        </div>
        {(what === 'group' || what === 'broadcast') && <Input label={what === 'group' ? t('chat.new.name') : t('chat.new.subject')} value={title} onChange={(v) => { setTitle(v.slice(0, 100)); setNeed('') }} hint={what === 'group' ? t('chat.new.nameHint') : t('chat.new.subjectHint')} focus />}
        {(what === 'person' || what === 'group') && <Picker key={what} chosen={chosen} several={what === 'group'} onPick={pick} />}
        {what === 'group' && <p className="dim small" role="status">{t('chat.new.people', { count: chosen.size })}</p>}
        {what === 'team' && (teams.length === 0 ? <p className="dim">{t('chat.new.noTeams')}</p> : (
          <div className="chat-picker">
            <p className="dim small">{t('chat.new.teamHint')}</p>
            <ul>{teams.map((x) => <li key={x.id}><button type="button" disabled={act.busy} onClick={() => start({ kind: 'team', team_id: x.id })}><Avatar kind="team" name={x.name} size={30} /><span><bdi>{x.name}</bdi></span></button></li>)}</ul>
          </div>
        ))}
        {(need || act.error !== undefined) && <p className="bad-box" role="alert">{need || sayChat(act.error)}</p>}
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose} disabled={act.busy}>{t('alerts.cancel')}</Button>
        {(what === 'group' || what === 'broadcast') && <Button variant="contained" disabled={act.busy} onClick={make}>{act.busy ? t('alerts.acting') : t('chat.new.create')}</Button>}
      </DialogActions>
    </Dialog>
  )
}
