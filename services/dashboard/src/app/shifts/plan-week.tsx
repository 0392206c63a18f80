import { Button, IconButton, Tooltip } from '@mui/material'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CloseIcon, CopyIcon, PlusIcon } from '../../icons'
import { TimeInput } from '../common/time-input'
import { copyDay, inOrder, lengthOf, overlapping, weekLength, type PlanWindow } from './plan'
import { hours } from './times'

const days = [1, 2, 3, 4, 5, 6, 7] as const

interface Props {
  windows: readonly PlanWindow[]
  /** What the server does not accept, by the name of the field: windows[2].to. */
  bad: Readonly<Record<string, string>>
  /** Without it the week is only shown. */
  onChange?: (windows: PlanWindow[]) => void
}

/** A week of work: the times of each day, and a day that is copied to others. */
export function PlanWeek({ windows, bad, onChange }: Props) {
  const { t } = useTranslation()
  const [copying, setCopying] = useState<number>()
  const [to, setTo] = useState<readonly number[]>([])
  const clash = overlapping(windows)
  const name = (d: number) => t(`shifts.dayName.d${d}` as 'shifts.dayName.d1')
  const put = (i: number, more: Partial<PlanWindow>) => onChange?.(windows.map((w, k) => (k === i ? { ...w, ...more } : w)))
  const add = (day: number) => {
    const last = inOrder(windows.filter((w) => w.day === day)).at(-1)
    onChange?.(inOrder([...windows, last ? { day, from: last.to, to: later(last.to, 4) } : { day, from: '08:00', to: '17:00' }]))
  }
  const startCopy = (day: number) => {
    setTo(days.filter((d) => d !== day && d <= 5))
    setCopying(copying === day ? undefined : day)
  }
  const copy = (day: number) => {
    onChange?.(copyDay(windows, day, to))
    setCopying(undefined)
  }
  return (
    <div className="sh-plan">
      {days.map((d) => {
        const own = windows.map((w, i) => [w, i] as const).filter(([w]) => w.day === d)
        return (
          <fieldset key={d} className={own.length === 0 ? 'free' : ''}>
            <legend className="sr">{name(d)}</legend>
            <span className="sh-day" aria-hidden="true">{t(`shifts.day.d${d}` as 'shifts.day.d1')}</span>
            <div className="sh-windows">
              {own.length === 0 && <span className="dim">{t('shifts.plan.free')}</span>}
              {own.map(([w, i]) => (
                <div key={i} className="sh-window">
                  {onChange ? (
                    <>
                      <TimeInput value={w.from} label={`${name(d)}, ${t('shifts.plan.from')}`} invalid={clash.has(i) || bad[`windows[${i}].from`] !== undefined} onTime={(from) => put(i, { from })} />
                      <span aria-hidden="true">–</span>
                      <TimeInput value={w.to} label={`${name(d)}, ${t('shifts.plan.to')}`} invalid={clash.has(i) || bad[`windows[${i}].to`] !== undefined} onTime={(to) => put(i, { to })} />
                    </>
                  ) : <span className="num">{w.from}–{w.to}</span>}
                  <span className="dim num small">{w.from && w.to ? hours(lengthOf(w) * 60_000) : ''}{w.to !== '' && w.to <= w.from && <abbr title={t('shifts.plan.nextDay')}> +1</abbr>}</span>
                  {onChange && <IconButton size="small" aria-label={t('shifts.plan.take_out', { day: name(d), from: w.from })} onClick={() => onChange(windows.filter((_, k) => k !== i))}><CloseIcon size={16} /></IconButton>}
                  {clash.has(i) && <span className="bad">{t('shifts.plan.overlap')}</span>}
                </div>
              ))}
              {copying === d && (
                <div className="sh-copy" role="group" aria-label={t('shifts.plan.copyTo', { day: name(d) })}>
                  <span className="z-days">{days.filter((x) => x !== d).map((x) => <button type="button" key={x} aria-pressed={to.includes(x)} aria-label={name(x)} onClick={() => setTo(to.includes(x) ? to.filter((y) => y !== x) : [...to, x])}>{t(`shifts.day.d${x}` as 'shifts.day.d1')}</button>)}</span>
                  <Button size="small" variant="contained" disabled={to.length === 0} onClick={() => copy(d)}>{t('shifts.plan.copy')}</Button>
                </div>
              )}
            </div>
            {onChange && (
              <span className="sh-acts">
                <Tooltip title={t('shifts.plan.copyTo', { day: name(d) })} placement="left" disableInteractive><IconButton size="small" aria-label={t('shifts.plan.copyTo', { day: name(d) })} aria-expanded={copying === d} onClick={() => startCopy(d)}><CopyIcon size={17} /></IconButton></Tooltip>
                <Tooltip title={t('shifts.plan.add', { day: name(d) })} placement="left" disableInteractive><IconButton size="small" aria-label={t('shifts.plan.add', { day: name(d) })} onClick={() => add(d)}><PlusIcon size={17} /></IconButton></Tooltip>
              </span>
            )}
          </fieldset>
        )
      })}
      <p className="sh-sum"><span>{t('shifts.plan.perWeek')}</span> <b className="num">{hours(weekLength(windows.filter((w) => w.from && w.to)) * 60_000)}</b></p>
    </div>
  )
}

/** A time so many hours later, at most the midnight that follows. */
function later(time: string, by: number): string {
  const hour = Number(time.slice(0, 2)) + by
  return hour >= 24 ? '00:00' : `${String(hour).padStart(2, '0')}${time.slice(2)}`
}
