import type { State } from '../data/people'

/** The sign of a state, as on the map: form and colour say the same. */
export function Sign({ state, size = 16 }: { state: State; size?: number }) {
  return (
    <svg className={`sign ${state}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {state === 'alert' && <path d="M8 .8 15.200 8 8 15.200.800 8Z" />}
      {state === 'lost' && <><rect x="2" y="2" width="12" height="12" rx="2" /><path d="M8 4.800v3.600M8 11.100v.1" /></>}
      {state === 'silent' && <rect x="2.500" y="2.500" width="11" height="11" rx="2" />}
      {state === 'never' && <rect x="2.500" y="2.500" width="11" height="11" rx="2" strokeDasharray="2 2" />}
      {(state === 'fresh' || state === 'stale') && <circle cx="8" cy="8" r="5.500" />}
    </svg>
  )
}
