import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../../client'
import { CloseIcon } from '../../icons'
import type { Team } from '../common/office'
import { fieldErrors, say } from '../common/problem'
import { plain } from '../data/ages'
import { teamKey, timeText, type Values } from './settings'

const most = 200

interface Props {
  teams: readonly Team[]
  values: Values
  wrong: ReadonlyMap<string, unknown>
  meanwhile: (key: string, words: (v: string) => string) => string | undefined
  editable: boolean
  onChange: (key: string, value: string) => void
}

/** When the day of each team is closed: at its own time, or with the company. */
export function TeamTimes({ teams, values, wrong, meanwhile, editable, onChange }: Props) {
  const { t } = useTranslation()
  const [q, setQ] = useState('')
  const shown = teams.filter((x) => plain(x.name).includes(plain(q)) || wrong.has(teamKey(x.id)))
  const said = (e: unknown): string => (fieldErrors(e)['close_at'] ? t('rules.wrong.close_at') : e instanceof Problem && e.status === 404 ? t('rules.wrong.team') : say(e))
  const company = timeText(values['close_at'] ?? '')
  return (
    <div className="settings-teams" role="group" aria-labelledby="rules-teams">
      <div className="settings-teams-head">
        <h3 id="rules-teams">{t('rules.close.teams')}</h3>
        <span className="dim small">{teams.length === 0 ? t('rules.close.noTeams') : t('rules.close.teamsHint')}</span>
        {teams.length > 8 && <input type="search" value={q} placeholder={t('rules.close.search')} aria-label={t('rules.close.search')} onChange={(e) => setQ(e.target.value)} />}
      </div>
      {teams.length > 0 && shown.length === 0 && <p className="dim small">{t('rules.close.none')}</p>}
      <ul>
        {shown.slice(0, most).map((x) => {
          const key = teamKey(x.id)
          const value = values[key] ?? ''
          const error = wrong.has(key) ? said(wrong.get(key)) : meanwhile(key, (v) => v || t('rules.close.same'))
          const id = `rules-${x.id}`
          return (
            <li key={x.id}>
              <label htmlFor={id} title={x.name}>{x.name}</label>
              <input id={id} className="num" value={value} placeholder={company} aria-label={t('rules.close.team', { team: x.name })} aria-invalid={error ? true : undefined} aria-describedby={`${id}-more`} autoComplete="off" onChange={(e) => onChange(key, e.target.value)} />
              <span id={`${id}-more`} className={error ? 'bad' : 'dim small'}>{error || (value === '' ? t('rules.close.same') : '')}</span>
              {editable && value !== '' && <button type="button" aria-label={t('rules.close.clear', { team: x.name })} title={t('rules.close.clear', { team: x.name })} onClick={() => { onChange(key, ''); document.getElementById(id)?.focus() }}><CloseIcon size={15} /></button>}
            </li>
          )
        })}
      </ul>
      {shown.length > most && <p className="dim small">{t('admin.more', { count: shown.length - most })}</p>}
    </div>
  )
}
