import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Row } from './rows'
import { StateSign } from './sign'
import { spanText } from './times'
import { endOfWindow, lateness, realOf, startOfWindow, stateOf, type Activity } from './visit'

/** The day as a list, for windows on which time has no room: the visits of each worker. */
export function PhoneList({ rows, date, zone, now, chosen, onOpen }: { rows: readonly Row[]; date: string; zone: string; now: number; chosen: string | undefined; onOpen: (v: Activity) => void }) {
  const { t } = useTranslation()
  return (
    <div className="b-list" id="list" tabIndex={-1}>
      {rows.filter((r) => r.visits.length > 0).map((r) => (
        <section key={r.id} aria-label={r.id === '' ? t('board.unassigned') : r.name}>
          <h3>{r.id === '' ? t('board.unassigned') : r.name} <span className="dim">{r.visits.length}</span></h3>
          <ul>
            {[...r.visits].sort((a, b) => startOfWindow(a) - startOfWindow(b)).map((v) => <li key={v.id}><Item visit={v} date={date} zone={zone} now={now} chosen={v.id === chosen} onOpen={onOpen} /></li>)}
          </ul>
        </section>
      ))}
    </div>
  )
}

const Item = memo(function Item({ visit: v, date, zone, now, chosen, onOpen }: { visit: Activity; date: string; zone: string; now: number; chosen: boolean; onOpen: (v: Activity) => void }) {
  const { t } = useTranslation()
  const late = lateness(v, now)
  const real = realOf(v, now)
  return (
    <button type="button" className={`b-item ${stateOf(v)} ${late ?? ''}`} aria-current={chosen || undefined} title={v.title} onClick={() => onOpen(v)}>
      <StateSign state={stateOf(v)} size={16} />
      <span className="b-main">
        <b>{v.title}</b>
        <span className="dim">{[spanText(startOfWindow(v), endOfWindow(v), zone, date), v.place_name].filter(Boolean).join(' · ')}</span>
      </span>
      <span className="b-side">
        <span className={late === 'overdue' ? 'red' : late ? 'warn' : 'dim'}>{late ? t(`board.late.${late}`) : t(`board.state.${stateOf(v)}`)}</span>
        <span className="dim">{real ? spanText(real.from, real.to, zone, date) : v.priority === 'high' ? t('board.priority.high') : ''}</span>
      </span>
    </button>
  )
})
