import type { Kind } from './model'

const paths: Record<Kind, string> = {
  polygon: 'M5 8 13 4l7 7-4 9-10-3L5 8Z',
  circle: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16Z',
  corridor: 'M4 17c5 0 4-10 9-10h7M4 21c8 0 7-10 11-10h5',
}

export function KindIcon({ kind, size = 20 }: { kind: Kind; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round">
      <path d={paths[kind]} />
    </svg>
  )
}
