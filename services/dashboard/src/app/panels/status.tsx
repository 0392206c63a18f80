import { memo, useEffect, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { now, speed } from '../../clock'
import { age, clockTime, whole } from '../data/ages'
import { useData } from '../data/data'
import { useTick, useZone } from '../data/hooks'

/** How long the connection may be away before what is shown counts as old. */
const oldAfter = 60_000

const local = Intl.DateTimeFormat().resolvedOptions().timeZone

/** Whether what is shown is live, and how old it is when not. It is always in view. */
export const Status = memo(function Status() {
  const { t } = useTranslation()
  const { live } = useData()
  const zone = useZone()
  const status = useSyncExternalStore((f) => live.onStatus(f), () => live.status)
  useTick(1000)
  const [lostAt, setLostAt] = useState<number>()
  useEffect(() => {
    if (status.state === 'live') setLostAt(undefined)
    else setLostAt((at) => at ?? (live.lastFrame || Date.now()))
  }, [status, live])

  const away = lostAt === undefined ? 0 : Date.now() - lostAt
  const kind = status.state === 'live' ? 'live' : status.state === 'over' || away >= oldAfter ? 'old' : away > 2000 || status.state === 'waiting' ? 'waiting' : 'connecting'
  const text = () => {
    if (kind === 'live') return t('live.live')
    if (kind === 'old') return status.state === 'over' ? t('live.over') : t('live.old', { age: age(away) })
    return kind === 'waiting' && status.state === 'waiting' ? t('live.waiting', { seconds: Math.max(1, Math.ceil((status.retryAt - Date.now()) / 1000)) }) : t('live.connecting')
  }
  const differs = zone !== undefined && clockTime(now(), zone) !== clockTime(now(), local)
  return (
    <div className={`status ${kind}`}>
      <span className="dot" aria-hidden="true" />
      <span role="status" aria-label={t('live.label')}>{text()}</span>
      {status.state === 'waiting' && kind !== 'live' && (
        <button type="button" onClick={() => live.hurry()}>{t('live.now')}</button>
      )}
      <time className="clock" title={zone ? t('live.zone', { zone: zone.replaceAll('_', ' ') }) : undefined}>
        {zone ? clockTime(now(), zone) : clockTime(now())}
        {differs && <small> {city(zone)}</small>}
      </time>
      {speed !== 1 && <small className="speed" title={t('live.clock')}>{t('live.speed', { speed: whole(speed) })}</small>}
    </div>
  )
})

const city = (zone: string) => zone.split('/').at(-1)!.replaceAll('_', ' ')
