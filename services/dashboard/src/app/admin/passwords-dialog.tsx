import { Button, Dialog, DialogActions, DialogContent, DialogTitle } from '@mui/material'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Progress } from './bulk'
import { useOffice, type User } from '../common/office'
import { download, forEach, toCsv } from '../common/files'
import { newPassword } from './password'
import { say } from '../common/problem'
import { useUnsaved } from '../common/unsaved'

type Person = Pick<User, 'id' | 'name'> & Partial<User>
/** What somebody types to sign in. */
const loginOf = (u: Person) => u.phone || u.email || u.payroll_number || ''

/**
 * Makes a password for each of many people. The server hashes each so slowly that no request could hold all of them, so they
 * are set one by one. They are in this dialog alone, and are offered as a file before it closes.
 */
export function PasswordsDialog({ users, onClose, onCancel }: { users: readonly Person[]; onClose: () => void; onCancel: () => void }) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const [state, setState] = useState<'ask' | 'busy' | 'done'>('ask')
  const [done, setDone] = useState(0)
  const [kept, setKept] = useState(false)
  const stop = useRef(false)
  const made = useRef(new Map<Person, string>())
  const failed = useRef(new Map<Person, unknown>())

  const run = async () => {
    setState('busy')
    failed.current = await forEach(users, async (u) => {
      const password = newPassword()
      await session.request('put', '/v1/users/{id}/password', { path: { id: u.id }, body: { password } })
      made.current.set(u, password)
    }, { atOnce: 2, onDone: setDone, stop: () => stop.current })
    setState('done')
  }
  const save = () => {
    const rows = [...made.current].map(([u, password]) => [u.id, u.name, loginOf(u), password])
    download('terreno-passwords.csv', toCsv([['id', t('admin.field.name'), t('admin.passwords.login'), t('login.password')], ...rows]))
    setKept(true)
  }
  const n = made.current.size
  useUnsaved(state === 'busy' || (state === 'done' && n > 0 && !kept))
  return (
    <Dialog open fullWidth maxWidth="xs" aria-labelledby="passwords-title" onClose={state === 'ask' ? onCancel : undefined}>
      <DialogTitle id="passwords-title">{t('admin.passwords.title', { count: users.length })}</DialogTitle>
      <DialogContent className="question">
        {state === 'ask' && <p>{t('admin.passwords.text')}</p>}
        <Progress busy={state === 'busy'} done={done} total={users.length} />
        {state === 'done' && (
          <>
            <p role="status">{t('admin.passwords.done', { count: n })}</p>
            {failed.current.size > 0 && <p className="bad-box" role="alert">{[...failed.current].slice(0, 5).map(([u, e]) => `${u.name}: ${say(e)}`).join('\n')}</p>}
            <p className="dim">{t('admin.passwords.once')}</p>
          </>
        )}
      </DialogContent>
      <DialogActions>
        {state === 'ask' && <><Button autoFocus onClick={onCancel}>{t('alerts.cancel')}</Button><Button variant="contained" disabled={users.length === 0} onClick={() => void run()}>{t('admin.passwords.yes')}</Button></>}
        {state === 'busy' && <Button onClick={() => (stop.current = true)}>{t('admin.passwords.stop')}</Button>}
        {state === 'done' && <><Button onClick={onClose} disabled={n > 0 && !kept}>{t('person.close')}</Button><Button variant="contained" disabled={n === 0} onClick={save}>{t('admin.passwords.download')}</Button></>}
      </DialogActions>
    </Dialog>
  )
}
