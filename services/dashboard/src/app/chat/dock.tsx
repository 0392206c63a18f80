import { IconButton, Tooltip } from '@mui/material'
import { useTranslation } from 'react-i18next'
import '../../i18n/admin'
import '../../i18n/chat'
import { CloseIcon, LinkIcon } from '../../icons'
import { useAddress } from '../data/address'
import './chat.css'
import { ThreadView } from './thread'

/** A conversation beside the map. */
export default function ChatDock({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation()
  const { go } = useAddress()
  return (
    <section className="panel chat-dock" aria-label={t('nav.chat')}>
      <ThreadView
        key={id} id={id} onGone={onClose}
        extra={(
          <>
            <Tooltip title={t('chat.open')}><IconButton size="small" aria-label={t('chat.open')} onClick={() => go(`/chat/${encodeURIComponent(id)}`)}><LinkIcon size={18} /></IconButton></Tooltip>
            <Tooltip title={t('chat.close')}><IconButton size="small" aria-label={t('chat.close')} onClick={onClose}><CloseIcon size={18} /></IconButton></Tooltip>
          </>
        )}
      />
    </section>
  )
}
