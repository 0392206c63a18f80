import { Button, Dialog, DialogActions, DialogContent, DialogTitle } from '@mui/material'
import { useTranslation } from 'react-i18next'
import { Question } from '../common/parts'
import { dateTime } from '../data/ages'
import { useUsers } from '../data/data'
import { useZone } from '../data/hooks'
import { differences, type Difference, type Place } from './model'
import { useVisitsText } from './place-card'

/** Asks before a place is archived, and says what becomes of its visits. */
export function ArchiveDialog({ place, busy, error, onNo, onYes }: { place: Place; busy: boolean; error: string; onNo: () => void; onYes: () => void }) {
  const { t } = useTranslation()
  const visits = useVisitsText(place.id, (count) => t('places.archiveVisits', { count }), (count) => t('places.archiveVisitsMore', { count }), t('places.archiveNone'))
  return <Question title={t('places.archiveTitle', { name: place.name })} text={`${t('places.archiveText')} ${visits}`} yes={t('places.archive')} busy={busy} error={error} onNo={onNo} onYes={onYes} />
}

export interface Conflict {
  readonly base: Place
  readonly theirs: Place
}

/** Shows what somebody else made of the place meanwhile, and lets one decide without losing anything. */
export function ConflictDialog({ conflict: { base, theirs }, onBack, onTheirs, onKeep }: { conflict: Conflict; onBack: () => void; onTheirs: () => void; onKeep: () => void }) {
  const { t } = useTranslation()
  const at = useZone()
  const users = useUsers()
  const list = differences(base, theirs)
  const value = (v: Difference['before']) => (typeof v === 'boolean' ? t(v ? 'places.conflict.yes' : 'places.conflict.no') : v || t('places.conflict.nothing'))
  return (
    <Dialog open onClose={onBack} fullWidth maxWidth="xs" aria-labelledby="conflict-title">
      <DialogTitle id="conflict-title">{t('places.conflict.title')}</DialogTitle>
      <DialogContent className="z-ask">
        <p>{t('places.conflict.by', { name: users.get(theirs.updated_by)?.name ?? theirs.updated_by, time: dateTime(Date.parse(theirs.updated_at), at) })}</p>
        {list.length === 0 ? <p>{t('places.conflict.none')}</p> : (
          <table className="z-diff">
            <thead><tr><th scope="col">{t('places.conflict.what')}</th><th scope="col">{t('places.conflict.before')}</th><th scope="col">{t('places.conflict.after')}</th></tr></thead>
            <tbody>{list.map((d) => <tr key={d.member}><th scope="row">{t(`places.field.${d.member}`)}</th><td><del>{value(d.before)}</del></td><td><ins>{value(d.after)}</ins></td></tr>)}</tbody>
          </table>
        )}
        <p className="dim">{t('places.conflict.both')}</p>
      </DialogContent>
      <DialogActions>
        <Button onClick={onBack}>{t('places.conflict.back')}</Button>
        <Button onClick={onTheirs}>{t('places.conflict.theirs')}</Button>
        <Button variant="contained" onClick={onKeep}>{t('places.conflict.keep')}</Button>
      </DialogActions>
    </Dialog>
  )
}
