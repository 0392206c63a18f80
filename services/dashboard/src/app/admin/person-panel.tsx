import { Button } from '@mui/material'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Empty } from '../panels/people-panel'
import { useAction, useOffice, type Team, type User } from '../common/office'
import { History } from './history'
import { OwnSilence } from './own-silence'
import { Question, Side } from '../common/parts'
import { PasswordDialog } from './password-dialog'
import { PersonForm } from './person-form'

const TalkButton = lazy(() => import('../chat/talk-button'))
const PersonNotices = lazy(() => import('../notices/person-notices'))

type Asking = 'deactivate' | 'revoke' | 'password' | undefined

/** A person beside the table: what is known, and for an admin what can be done. */
export function PersonPanel({ user, teams, editable, onClose, onChanged }: { user: User | undefined; teams: readonly Team[]; editable: boolean; onClose: () => void; onChanged: (id?: string) => void }) {
  const { t } = useTranslation()
  const { session, who } = useOffice()
  const [asking, setAsking] = useState<Asking>()
  const act = useAction()
  if (!user) return <Side title={t('people.title')} onClose={onClose}><Empty title={t('admin.noPerson')} hint={t('admin.noPersonHint')} /></Side>
  const path = { id: user.id }
  const done = (ok: boolean) => {
    if (!ok) return
    setAsking(undefined)
    onChanged()
  }
  const ask = (a: Asking) => {
    act.clear()
    setAsking(a)
  }
  const deactivate = () => void act.run(async () => void (await session.request('delete', '/v1/users/{id}', { path }))).then(done)
  const activate = () => void act.run(async () => void (await session.request('patch', '/v1/users/{id}', { path, body: { active: true } }))).then(done)
  const revoke = () => void act.run(async () => void (await session.request('post', '/v1/users/{id}/revoke', { path }))).then(done)
  return (
    <Side title={user.name} sub={`${t(`role.${user.role}`)} · ${user.active ? t('admin.active') : t('admin.inactive')}`} onClose={onClose}>
      {editable ? <PersonForm key={`${user.id}/${user.version}`} user={user} teams={teams} onSaved={onChanged} /> : <Known user={user} teams={teams} />}
      {user.active && user.id !== who.user && <div className="acts"><Suspense><TalkButton of={{ user: user.id }} /></Suspense></div>}
      {editable && (
        <>
          <div className="acts">
            {user.id !== who.user && <Button variant="outlined" onClick={() => ask('password')}>{t('admin.resetPassword')}</Button>}
            <Button variant="outlined" onClick={() => ask('revoke')}>{t('admin.revoke')}</Button>
            {user.active ? <Button variant="outlined" color="error" onClick={() => ask('deactivate')}>{t('admin.deactivate')}</Button> : <Button variant="outlined" disabled={act.busy} onClick={activate}>{t('admin.activate')}</Button>}
          </div>
          {act.text && !asking && <p className="bad-box" role="alert">{act.text}</p>}
        </>
      )}
      {user.active && user.role !== 'admin' && <OwnSilence whose={{ kind: 'user', id: user.id }} name={user.name} editable={editable} />}
      {user.active && <Suspense><PersonNotices key={user.id} id={user.id} manages={editable} /></Suspense>}
      {editable && <History entity={`user/${user.id}`} />}
      {asking === 'deactivate' && <Question title={t('admin.deactivateTitle', { name: user.name })} text={t('admin.deactivateText')} yes={t('admin.deactivate')} danger busy={act.busy} error={act.text} onNo={() => setAsking(undefined)} onYes={deactivate} />}
      {asking === 'revoke' && <Question title={t('admin.revokeTitle', { name: user.name })} text={t('admin.revokeText')} yes={t('admin.revoke')} busy={act.busy} error={act.text} onNo={() => setAsking(undefined)} onYes={revoke} />}
      {asking === 'password' && <PasswordDialog user={user} onClose={() => { setAsking(undefined); onChanged() }} />}
    </Side>
  )
}

function Known({ user, teams }: { user: User; teams: readonly Team[] }) {
  const { t } = useTranslation()
  const rows: [string, string | undefined][] = [
    [t('admin.field.teams'), user.teams?.map((id) => teams.find((x) => x.id === id)?.name ?? id).join(', ')],
    [t('admin.field.phone'), user.phone], [t('admin.field.email'), user.email], [t('admin.field.payroll_number'), user.payroll_number],
  ]
  return <dl className="facts">{rows.map(([k, v]) => <div key={k}><dt>{k}</dt><dd>{v || t('person.unknown')}</dd></div>)}</dl>
}
