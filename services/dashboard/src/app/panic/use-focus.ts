import { useEffect, useRef, type RefObject } from 'react'

/** Whether somebody writes, or answers a dialog. */
const occupied = () => document.activeElement?.matches('input, textarea, select, [contenteditable]') || document.querySelector('[role=dialog], .MuiPopover-root') !== null

/**
 * Calls for help get the keyboard when one comes and nobody is busy. F8 leads to them and back, Escape leads back, and so does the end of
 * the last one. Whoever writes goes on writing.
 */
export function useFocus(box: RefObject<HTMLElement | null>, ids: readonly string[], onReach: () => void): { back: () => void } {
  const seen = useRef(new Set<string>())
  const before = useRef<Element | null>(null)
  const inside = useRef(false)
  const calls = useRef({ onReach })
  calls.current = { onReach }
  const some = ids.length > 0
  const back = () => {
    inside.current = false
    if (before.current instanceof HTMLElement && before.current.isConnected && before.current !== document.body) before.current.focus({ preventScroll: true })
    else if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
  }
  const go = () => {
    if (!box.current?.contains(document.activeElement)) before.current = document.activeElement
    box.current?.focus({ preventScroll: true })
  }
  useEffect(() => {
    const fresh = ids.filter((id) => !seen.current.has(id))
    for (const id of fresh) seen.current.add(id)
    if (fresh.length > 0 && !occupied() && !box.current?.contains(document.activeElement)) go()
  }, [ids])
  useEffect(() => {
    const watch = () => (inside.current = box.current?.contains(document.activeElement) ?? false)
    const keys = (e: KeyboardEvent) => {
      if (e.key !== 'F8' || !some) return
      e.preventDefault()
      if (box.current?.contains(document.activeElement)) return back()
      calls.current.onReach()
      go()
    }
    window.addEventListener('focusin', watch, { capture: true })
    window.addEventListener('keydown', keys, { capture: true })
    return () => {
      window.removeEventListener('focusin', watch, { capture: true })
      window.removeEventListener('keydown', keys, { capture: true })
    }
  }, [some])
  useEffect(() => {
    // What had the keyboard is gone with the last call, and the keyboard with it.
    if (!some && inside.current) back()
  }, [some])
  return { back }
}
