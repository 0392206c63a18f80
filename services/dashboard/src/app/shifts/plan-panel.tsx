import { Button } from '@mui/material'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../../client'
import { useAction, useOffice } from '../common/office'
import { Input, Question, Side } from '../common/parts'
import { fieldErrors, say } from '../common/problem'
import { useUnsaved } from '../common/unsaved'
import { dateTime } from '../data/ages'
import { useUsers } from '../data/data'
import { Empty, Skeleton } from '../panels/people-panel'
import { plansFor, summary, type PlanWindow, type ShiftPlan } from './plan'
import { PlanWeek } from './plan-week'
import { shiftWords } from './say'
import { getPlan, keyOf, putPlan, removePlan, usePlan, type Scope } from './use-plans'
import { useCompanyZone } from './use-shifts'

const zones = () => (Intl as { supportedValuesOf?: (what: string) => string[] }).supportedValuesOf?.('timeZone') ?? []

interface Props {
  scope: Scope
  name: string
  plans: readonly ShiftPlan[]
  onClose: () => void
}

/** The week of the company, a team or a person beside the table. */
export function PlanPanel({ scope, name, plans, onClose }: Props) {
  const { t } = useTranslation()
  const { who } = useOffice()
  const read = usePlan(scope)
  const user = useUsers().get(scope.id)
  const mine = who.role === 'admin' || (scope.kind !== 'company' && !(scope.kind === 'user' && scope.id === who.user))
  const [making, setMaking] = useState<readonly PlanWindow[]>()
  // What is written here stays when somebody removes the plan meanwhile.
  const [written, setWritten] = useState(false)
  // What holds while there is none of one's own.
  const wider = scope.kind === 'user' ? plansFor({ id: '', teams: user?.teams ?? [] }, plans) : scope.kind === 'team' ? plansFor({ id: '', teams: [] }, plans) : []
  const p = read.data
  const sub = t(scope.kind === 'company' ? 'shifts.plan.subCompany' : scope.kind === 'team' ? 'shifts.plan.subTeam' : 'shifts.plan.subUser')
  return (
    <Side title={name} sub={sub} onClose={onClose}>
      {read.error && !p ? <Empty title={t('shifts.plan.error')} hint={say(read.error, shiftWords)} action={t('boot.retry')} onAction={() => void read.refetch()} /> : !p ? <Skeleton rows={8} /> : p.exists || making || written ? (
        mine ? <PlanForm scope={scope} name={name} plan={p} windows={making ?? p.windows ?? []} onWritten={setWritten} onEnd={() => setMaking(undefined)} /> : <Read plan={p} />
      ) : (
        <>
          <p>{wider.length === 0 ? t('shifts.plan.nobody') : t(wider[0]!.scope === 'team' ? 'shifts.plan.followsTeam' : 'shifts.plan.followsCompany')}</p>
          {wider.map((w) => <p key={`${w.scope}/${w.id}`} className="dim num">{summary(w.windows ?? [], (d) => t(`shifts.day.d${d}` as 'shifts.day.d1')) || t('shifts.plan.none')}</p>)}
          {mine && <div className="acts"><Button variant="contained" onClick={() => setMaking(wider.flatMap((w) => w.windows ?? []))}>{t(scope.kind === 'company' ? 'shifts.plan.make' : 'shifts.plan.makeOwn')}</Button></div>}
        </>
      )}
    </Side>
  )
}

function Read({ plan: p }: { plan: ShiftPlan }) {
  const { t } = useTranslation()
  return (
    <>
      <PlanWeek windows={p.windows ?? []} bad={{}} />
      <p className="dim small">{t('shifts.plan.readOnly')}</p>
    </>
  )
}

interface FormProps {
  scope: Scope
  name: string
  plan: ShiftPlan
  windows: readonly PlanWindow[]
  onWritten: (written: boolean) => void
  /** Saved, or given up. */
  onEnd: () => void
}

