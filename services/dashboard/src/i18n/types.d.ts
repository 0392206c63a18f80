import 'i18next'
import type { Texts } from './es'
import type { admin } from './es/admin'
import type { board } from './es/board'
import type { chat } from './es/chat'
import type { day } from './es/day'
import type { docs } from './es/docs'
import type { inbox } from './es/inbox'
import type { notices } from './es/notices'
import type { panic } from './es/panic'
import type { places } from './es/places'
import type { presence } from './es/presence'
import type { reports } from './es/reports'
import type { rules } from './es/rules'
import type { shifts } from './es/shifts'
import type { webhooks } from './es/webhooks'
import type { work } from './es/work'
import type { zones } from './es/zones'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: Texts & typeof admin & { board: typeof board; chat: typeof chat; day: typeof day; docs: typeof docs; inbox: typeof inbox; notices: typeof notices; panic: typeof panic; places: typeof places; presence: typeof presence; reports: typeof reports; rules: typeof rules; shifts: typeof shifts; webhooks: typeof webhooks; work: typeof work; zones: typeof zones } }
  }
}
