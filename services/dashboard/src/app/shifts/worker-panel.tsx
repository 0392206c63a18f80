import { Button } from '@mui/material'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { DayIcon } from '../../icons'
import { Side } from '../common/parts'
import { useAddress } from '../data/address'
import { useData, useUsers } from '../data/data'
import { dayAddress } from '../day/link'
import { Empty } from '../panels/people-panel'
import { ActDialog, kindsFor, type Kind } from './act-dialog'
import type { Row } from './model'
import { ShiftLog } from './shift-log'
import { Week } from './week'

/** Somebody beside the table: what can be done about their shift now, and their week. */
export function WorkerPanel({ id, row, onClose }: { id: string; row: Row | undefined; onClose: () => void }) {
  const { t } = useTranslation()
  const { go } = useAddress()
  const { who } = useData()
  const user = useUsers().get(id)
  const [asking, setAsking] = useState<Kind>()
  const [said, setSaid] = useState('')
  if (!user) return <Side title={t('people.title')} onClose={onClose}><Empty title={t('admin.noPerson')} hint={t('admin.noPersonHint')} /></Side>
  return (
    <Side title={user.name} sub={row ? t(`shifts.status.${row.status}`) : t(`role.${user.role}`)} onClose={onClose}>
      <div className="acts">
        {kindsFor(row?.status ?? 'out').map((k, i) => <Button key={k} variant={i === 0 && row?.status === 'late' ? 'contained' : 'outlined'} onClick={() => setAsking(k)}>{t(`shifts.act.${k}`)}</Button>)}
        <Button startIcon={<DayIcon size={16} />} onClick={() => go(dayAddress(id))}>{t('day.open')}</Button>
      </div>
      {said && <p className="good" role="status">{said}</p>}
      <Week user={id} />
      <ShiftLog user={id} mayCorrect={who.role === 'admin' || who.user !== id} />
      {asking && <ActDialog kind={asking} user={user} onClose={() => setAsking(undefined)} onDone={(text) => { setAsking(undefined); setSaid(text) }} />}
    </Side>
  )
}
