import { useEffect, useState, type RefObject } from 'react'

const holds = (e: DragEvent): boolean => e.dataTransfer?.types.includes('Files') ?? false

/**
 * Takes files that are dropped on the panel around an element. It says whether some are held over it. Beside the panel nothing happens:
 * without this the browser would leave the page and show the file.
 */
export function useDropOn(inside: RefObject<HTMLElement | null>, enabled: boolean, onFiles: (files: readonly File[]) => void): boolean {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const host = inside.current?.closest<HTMLElement>('.side, .b-own')
    if (!enabled || !host) return
    let depth = 0
    const show = (is: boolean) => {
      setOver(is)
      host.classList.toggle('b-over', is)
    }
    const enter = (e: DragEvent) => holds(e) && show(++depth > 0)
    const leave = (e: DragEvent) => holds(e) && show((depth = Math.max(0, depth - 1)) > 0)
    const drop = (e: DragEvent) => {
      if (!holds(e)) return
      e.preventDefault()
      depth = 0
      show(false)
      onFiles([...(e.dataTransfer?.files ?? [])])
    }
    const stay = (e: DragEvent) => holds(e) && e.preventDefault()
    host.addEventListener('dragenter', enter)
    host.addEventListener('dragleave', leave)
    host.addEventListener('drop', drop)
    window.addEventListener('dragover', stay)
    window.addEventListener('drop', stay)
    return () => {
      show(false)
      host.removeEventListener('dragenter', enter)
      host.removeEventListener('dragleave', leave)
      host.removeEventListener('drop', drop)
      window.removeEventListener('dragover', stay)
      window.removeEventListener('drop', stay)
    }
  }, [inside, enabled, onFiles])
  return over
}
