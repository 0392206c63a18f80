import { useTranslation } from 'react-i18next'
import type { Team } from '../common/office'
import { Clash, type ClashProps } from '../common/clash'
import { ofAlerts } from './escalation'
import { teamKey } from './settings'
import { useAlertWords } from './settings-escalation'
import { useSilenceWords } from './settings-silence'
import { ofSilence } from './silence'

/** The question about what a colleague saved for the same settings of the company. */
export function ConflictQuestion({ teams, ...rest }: Omit<ClashProps, 'name' | 'value'> & { teams: readonly Team[] }) {
  const { t } = useTranslation()
  const silence = useSilenceWords()
  const alerts = useAlertWords()
  const name = (key: string): string =>
    ofAlerts(key) ? alerts.name(key) : ofSilence(key) ? silence.name(key) : key === 'tracking' ? t('rules.tracking.title') : key === 'presence' ? t('rules.presence.title') : key === 'close_at' ? t('rules.close.at') : key === 'check_in_policy' ? t('rules.checkIn.title') : key === 'check_in_max_m' ? t('rules.checkIn.max') : t('rules.close.team', { team: teams.find((x) => teamKey(x.id) === key)?.name ?? key.slice(5) })
  const value = (key: string, v: string): string =>
    ofAlerts(key) ? alerts.value(key, v) : ofSilence(key) ? silence.value(key, v) : key === 'tracking' ? t(`rules.tracking.${v as 'always'}`) : key === 'presence' ? t(`rules.presence.${v as 'always'}`) : key === 'check_in_policy' ? t(`rules.checkIn.${v as 'note'}`) : v || t('rules.close.same')
  return <Clash {...rest} name={name} value={value} />
}
