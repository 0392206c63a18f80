import { Button, IconButton } from '@mui/material'
import { useTranslation } from 'react-i18next'
import { CloseIcon, PlusIcon } from '../../icons'
import { TimeInput } from '../common/time-input'
import { useZone } from '../data/hooks'
import type { Fault } from './faults'
import type { Window } from './model'
import { days, maxWindows } from './schedule'

/** When a zone applies. 24:00 is written as 00:00, which is the same: an end that is not after the begin is on the next day. */
export function ScheduleForm({ value, faults, onChange }: { value: readonly Window[]; faults: readonly Fault[]; onChange: (next: Window[]) => void }) {
  const { t } = useTranslation()
  const zone = useZone()
  const set = (i: number, part: Partial<Window>) => onChange(value.map((w, k) => (k === i ? { ...w, ...part } : w)))
  return (
    <div className="z-schedule">
      <p className="dim">{t('zones.scheduleHint', { zone: (zone ?? '').replaceAll('_', ' ') })}</p>
      {value.map((w, i) => (
        <div key={i} className="z-window" role="group" aria-label={`${t('zones.when')} ${i + 1}`}>
          <div className="z-days">
            {days.map((d) => (
              <button
                type="button" key={d} aria-pressed={w.days.includes(d)} aria-label={t(`zones.dayNames.${d}`)} title={t(`zones.dayNames.${d}`)}
                onClick={() => set(i, { days: days.filter((x) => (x === d ? !w.days.includes(x) : w.days.includes(x))) })}
              >
                {t(`zones.days.${d}`)}
              </button>
            ))}
          </div>
          <label>{t('zones.from')} <TimeInput value={w.from} invalid={false} onTime={(from) => set(i, { from })} /></label>
          <label>{t('zones.to')} <TimeInput value={w.to === '24:00' ? '00:00' : w.to} invalid={false} onTime={(to) => set(i, { to })} /></label>
          <IconButton size="small" aria-label={t('zones.removeWindow')} title={t('zones.removeWindow')} onClick={() => onChange(value.filter((_, k) => k !== i))}><CloseIcon size={16} /></IconButton>
        </div>
      ))}
      {faults.map((f, i) => <p key={i} className="z-wrong">{f.detail}</p>)}
      {value.length < maxWindows && (
        <Button size="small" startIcon={<PlusIcon size={16} />} onClick={() => onChange([...value, { days: value.at(-1)?.days.slice() ?? ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' }])}>{t('zones.addWindow')}</Button>
      )}
    </div>
  )
}
