import { Button, Dialog, DialogActions, DialogContent, DialogTitle } from '@mui/material'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../../client'
import { errorText } from '../../i18n'
import { SearchIcon } from '../../icons'
import { plain } from '../data/ages'
import { useData, usePeople, type Zone } from '../data/data'
import { useTeams } from '../data/hooks'
import { putZone, useNames, whoText } from './hooks'

const most = 100

/** To whom a zone applies. Who is chosen stands first. */
export default function AssignDialog({ zone, onClose }: { zone: Zone; onClose: () => void }) {
  const { t } = useTranslation()
  const d = useData()
  const names = useNames()
  const { people } = usePeople()
  const all = useTeams().data ?? []
  const [users, setUsers] = useState<ReadonlySet<string>>(() => new Set(zone.properties.users))
  const [teams, setTeams] = useState<ReadonlySet<string>>(() => new Set(zone.properties.teams))
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState('')
  // Sorted once, by name: positions that arrive must not move anybody under the pointer.
  const [order] = useState(() => {
    const first = new Set(zone.properties.users)
    const list = [...people].sort((a, b) => Number(first.has(b.id)) - Number(first.has(a.id)) || a.name.localeCompare(b.name)).map((p) => ({ id: p.id, name: p.name, plain: p.plain }))
    const there = new Set(list.map((p) => p.id))
    return [...zone.properties.users.filter((u) => !there.has(u)).map((id) => ({ id, name: names.user(id), plain: plain(names.user(id)) })), ...list]
  })
  const wanted = plain(text)
  const found = useMemo(() => order.filter((p) => !wanted || p.plain.includes(wanted)), [order, wanted])
  const foundTeams = all.filter((x) => !wanted || plain(x.name).includes(wanted))
  const toggle = (set: ReadonlySet<string>, id: string) => new Set(set.has(id) ? [...set].filter((x) => x !== id) : [...set, id])
  const save = async () => {
    setBusy(true)
    setError('')
    try {
      putZone(d, await d.session.request('put', '/v1/zones/{id}/users', { path: { id: zone.id }, body: { users: [...users], teams: [...teams] } }))
      onClose()
    } catch (e) {
      setError(e instanceof Problem && e.status < 500 && e.detail ? e.detail : errorText(e))
      setBusy(false)
    }
  }
  const box = (id: string, name: string, checked: boolean, change: () => void) => (
    <label key={id} className="z-check"><input type="checkbox" checked={checked} onChange={change} /> <span>{name}</span></label>
  )
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="xs" aria-labelledby="assign-title">
      <DialogTitle id="assign-title">{t('zones.assignTitle', { name: zone.properties.name })}</DialogTitle>
      <DialogContent className="z-ask z-assign">
        <div className="search"><SearchIcon size={17} /><input autoFocus type="search" value={text} placeholder={t('zones.assignSearch')} aria-label={t('zones.assignSearch')} onChange={(e) => setText(e.target.value)} /></div>
        <div className="z-choices">
          {foundTeams.length > 0 && (
            <fieldset>
              <legend>{t('zones.assignTeams')}</legend>
              {foundTeams.map((x) => box(x.id, x.name, teams.has(x.id), () => setTeams(toggle(teams, x.id))))}
              <p className="dim">{t('zones.assignHint')}</p>
            </fieldset>
          )}
          {found.length > 0 && (
            <fieldset>
              <legend>{t('zones.assignPeople')}</legend>
              {found.slice(0, most).map((p) => box(p.id, p.name, users.has(p.id), () => setUsers(toggle(users, p.id))))}
              {found.length > most && <p className="dim">{t('zones.assignMore', { count: found.length - most })}</p>}
            </fieldset>
          )}
          {found.length + foundTeams.length === 0 && <p className="dim">{t('zones.assignNone')}</p>}
        </div>
        {error && <p className="error" role="alert">{error}</p>}
      </DialogContent>
      <DialogActions>
        <span className="z-chosen dim" role="status">{whoText(users.size, teams.size) || t('zones.unassigned')}</span>
        <Button onClick={onClose}>{t('zones.cancel')}</Button>
        <Button variant="contained" disabled={busy} onClick={() => void save()}>{busy ? t('zones.saving') : t('zones.save')}</Button>
      </DialogActions>
    </Dialog>
  )
}
