import { useEffect, useRef, type RefObject } from 'react'
import { useAddress } from '../data/address'
import { leave } from '../zones/guard'

/** Links between the pages of an area. */
export function Tabs({ tabs, label }: { tabs: readonly (readonly [string, string])[]; label: string }) {
  const { path, go } = useAddress()
  const nav = useRef<HTMLElement>(null)
  // On a phone not all of them fit.
  useEffect(() => void nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }), [path])
  return (
    <nav className="tabs" aria-label={label} ref={nav}>
      {tabs.map(([to, text]) => (
        <a
          key={to} href={to} aria-current={path === to ? 'page' : undefined}
          onClick={(e) => {
            if (e.metaKey || e.ctrlKey || e.shiftKey) return
            e.preventDefault()
            go(to)
          }}
        >
          {text}
        </a>
      ))}
    </nav>
  )
}

/** The keys of an area: / searches; Escape leaves a field, then closes the panel, then takes the search away. */
export function useAreaKeys(search: RefObject<HTMLInputElement | null>): void {
  const { get, set } = useAddress()
  const keys = useRef<(e: KeyboardEvent) => void>(() => {})
  keys.current = (e) => {
    const typing = e.target instanceof HTMLElement && e.target.matches('input:not([type=checkbox],[type=radio]), textarea, select')
    if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector('[role=dialog], .MuiPopover-root')) return
    if (e.key === 'Escape') {
      if (typing) (e.target as HTMLElement).blur()
      else if (get('talk')) set({ talk: undefined })
      else if (get('id')) {
        leave(() => {
          set({ id: undefined })
          document.getElementById('list')?.focus()
        })
      } else set({ q: undefined })
    } else if (e.key === '/' && !typing) {
      e.preventDefault()
      search.current?.focus()
    }
  }
  useEffect(() => {
    const on = (e: KeyboardEvent) => keys.current(e)
    window.addEventListener('keydown', on)
    return () => window.removeEventListener('keydown', on)
  }, [])
}
