import { Button } from '@mui/material'
import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { AgendaIcon } from '../../icons'
import { useAddress } from '../data/address'
import { dateTime } from '../data/ages'
import { useZone } from '../data/hooks'
import { dateOf } from '../day/dates'
import { endOf, lastDays, useLastVisit, useOpenVisits } from './use-places'

/** The open visit that runs or comes next. Those whose time is over come by themselves no more. */
function useNext(id: string) {
  const { data } = useOpenVisits(id)
  const time = now()
  return data && ((data.activities ?? []).find((v) => v.state === 'en_sitio' || Date.parse(v.until ?? v.from) > time) ?? null)
}

/** The next visit of a place, and the last one that was made. */
export function AboutVisits({ id }: { id: string }) {
  const { t } = useTranslation()
  const { go } = useAddress()
  const zone = useZone()
  const next = useNext(id)
  const last = useLastVisit(id).data
  const link = (v: { id: string; title: string }, at: string) => {
    const to = `/board?id=${encodeURIComponent(v.id)}`
    return (
      <>
        {at} · <a className="pl-visit" href={to} onClick={(e) => { if (e.metaKey || e.ctrlKey || e.shiftKey) return; e.preventDefault(); go(to) }}>{v.title}</a>
      </>
    )
  }
  return (
    <>
      <div><dt>{t('places.nextVisit')}</dt><dd>{next ? <>{link(next, next.state === 'en_sitio' ? t('places.underWay') : dateTime(Date.parse(next.from), zone))}{next.user_name && <span className="dim"> · {next.user_name}</span>}</> : next === null ? t('places.noNext') : t('person.unknown')}</dd></div>
      <div><dt>{t('places.lastVisit')}</dt><dd>{last ? <>{link(last, dateTime(endOf(last), zone))}{last.user_name && <span className="dim"> · {last.user_name}</span>}</> : last === null ? t('places.noLast', { days: lastDays }) : t('person.unknown')}</dd></div>
    </>
  )
}

/** Opens the agenda with the visits of a place alone, on the day of the next one. */
export function AgendaButton({ id }: { id: string }) {
  const { t } = useTranslation()
  const { go } = useAddress()
  const zone = useZone()
  const next = useNext(id)
  const date = next && zone ? dateOf(Math.max(Date.parse(next.from), now()), zone) : undefined
  return <Button variant="outlined" startIcon={<AgendaIcon size={16} />} onClick={() => go(`/board?place=${encodeURIComponent(id)}${date && zone && date !== dateOf(now(), zone) ? `&date=${date}` : ''}`)}>{t('places.agenda')}</Button>
}
