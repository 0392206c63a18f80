import { Button, Dialog, DialogActions, DialogContent, DialogTitle } from '@mui/material'
import { useTranslation } from 'react-i18next'
import { clockTime } from '../data/ages'
import { spanText } from './times'
import type { Conflict } from './use-send'
import { endOfWindow, startOfWindow, stateOf, type Activity } from './visit'
import { sayVisit, type Names } from './words'

interface Props {
  conflict: Conflict
  names: Names
  zone: string
  date: string
  busy: boolean
  error: unknown
  onTheirs: () => void
  onMine: () => void
}

/** Two people changed one visit. Neither change is lost without a decision. */
export function ConflictDialog({ conflict: { change, now }, names, zone, date, busy, error, onTheirs, onMine }: Props) {
  const { t } = useTranslation()
  const was = change.seen
  const says: [string, (v: Activity) => string][] = [
    [t('board.field.when'), (v) => spanText(startOfWindow(v), endOfWindow(v), zone, date)],
    [t('board.field.worker'), (v) => (v.user_id === '' ? t('board.nobody') : v.user_name || names.user(v.user_id))],
    [t('board.field.team'), (v) => (v.team_id === '' ? t('person.unknown') : names.team(v.team_id))],
    [t('board.field.state'), (v) => t(`board.state.${stateOf(v)}`) + (v.reason && v.reason !== 'cierre' ? `: ${v.reason}` : '')],
    [t('board.field.title'), (v) => v.title],
    [t('board.field.place'), (v) => v.place_name || t('person.unknown')],
    [t('board.field.priority'), (v) => t(`board.priority.${v.priority || 'normal'}`)],
    [t('board.field.notes'), (v) => v.notes || t('person.unknown')],
    [t('board.field.external'), (v) => v.external_id || t('person.unknown')],
    [t('board.field.checklist'), (v) => `${v.checklist_done}/${v.checklist_items}`],
  ]
  const differs = says.filter(([, f]) => f(was) !== f(now))
  return (
    <Dialog open onClose={busy ? undefined : onTheirs} fullWidth maxWidth="xs" aria-labelledby="conflict-title">
      <DialogTitle id="conflict-title">{t('board.conflict.title')}</DialogTitle>
      <DialogContent className="question">
        <p>{t('board.conflict.by', { name: names.user(now.changed_by), time: clockTime(Date.parse(now.changed_at), zone) })}</p>
        {differs.length > 0 ? (
          <dl className="facts">{differs.map(([k, f]) => <div key={k}><dt>{k}</dt><dd><s className="dim">{f(was)}</s> {f(now)}</dd></div>)}</dl>
        ) : <p className="dim">{t('board.conflict.same')}</p>}
        <p>{t('board.conflict.mine')} {change.words}</p>
        {error !== undefined && <p className="bad-box" role="alert">{sayVisit(error)}</p>}
      </DialogContent>
      <DialogActions>
        <Button onClick={onTheirs} disabled={busy} autoFocus>{t('board.conflict.theirs')}</Button>
        <Button variant="contained" onClick={onMine} disabled={busy}>{busy ? t('alerts.acting') : t('board.conflict.again')}</Button>
      </DialogActions>
    </Dialog>
  )
}
