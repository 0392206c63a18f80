import { Button, IconButton, Tooltip } from '@mui/material'
import { Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { CloseIcon, FitIcon, FollowIcon } from '../../icons'
import { useAddress } from '../data/address'
import { age, ago, dateTime, distance, percent } from '../data/ages'
import { useAlerts, useData } from '../data/data'
import { useTeams, useTick, useZone, useZones } from '../data/hooks'
import type { Person } from '../data/people'
import { DayLink } from '../day/link'
import { later } from '../later'
import { Empty, kmh } from './people-panel'
import { PresenceLine } from './presence-later'
import { Sign } from './sign'
import { SilenceNote } from './silence-note'
import { WorkFacts } from './work-later'

const TalkButton = later(() => import('../chat/talk-button'))

/** What is known about a person at a glance: the answer to who, since when, how fast. */
export function Facts({ person }: { person: Person }) {
  const { t } = useTranslation()
  useTick(1000)
  const zone = useZone()
  const p = person.position
  if (!p) return <p className="dim">{t('state.neverHint')}</p>
  const late = Date.parse(p.received_at) - person.at
  const rows: [string, string | undefined][] = [
    [t('person.since'), `${ago(now() - person.at)} · ${dateTime(person.at, zone)}`],
    [t('person.speed'), p.speed_mps === undefined || person.age !== 'fresh' ? undefined : p.speed_mps < 0.5 ? t('people.still') : kmh(p.speed_mps)],
    [t('person.accuracy'), p.accuracy_m === undefined || p.accuracy_m > 100_000 ? undefined : `± ${distance(p.accuracy_m)}`],
    [t('person.battery'), p.battery === undefined ? undefined : percent(p.battery) + (p.charging ? `, ${t('person.charging')}` : '')],
  ]
  return (
    <dl className="facts">
      {rows.filter(([, v]) => v !== undefined).map(([k, v]) => (
        <div key={k}>
          <dt>{k}</dt>
          <dd>{v}</dd>
        </div>
      ))}
      {late > 10 * 60_000 && <div><dt /><dd className="warn">{t('person.late', { age: age(late) })}</dd></div>}
      {p.mock && <div><dt /><dd className="warn">{t('person.mock')}</dd></div>}
    </dl>
  )
}

/** A link leads to somebody whom the viewer does not see, or who is not there. */
export function NoSuchPerson({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <section className="panel card" aria-label={t('person.notFound')}>
      <Empty title={t('person.notFound')} hint={t('person.notFoundHint')} action={t('person.close')} onAction={onClose} />
    </section>
  )
}

export function PersonCard({ person, trail, trailFailed, following, onFollow, onCentre, onClose }: { person: Person; trail: number | undefined; trailFailed: boolean; following: boolean; onFollow: () => void; onCentre: () => void; onClose: () => void }) {
  const { t } = useTranslation()
  const { go, set } = useAddress()
  const { who } = useData()
  const teams = useTeams().data ?? []
  const zones = useZones().data ?? []
  const alert = useAlerts().all.find((a) => a.user_id === person.id && a.status !== 'resuelta')
  const own = zones.filter((z) => z.properties.users.includes(person.id) || z.properties.teams.some((x) => person.teams.includes(x)))
  return (
    <section className="panel card" aria-label={person.name}>
      <header>
        <Sign state={person.state} size={20} />
        <div>
          <h2>{person.name}</h2>
          <p className="dim">{[t(`state.${person.state}`), ...person.teams.map((id) => teams.find((x) => x.id === id)?.name ?? id)].join(' · ')}</p>
          {who.role !== 'colaborador' && <PresenceLine id={person.id} />}
        </div>
        <Tooltip title={t('person.close')}><IconButton size="small" aria-label={t('person.close')} onClick={onClose}><CloseIcon size={18} /></IconButton></Tooltip>
      </header>
      <SilenceNote id={person.id} />
      <WorkFacts id={person.id} card />
      <Facts person={person} />
      {person.position && (
        <p className="dim small">{trailFailed ? t('problem.generic') : trail === 0 ? t('person.trailEmpty') : t('person.trail')}</p>
      )}
      {own.length > 0 && <p className="small"><span className="dim">{t('person.zones')}: </span>{own.map((z) => z.properties.name).join(' · ')}</p>}
      <footer>
        {alert && <Button variant="contained" color="error" onClick={() => go(`/alerts?id=${encodeURIComponent(alert.id)}`)}>{t('person.openAlert')}</Button>}
        {person.position && (
          <>
            <Button variant={following ? 'contained' : 'outlined'} startIcon={<FollowIcon size={16} />} aria-pressed={following} onClick={onFollow}>{following ? t('person.following') : t('person.follow')}</Button>
            <Button variant="outlined" startIcon={<FitIcon size={16} />} onClick={onCentre}>{t('person.centre')}</Button>
          </>
        )}
        <Suspense><TalkButton of={{ user: person.id }} onOpen={(c) => set({ c })} /></Suspense>
        <DayLink id={person.id} />
      </footer>
    </section>
  )
}
