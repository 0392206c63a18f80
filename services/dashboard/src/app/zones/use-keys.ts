import type { Map as MapLibre } from 'maplibre-gl'
import { useEffect, useRef } from 'react'
import type { Editor } from './editing'

/** The keys of somebody who draws. They come before those of the page. */
export function useEditorKeys(editor: Editor | undefined, map: MapLibre | undefined, does: { here: () => void; cancel: () => void }): void {
  const calls = useRef(does)
  calls.current = does
  useEffect(() => {
    if (!editor) return
    const act = (e: KeyboardEvent): (() => void) | undefined => {
      const target = e.target instanceof HTMLElement ? e.target : undefined
      const typing = target?.matches('input, textarea, select') ?? false
      const { tool, selected, sketch } = editor.snapshot
      const key = e.key.toLowerCase()
      if (e.ctrlKey || e.metaKey) {
        if (key === 'enter') return () => (tool === 'edit' ? undefined : editor.finish())
        if (typing) return undefined
        if (key === 'z') return () => (e.shiftKey ? editor.redo() : editor.undo())
        return key === 'y' ? () => editor.redo() : undefined
      }
      if (e.altKey) return undefined
      if (key === 'escape') {
        if (typing) return () => target!.blur()
        return () => {
          if (editor.cancelSketch()) return
          if (selected) editor.select(undefined)
          else calls.current.cancel()
        }
      }
      if (typing) return undefined
      if (key === 'delete' || key === 'backspace') return selected || sketch.length > 0 ? () => editor.remove() : undefined
      if ((key === 'enter' || key === ' ') && target === map?.getCanvas() && tool !== 'edit') return calls.current.here
      return undefined
    }
    const on = (e: KeyboardEvent) => {
      if (document.querySelector('[role=dialog], .MuiPopover-root')) return
      const f = act(e)
      if (!f) return
      e.preventDefault()
      e.stopImmediatePropagation()
      f()
    }
    window.addEventListener('keydown', on, { capture: true })
    return () => window.removeEventListener('keydown', on, { capture: true })
  }, [editor, map])
}
