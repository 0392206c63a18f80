import { Button, Dialog, DialogActions, DialogContent, DialogTitle, IconButton, Menu, MenuItem } from '@mui/material'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../../client'
import { now } from '../../clock'
import { MuteIcon, PlusIcon } from '../../icons'
import { newKey, useAction } from '../common/office'
import { Input, Question, Side } from '../common/parts'
import { useAddress } from '../data/address'
import { dateTime } from '../data/ages'
import { useData, useUsers } from '../data/data'
import { useZone } from '../data/hooks'
import { Avatar } from './avatar'
import * as http from './http'
import { MoreIcon } from './icons'
import { isMuted, type Conversation, type Member } from './model'
import { Picker } from './picker'
import { otherOf, sayChat, useChat, useNameOf, useTitleOf } from './use-chat'

type Asking = { what: 'remove'; user: string } | { what: 'leave' } | { what: 'add' } | { what: 'rename' } | undefined

/** Muted for good is muted for a hundred years. */
const always = 100 * 365 * 86_400_000
const times = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000, always } as const

/** Beside a conversation: who is in it, and what one can do about it. */
export function Info({ c, onClose, onLeft }: { c: Conversation; onClose: () => void; onLeft: () => void }) {
  const { t } = useTranslation()
  const chat = useChat()
  const { who } = useData()
  const { go } = useAddress()
  const zone = useZone()
  const users = useUsers()
  const title = useTitleOf(c)
  const act = useAction()
  const [asking, setAsking] = useState<Asking>()
  const manages = c.kind === 'group' && !c.left && (c.role === 'owner' || who.role === 'admin')
  const renames = !c.left && (c.kind === 'group' ? manages : c.kind === 'broadcast' && who.role === 'admin')
  const run = (f: () => Promise<Conversation | undefined>) => act.run(async () => {
    try {
      const next = await f()
      if (next) chat.list.take(next)
    } catch (e) {
      // Of a change that came second, the first is shown.
      if (e instanceof Problem && e.code === 'conversation_changed' && e.current) chat.list.take(e.current as Conversation)
      throw e
    }
  })
  const muted = isMuted(c, now())
  const mute = (ms: number | undefined) => void run(async () => {
    const next = await http.mute(chat.d.session, c.id, ms === undefined ? null : new Date(now() + ms).toISOString())
    chat.list.unmute(c.id, next.muted_until)
    return next
  })
  const ask = (a: Asking) => {
    act.clear()
    setAsking(a)
  }
  const done = (ok: boolean) => {
    if (ok) setAsking(undefined)
  }
  const error = act.error === undefined ? '' : sayChat(act.error)
  const other = c.kind === 'private' ? otherOf(c, chat.me) : undefined
  const until = c.muted_until ? Date.parse(c.muted_until) : 0
  return (
    <Side title={title} sub={t(`chat.kind.${c.kind}`)} onClose={onClose}>
      {error && !asking && <p className="bad-box" role="alert">{error}</p>}
      <div className="acts">
        {renames && <Button variant="outlined" onClick={() => ask({ what: 'rename' })}>{t('chat.rename')}</Button>}
        {c.kind === 'visit' && c.visit_id && who.role !== 'colaborador' && <Button variant="outlined" onClick={() => go(`/board?id=${encodeURIComponent(c.visit_id!)}`)}>{t('chat.openVisit')}</Button>}
        {other && users.has(other) && <Button variant="outlined" onClick={() => go(`/?p=${encodeURIComponent(other)}`)}>{t('chat.seeMap')}</Button>}
        {c.kind === 'group' && !c.left && <Button variant="outlined" color="error" onClick={() => ask({ what: 'leave' })}>{t('chat.leave')}</Button>}
      </div>
      {!c.left && (
        <section className="log chat-mute">
          <h3><MuteIcon size={14} /> {t('chat.mute')}</h3>
          {muted ? (
            <><p>{until - now() > always / 2 ? t('chat.mutedAlways') : t('chat.mutedUntil', { at: dateTime(until, zone) })}</p><Button variant="outlined" disabled={act.busy} onClick={() => mute(undefined)}>{t('chat.unmute')}</Button></>
          ) : (
            <><p className="dim small">{t('chat.muteHint')}</p><div className="acts">{(['hour', 'day', 'week', 'always'] as const).map((x) => <button type="button" key={x} className="chip" disabled={act.busy} onClick={() => mute(times[x])}>{t(`chat.muteFor.${x}`)}</button>)}</div></>
          )}
        </section>
      )}
      <section className="log chat-people">
        <div className="log-head">
          <h3>{c.members ? t('chat.people', { count: c.members.length }) : t('chat.info')}</h3>
          {manages && <Button size="small" variant="outlined" startIcon={<PlusIcon size={15} />} onClick={() => ask({ what: 'add' })}>{t('chat.add')}</Button>}
        </div>
        {c.members ? <ul>{c.members.map((m) => <Person key={m.user_id} m={m} manages={manages && m.user_id !== chat.me} busy={act.busy} onRole={(role) => void run(() => http.setRole(chat.d.session, c.id, m.user_id, role))} onRemove={() => ask({ what: 'remove', user: m.user_id })} group={c.kind === 'group'} />)}</ul>
          : c.kind !== 'private' && c.kind !== 'group' && <p className="dim">{t(`chat.whoIs.${c.kind}`)}</p>}
      </section>
      {asking?.what === 'remove' && <RemoveQuestion user={asking.user} busy={act.busy} error={error} onNo={() => ask(undefined)} onYes={() => void run(async () => { await http.removeMember(chat.d.session, c.id, asking.user); return http.one(chat.d.session, c.id) }).then(done)} />}
      {asking?.what === 'leave' && (
        <Question
          title={t('chat.leaveTitle')} text={t('chat.leaveText')} yes={t('chat.leave')} danger busy={act.busy} error={error} onNo={() => ask(undefined)}
          onYes={() => void act.run(() => http.removeMember(chat.d.session, c.id, chat.me).then(() => undefined)).then((ok) => { if (ok) { onLeft(); chat.gone(c.id); void chat.list.fetch(c.id).catch(() => undefined) } })}
        />
      )}
      {asking?.what === 'add' && <AddDialog c={c} busy={act.busy} error={error} onNo={() => ask(undefined)} onYes={(ids, key) => void run(() => http.addMembers(chat.d.session, c.id, ids, key)).then(done)} />}
      {asking?.what === 'rename' && <RenameQuestion title={c.title ?? ''} busy={act.busy} error={error} onNo={() => ask(undefined)} onYes={(name) => void run(() => http.rename(chat.d.session, c.id, name, c.version)).then(done)} />}
    </Side>
  )
}

