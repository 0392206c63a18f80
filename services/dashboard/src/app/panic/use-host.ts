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
    const events = ['focusin', 'keydown'] as const
    for (const name of events) host.addEventListener(name, own)
    return () => {
      seen.disconnect()
      for (const name of events) host.removeEventListener(name, own)
      host.remove()
    }
  }, [host])
  return host
}
