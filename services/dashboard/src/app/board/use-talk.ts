import { useCallback, useEffect, useRef } from 'react'
import { useAddress } from '../data/address'

/** Whether the conversation of a visit is shown in the place of its panel. The address says so, so that it survives a reload. */
export function useTalk(visit: string | undefined): { open: boolean; show: () => void; back: () => void } {
  const { get, set } = useAddress()
  const open = visit !== undefined && get('talk') === visit
  const was = useRef<string>(undefined)
  // The button that leads there has the focus again.
  useEffect(() => {
    const left = was.current
    was.current = open ? visit : undefined
    if (left !== undefined && !open) document.querySelector<HTMLElement>(`[data-talk="${CSS.escape(left)}"] .chat-talk`)?.focus()
  }, [open, visit])
  return { open, show: useCallback(() => set({ talk: visit }), [set, visit]), back: useCallback(() => set({ talk: undefined }), [set]) }
}
