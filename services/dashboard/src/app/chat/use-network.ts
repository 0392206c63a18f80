import { useSyncExternalStore } from 'react'
import { useData } from '../data/data'

/** Whether the page has its connection. */
export function useNetwork(): boolean {
  const { live } = useData()
  return useSyncExternalStore((f) => live.onStatus(f), () => live.status.state !== 'waiting')
}
