import { Button } from '@mui/material'
import { useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAction, useOffice, type Team } from '../common/office'
import { fieldErrors, say } from '../common/problem'
import { useUnsaved } from '../common/unsaved'
import { plainLadder, typeOf } from './escalation'
import { History } from './history'
import { differing, insisting, merge, readValues, timeText, writeValues, type Values } from './settings'
import { ConflictQuestion } from './settings-conflict'
import { Escalation, useAlertWords } from './settings-escalation'
import { Choice, Field } from './settings-fields'
import { Silence, useSilenceWords } from './settings-silence'
import { TeamTimes } from './settings-teams'
import { hoursText, windowsOf } from './silence'
import { TrackingQuestion } from './settings-tracking'

const policies = ['note', 'reason', 'refuse'] as const
const modes = ['always', 'on_shift'] as const
type Mode = (typeof modes)[number]

/** now is what holds, and is read again and again. */
export function SettingsForm({ now, teams }: { now: Values; teams: readonly Team[] }) {
  const { t } = useTranslation()
  const { session, who } = useOffice()
  const queries = useQueryClient()
  const silence = useSilenceWords()
  const alerts = useAlertWords()
  const editable = who.role === 'admin'
  // What held when somebody began to write, except where a colleague changed something else meanwhile: that is taken at once.
  const [base, setBase] = useState(now)
  const [mine, setMine] = useState(now)
  const [seen, setSeen] = useState(now)
  const [wrong, setWrong] = useState<ReadonlyMap<string, unknown>>(new Map())
  const [saved, setSaved] = useState(false)
  const [asking, setAsking] = useState(false)
  const [theirs, setTheirs] = useState<Values>()
  const act = useAction()
  const dirty = differing(base, mine).length > 0
  useUnsaved(dirty)
  const take = (held: Values) => {
    const { values, clashes } = merge(base, mine, held)
    setMine(values)
    setBase({ ...held, ...Object.fromEntries(clashes.map((k) => [k, base[k] ?? ''])) })
    setSeen(held)
  }
  if (now !== seen && !act.busy && !theirs) take(now)
  const set = (key: string, value: string) => {
    setMine({ ...mine, [key]: value })
    setSaved(false)
    if (wrong.size > 0) setWrong(new Map())
    act.clear()
  }
  const restart = (held: Values) => {
    setBase(held)
    setMine(held)
    setSeen(held)
  }
  /** from: what counts as what held when somebody began to write. */
  const send = (from = base) =>
    void act.run(async () => {
      const wanted = Object.fromEntries(Object.entries(mine).map(([k, v]) => [k, k === 'close_at' || k.startsWith('team/') ? timeText(v) : k === 'silence_hours' ? hoursText(windowsOf(v)) : typeOf(k) === undefined ? v : plainLadder(v)]))
      let values: Values
      let failed: ReadonlyMap<string, unknown> | undefined
      do { // Again when a colleague saved between reading and writing: what they changed is read, and asked about.
        const held = await readValues(session)
        const merged = merge(from, wanted, held)
        if (merged.clashes.length > 0) {
          queries.setQueryData(['activity-settings'], held) // or what was read before would be taken for news
          return setTheirs(held)
        }
        values = merged.values
        failed = await writeValues(session, held, values)
      } while (!failed)
      const after = await readValues(session)
      setWrong(failed)
      setBase(after)
      setSeen(after)
      // What was refused stays written.
      setMine(failed.size === 0 ? after : { ...after, ...Object.fromEntries(differing(after, values).map((k) => [k, values[k] ?? ''])) })
      setSaved(failed.size === 0)
      queries.setQueryData(['activity-settings'], after)
      void queries.invalidateQueries({ queryKey: ['changes'] })
    })
  const submit = () => {
    setSaved(false)
    if (mine['tracking'] === base['tracking']) send()
    else setAsking(true)
  }
  const refusal = wrong.get('')
  const own = fieldErrors(refusal, (_, detail, field) => (field === 'close_at' ? t('rules.wrong.close_at') : field === 'check_in_max_m' ? t('rules.wrong.check_in_max_m') : detail))
  /** What a colleague made of it meanwhile, when somebody writes over it. */
  const meanwhile = (key: string, words = (v: string) => v) => (seen[key] ?? '') === (base[key] ?? '') ? undefined : t('rules.changedMeanwhile', { value: words(seen[key] ?? '') })
  const mode = (v: string) => t(`rules.tracking.${v as Mode}`)
  const policy = (v: string) => t(`rules.checkIn.${v as 'note'}`)
  const refusedSilence = wrong.get('silence')
  const ofSilence = silence.wrong(refusedSilence)
  const refusedAlerts = wrong.get('alerts')
  const ofAlerts = useMemo(() => alerts.wrong(refusedAlerts), [refusedAlerts, t])
  const refusedPresence = wrong.get('presence')
  const presence = (v: string) => t(`rules.presence.${v as Mode}`)
  const told = [...Object.values(own), ...Object.values(ofSilence), ...Object.values(ofAlerts)]
  const rest = act.text || [[refusal, own] as const, [refusedSilence, ofSilence] as const, [refusedAlerts, ofAlerts] as const, [refusedPresence, {}] as const].flatMap(([e, fields]) => (e !== undefined && Object.keys(fields).length === 0 ? [say(e)] : [])).join(' ')
  return (
    <form className="settings-form" noValidate onSubmit={(e) => { e.preventDefault(); submit() }}>
      <div className="settings-scroll" {...(editable ? { tabIndex: -1 } : { tabIndex: 0, role: 'region', 'aria-label': t('admin.settings') })}>
        {!editable && <p className="settings-note">{t('rules.readOnly')}</p>}
        <fieldset className="settings-all" disabled={!editable}>
          <section aria-labelledby="rules-tracking">
            <div><h2 id="rules-tracking">{t('rules.tracking.title')}</h2><p className="dim">{t('rules.tracking.text')}</p></div>
            <Choice label={t('rules.tracking.title')} value={mine['tracking'] ?? ''} onChange={(v) => set('tracking', v)} options={modes.map((m) => [m, mode(m), t(`rules.tracking.${m}_hint`)])} error={own['tracking'] ?? meanwhile('tracking', mode)} />
          </section>
          <section aria-labelledby="rules-presence">
            <div><h2 id="rules-presence">{t('rules.presence.title')}</h2><p className="dim">{t('rules.presence.text')}</p></div>
            <Choice label={t('rules.presence.title')} value={mine['presence'] ?? ''} onChange={(v) => set('presence', v)} options={modes.map((m) => [m, presence(m), t(`rules.presence.${m}_hint`)])} error={meanwhile('presence', presence)} />
          </section>
          <section aria-labelledby="rules-close">
            <div><h2 id="rules-close">{t('rules.close.title')}</h2><p className="dim">{t('rules.close.text')}</p></div>
            <div className="settings-fields">
              <Field label={t('rules.close.at')} value={mine['close_at'] ?? ''} onChange={(v) => set('close_at', v)} error={own['close_at'] ?? meanwhile('close_at')} hint={t('rules.close.hint')} />
              <TeamTimes teams={teams} values={mine} wrong={wrong} meanwhile={meanwhile} editable={editable} onChange={set} />
            </div>
          </section>
          <section aria-labelledby="rules-check-in">
            <div><h2 id="rules-check-in">{t('rules.checkIn.title')}</h2><p className="dim">{t('rules.checkIn.text')}</p></div>
            <div className="settings-fields">
              <Choice label={t('rules.checkIn.title')} value={mine['check_in_policy'] ?? ''} onChange={(v) => set('check_in_policy', v)} options={policies.map((p) => [p, policy(p), t(`rules.checkIn.${p}_hint`)])} error={own['check_in_policy'] ?? meanwhile('check_in_policy', policy)} />
              <Field label={t('rules.checkIn.max')} value={mine['check_in_max_m'] ?? ''} onChange={(v) => set('check_in_max_m', v)} error={own['check_in_max_m'] ?? meanwhile('check_in_max_m')} hint={t('rules.checkIn.maxHint')} numeric />
            </div>
          </section>
          <Silence values={mine} wrong={ofSilence} meanwhile={meanwhile} editable={editable} onChange={set} />
          <Escalation values={mine} wrong={ofAlerts} meanwhile={meanwhile} editable={editable} onChange={set} />
        </fieldset>
        {editable && <div className="settings-log"><History entity="activity_settings" /><History entity={`inactivity_company/${who.company}`} title={t('rules.silence.log')} /><History entity="presence_settings" title={t('rules.presence.log')} /><History entity="alert_settings" title={t('panic.rules.log')} /></div>}
      </div>
      {editable && (
        <footer className="settings-foot">
          <Button type="submit" variant="contained" disabled={act.busy || !dirty}>{act.busy ? t('alerts.acting') : t('admin.save')}</Button>
          <Button disabled={act.busy || !dirty} onClick={() => { restart(seen); setWrong(new Map()); act.clear() }}>{t('admin.undo')}</Button>
          {rest && !asking && !theirs && <p className="bad" role="alert">{rest}</p>}
          {told.length > 0 && <span className="sr" role="alert">{told.join(' ')}</span>}
          <span className="dim" role="status">{saved && !dirty ? t('rules.saved') : ''}</span>
        </footer>
      )}
      {asking && <TrackingQuestion to={mine['tracking'] as Mode} onNo={() => setAsking(false)} onYes={() => { setAsking(false); send() }} />}
      {theirs && (
        <ConflictQuestion
          mine={mine} theirs={theirs} keys={merge(base, mine, theirs).clashes} teams={teams} busy={act.busy} error={act.text}
          onBack={() => { setTheirs(undefined); take(theirs) }} onMine={() => { setTheirs(undefined); send(insisting(base, mine, theirs)) }}
          onTheirs={() => { const { values, clashes } = merge(base, mine, theirs); setTheirs(undefined); setBase(theirs); setSeen(theirs); setMine({ ...values, ...Object.fromEntries(clashes.map((k) => [k, theirs[k] ?? ''])) }) }}
        />
      )}
    </form>
  )
}
