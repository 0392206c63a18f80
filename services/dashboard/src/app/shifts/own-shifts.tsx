import { Button } from '@mui/material'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { clockTime } from '../data/ages'
import { useData } from '../data/data'
import { useMe, useTick } from '../data/hooks'
import { Sign } from '../panels/sign'
import { ActDialog, kindsFor, type Kind } from './act-dialog'
import { worked, type Shift } from './model'
import { signs } from './now-view'
import { ObjectDialog } from './object-dialog'
import { ShiftLog } from './shift-log'
import { hours } from './times'
import { useCompanyZone, useShiftsOf } from './use-shifts'
import { Week } from './week'

/** What somebody sees of their own shifts. */
export function OwnShifts() {
  const { t } = useTranslation()
  const me = useMe().data
  const { who } = useData()
  const zone = useCompanyZone()
  useTick(5000)
  const time = now()
  const hour = Math.floor(time / 3_600_000) * 3_600_000
  const open = useShiftsOf(who.user, hour - 40 * 3_600_000, hour + 2 * 3_600_000).data?.findLast((s) => s.state !== 'terminada')
  const [asking, setAsking] = useState<Kind>()
  const [objecting, setObjecting] = useState<Shift>()
  const [said, setSaid] = useState('')
  const status = open ? (open.state === 'en_pausa' ? 'paused' : 'in') : 'out'
  return (
    <section className="side sh-own" aria-label={t('shifts.own')}>
      <p className="sh-now"><Sign state={signs[status]} size={16} /> <b>{t(`shifts.status.${status}`)}</b>{open && <span className="dim">{t('shifts.ownSince', { time: clockTime(Date.parse(open.started_at), zone), hours: hours(worked(open, time)) })}</span>}</p>
      <div className="acts">{kindsFor(status).map((k) => <Button key={k} variant="outlined" onClick={() => setAsking(k)}>{t(`shifts.act.${k}`)}</Button>)}</div>
      {said && <p className="good" role="status">{said}</p>}
      <Week user={who.user} onObject={setObjecting} />
      <ShiftLog user={who.user} />
      {objecting && <ObjectDialog shift={objecting} onClose={() => setObjecting(undefined)} onDone={(text) => { setObjecting(undefined); setSaid(text) }} />}
      {asking && <ActDialog kind={asking} user={{ id: who.user, name: me?.name ?? '' }} onClose={() => setAsking(undefined)} onDone={(text) => { setAsking(undefined); setSaid(text) }} />}
    </section>
  )
}
