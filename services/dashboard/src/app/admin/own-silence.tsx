import { Button } from '@mui/material'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAction, useAllTeams, useOffice } from '../common/office'
import { Question } from '../common/parts'
import { say } from '../common/problem'
import { Skeleton } from '../panels/people-panel'
import { OwnSilenceDialog } from './own-silence-dialog'
import { dropOwn, useOwnSilence } from './own-silence-use'
import { useSilenceWords } from './settings-silence'
import { silenceFacts, silenceValues, sourceOf, type Whose } from './silence'

/** When the office is told that a person, or somebody of a team, is silent; and whose decision that is. An admin gives it settings of its own. */
export function OwnSilence({ whose, name, editable }: { whose: Whose; name: string; editable: boolean }) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const queries = useQueryClient()
  const words = useSilenceWords()
  const teams = useAllTeams()
  const { data, error, refetch } = useOwnSilence(whose)
  const [asking, setAsking] = useState<'change' | 'remove'>()
  const act = useAction()
  const source = data && sourceOf(data, whose.kind)
  const values = data && silenceValues(data)
  const changed = () => {
    setAsking(undefined)
    void queries.invalidateQueries({ queryKey: ['own-silence'] })
    void queries.invalidateQueries({ queryKey: ['changes', `inactivity_${whose.kind}/${whose.id}`] })
  }
  const remove = () => void act.run(() => dropOwn(session, whose)).then((ok) => ok && changed())
  const from = () => {
    if (source === 'own') return t('rules.silence.own.own')
    if (source === 'team') return t('rules.silence.own.team', { team: teams.data?.find((x) => x.id === data?.id)?.name ?? '' })
    return t(source === 'default' ? 'rules.silence.own.default' : 'rules.silence.own.company')
  }
  return (
    <section className="own-silence" aria-labelledby="own-silence">
      <h3 id="own-silence">{t('rules.silence.title')}</h3>
      {error && !data ? <p className="dim">{say(error)} <button type="button" className="link" onClick={() => void refetch()}>{t('boot.retry')}</button></p> : !data || !values ? <Skeleton rows={4} height={24} /> : (
        <>
          <p className={source === 'own' ? '' : 'dim'} role="status">{from()}</p>
          <dl className="facts">{silenceFacts(values).map((k) => <div key={k}><dt>{t(`rules.silence.own.name.${k as 'silence_after'}`)}</dt><dd>{k === 'silence_hours' && values[k] === '[]' ? t('rules.silence.own.sameHours') : words.value(k, values[k] ?? '')}</dd></div>)}</dl>
          {editable && (
            <div className="acts">
              <Button size="small" variant="outlined" onClick={() => setAsking('change')}>{t(source === 'own' ? 'rules.silence.own.change' : 'rules.silence.own.give')}</Button>
              {source === 'own' && <Button size="small" onClick={() => { act.clear(); setAsking('remove') }}>{t('rules.silence.own.remove')}</Button>}
            </div>
          )}
        </>
      )}
      {asking === 'change' && data && <OwnSilenceDialog whose={whose} name={name} now={data} onClose={() => setAsking(undefined)} onSaved={changed} />}
      {asking === 'remove' && <Question title={t('rules.silence.own.removeTitle', { name })} text={t(`rules.silence.own.remove_${whose.kind}`)} yes={t('rules.silence.own.remove')} busy={act.busy} error={act.text} onNo={() => setAsking(undefined)} onYes={remove} />}
    </section>
  )
}
