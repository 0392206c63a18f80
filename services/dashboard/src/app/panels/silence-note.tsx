import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { ago, dateTime } from '../data/ages'
import { useSilence } from '../data/data'
import { useTick, useZone } from '../data/hooks'
import { silenceText } from '../data/why'

/** Says of somebody who is silent, or stands still, since when and why. */
export function SilenceNote({ id }: { id: string }) {
  const { t } = useTranslation()
  const silence = useSilence(id)
  const zone = useZone()
  useTick(30_000)
  if (!silence) return null
  const last = silence.kind === 'inactividad' && silence.last_fix_at
  return (
    <p className="silence">
      {silenceText(silence, zone)}
      {last && <span className="dim"> {t('silence.lastFix')}: {dateTime(Date.parse(last), zone)}, {ago(now() - Date.parse(last))}.</span>}
    </p>
  )
}
