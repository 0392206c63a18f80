import { Button } from '@mui/material'
import { useTranslation } from 'react-i18next'
import '../../i18n/rules'
import '../admin/settings.css'
import { Question } from '../common/parts'

type Values = Readonly<Record<string, string>>

export interface ClashProps {
  mine: Values
  theirs: Values
  /** What both changed. */
  keys: readonly string[]
  busy: boolean
  error: string
  onBack: () => void
  onMine: () => void
  onTheirs: () => void
  /** How people know a setting, and a value of it. */
  name: (key: string) => string
  value: (key: string, v: string) => string
}

/** A colleague saved something else for the same setting: whoever writes decides which of the two holds. */
export function Clash({ mine, theirs, keys, busy, error, onBack, onMine, onTheirs, name, value }: ClashProps) {
  const { t } = useTranslation()
  return (
    <Question title={t('rules.conflict.title')} text={t('rules.conflict.text')} yes={t('rules.conflict.keep')} busy={busy} error={error} onNo={onBack} onYes={onMine}>
      <table className="settings-diff">
        <thead><tr><th scope="col">{t('rules.conflict.what')}</th><th scope="col">{t('rules.conflict.theirs')}</th><th scope="col">{t('rules.conflict.mine')}</th></tr></thead>
        <tbody>{keys.map((k) => <tr key={k}><th scope="row">{name(k)}</th><td>{value(k, theirs[k] ?? '')}</td><td>{value(k, mine[k] ?? '')}</td></tr>)}</tbody>
      </table>
      <Button variant="outlined" onClick={onTheirs}>{t('rules.conflict.take')}</Button>
    </Question>
  )
}
