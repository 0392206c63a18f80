import { useTranslation } from 'react-i18next'
import { MuteIcon, SoundIcon } from '../../icons'
import type { SirenState } from './siren'

/** Whether it sounds, and why not. */
export function SoundBar({ state, muted, onAllow }: { state: SirenState; muted: boolean; onAllow: () => void }) {
  const { t } = useTranslation()
  const silent = state === 'off' && muted
  return (
    <div className="panic-sound" data-state={silent ? 'muted' : state}>
      {state === 'on' || state === 'elsewhere' ? <SoundIcon size={16} /> : <MuteIcon size={16} />}
      <span>{silent ? t('panic.sound.muted') : state === 'off' ? '' : t(`panic.sound.${state}`)}</span>
      {state === 'blocked' && <button type="button" className="btn" onClick={onAllow}>{t('panic.sound.activate')}</button>}
    </div>
  )
}
