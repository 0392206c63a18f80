import { Button } from '@mui/material'
import { useTranslation } from 'react-i18next'
import '../../i18n/rules'
import '../admin/settings.css'
import { Question } from '../common/parts'
import type { useMerged } from './use-merged'

/** A colleague saved something else for the same: whoever writes decides which of the two holds. */
export function Clash<T>({ form, name, value }: { form: ReturnType<typeof useMerged<T>>; name: (key: string) => string; value: (key: string, v: string) => string }) {
  const { t } = useTranslation()
  const { theirs, mine, clashes, act } = form
  if (!theirs) return null
  return (
    <Question title={t('rules.conflict.title')} text={t('rules.conflict.text')} yes={t('rules.conflict.keep')} busy={act.busy} error={act.text} onNo={form.back} onYes={form.insist}>
      <table className="settings-diff">
        <thead><tr><th scope="col">{t('rules.conflict.what')}</th><th scope="col">{t('rules.conflict.theirs')}</th><th scope="col">{t('rules.conflict.mine')}</th></tr></thead>
        <tbody>{clashes.map((k) => <tr key={k}><th scope="row">{name(k)}</th><td>{value(k, theirs[k] ?? '')}</td><td>{value(k, mine[k] ?? '')}</td></tr>)}</tbody>
      </table>
      <Button variant="outlined" onClick={form.yield}>{t('rules.conflict.take')}</Button>
    </Question>
  )
}
