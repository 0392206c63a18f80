import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { guard, onLeave, unguarded } from '../zones/guard'
import { Question } from './parts'

/** Says whether something would be lost if somebody left. */
export function useUnsaved(dirty: boolean): void {
  useEffect(() => {
    if (!dirty) return
    guard({ ...unguarded, dirty: true, at: location.pathname + location.search })
    return () => guard(unguarded)
  }, [dirty])
}

/** Asks before that. */
export function UnsavedQuestion() {
  const { t } = useTranslation()
  const [go, setGo] = useState<() => void>()
  useEffect(() => onLeave((next) => setGo(() => next)), [])
  const leave = () => {
    setGo(undefined)
    guard(unguarded)
    go?.()
  }
  return go && <Question title={t('leave.title')} text={t('admin.unsavedText')} yes={t('leave.yes')} danger busy={false} error="" onNo={() => setGo(undefined)} onYes={leave} />
}
