import { Button, Dialog, DialogActions, DialogContent, DialogTitle } from '@mui/material'
import { useTranslation } from 'react-i18next'
import { Secret } from '../admin/password'
import { HowToCheck } from './how-to-check'

/** Shows the secret of a webhook, once. It closes only by the button: whoever hits Escape has not copied it. */
export function SecretDialog({ name, secret, onClose }: { name: string; secret: string; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Dialog open fullWidth maxWidth="sm" aria-labelledby="secret-title">
      <DialogTitle id="secret-title">{t('webhooks.secretTitle', { name })}</DialogTitle>
      <DialogContent className="question w-secret">
        <Secret text={secret} />
        <p className="dim">{t('webhooks.secretOnce')}</p>
        <HowToCheck />
      </DialogContent>
      <DialogActions><Button variant="contained" autoFocus onClick={onClose}>{t('webhooks.secretNoted')}</Button></DialogActions>
    </Dialog>
  )
}
