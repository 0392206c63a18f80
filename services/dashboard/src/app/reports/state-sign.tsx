import { useTranslation } from 'react-i18next'
import type { Summary } from '../data/shapes'

const marks: Record<Summary['state'], React.ReactNode> = {
  preliminary: <circle cx="8" cy="8" r="5.500" strokeDasharray="2.500 2.300" />,
  closed: <path d="m2.500 8.500 3.500 3.500 7.500-8" />,
  final: <><rect x="3" y="7" width="10" height="7" rx="1.500" /><path d="M5.200 7V5a2.800 2.800 0 0 1 5.600 0v2" /></>,
  failed: <path d="M8 3v6M8 12v1" />,
}

/** Whether the figures of a day may still change: form and words say the same. */
export function DayState({ state, words = true }: { state: Summary['state']; words?: boolean }) {
  const { t } = useTranslation()
  return (
    <span className={`rp-state ${state}`} title={t(`reports.isHint.${state}`)}>
      <svg width={14} height={14} viewBox="0 0 16 16" aria-hidden="true" focusable="false" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round">{marks[state]}</svg>
      <span className={words ? '' : 'sr'}>{t(`reports.is.${state}`)}</span>
    </span>
  )
}
