import { Button, Dialog, DialogActions, DialogContent, DialogTitle, IconButton, Tooltip } from '@mui/material'
import { Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../../client'
import { now } from '../../clock'
import { errorText } from '../../i18n'
import { CheckIcon, CloseIcon, DoneIcon } from '../../icons'
import { age, ago, dateTime, distance, percent } from '../data/ages'
import { typeKey } from '../data/alerts'
import { useData } from '../data/data'
import { useTick, useZone } from '../data/hooks'
import { useAlertDetail, useName } from '../data/use-alert'
import type { useAct } from './use-act'
import { aboutText, alertText, endText, entryText, isEnd, isWritten, ofSilence } from '../data/why'
import { later } from '../later'
import { useZoneNames } from './alerts-panel'
import { Empty, Skeleton } from './people-panel'

const AlertMore = later(() => import('../panic/more'))

export default function AlertCard({ id, acting, asking, onAsk, onClose }: { id: string; acting: ReturnType<typeof useAct>; asking: boolean; onAsk: (open: boolean) => void; onClose: () => void }) {
  const { t } = useTranslation()
  const d = useData()
  const zone = useZone()
  const zoneNames = useZoneNames()
  useTick(5000)
  const { act, busy } = acting
  const error = acting.failed?.id === id && acting.failed.text
  const detail = useAlertDetail(id)
  const who = useName(detail.data)
  const known = d.alerts.snapshot.byId.get(id) ?? detail.data
  const close = <Tooltip title={t('alerts.close')}><IconButton size="small" aria-label={t('alerts.close')} onClick={onClose}><CloseIcon size={18} /></IconButton></Tooltip>
  if (!known) {
    const missing = detail.error instanceof Problem && detail.error.status === 404
    return (
      <section className="panel card" aria-label={t('alerts.title')}>
        <header><div><h2>{t('alerts.title')}</h2></div>{close}</header>
        {missing ? <Empty title={t('alerts.notFound')} hint={t('alerts.notFoundHint')} /> : detail.error ? <Empty title={t('alerts.error')} hint={errorText(detail.error)} /> : <Skeleton rows={5} />}
      </section>
    )
  }
  const a = known
  const started = Date.parse(a.started_at)
  const name = aboutText(a)
  const text = alertText(a, zone)
  // Nobody takes care of their own call for help, and workers of no alert.
  const may = d.who.role !== 'colaborador' && !(a.type === 'panico' && a.user_id === d.who.user)
  return (
    <section className={`panel card alert ${a.status}`} aria-label={name}>
      <header>
        <div>
          <h2>{name}</h2>
          <p><b className={a.status === 'nueva' ? 'red' : 'dim'}>{t(`alerts.type.${typeKey(a)}`)}</b> <span className="dim">· {a.resolution === 'false_alarm' ? t('alerts.false_alarm') : t(`alerts.status.${a.status}`)}{a.late && ` · ${t('alerts.late')}`}</span></p>
        </div>
        {close}
      </header>
      {text && <p className={a.ended_at ? 'small' : 'silence'}>{text}</p>}
      <dl className="facts">
        {!text && a.type !== 'panico' && <div><dt>{t('alerts.zone')}</dt><dd>{zoneNames(a.zones) || t('person.unknown')}{a.distance_m !== undefined && `, ${t('alerts.away', { distance: distance(a.distance_m) })}`}</dd></div>}
        <div><dt>{t('alerts.since')}</dt><dd>{dateTime(started, zone)} · {ago(now() - started)}</dd></div>
        {a.last_fix_at && <div><dt>{t('silence.lastFix')}</dt><dd>{dateTime(Date.parse(a.last_fix_at), zone)} · {ago(now() - Date.parse(a.last_fix_at))}</dd></div>}
        {(ofSilence(a) || a.type === 'panico') && a.battery !== undefined && <div><dt>{t('person.battery')}</dt><dd>{percent(a.battery)}</dd></div>}
        {a.ended_at && <div><dt>{t('alerts.endedAt')}</dt><dd>{dateTime(Date.parse(a.ended_at), zone)}, {endText(a, a.end_reason)} ({age(Date.parse(a.ended_at) - started)})</dd></div>}
      </dl>
      {error && <p className="error" role="alert">{error}</p>}
      {a.type === 'panico' && a.note && <p className="small">“{a.note}”</p>}
      {a.status !== 'resuelta' && may && (
        <footer>
          {a.status === 'nueva' && <Button variant="contained" disabled={busy} startIcon={<CheckIcon size={16} />} onClick={() => void act(a, 'acknowledge')}>{t('alerts.acknowledge')}</Button>}
          <Button variant={a.status === 'nueva' ? 'outlined' : 'contained'} disabled={busy} startIcon={<DoneIcon size={16} />} onClick={() => onAsk(true)}>{t('alerts.resolve')}</Button>
        </footer>
      )}
      <Suspense><AlertMore a={a} acting={acting} /></Suspense>
      <h3>{t('alerts.history')}</h3>
      {detail.data ? (
        <ol className="history">
          {(detail.data.history ?? []).map((h, i) => (
            <li key={i}>
              <time>{dateTime(Date.parse(h.at), zone)}</time>
              <span>{entryText(a, h)}{h.by && `: ${who(h.by)}`}{isWritten(h, a) && (isEnd(h.note) ? `: ${endText(a, h.note)}` : ` — “${h.note}”`)}</span>
            </li>
          ))}
        </ol>
      ) : detail.error ? <p className="dim">{errorText(detail.error)}</p> : <Skeleton rows={2} />}
      <Resolve open={asking} busy={busy} name={name} onCancel={() => onAsk(false)} onDone={(note) => void act(a, 'resolve', note).then((ok) => ok && onAsk(false))} />
    </section>
  )
}


function Resolve({ open, busy, name, onCancel, onDone }: { open: boolean; busy: boolean; name: string; onCancel: () => void; onDone: (note: string) => void }) {
  const { t } = useTranslation()
  const [note, setNote] = useState('')
  return (
    <Dialog open={open} onClose={onCancel} fullWidth maxWidth="xs" aria-labelledby="resolve-title">
      <DialogTitle id="resolve-title">{t('alerts.resolve')}: {name}</DialogTitle>
      <DialogContent>
        <div className="field">
          <label htmlFor="resolve-reason">{t('alerts.reason')}</label>
          <textarea
            id="resolve-reason" autoFocus rows={3} maxLength={1000} aria-describedby="resolve-hint" value={note} onChange={(e) => setNote(e.target.value)}
            onKeyDown={(e) => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) onDone(note) }}
          />
          <span id="resolve-hint" className="hint">{t('alerts.reasonHint')}</span>
        </div>
      </DialogContent>
      <DialogActions>
        <Button onClick={onCancel}>{t('alerts.cancel')}</Button>
        <Button variant="contained" disabled={busy} onClick={() => onDone(note)}>{busy ? t('alerts.acting') : t('alerts.confirm')}</Button>
      </DialogActions>
    </Dialog>
  )
}
