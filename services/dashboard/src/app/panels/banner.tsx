import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { BellIcon, CheckIcon } from '../../icons'
import { useAddress } from '../data/address'
import { useAlerts, useData, useSilence } from '../data/data'
import { useTick, useZone } from '../data/hooks'
import { alertText, ofSystem, silenceText } from '../data/why'
import type { useAct } from './use-act'

/** One line over everything: what is wrong with the system, for admins; and to a worker, that their own phone is silent, and why. */
export const Banner = memo(function Banner({ acting }: { acting: ReturnType<typeof useAct> }) {
  const { t } = useTranslation()
  const { go } = useAddress()
  const { who } = useData()
  const { all } = useAlerts()
  const zone = useZone()
  const own = useSilence(who.role === 'colaborador' ? who.user : undefined)
  useTick(60_000)
  const system = all.filter((a) => ofSystem(a) && a.status !== 'resuelta' && a.ended_at === undefined)
  const a = system[0]
  if (own) return <aside className="banner" aria-label={t('silence.own')} role="status"><span><b>{t('silence.own')}</b> {silenceText(own, zone)}</span></aside>
  if (!a) return null
  return (
    <aside className={`banner ${a.status}`} aria-label={t('silence.banner')}>
      <BellIcon size={16} />
      <span role="status" title={alertText(a, zone)}>{alertText(a, zone)}{system.length > 1 && ` (${t('silence.more', { count: system.length - 1 })})`}</span>
      <button type="button" className="link" onClick={() => go(`/alerts?id=${encodeURIComponent(a.id)}`)}>{t('silence.open')}</button>
      {a.status === 'nueva' && <button type="button" className="link" disabled={acting.busy} onClick={() => void acting.act(a, 'acknowledge')}><CheckIcon size={14} /> {t('alerts.acknowledge')}</button>}
      {acting.failed?.id === a.id && <span className="warn" role="alert">{acting.failed.text}</span>}
    </aside>
  )
})
