import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import '../../i18n/webhooks'

const events = ['alerta_nueva', 'alerta_escalada', 'alerta_actualizada', 'alerta_cerrada', 'alerta_tardia', 'webhook_prueba'] as const
const known = (event: string) => events.find((e) => e === event.replace('.', '_'))

/** Events in the order in which they happen. Those that the page does not know come last. */
export const inOrder = (list: readonly string[]): string[] => {
  const rank = (e: string) => { const at = events.findIndex((x) => x === known(e)); return at < 0 ? events.length : at }
  return [...list].sort((a, b) => rank(a) - rank(b))
}

/** Says an event such as alerta.nueva in words. */
export function useEventName(): (event: string) => string {
  const { t } = useTranslation()
  return useCallback((event) => {
    const name = known(event)
    return name ? t(`webhooks.event.${name}`) : event
  }, [t])
}

/** When an event that can be asked for happens. */
export function useEventHint(): (event: string) => string {
  const { t } = useTranslation()
  return (event) => {
    const name = known(event)
    return name && name !== 'webhook_prueba' ? t(`webhooks.eventHint.${name}`) : ''
  }
}