function PlanForm({ scope, name, plan, windows, onWritten, onEnd }: FormProps) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const queries = useQueryClient()
  const zone = useCompanyZone()
  const users = useUsers()
  // The plan as it was when somebody began to change it. A newer one takes its place only while nothing is written on it.
  const [base, setBase] = useState(plan)
  const start = { windows: base.exists ? (base.windows ?? []) : windows, zone: base.zone, on_holidays: base.on_holidays }
  const [f, setF] = useState(start)
  const [theirs, setTheirs] = useState<ShiftPlan>()
  const [removing, setRemoving] = useState(false)
  const [saved, setSaved] = useState(false)
  const act = useAction(shiftWords)
  const bad = fieldErrors(act.error, (_, detail) => detail)
  const fresh = !base.exists
  const dirty = fresh || JSON.stringify(f) !== JSON.stringify(start)
  const gone = base.exists && !plan.exists && plan.version > base.version
  useUnsaved(dirty)
  useEffect(() => onWritten(dirty), [dirty, onWritten])
  const show = (p: ShiftPlan) => {
    setBase(p)
    setF({ windows: p.windows ?? [], zone: p.zone, on_holidays: p.on_holidays })
  }
  if (plan.version > base.version && !dirty && !act.busy) show(plan)
  const set = (more: Partial<typeof f>) => {
    setF({ ...f, ...more })
    setSaved(false)
    act.clear()
  }
  const done = async () => {
    await queries.invalidateQueries({ queryKey: ['shift-plans'] })
    onEnd()
  }
  const send = (at: number) =>
    void act.run(async () => {
      try {
        const now = await putPlan(session, scope, { windows: [...f.windows], zone: f.zone, on_holidays: f.on_holidays, version: at })
        queries.setQueryData(keyOf(scope), now)
        show(now)
      } catch (e) {
        if (!(e instanceof Problem && e.code === 'shift_plan_changed')) throw e
        const now = await getPlan(session, scope)
        queries.setQueryData(keyOf(scope), now)
        return now.exists ? setTheirs(now) : undefined // Of a plan that was removed the form says so itself.
      }
      setSaved(true)
      await done()
    })
  const remove = () =>
    void act.run(async () => {
      await removePlan(session, scope, base.version)
      setRemoving(false)
      await done()
    })
  const by = (p: ShiftPlan) => ({ name: users.get(p.updated_by ?? '')?.name ?? p.updated_by, time: p.updated_at ? dateTime(Date.parse(p.updated_at), zone) : '' })
  const words = (list: readonly PlanWindow[] | null) => summary(list ?? [], (d) => t(`shifts.day.d${d}` as 'shifts.day.d1')) || t('shifts.plan.none')
  return (
    <form className="form" noValidate onSubmit={(e) => { e.preventDefault(); if (!gone) send(base.version) }}>
      <PlanWeek windows={f.windows} bad={bad} onChange={(w) => set({ windows: w })} />
      <label className="sh-check"><input type="checkbox" checked={f.on_holidays} onChange={(e) => set({ on_holidays: e.target.checked })} /> <span>{t('shifts.plan.onHolidays')}</span></label>
      <Input label={t('shifts.plan.zone')} value={f.zone} list={zones()} onChange={(v) => set({ zone: v })} error={bad['zone']} hint={t('shifts.plan.zoneHint', { zone })} />
      {act.text && !removing && !theirs && Object.keys(bad).length === 0 && <p className="bad-box" role="alert">{act.text}</p>}
      {Object.keys(bad).length > 0 && <p className="bad-box" role="alert">{Object.values(bad)[0]}</p>}
      {saved && <p className="good" role="status">{t('shifts.plan.saved')}</p>}
      {gone ? (
        <div className="sh-foot sh-gone" role="alert">
          <p>{t('shifts.plan.gone', by(plan))}</p>
          <div className="acts">
            <Button variant="contained" disabled={act.busy} onClick={() => send(plan.version)}>{act.busy ? t('alerts.acting') : t('shifts.plan.again')}</Button>
            <Button disabled={act.busy} onClick={() => { onWritten(false); void done() }}>{t('shifts.plan.leaveRemoved')}</Button>
          </div>
        </div>
      ) : <div className="acts sh-foot">
        <Button type="submit" variant="contained" disabled={act.busy || !dirty}>{act.busy ? t('alerts.acting') : t('admin.save')}</Button>
        {dirty && <Button onClick={() => { setF(start); act.clear(); onWritten(false); onEnd() }}>{fresh ? t('alerts.cancel') : t('admin.undo')}</Button>}
        {!fresh && !dirty && <Button color="inherit" onClick={() => { act.clear(); setRemoving(true) }}>{t('shifts.plan.remove')}</Button>}
      </div>}
      {removing && <Question title={t('shifts.plan.removeTitle', { name })} text={t(scope.kind === 'company' ? 'shifts.plan.removeCompany' : scope.kind === 'team' ? 'shifts.plan.removeTeam' : 'shifts.plan.removeUser')} yes={t('shifts.plan.remove')} danger busy={act.busy} error={act.text} onNo={() => setRemoving(false)} onYes={remove} />}
      {theirs && (
        <Question
          title={t('shifts.plan.conflict')} yes={t('shifts.plan.keep')} busy={act.busy} error={act.text} onNo={() => setTheirs(undefined)} onYes={() => { setTheirs(undefined); send(theirs.version) }}
          text={t('shifts.plan.conflictBy', by(theirs))}
        >
          <dl className="facts"><div><dt>{t('shifts.plan.theirs')}</dt><dd className="num">{words(theirs.windows)}</dd></div><div><dt>{t('shifts.plan.mine')}</dt><dd className="num">{words([...f.windows])}</dd></div></dl>
          <Button onClick={() => { setTheirs(undefined); show(theirs); void done() }}>{t('shifts.plan.take')}</Button>
        </Question>
      )}
    </form>
  )
}
