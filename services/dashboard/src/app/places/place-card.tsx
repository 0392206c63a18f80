import { Button, IconButton, Tooltip } from '@mui/material'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CheckIcon, CloseIcon, FitIcon, LinkIcon } from '../../icons'
import { dateTime, distance } from '../data/ages'
import { useUsers } from '../data/data'
import { useZone } from '../data/hooks'
import { pointText, type Place } from './model'
import { AboutVisits, AgendaButton } from './place-visits'
import { useOpenVisits } from './use-places'

interface Props {
  place: Place
  busy: boolean
  error: string
  onEdit: () => void
  onArchive: () => void
  onRestore: () => void
  onShow: () => void
  onClose: () => void
}

/** How many open visits a place has, in words; empty while it is not known. */
export function useVisitsText(id: string, one: (count: number) => string, more: (count: number) => string, none: string): string {
  const { data } = useOpenVisits(id)
  const n = data?.activities?.length ?? 0
  return data === undefined ? '' : n === 0 ? none : data.next ? more(n) : one(n)
}

export function PlaceCard({ place: p, busy, error, onEdit, onArchive, onRestore, onShow, onClose }: Props) {
  const { t } = useTranslation()
  const at = useZone()
  const users = useUsers()
  const [copied, setCopied] = useState(false)
  const visits = useVisitsText(p.id, (count) => t('places.openVisits', { count }), (count) => t('places.openVisitsMore', { count }), t('places.noVisits'))
  const copy = () => void navigator.clipboard?.writeText(`${location.origin}/places?id=${encodeURIComponent(p.id)}`).then(() => setCopied(true))
  return (
    <section className="panel card z-card" aria-label={p.name}>
      <header>
        <div>
          <h2>{p.name}{p.archived && <span className="tag">{t('places.archived')}</span>}</h2>
          {p.external_id && <p className="dim">{p.external_id}</p>}
        </div>
        <Tooltip title={copied ? t('places.copied') : t('places.copy')}><IconButton size="small" aria-label={t('places.copy')} onClick={copy}>{copied ? <CheckIcon size={18} /> : <LinkIcon size={18} />}</IconButton></Tooltip>
        <Tooltip title={t('places.show')}><IconButton size="small" aria-label={t('places.show')} onClick={onShow}><FitIcon size={18} /></IconButton></Tooltip>
        <Tooltip title={t('places.close')}><IconButton size="small" aria-label={t('places.close')} onClick={onClose}><CloseIcon size={18} /></IconButton></Tooltip>
      </header>
      <span className="sr" role="status">{copied ? t('places.copied') : ''}</span>
      {p.archived && <p className="z-notice">{t('places.archivedHint')}</p>}
      <dl className="facts">
        {p.address && <div><dt>{t('places.field.address')}</dt><dd>{p.address}</dd></div>}
        {p.contact && <div><dt>{t('places.field.contact')}</dt><dd>{p.contact}</dd></div>}
        {p.notes && <div><dt>{t('places.field.notes')}</dt><dd className="pl-notes">{p.notes}</dd></div>}
        <div><dt>{t('places.field.radius')}</dt><dd>{distance(p.radius_m)}</dd></div>
        <div><dt>{t('places.field.point')}</dt><dd className="pl-point">{pointText(p)}</dd></div>
        <div><dt>{t('places.visits')}</dt><dd>{visits || t('person.unknown')}</dd></div>
        <AboutVisits id={p.id} />
        <div><dt>{t('places.changed')}</dt><dd>{dateTime(Date.parse(p.updated_at), at)} {t('places.by', { name: users.get(p.updated_by)?.name ?? p.updated_by })}</dd></div>
      </dl>
      {error && <p className="error" role="alert">{error}</p>}
      <footer>
        <AgendaButton id={p.id} />
        <Button variant="outlined" onClick={onEdit}>{t('places.edit')}</Button>
        {p.archived ? <Button variant="outlined" disabled={busy} onClick={onRestore}>{t('places.restore')}</Button> : <Button variant="text" color="inherit" onClick={onArchive}>{t('places.archive')}</Button>}
      </footer>
    </section>
  )
}
