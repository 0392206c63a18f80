import { useEffect, useState } from 'react'

/**
 * Where calls for help stand: over the page and its dialogs. A dialog hides the rest of the page from screen readers, and takes the
 * keyboard back from it. Neither may happen here.
 */
export function useHost(): HTMLElement {
  const [host] = useState(() => {
    const e = document.createElement('div')
    e.className = 'panic-host'
    return e
  })
  useEffect(() => {
    document.body.append(host)
    const seen = new MutationObserver(() => host.removeAttribute('aria-hidden'))
    seen.observe(host, { attributeFilter: ['aria-hidden'] })
    // React has heard of it by now, since it listens to this element.
    const own = (e: Event) => e.stopPropagation()
    // The other keys of the page go on working: whoever did nothing has the keyboard here without having asked for it.
    const escape = (e: KeyboardEvent) => e.key === 'Escape' && e.stopPropagation()
    host.addEventListener('focusin', own)
    host.addEventListener('keydown', escape)
    return () => {
      seen.disconnect()
      host.removeEventListener('focusin', own)
      host.removeEventListener('keydown', escape)
      host.remove()
    }
  }, [host])
  return host
}
