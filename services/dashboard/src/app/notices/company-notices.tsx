import { useTranslation } from 'react-i18next'
import '../../i18n/inbox'
import '../admin/settings.css'
import { Reminders } from './reminders-form'
import './notices.css'
import { Texts } from './texts-view'

/** What a company's people are reminded of, and all texts that reach devices. */
export default function CompanyNotices() {
  const { t } = useTranslation()
  return (
    <div className="office-main settings-page">
      <div className="settings-scroll n-company" tabIndex={0} role="region" aria-label={t('inbox.page')}>
        <Reminders />
        <Texts />
      </div>
    </div>
  )
}
