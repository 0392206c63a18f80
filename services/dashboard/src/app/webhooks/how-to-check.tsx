import { useTranslation } from 'react-i18next'
import { example } from './signature'

/** How a receiver knows that a call is from here. */
export function HowToCheck() {
  const { t } = useTranslation()
  return (
    <details className="w-how">
      <summary>{t('webhooks.how')}</summary>
      <p className="small">{t('webhooks.howText')}</p>
      <p className="small dim">{t('webhooks.howRead')}</p>
      <pre tabIndex={0} role="region" aria-label={t('webhooks.howRead')}><code>{example}</code></pre>
      <p className="small"><a className="link" href="/docs" target="_blank" rel="noreferrer">{t('webhooks.howDocs')}</a></p>
    </details>
  )
}
