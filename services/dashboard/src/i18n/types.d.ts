import 'i18next'
import type { Texts } from './es'
import type { admin } from './es/admin'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: Texts & typeof admin }
  }
}
