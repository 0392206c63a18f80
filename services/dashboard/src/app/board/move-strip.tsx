import { Button } from '@mui/material'
import { useTranslation } from 'react-i18next'
import type { Moving } from './move'

/** What will happen, before it is sent. */
export function MoveStrip({ moving, words, stale, onConfirm, onCancel }: { moving: Moving | undefined; words: string; stale: boolean; onConfirm: () => void; onCancel: () => void }) {
  const { t } = useTranslation()
  return (
    <div className={`b-strip ${moving ? 'panel' : ''}`} role="status">
      {moving && (
        <>
          <div>
            <b>{moving.phase === 'sending' ? t('alerts.acting') : words}</b>
            {stale && <span className="warn"> {t('board.move.stale')}</span>}
            {moving.phase === 'moving' && <small className="dim">{moving.by === 'keys' ? t('board.move.keys') : t('board.move.drop')}</small>}
          </div>
          {moving.phase !== 'sending' && (moving.by === 'keys' || moving.phase === 'asked') && (
            <div className="acts">
              <Button onClick={onCancel}>{t('alerts.cancel')}</Button>
              <Button variant="contained" onClick={onConfirm}>{t('board.move.yes')}</Button>
            </div>
          )}
        </>
      )}
    </div>
  )
}
