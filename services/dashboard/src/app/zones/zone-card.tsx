import { Button, IconButton, Tooltip } from '@mui/material'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { CloseIcon, FitIcon, TrashIcon } from '../../icons'
import { dateTime, distance } from '../data/ages'
import { useData, type Zone } from '../data/data'
import { useZone } from '../data/hooks'
import { kindOf, shapeOfZone, sizeText, useNames, useSettings } from './hooks'
import { count } from './model'
import { PeopleNow } from './people-now'
import { windowText } from './schedule'

interface Props {
  zone: Zone
  /** What the server said about the zone that was just saved. */
  notices: readonly string[]
  onEdit: () => void
  onAssign: () => void
  onRemove: () => void
  onShow: () => void
  onClose: () => void
}

const most = 8

export function ZoneCard({ zone: z, notices, onEdit, onAssign, onRemove, onShow, onClose }: Props) {
  const { t } = useTranslation()
  const admin = useData().who.role === 'admin'
  const at = useZone()
  const names = useNames()
  const company = useSettings().data
  const p = z.properties
  const shape = useMemo(() => shapeOfZone(z), [z])
  const assigned = [...p.teams.map(names.team), ...p.users.map(names.user)]
  const own = (n: number | undefined, of: number | undefined) => n ?? of
  const fixes = own(p.confirm_fixes, company?.confirm_fixes)
  const seconds = own(p.confirm_s, company?.confirm_s)
  const buffer = own(p.exit_buffer_m, company?.exit_buffer_m)
  const ofCompany = (own: boolean) => (own ? '' : ` · ${t('zones.company')}`)
  return (
    <section className="panel card z-card" aria-label={p.name}>
      <header>
        <div>
          <h2>{p.name}</h2>
          <p className="dim">{t(`zones.kind.${kindOf(z)}`)} · {sizeText(shape)}{shape.kind !== 'circle' && ` · ${t('zones.vertices', { count: count(shape) })}`}</p>
        </div>
        <Tooltip title={t('zones.show')}><IconButton size="small" aria-label={t('zones.show')} onClick={onShow}><FitIcon size={18} /></IconButton></Tooltip>
        <Tooltip title={t('zones.close')}><IconButton size="small" aria-label={t('zones.close')} onClick={onClose}><CloseIcon size={18} /></IconButton></Tooltip>
      </header>
      {notices.map((n) => <p key={n} className="z-notice" role="status">{n}</p>)}
      {assigned.length > 0 ? <PeopleNow id={z.id} /> : <p className="warn small">{t('zones.unassignedHint')}</p>}
      <dl className="facts">
        <div><dt>{t('zones.appliesTo')}</dt><dd>{assigned.length === 0 ? t('zones.unassigned') : `${assigned.slice(0, most).join(' · ')}${assigned.length > most ? ` ${t('zones.more', { count: assigned.length - most })}` : ''}`}</dd></div>
        <div><dt>{t('zones.when')}</dt><dd>{p.schedule?.length ? p.schedule.map((w, i) => <span className="z-line" key={i}>{windowText(w)}</span>) : t('zones.always')}</dd></div>
        {buffer !== undefined && <div><dt>{t('zones.buffer')}</dt><dd>{distance(buffer)}<span className="dim">{ofCompany(p.exit_buffer_m !== undefined)}</span></dd></div>}
        {fixes !== undefined && seconds !== undefined && <div><dt>{t('zones.confirm')}</dt><dd>{t('zones.confirmText', { fixes, seconds })}<span className="dim">{ofCompany(p.confirm_fixes !== undefined || p.confirm_s !== undefined)}</span></dd></div>}
        {p.updated_by && <div><dt>{t('zones.changed')}</dt><dd>{dateTime(Date.parse(p.updated_at), at)} {t('zones.by', { name: names.user(p.updated_by) })}</dd></div>}
      </dl>
      {admin && (
        <footer>
          <Button variant={assigned.length > 0 ? 'outlined' : 'contained'} onClick={onAssign}>{t('zones.assign')}</Button>
          <Button variant="outlined" onClick={onEdit}>{t('zones.edit')}</Button>
          <Button variant="text" color="inherit" startIcon={<TrashIcon size={16} />} onClick={onRemove}>{t('zones.remove')}</Button>
        </footer>
      )}
    </section>
  )
}
