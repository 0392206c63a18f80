import { Tooltip } from '@mui/material'
import { useEffect, useRef, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { LeftIcon, RightIcon } from '../../icons'
import { longDate } from '../data/ages'
import { ahead, readDate } from './dates'
import type { Day } from './use-day'
import { span } from './words'

interface Props {
  heading: Ref<HTMLHeadingElement>
  name: string | undefined
  date: string
  today: string
  zone: string
  day: Day
  missing: boolean
  /** A list is shown below. Without one, the link that skips to it leads here. */
  listed: boolean
  onBack: () => void
  onDate: (date: string) => void
  onMove: (days: number) => void
}

/** Whose day it is, which day, and by which clock. */
export function Head({ heading, name, date, today, zone, day, missing, listed, onBack, onDate, onMove }: Props) {
  const { t } = useTranslation()
  const input = useRef<HTMLInputElement>(null)
  // The field holds what somebody is typing: it is written to only when another day is shown.
  useEffect(() => {
    if (input.current) input.current.value = date
  }, [date])
  const local = Intl.DateTimeFormat().resolvedOptions().timeZone
  const noon = day.from + 12 * 3_600_000
  const differs = ahead(noon, local, zone)
  const words = { zone: zone.split('/').at(-1)!.replaceAll('_', ' '), span: span(Math.abs(differs)) }
  return (
    <header className="day-title">
      <div className="line">
        <Tooltip title={`${t('day.back')} (Esc)`}><button type="button" className="fold" aria-label={t('day.back')} onClick={onBack}><LeftIcon size={18} /></button></Tooltip>
        <h2 ref={heading} id={listed ? undefined : 'list'} tabIndex={-1}>{name ?? t('day.unknown')}</h2>
      </div>
      {!missing && (
        <>
          <div className="line day-dates" role="group" aria-label={t('day.date')}>
            <Tooltip title={t('day.previous')}><button type="button" className="btn square" aria-label={t('day.previous')} onClick={() => onMove(-1)}><LeftIcon size={16} /></button></Tooltip>
            <input
              ref={input} type="date" className="field" defaultValue={date} min="2000-01-01" max={today} aria-label={t('day.date')}
              onChange={(e) => {
                const to = readDate(e.target.value)
                if (to && to <= today && to !== date) onDate(to)
              }}
            />
            <Tooltip title={t('day.next')}><span><button type="button" className="btn square" aria-label={t('day.next')} disabled={date >= today} onClick={() => onMove(1)}><RightIcon size={16} /></button></span></Tooltip>
            <button type="button" className="btn" disabled={date === today} onClick={() => onDate(today)}>{t('day.today')}</button>
          </div>
          <p className="day-long">{longDate(noon, zone)}</p>
          {differs !== 0 && <p className="dim small">{differs > 0 ? t('day.zoneAhead', words) : t('day.zoneBehind', words)}</p>}
        </>
      )}
    </header>
  )
}