function Person({ m, manages, group, busy, onRole, onRemove }: { m: Member; manages: boolean; group: boolean; busy: boolean; onRole: (role: 'owner' | 'member') => void; onRemove: () => void }) {
  const { t } = useTranslation()
  const chat = useChat()
  const nameOf = useNameOf()
  const name = m.user_id === chat.me ? t('chat.you') : nameOf(m.user_id)
  const button = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  const pick = (f: () => void) => () => {
    setOpen(false)
    f()
  }
  return (
    <li>
      <Avatar kind="private" name={nameOf(m.user_id)} size={30} />
      <span><bdi>{name}</bdi>{group && m.role === 'owner' && <span className="dim small">{t('chat.owner')}</span>}</span>
      {manages && <IconButton ref={button} size="small" aria-label={t('chat.actsOf', { name })} aria-haspopup="menu" disabled={busy} onClick={() => setOpen(true)}><MoreIcon size={18} /></IconButton>}
      {open && (
        <Menu open anchorEl={button.current} onClose={() => setOpen(false)}>
          <MenuItem dense onClick={pick(() => onRole(m.role === 'owner' ? 'member' : 'owner'))}>{m.role === 'owner' ? t('chat.unmakeOwner') : t('chat.makeOwner')}</MenuItem>
          <MenuItem dense className="red" onClick={pick(onRemove)}>{t('chat.remove')}</MenuItem>
        </Menu>
      )}
    </li>
  )
}

function RemoveQuestion({ user, ...rest }: { user: string; busy: boolean; error: string; onNo: () => void; onYes: () => void }) {
  const { t } = useTranslation()
  const nameOf = useNameOf()
  return <Question title={t('chat.removeTitle', { name: nameOf(user) })} text={t('chat.removeText')} yes={t('chat.remove')} danger {...rest} />
}

function RenameQuestion({ title, busy, error, onNo, onYes }: { title: string; busy: boolean; error: string; onNo: () => void; onYes: (title: string) => void }) {
  const { t } = useTranslation()
  const [name, setName] = useState(title)
  return (
    <Question title={t('chat.rename')} yes={t('chat.save')} busy={busy} error={error} disabled={name.trim() === '' || name.trim() === title} onNo={onNo} onYes={() => onYes(name.trim())}>
      <form onSubmit={(e) => { e.preventDefault(); if (name.trim() && name.trim() !== title) onYes(name.trim()) }}><Input label={t('chat.new.name')} value={name} onChange={(v) => setName(v.slice(0, 100))} focus /></form>
    </Question>
  )
}

function AddDialog({ c, busy, error, onNo, onYes }: { c: Conversation; busy: boolean; error: string; onNo: () => void; onYes: (ids: string[], key: string) => void }) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const without = new Set(c.members?.map((m) => m.user_id))
  return (
    <Dialog open fullWidth maxWidth="xs" onClose={busy ? undefined : onNo} aria-labelledby="chat-add">
      <DialogTitle id="chat-add">{t('chat.addTitle')}</DialogTitle>
      <DialogContent className="question chat-begin">
        <Picker several chosen={chosen} without={without} onPick={(id) => { const next = new Set(chosen); if (!next.delete(id)) next.add(id); setChosen(next) }} />
        <p className="dim small" role="status">{t('chat.new.people', { count: chosen.size })}</p>
        {error && <p className="bad-box" role="alert">{error}</p>}
      </DialogContent>
      <DialogActions><Button onClick={onNo} disabled={busy}>{t('alerts.cancel')}</Button><Button variant="contained" disabled={busy || chosen.size === 0} onClick={() => onYes([...chosen], newKey())}>{busy ? t('alerts.acting') : t('chat.addDo')}</Button></DialogActions>
    </Dialog>
  )
}
