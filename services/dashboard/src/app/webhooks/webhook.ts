import i18next from 'i18next'
import { Problem, type components, type Session } from '../../../client'
import type { Values } from '../admin/settings'
import '../../i18n/webhooks'

export type Webhook = components['schemas']['Webhook']
export type Delivery = components['schemas']['WebhookDelivery']
export type WebhookState = 'on' | 'off' | 'failing' | 'dead'

export const stateOf = (w: Pick<Webhook, 'active' | 'off_reason' | 'failing_since'>): WebhookState => (w.active ? (w.failing_since ? 'failing' : 'on') : w.off_reason ? 'dead' : 'off')

/** Asked for everything, a webhook is told of what is added later too: the server keeps an empty list. */
const noneChosen = '-'
export const eventsText = (chosen: Iterable<string>, all: readonly string[]): string => {
  const list = all.filter((e) => new Set(chosen).has(e))
  return list.length === all.length ? '' : list.length === 0 ? noneChosen : list.join(' ')
}
export const eventsOf = (text: string, all: readonly string[]): ReadonlySet<string> => new Set(text === '' ? all : text === noneChosen ? [] : text.split(' '))

export const webhookValues = (w: Pick<Webhook, 'name' | 'url' | 'events' | 'active'>): Values => ({ name: w.name, url: w.url, events: [...(w.events ?? [])].sort().join(' '), active: String(w.active) })

/** What an admin writes of a webhook, as the server takes it. */
export const webhookBody = (v: Values): components['schemas']['NewWebhook'] => ({
  name: v['name'] ?? '', url: (v['url'] ?? '').trim(), active: v['active'] !== 'false', ...(v['events'] && { events: v['events'].split(' ') }),
})

/** Words for what the server refuses. What the page does not know is shown as it is. */
export function wrongWords(code: string, detail: string, field?: string): string {
  const fault = /^webhook_url_(\w+)$/.exec(code)?.[1] ?? (code === 'validation_failed' && field === 'url' && detail.includes('2048') ? 'long' : field === 'name' ? 'name' : code)
  const key = `webhooks.wrong.${fault}`
  return i18next.exists(key) ? i18next.t(key as 'webhooks.wrong.name') : detail
}

/** Turns a webhook on or off, whatever a colleague changed of the rest meanwhile. */
export async function turn(session: Session, w: Webhook, active: boolean): Promise<Webhook> {
  for (let now = w; ; ) {
    try {
      const { name, url, events, version } = now
      return await session.request('put', '/v1/webhooks/{id}', { path: { id: w.id }, body: { name, url, events, active, version } })
    } catch (e) {
      const current = e instanceof Problem && e.code === 'webhook_changed' ? (e.current as Webhook | undefined) : undefined
      if (!current) throw e
      now = current
    }
  }
}
