import { useTranslation } from 'react-i18next'
import { age, dateTime, distance } from '../data/ages'
import { dateOf } from '../day/dates'
import { spanText } from './times'
import type { Entry } from './visit'
import { useNames } from './words'

const rules = ['repeated', 'behind', 'ended', 'no_check_in', 'not_assigned', 'not_yet_due', 'corrected', 'nothing_to_correct', 'not_ended'] as const
const known = (rule: string): rule is (typeof rules)[number] => rules.includes(rule as 'ended')

/** Whoever tells it so much later tells it late. */
const lateAfter = 2 * 60_000

/** What happened to a visit, the newest first: who, what, when, and why something changed nothing. */
export function Log({ entries, zone }: { entries: readonly Entry[]; zone: string }) {
  const { t } = useTranslation()
  const names = useNames()
  return (
    <section className="log">
      <h3>{t('board.log')}</h3>
      {entries.length === 0 ? <p className="dim">{t('board.logEmpty')}</p> : (
        <ol className="history">
          {[...entries].reverse().map((e) => {
            const late = Date.parse(e.received_at) - Date.parse(e.at)
            const about = [
              e.kind === 'assign' && (e.user_id ? t('board.did.to', { name: names.user(e.user_id) }) : t('board.did.toNobody')) + (e.team_id ? `, ${names.team(e.team_id)}` : ''),
              e.kind === 'reschedule' && e.from && e.until && spanText(Date.parse(e.from), Date.parse(e.until), zone, dateOf(Date.parse(e.from), zone)),
              e.distance_m !== undefined && t('board.away', { distance: distance(e.distance_m) }),
              e.accuracy_m !== undefined && `± ${distance(e.accuracy_m)}`,
            ].filter(Boolean)
            return (
              <li key={e.key} className={e.rule ? 'b-idle' : ''}>
                <time dateTime={e.at}>{dateTime(Date.parse(e.at), zone)}</time>
                <div>
                  <span>{t(`board.did.${e.kind}`)}<span className="dim"> · {e.kind === 'close' ? t('board.close') : names.user(e.by)}{e.office && e.kind.startsWith('check') && ` (${t('board.byOffice')})`}</span></span>
                  {about.length > 0 && <div className="small dim">{about.join(' · ')}</div>}
                  {e.mock && <div className="small warn">{t('person.mock')}</div>}
                  {e.reason && e.reason !== 'cierre' && <div className="small">“{e.reason}”</div>}
                  {e.kind !== 'close' && late > lateAfter && <div className="small warn">{t('person.late', { age: age(late) })}</div>}
                  {e.rule && <div className="small dim">{known(e.rule) ? t(`board.rule.${e.rule}`) : e.rule}</div>}
                </div>
              </li>
            )
          })}
        </ol>
      )}
    </section>
  )
}
