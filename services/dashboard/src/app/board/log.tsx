import { useTranslation } from 'react-i18next'
import { age, dateTime, distance } from '../data/ages'
import { dateOf } from '../day/dates'
import { objectionsOf } from './story'
import { spanText } from './times'
import type { Entry } from './visit'
import { ruleText, useNames } from './words'

/** Whoever tells it so much later tells it late. */
const lateAfter = 2 * 60_000

interface Props {
  entries: readonly Entry[]
  zone: string
  /** The radius of the site in metres, if there is a site. */
  radius: number | undefined
  onPhoto: (id: string) => void
}

/** What happened to a visit, the newest first: who, what, when, and why something changed nothing. */
export function Log({ entries, zone, radius, onPhoto }: Props) {
  const { t } = useTranslation()
  const objections = objectionsOf(entries)
  return (
    <section className="log">
      <h3>{t('board.log')}</h3>
      {entries.length === 0 ? <p className="dim">{t('board.logEmpty')}</p> : (
        <ol className="history">
          {[...entries].reverse().map((e) => <Line key={e.key} entry={e} corrects={e.corrects === undefined ? undefined : entries.find((x) => x.key === e.corrects)} objections={objections.get(e.key) ?? []} zone={zone} radius={radius} onPhoto={onPhoto} />)}
        </ol>
      )}
    </section>
  )
}

type LineProps = Omit<Props, 'entries'> & { entry: Entry; corrects: Entry | undefined; objections: readonly Entry[] }

function Line({ entry: e, corrects, objections, zone, radius, onPhoto }: LineProps) {
  const { t, i18n } = useTranslation()
  const names = useNames()
  const at = (x: Entry) => dateTime(Date.parse(x.at), zone)
  const late = Date.parse(e.received_at) - Date.parse(e.at)
  // A correction happened when the worker did it, and was written much later by nature.
  const lateTold = e.kind !== 'close' && e.kind !== 'correct' && !e.office && late > lateAfter
  const about = [
    e.kind === 'assign' && (e.user_id ? t('board.did.to', { name: names.user(e.user_id) }) : t('board.did.toNobody')) + (e.team_id ? `, ${names.team(e.team_id)}` : ''),
    e.kind === 'reschedule' && e.from && e.until && spanText(Date.parse(e.from), Date.parse(e.until), zone, dateOf(Date.parse(e.from), zone)),
    corrects && t('board.corrected', { what: t(`board.did.${corrects.kind}`).toLocaleLowerCase(i18n.language), time: at(corrects) }),
  ].filter(Boolean)
  // Accuracy counts in the worker's favour, as it does for the server.
  const far = e.distance_m !== undefined && radius !== undefined && e.distance_m - (e.accuracy_m ?? 0) > radius
  const rule = ruleText(e.rule)
  return (
    <li className={e.rule ? 'b-idle' : ''}>
      <time dateTime={e.at}>{at(e)}</time>
      <div>
        <span>
          {t(`board.did.${e.kind}`)}<span className="dim"> · {e.kind === 'close' ? t('board.close') : names.user(e.by)}{e.office && e.kind.startsWith('check') && ` (${t('board.byOffice')})`}</span>
          {e.photo && <> <button type="button" className="link" aria-label={t('board.photo.see', { time: at(e) })} onClick={() => onPhoto(e.photo!.id)}>{t('board.photo.view')}</button></>}
        </span>
        {about.length > 0 && <div className="small dim">{about.join(' · ')}</div>}
        {(e.distance_m !== undefined || e.accuracy_m !== undefined) && (
          <div className="small dim">
            {e.distance_m !== undefined && <span className={far ? 'warn' : ''}>{t('board.away', { distance: distance(e.distance_m) })}</span>}
            {e.distance_m !== undefined && e.accuracy_m !== undefined && ' · '}
            {e.accuracy_m !== undefined && t('board.accuracy', { distance: distance(e.accuracy_m) })}
          </div>
        )}
        {e.mock && <div className="small warn">{t('person.mock')}</div>}
        {e.reason && e.reason !== 'cierre' && <div className="small">“{e.reason}”</div>}
        {lateTold && <div className="small warn">{t('board.toldLate', { age: age(late) })}</div>}
        {rule && <div className="small dim">{rule}</div>}
        {objections.map((o) => <div key={o.key} className="small b-objects">{t('board.object.at', { name: names.user(o.by), time: at(o) })} “{o.reason}”</div>)}
      </div>
    </li>
  )
}
