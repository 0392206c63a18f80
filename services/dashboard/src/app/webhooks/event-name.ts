import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import '../../i18n/webhooks'

const events = ['alerta_nueva', 'alerta_tardia', 'alerta_actualizada', 'alerta_cerrada', 'alerta_escalada', 'webhook_prueba'] as const

/** Says an event such as alerta.nueva in words. */
export function useEventName(): (event: string) => string {
  const { t } = useTranslation()
  return useCallback((event) => {
    const known = events.find((e) => e === event.replace('.', '_'))
    return known ? t(`webhooks.event.${known}`) : event
  }, [t])
}

/** When an event that can be asked for happens. */
export function useEventHint(): (event: string) => string {
  const { t } = useTranslation()
  return (event) => {
    const known = events.find((e) => e === event.replace('.', '_'))
    return known && known !== 'webhook_prueba' ? t(`webhooks.eventHint.${known}`) : ''
  }
}
