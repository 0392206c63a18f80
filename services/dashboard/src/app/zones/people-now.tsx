import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { errorText } from '../../i18n'
import { useAddress } from '../data/address'
import { age, clockTime, distance } from '../data/ages'
import { useTick, useZone } from '../data/hooks'
import { Skeleton } from '../panels/people-panel'
import { Sign } from '../panels/sign'
import { useZonePeople, type ZonePerson } from './hooks'

/** Who of a zone's people is outside now, and who is not. */
export function PeopleNow({ id }: { id: string }) {
  const { t } = useTranslation()
  const { go } = useAddress()
  const zone = useZone()
  const { people, error } = useZonePeople(id)
  useTick(10_000)
  if (!people) return error ? <p className="dim" role="alert">{t('zones.peopleError')}: {errorText(error)}</p> : <Skeleton rows={3} height={30} />
  const of = (s: ZonePerson['state']) => people.filter((p) => p.state === s)
  const outside = of('outside').sort((a, b) => ((a.outside_since ?? '') < (b.outside_since ?? '') ? 1 : -1))
  const open = (p: ZonePerson) => go(`/?p=${encodeURIComponent(p.user_id)}`)
  return (
    <div className="z-now">
      <h3>{t('zones.now')}{outside.length > 0 && <b className="red"> {outside.length}</b>}</h3>
      {people.length === 0 ? (
        <p className="dim">{t('zones.peopleNone')}</p>
      ) : outside.length === 0 ? (
        <p className="z-nobody"><Sign state="fresh" size={13} /> {t('zones.nobodyOutside')}</p>
      ) : (
        <ul>
          {outside.map((p) => (
            <li key={p.user_id}>
              <button type="button" onClick={() => open(p)}>
                <Sign state="alert" size={13} />
                <span className="name">{p.name}</span>
                <span className="dim">
                  {p.outside_since && `${t('zones.since', { time: clockTime(Date.parse(p.outside_since), zone) })} · ${age(now() - Date.parse(p.outside_since))}`}
                  {p.distance_m !== undefined && ` · ${distance(p.distance_m)}`}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {(['inside', 'unknown'] as const).map((s) => {
        const list = of(s)
        if (list.length === 0) return null
        return (
          <details key={s}>
            <summary title={t(s === 'inside' ? 'zones.insideHint' : 'zones.unknownHint')}>{t(s === 'inside' ? 'zones.inside' : 'zones.unknown', { count: list.length })}</summary>
            <ul>
              {list.slice(0, 200).map((p) => (
                <li key={p.user_id}><button type="button" onClick={() => open(p)}><Sign state={s === 'inside' ? 'fresh' : 'silent'} size={13} /><span className="name">{p.name}</span></button></li>
              ))}
            </ul>
            {list.length > 200 && <p className="dim">{t('zones.more', { count: list.length - 200 })}</p>}
          </details>
        )
      })}
    </div>
  )
}
