import { useMemo } from 'react'
import { planner, type Plan } from './plan'
import { useCompanyZone } from './use-shifts'

const noPlans: readonly Plan[] = []
const noDays: ReadonlySet<string> = new Set()

/** Finds when people are planned to work around now. */
export function usePlanner(time: number) {
  const zone = useCompanyZone()
  const minute = Math.floor(time / 60_000)
  return useMemo(() => planner(noPlans, noDays, time, zone), [zone, minute])
}
