import { useTranslation } from 'react-i18next'
import { sayRead } from './use-chat'

/** Under what was found so far: it asks for the next pages. */
export function Next({ busy, error, onNext }: { busy: boolean; error?: unknown; onNext: () => void }) {
  const { t } = useTranslation()
  return (
    <div className="chat-next">
      {error != null && !busy && <p className="bad small" role="alert">{sayRead(error)}</p>}
      <button type="button" className="btn" aria-disabled={busy || undefined} onClick={() => !busy && onNext()}>{t('chat.seekOn')}</button>
    </div>
  )
}
