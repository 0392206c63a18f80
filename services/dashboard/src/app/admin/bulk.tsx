import { Button } from '@mui/material'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useOffice, type Team, type User } from '../common/office'
import { forEach } from '../common/files'
import { Input, Question } from '../common/parts'
import { PasswordsDialog } from './passwords-dialog'
import { say } from '../common/problem'

type Asking = 'move' | 'revoke' | 'deactivate' | 'passwords' | undefined

/** What can be done with several people at once. */
export function BulkBar({ users, teams, onDone, onChanged }: { users: readonly User[]; teams: readonly Team[]; onDone: () => void; onChanged: () => void }) {
  const { t } = useTranslation()
  const { session, who } = useOffice()
  const [asking, setAsking] = useState<Asking>()
  const [team, setTeam] = useState('')
  const [stay, setStay] = useState(false)
  const work = useForEach(onDone, onChanged)
  const close = () => setAsking(undefined)
  const move = (u: User) => {
    const next = stay ? [...new Set([...(u.teams ?? []), team])] : [team]
    return session.request('patch', '/v1/users/{id}', { path: { id: u.id }, body: { teams: next } })
  }
  const count = users.length
  const others = users.filter((u) => u.id !== who.user) // nobody locks itself out
  const question = { busy: work.busy, error: work.error, onNo: close }
  return (
    <div className="bulk" role="group" aria-label={t('admin.chosen', { count })}>
      <b role="status">{t('admin.chosen', { count })}</b>
      {teams.length > 0 && <Button size="small" onClick={() => { setTeam(teams[0]!.id); setAsking('move') }}>{t('admin.move')}</Button>}
      <Button size="small" onClick={() => setAsking('passwords')}>{t('admin.passwords.open')}</Button>
      <Button size="small" onClick={() => setAsking('revoke')}>{t('admin.revoke')}</Button>
      <Button size="small" color="error" disabled={others.length === 0} onClick={() => setAsking('deactivate')}>{t('admin.deactivate')}</Button>
      <button type="button" className="link" onClick={onDone}>{t('admin.unselect')}</button>
      {asking === 'move' && (
        <Question {...question} title={t('admin.moveTitle', { count })} yes={t('admin.moveYes')} onYes={() => void work.run(users, move)}>
          <Input label={t('people.team')} value={team} onChange={setTeam} options={teams.map((x) => [x.id, x.name])} />
          <label><input type="radio" name="stay" checked={!stay} onChange={() => setStay(false)} /> {t('admin.moveOnly')}</label>
          <label><input type="radio" name="stay" checked={stay} onChange={() => setStay(true)} /> {t('admin.moveToo')}</label>
          <Progress {...work} />
        </Question>
      )}
      {asking === 'revoke' && (
        <Question {...question} title={t('admin.revokeMany', { count })} text={t('admin.revokeText')} yes={t('admin.revoke')} onYes={() => void work.run(users, (u) => session.request('post', '/v1/users/{id}/revoke', { path: { id: u.id } }))}>
          <Progress {...work} />
        </Question>
      )}
      {asking === 'deactivate' && (
        <Question {...question} title={t('admin.deactivateMany', { count: others.length })} text={t('admin.deactivateText')} yes={t('admin.deactivate')} danger onYes={() => void work.run(others, (u) => session.request('delete', '/v1/users/{id}', { path: { id: u.id } }))}>
          <Progress {...work} />
        </Question>
      )}
      {asking === 'passwords' && <PasswordsDialog users={others} onClose={() => { close(); onDone() }} onCancel={close} />}
    </div>
  )
}

/** Does the same with each person. Those with whom it failed are named, and stay selected. */
function useForEach(onDone: () => void, onChanged: () => void) {
  const [busy, setBusy] = useState(false)
  const [done, setDone] = useState(0)
  const [error, setError] = useState('')
  const [total, setTotal] = useState(0)
  const run = async (users: readonly User[], f: (u: User) => Promise<unknown>) => {
    setBusy(true)
    setTotal(users.length)
    setDone(0)
    setError('')
    const failed = await forEach(users, async (u) => void (await f(u)), { atOnce: 4, onDone: setDone, stop: () => false })
    setBusy(false)
    const first = [...failed].slice(0, 5).map(([u, e]) => `${u.name}: ${say(e)}`)
    if (failed.size === 0) onDone()
    else {
      setError([...first, ...(failed.size > 5 ? ['…'] : [])].join('\n'))
      onChanged()
    }
  }
  return { busy, done, total, error, run }
}

export function Progress({ busy, done, total }: { busy: boolean; done: number; total: number }) {
  const { t } = useTranslation()
  return busy ? <div className="progress"><progress value={done} max={total} aria-label={t('alerts.acting')} /> <span>{t('people.of', { shown: done, total })}</span></div> : null
}
