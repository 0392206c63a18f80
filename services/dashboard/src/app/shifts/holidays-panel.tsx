import { Button, IconButton } from '@mui/material'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { components } from '../../../client'
import { Problem } from '../../../client'
import { CloseIcon, PlusIcon } from '../../icons'
import { useAction, useOffice } from '../common/office'
import { Side } from '../common/parts'
import { fieldErrors, say } from '../common/problem'
import { useUnsaved } from '../common/unsaved'
import { Empty, Skeleton } from '../panels/people-panel'
import { shiftWords } from './say'
import { useHolidays } from './use-plans'

type List = components['schemas']['HolidayList']
type Holiday = components['schemas']['Holiday']

/** The company's holidays beside the table. */
export function HolidaysPanel({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const read = useHolidays()
  const [version, setVersion] = useState(0)
  return (
    <Side title={t('shifts.plan.holidays')} sub={t('shifts.plan.holidaysHint')} onClose={onClose}>
      {read.error && !read.data ? <Empty title={t('shifts.plan.error')} hint={say(read.error, shiftWords)} action={t('boot.retry')} onAction={() => void read.refetch()} /> : !read.data ? <Skeleton rows={5} /> : <Form key={version} list={read.data} onSaved={() => setVersion((n) => n + 1)} />}
    </Side>
  )
}

function Form({ list, onSaved }: { list: List; onSaved: () => void }) {
  const { t, i18n } = useTranslation()
  const { session, who } = useOffice()
  const queries = useQueryClient()
  const [days, setDays] = useState<readonly Holiday[]>(list.holidays ?? [])
  const [at] = useState(list)
  const act = useAction(shiftWords)
  const bad = Object.values(fieldErrors(act.error, (_, detail) => detail))[0]
  const dirty = JSON.stringify(days) !== JSON.stringify(at.holidays ?? [])
  const admin = who.role === 'admin'
  useUnsaved(dirty)
  const put = (i: number, more: Partial<Holiday>) => {
    setDays(days.map((d, k) => (k === i ? { ...d, ...more } : d)))
    act.clear()
  }
  const save = () =>
    void act.run(async () => {
      const is = await session.request('put', '/v1/holidays', { body: { holidays: days.filter((d) => d.date || d.name), version: at.version } }).catch((e: unknown) => {
        // Whoever opens them again sees those of now.
        if (e instanceof Problem && e.code === 'holidays_changed') void queries.invalidateQueries({ queryKey: ['shift-plans', 'holidays'] })
        throw e
      })
      queries.setQueryData(['shift-plans', 'holidays'], is)
      void queries.invalidateQueries({ queryKey: ['shift-plans'] })
      onSaved()
    })
  const long = (date: string) => new Intl.DateTimeFormat(i18n.language, { timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(Date.parse(`${date}T00:00:00Z`))
  if (!admin) return days.length === 0 ? <p className="dim">{t('shifts.plan.noHolidays')}</p> : <dl className="facts">{days.map((d) => <div key={d.date}><dt>{long(d.date)}</dt><dd>{d.name}</dd></div>)}</dl>
  return (
    <form className="form" noValidate onSubmit={(e) => { e.preventDefault(); save() }}>
      {days.length === 0 && <p className="dim">{t('shifts.plan.noHolidays')}</p>}
      {days.map((d, i) => (
        <div key={i} className="sh-holiday">
          <input type="date" value={d.date} aria-label={t('shifts.plan.date')} onChange={(e) => put(i, { date: e.target.value })} />
          <input value={d.name} maxLength={100} aria-label={t('admin.field.name')} onChange={(e) => put(i, { name: e.target.value })} />
          <IconButton size="small" aria-label={t('shifts.plan.takeDay', { name: d.name || d.date })} onClick={() => setDays(days.filter((_, k) => k !== i))}><CloseIcon size={16} /></IconButton>
        </div>
      ))}
      <div><Button startIcon={<PlusIcon size={16} />} onClick={() => setDays([...days, { date: '', name: '' }])}>{t('shifts.plan.addDay')}</Button></div>
      {(bad ?? act.text) && <p className="bad-box" role="alert">{bad ?? act.text}</p>}
      {dirty && <div className="acts"><Button type="submit" variant="contained" disabled={act.busy}>{act.busy ? t('alerts.acting') : t('admin.save')}</Button><Button onClick={() => { setDays(at.holidays ?? []); act.clear() }}>{t('admin.undo')}</Button></div>}
    </form>
  )
}
