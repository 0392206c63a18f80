import { Tooltip } from '@mui/material'
import { useTranslation } from 'react-i18next'
import { LeftIcon, RightIcon } from '../../icons'
import { longDate } from '../data/ages'
import { DateField } from '../common/date-field'
import { addDays, ahead } from '../day/dates'
import { useAddress } from '../data/address'

/** Which day is shown, and by which clock. */
export function Head({ date, today, day, zone, title }: { date: string; today: string; day: { from: number; to: number }; zone: string; title: string }) {
  const { t, i18n } = useTranslation()
  const { set } = useAddress()
  const go = (to: string) => set({ date: to === today ? undefined : to, id: undefined })
  const noon = day.from + 12 * 3_600_000
  const differs = ahead(noon, Intl.DateTimeFormat().resolvedOptions().timeZone, zone)
  const words = { zone: zone.split('/').at(-1)!.replaceAll('_', ' '), hours: new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 2 }).format(Math.abs(differs) / 3_600_000) }
  return (
    <div className="office-head b-head">
      <h2 className="sr">{title}</h2>
      <div className="b-dates" role="group" aria-label={t('board.date')}>
        <Tooltip title={t('board.previous')}><button type="button" className="btn square" aria-label={t('board.previous')} onClick={() => go(addDays(date, -1))}><LeftIcon size={16} /></button></Tooltip>
        <DateField label={t('board.date')} value={date} onDate={go} />
        <Tooltip title={t('board.next')}><button type="button" className="btn square" aria-label={t('board.next')} onClick={() => go(addDays(date, 1))}><RightIcon size={16} /></button></Tooltip>
        <button type="button" className="btn" disabled={date === today} onClick={() => go(today)}>{t('board.today')}</button>
      </div>
      <p className="b-long"><b>{longDate(noon, zone)}</b>{differs !== 0 && <span className="dim small">{differs > 0 ? t('board.zoneAhead', words) : t('board.zoneBehind', words)}</span>}</p>
    </div>
  )
}
