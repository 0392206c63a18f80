import i18next from 'i18next'
import { admin as en } from './en/admin'
import { admin as es } from './es/admin'

// The texts of the administration come with its pages: whoever looks at the map does not load them.
i18next.addResourceBundle('es', 'translation', es, true, true)
i18next.addResourceBundle('en', 'translation', en, true, true)
