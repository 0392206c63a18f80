import { Button, Dialog, DialogActions, DialogContent, DialogTitle } from '@mui/material'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../../client'
import { useAction, useOffice } from '../common/office'
import { History } from './history'
import { writeOwn } from './own-silence-use'
import { differing, merge, type Values } from './settings'
import { ConflictQuestion } from './settings-conflict'
import { SilenceFields, useSilenceWords } from './settings-silence'
import { hoursText, silenceValues, windowsOf, type InactivitySettings, type Whose } from './silence'

interface Props {
  whose: Whose
  name: string
  /** What holds, their own or not. */
  now: InactivitySettings
  onClose: () => void
  onSaved: () => void
}

const unseen = () => undefined

/** The settings of silence of one team or person. They begin as what holds. */
export function OwnSilenceDialog({ whose, name, now, onClose, onSaved }: Props) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const words = useSilenceWords()
  const [from, setFrom] = useState(now) // what somebody began to change
  const [mine, setMine] = useState<Values>(() => silenceValues(now))
  const [theirs, setTheirs] = useState<InactivitySettings>()
  const act = useAction()
  const base = silenceValues(from)
  const dirty = differing(base, mine).length > 0
  const wrong = words.wrong(act.error)
  const told = Object.values(wrong)
  const set = (key: string, value: string) => {
    setMine({ ...mine, [key]: value })
    act.clear()
  }
  /** Again when a colleague saved meanwhile: what they changed is taken, and asked about where both wrote. */
  const send = (wanted: Values, began: Values, version: number) =>
    void act.run(async () => {
      let [values, at]: [Values, number] = [{ ...wanted, silence_hours: hoursText(windowsOf(wanted['silence_hours'] ?? '')) }, version]
      for (;;) {
        try {
          await writeOwn(session, whose, values, at)
          return onSaved()
        } catch (e) {
          const held = e instanceof Problem && e.code === 'settings_changed' ? (e.current as InactivitySettings | undefined) : undefined
          if (!held) throw e
          const merged = merge(began, values, silenceValues(held))
          if (merged.clashes.length > 0) return setTheirs(held)
          ;[values, at] = [merged.values, held.version]
        }
      }
    })
  return (
    <Dialog open onClose={(_, why) => { if (why !== 'backdropClick' || !dirty) onClose() }} fullWidth maxWidth="sm" aria-labelledby="own-silence-title">
      <DialogTitle id="own-silence-title">{t('rules.silence.own.title', { name })}</DialogTitle>
      <DialogContent>
        <form id="own-silence-form" className="settings-form own-silence-form" noValidate onSubmit={(e) => { e.preventDefault(); send(mine, base, from.version) }}>
          <p className="dim">{t(`rules.silence.own.text_${whose.kind}`)}</p>
          <SilenceFields values={mine} wrong={wrong} meanwhile={unseen} editable own onChange={set} />
          <History entity={`inactivity_${whose.kind}/${whose.id}`} />
        </form>
      </DialogContent>
      <DialogActions>
        {act.text && told.length === 0 && !theirs && <p className="bad own-silence-bad" role="alert">{act.text}</p>}
        {told.length > 0 && <p className="bad own-silence-bad" role="alert">{told.join(' ')}</p>}
        <Button disabled={act.busy} onClick={onClose}>{t('alerts.cancel')}</Button>
        <Button type="submit" form="own-silence-form" variant="contained" disabled={act.busy || (!dirty && from.version > 0)}>{act.busy ? t('alerts.acting') : t('admin.save')}</Button>
      </DialogActions>
      {theirs && (
        <ConflictQuestion
          mine={mine} theirs={silenceValues(theirs)} keys={merge(base, mine, silenceValues(theirs)).clashes} teams={[]} busy={act.busy} error={act.text} onBack={() => setTheirs(undefined)}
          onMine={() => { const held = silenceValues(theirs); setTheirs(undefined); send(merge(base, mine, held).values, held, theirs.version) }}
          onTheirs={() => { setTheirs(undefined); setFrom(theirs); setMine(silenceValues(theirs)) }}
        />
      )}
    </Dialog>
  )
}
