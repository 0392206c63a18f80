import { Button, Dialog, DialogActions, DialogContent, DialogTitle } from '@mui/material'
import { useTranslation } from 'react-i18next'
import { Secret } from '../admin/password'
import { useUnsaved } from '../common/unsaved'
import { HowToCheck } from './how-to-check'

/** Shows the secret of a webhook, once. It closes only by the button, which does not have the keyboard at first: whoever hits Escape, or Enter twice, has not copied it. */
export function SecretDialog({ name, secret, onClose }: { name: string; secret: string; onClose: () => void }) {
  const { t } = useTranslation()
  useUnsaved(true)
  return (
    <Dialog open fullWidth maxWidth="sm" aria-labelledby="secret-title">
      <DialogTitle id="secret-title">{t('webhooks.secretTitle', { name })}</DialogTitle>
      <DialogContent className="question w-secret">
        <Secret text={secret} focus />
        <p className="dim">{t('webhooks.secretOnce')}</p>
        <HowToCheck />
      </DialogContent>
      <DialogActions><Button variant="contained" onClick={onClose}>{t('webhooks.secretNoted')}</Button></DialogActions>
    </Dialog>
  )
}
