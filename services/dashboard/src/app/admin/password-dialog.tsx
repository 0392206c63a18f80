import { Button, Dialog, DialogActions, DialogContent, DialogTitle } from '@mui/material'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAction, useOffice, type User } from '../common/office'
import { Question } from '../common/parts'
import { PasswordChoice, Secret, usePassword } from './password'
import { fieldErrors } from '../common/problem'

/** Gives somebody another password. What the page made is shown once. */
export function PasswordDialog({ user, onClose }: { user: Pick<User, 'id' | 'name'>; onClose: () => void }) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const { way, typed, password, choice } = usePassword()
  const [made, setMade] = useState('')
  const act = useAction()
  const bad = fieldErrors(act.error)['password']
  const save = async () => {
    const ok = await act.run(async () => void (await session.request('put', '/v1/users/{id}/password', { path: { id: user.id }, body: { password } })))
    if (ok && way === 'generate') setMade(password)
    else if (ok) onClose()
  }
  if (made) return <Shown title={t('admin.password.ready', { name: user.name })} secret={made} onClose={onClose} />
  return (
    <Question title={t('admin.password.title', { name: user.name })} text={t('admin.password.ends')} yes={t('admin.resetPassword')} busy={act.busy} error={bad ? '' : act.text} disabled={way === 'type' && typed === ''} onNo={onClose} onYes={() => void save()}>
      <PasswordChoice {...choice} error={bad} />
    </Question>
  )
}

/** Shows a password that the page made, once. */
export function Shown({ title, secret, onClose }: { title: string; secret: string; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Dialog open fullWidth maxWidth="xs" aria-labelledby="shown-title">
      <DialogTitle id="shown-title">{title}</DialogTitle>
      <DialogContent className="question">
        <Secret text={secret} />
        <p className="dim">{t('admin.password.once')}</p>
      </DialogContent>
      <DialogActions><Button variant="contained" onClick={onClose}>{t('admin.password.noted')}</Button></DialogActions>
    </Dialog>
  )
}
