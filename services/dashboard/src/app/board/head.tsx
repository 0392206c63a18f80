import { Tooltip } from '@mui/material'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { LeftIcon, RightIcon } from '../../icons'
import { longDate } from '../data/ages'
import { addDays, ahead, readDate } from '../day/dates'
import { useAddress } from '../data/address'

/** Which day is shown, and by which clock. */
export function Head({ date, today, day, zone, title }: { date: string; today: string; day: { from: number; to: number }; zone: string; title: string }) {
  const { t } = useTranslation()
  const { set } = useAddress()
  const input = useRef<HTMLInputElement>(null)
  // The field holds what somebody is typing: it is written to only when another day is shown.
  useEffect(() => {
    if (input.current) input.current.value = date
  }, [date])
  const go = (to: string) => set({ date: to === today ? undefined : to, id: undefined })
  const noon = day.from + 12 * 3_600_000
  const differs = ahead(noon, Intl.DateTimeFormat().resolvedOptions().timeZone, zone)
  const words = { zone: zone.split('/').at(-1)!.replaceAll('_', ' '), hours: String(Math.round(Math.abs(differs) / 360_000) / 10) }
  return (
    <div className="admin-head b-head">
      <h2 className="sr">{title}</h2>
      <div className="b-dates" role="group" aria-label={t('board.date')}>
        <Tooltip title={t('board.previous')}><button type="button" className="btn square" aria-label={t('board.previous')} onClick={() => go(addDays(date, -1))}><LeftIcon size={16} /></button></Tooltip>
        <input
          ref={input} type="date" defaultValue={date} min="2000-01-01" aria-label={t('board.date')}
          onChange={(e) => {
            const to = readDate(e.target.value)
            if (to && to !== date) go(to)
          }}
        />
        <Tooltip title={t('board.next')}><button type="button" className="btn square" aria-label={t('board.next')} onClick={() => go(addDays(date, 1))}><RightIcon size={16} /></button></Tooltip>
        <button type="button" className="btn" disabled={date === today} onClick={() => go(today)}>{t('board.today')}</button>
      </div>
      <p className="b-long"><b>{longDate(noon, zone)}</b>{differs !== 0 && <span className="dim small">{differs > 0 ? t('board.zoneAhead', words) : t('board.zoneBehind', words)}</span>}</p>
    </div>
  )
}
