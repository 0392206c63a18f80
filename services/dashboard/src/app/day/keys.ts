import { useEffect, useRef } from 'react'
import type { Player } from './player'
import type { Track } from './track'

interface Does {
  player: Player
  track: Track
  onDay: (by: number) => void
  onToday: () => void
  onFollow: () => void
  onBack: () => void
}

/** The keys of a day. Escape is the page's. */
export function useDayKeys(does: Does): void {
  const latest = useRef(does)
  latest.current = does
  useEffect(() => {
    const on = (e: KeyboardEvent) => {
      const target = e.target instanceof HTMLElement ? e.target : document.body
      const typing = target.matches('input:not([type=range]), textarea, select, [contenteditable]')
      if (e.defaultPrevented || typing || e.ctrlKey || e.metaKey || e.altKey || document.querySelector('[role=dialog], .MuiPopover-root')) return
      // The map moves by arrows when it has the focus, and a button is pressed by space.
      if (target.matches('.maplibregl-canvas') && e.key.startsWith('Arrow')) return
      if (e.key === ' ' && target.matches('button, a, [role=option]')) return
      const { player, track, onDay, onToday, onFollow, onBack } = latest.current
      const minute = (by: number) => player.seek(player.time + by * 60_000)
      const keys: Record<string, () => void> = {
        ' ': () => player.toggle(), PageUp: () => onDay(-1), PageDown: () => onDay(1), t: onToday, f: onFollow, d: onBack,
        ArrowLeft: () => (e.shiftKey ? minute(-1) : player.step(-1)), ArrowRight: () => (e.shiftKey ? minute(1) : player.step(1)),
        Home: () => player.seek(track.at[0] ?? NaN), End: () => player.seek(track.at[track.size - 1] ?? NaN), '<': () => player.shift(-1), '>': () => player.shift(1),
      }
      const f = keys[e.key.length === 1 ? e.key.toLowerCase() : e.key]
      if (!f) return
      e.preventDefault()
      f()
    }
    window.addEventListener('keydown', on)
    return () => window.removeEventListener('keydown', on)
  }, [])
}
