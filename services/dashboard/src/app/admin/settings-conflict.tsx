import { Button } from '@mui/material'
import { useTranslation } from 'react-i18next'
import type { Team } from '../common/office'
import { Question } from '../common/parts'
import { teamKey, type Values } from './settings'
import { ofAlerts } from './escalation'
import { useAlertWords } from './settings-escalation'
import { useSilenceWords } from './settings-silence'
import { ofSilence } from './silence'

interface Props {
  mine: Values
  theirs: Values
  /** What both changed. */
  keys: readonly string[]
  teams: readonly Team[]
  busy: boolean
  error: string
  onBack: () => void
  onMine: () => void
  onTheirs: () => void
}

/** A colleague saved something else for the same setting: whoever writes decides which of the two holds. */
export function ConflictQuestion({ mine, theirs, keys, teams, busy, error, onBack, onMine, onTheirs }: Props) {
  const { t } = useTranslation()
  const silence = useSilenceWords()
  const alerts = useAlertWords()
  const name = (key: string): string =>
    ofAlerts(key) ? alerts.name(key) : ofSilence(key) ? silence.name(key) : key === 'tracking' ? t('rules.tracking.title') : key === 'close_at' ? t('rules.close.at') : key === 'check_in_policy' ? t('rules.checkIn.title') : key === 'check_in_max_m' ? t('rules.checkIn.max') : t('rules.close.team', { team: teams.find((x) => teamKey(x.id) === key)?.name ?? key.slice(5) })
  const value = (key: string, v: string | undefined): string =>
    ofAlerts(key) ? alerts.value(key, v ?? '') : ofSilence(key) ? silence.value(key, v ?? '') : key === 'tracking' ? t(`rules.tracking.${v as 'always'}`) : key === 'check_in_policy' ? t(`rules.checkIn.${v as 'note'}`) : v || t('rules.close.same')
  return (
    <Question title={t('rules.conflict.title')} text={t('rules.conflict.text')} yes={t('rules.conflict.keep')} busy={busy} error={error} onNo={onBack} onYes={onMine}>
      <table className="settings-diff">
        <thead><tr><th scope="col">{t('rules.conflict.what')}</th><th scope="col">{t('rules.conflict.theirs')}</th><th scope="col">{t('rules.conflict.mine')}</th></tr></thead>
        <tbody>{keys.map((k) => <tr key={k}><th scope="row">{name(k)}</th><td>{value(k, theirs[k])}</td><td>{value(k, mine[k])}</td></tr>)}</tbody>
      </table>
      <Button variant="outlined" onClick={onTheirs}>{t('rules.conflict.take')}</Button>
    </Question>
  )
}
