import { Button, Dialog, DialogActions, DialogContent, DialogTitle } from '@mui/material'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../i18n'
import { clockTime } from '../data/ages'
import { useData, usePeople, type Zone } from '../data/data'
import { useZone } from '../data/hooks'
import { differences, type Difference } from './diff'
import { dropZone, useNames, whoText } from './hooks'
import { count, shapeOf, type Geometry, type Window } from './model'
import { windowText } from './schedule'

function Ask({ id, title, onClose, actions, children }: { id: string; title: string; onClose: () => void; actions: ReactNode; children: ReactNode }) {
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="xs" aria-labelledby={id}>
      <DialogTitle id={id}>{title}</DialogTitle>
      <DialogContent className="z-ask">{children}</DialogContent>
      <DialogActions>{actions}</DialogActions>
    </Dialog>
  )
}

/** Asks before a zone is deleted, and says to whom it applies. */
export function RemoveDialog({ zone, onClose, onDone }: { zone: Zone; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation()
  const d = useData()
  const { people } = usePeople()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState('')
  const { users, teams, name } = zone.properties
  const reach = people.filter((p) => users.includes(p.id) || p.teams.some((x) => teams.includes(x))).length
  const remove = async () => {
    setBusy(true)
    try {
      await d.session.request('delete', '/v1/zones/{id}', { path: { id: zone.id } })
      dropZone(d, zone.id)
      onDone()
    } catch (e) {
      setError(errorText(e))
      setBusy(false)
    }
  }
  return (
    <Ask
      id="remove-title" title={t('zones.removeTitle', { name })} onClose={onClose}
      actions={<><Button autoFocus onClick={onClose}>{t('zones.cancel')}</Button><Button variant="contained" color="error" disabled={busy} onClick={() => void remove()}>{busy ? t('zones.removing') : t('zones.remove')}</Button></>}
    >
      {users.length + teams.length > 0 ? (
        <>
          <p>{t('zones.removeAssigned', { who: whoText(users.length, teams.length) })}</p>
          {teams.length > 0 && <p>{t('zones.removeReach', { people: t('zones.people', { count: reach }) })}</p>}
        </>
      ) : <p>{t('zones.removeFree')}</p>}
      {error && <p className="error" role="alert">{error}</p>}
    </Ask>
  )
}

/** Asks before what was drawn is lost. */
export function LeaveDialog({ name, onStay, onLeave }: { name: string; onStay: () => void; onLeave: () => void }) {
  const { t } = useTranslation()
  return (
    <Ask id="leave-title" title={t('leave.title')} onClose={onStay} actions={<><Button color="error" onClick={onLeave}>{t('leave.yes')}</Button><Button autoFocus variant="contained" onClick={onStay}>{t('zones.stay')}</Button></>}>
      <p>{t('zones.leaveText', { name: name || t('zones.unnamed') })}</p>
    </Ask>
  )
}

export type Conflict = { readonly theirs: Zone; readonly base: Zone } | 'gone'

/** Shows what somebody else made of the zone meanwhile, and lets one decide without losing anything. */
export function ConflictDialog({ conflict, onBack, onKeep, onTheirs }: { conflict: Conflict; onBack: () => void; onKeep: () => void; onTheirs: () => void }) {
  const { t } = useTranslation()
  const names = useNames()
  const at = useZone()
  if (conflict === 'gone') {
    return (
      <Ask id="conflict-title" title={t('zones.goneTitle')} onClose={onBack} actions={<><Button onClick={onBack}>{t('zones.conflictBack')}</Button><Button autoFocus variant="contained" onClick={onKeep}>{t('zones.goneSave')}</Button></>}>
        <p>{t('zones.goneText')}</p>
      </Ask>
    )
  }
  const { theirs, base } = conflict
  const list = differences(base, theirs)
  const value = (d: Difference, v: unknown): string => {
    if (v === undefined || (Array.isArray(v) && v.length === 0)) return '—'
    if (d.member === 'geometry') return t('zones.points2', { count: count(shapeOf(v as Geometry)) })
    if (d.member === 'schedule') return (v as Window[]).map(windowText).join(', ')
    if (d.member === 'users') return (v as string[]).map(names.user).join(', ')
    if (d.member === 'teams') return (v as string[]).map(names.team).join(', ')
    return String(v)
  }
  return (
    <Ask
      id="conflict-title" title={t('zones.conflictTitle')} onClose={onBack}
      actions={<><Button onClick={onBack}>{t('zones.conflictBack')}</Button><Button onClick={onTheirs}>{t('zones.conflictTheirs')}</Button><Button variant="contained" onClick={onKeep}>{t('zones.conflictKeep')}</Button></>}
    >
      <p>{t('zones.conflictBy', { name: names.user(theirs.properties.updated_by), time: clockTime(Date.parse(theirs.properties.updated_at), at) })}</p>
      {list.length === 0 ? <p>{t('zones.conflictNone')}</p> : (
        <table className="z-diff">
          <tbody>
            {list.map((d) => <tr key={d.member}><th scope="row">{t(`zones.member.${d.member}`)}</th><td><del>{value(d, d.before)}</del></td><td><ins>{value(d, d.after)}</ins></td></tr>)}
          </tbody>
        </table>
      )}
      <p className="dim">{t('zones.conflictHint')}</p>
    </Ask>
  )
}
