import { useEffect, useState } from 'react'

/** Takes a file that is dropped anywhere on the page. It says whether one is held over it. */
export function useDrop(enabled: boolean, onFile: (f: File) => void): boolean {
  const [over, setOver] = useState(false)
  useEffect(() => {
    if (!enabled) return
    let depth = 0
    const holds = (e: DragEvent) => e.dataTransfer?.types.includes('Files') ?? false
    const listen = {
      dragenter: (e: DragEvent) => holds(e) && setOver(++depth > 0),
      dragleave: (e: DragEvent) => holds(e) && setOver(--depth > 0),
      dragover: (e: DragEvent) => holds(e) && e.preventDefault(),
      drop: (e: DragEvent) => {
        if (!holds(e)) return
        e.preventDefault()
        depth = 0
        setOver(false)
        const file = e.dataTransfer?.files[0]
        if (file) onFile(file)
      },
    }
    for (const [name, f] of Object.entries(listen)) window.addEventListener(name as 'drop', f)
    return () => {
      for (const [name, f] of Object.entries(listen)) window.removeEventListener(name as 'drop', f)
    }
  }, [enabled, onFile])
  return over
}
