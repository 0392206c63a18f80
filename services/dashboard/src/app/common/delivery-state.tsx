import { useTranslation } from 'react-i18next'
import '../../i18n/notices'
import './delivery-state.css'

const states = ['queued', 'sent', 'delivered', 'opened', 'failed', 'skipped', 'expired'] as const

/** What became of a notification on one device, or of a call to a webhook, in words: the state, and why. attempts are told from the second on. */
export function DeliveryState({ state, reason = '', attempts = 0 }: { state: string; reason?: string; attempts?: number }) {
  const { t } = useTranslation()
  const why = useDeliveryReason()
  const name = states.find((s) => s === state)
  return (
    <span className="delivery-state" data-state={state}>
      <b>{name ? t(`notices.state.${name}`) : state}</b>
      {reason && reason !== state && ` · ${why(reason)}`}
      {attempts > 1 && <span className="dim"> · {t('notices.attempts', { count: attempts })}</span>}
    </span>
  )
}

/** Says a reason of the server in words. */
export function useDeliveryReason(): (reason: string) => string {
  const { t, i18n } = useTranslation()
  return (reason) => {
    const status = /^http_(\d+)$/.exec(reason)?.[1]
    if (status) return t('notices.reason.http', { status })
    const known = /^\w+$/.test(reason) && !['http', 'other'].includes(reason) && i18n.exists(`notices.reason.${reason}`)
    return known ? t(`notices.reason.${reason as 'off'}`) : t('notices.reason.other', { reason })
  }
}

/** Says what a device is. A platform that is newer than this page stands as it is. */
export function usePlatform(): (platform: string) => string {
  const { t, i18n } = useTranslation()
  return (platform) => (i18n.exists(`notices.platform.${platform}`) ? t(`notices.platform.${platform as 'web'}`) : platform)
}
