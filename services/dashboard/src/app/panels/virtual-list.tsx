import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useImperativeHandle, useRef, useState, type KeyboardEvent, type ReactNode, type Ref } from 'react'

export interface ListHandle {
  focus: () => void
}

interface Props<T> {
  items: readonly T[]
  id: (item: T) => string
  label: string
  height: number
  /** The id of the item that is open. */
  chosen: string | undefined
  render: (item: T, active: boolean) => ReactNode
  onOpen: (item: T) => void
  /** Called when the last item comes into view: there may be more. */
  onEnd?: () => void
  handle?: Ref<ListHandle>
  /** The id of the element. The main list of a page is where the link at its beginning leads. */
  domId?: string
}

/** A list of which only the visible rows exist. One stop for Tab; arrows move, Enter opens. */
export function VirtualList<T>({ items, id, label, height, chosen, render, onOpen, onEnd, handle, domId = 'list' }: Props<T>) {
  const scroller = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState<string | undefined>(chosen)
  const rows = useVirtualizer({ count: items.length, getScrollElement: () => scroller.current, estimateSize: () => height, overscan: 6 })
  useImperativeHandle(handle, () => ({ focus: () => scroller.current?.focus() }), [])

  const index = active === undefined ? -1 : items.findIndex((i) => id(i) === active)
  // What is chosen elsewhere, such as on the map, comes into view here.
  useEffect(() => {
    if (chosen === undefined) return
    setActive(chosen)
    const at = items.findIndex((i) => id(i) === chosen)
    if (at >= 0) rows.scrollToIndex(at, { align: 'auto' })
    // Only when another is chosen: new data must not move the list.
    // eslint-disable-next-line
  }, [chosen])

  // A row far from what is in view does not exist: then nothing names it.
  const drawn = index >= 0 && rows.getVirtualItems().some((v) => v.index === index)
  const last = rows.getVirtualItems().at(-1)?.index === items.length - 1
  useEffect(() => {
    if (last) onEnd?.()
    // When the end is reached, and again when it has moved on.
    // eslint-disable-next-line
  }, [last, items.length])

  function move(to: number) {
    const at = Math.max(0, Math.min(items.length - 1, to))
    const item = items[at]
    if (!item) return
    setActive(id(item))
    rows.scrollToIndex(at, { align: 'auto' })
  }

  function onKeyDown(e: KeyboardEvent) {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? height) / height) - 1)
    const steps: Record<string, number> = { ArrowDown: index + 1, ArrowUp: index < 0 ? 0 : index - 1, PageDown: index + page, PageUp: index - page, Home: 0, End: items.length - 1 }
    const to = steps[e.key]
    if (to !== undefined) move(to)
    else if ((e.key === 'Enter' || e.key === ' ') && index >= 0) onOpen(items[index]!)
    else return
    e.preventDefault()
  }

  return (
    <div ref={scroller} id={domId} className="vlist" role="listbox" aria-label={label} tabIndex={0} onKeyDown={onKeyDown} aria-activedescendant={drawn ? `row-${active}` : undefined}>
      <div role="presentation" style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows.getVirtualItems().map((v) => {
          const item = items[v.index]!
          const key = id(item)
          return (
            <div
              key={key}
              id={`row-${key}`}
              role="option"
              aria-selected={key === chosen}
              aria-setsize={items.length}
              aria-posinset={v.index + 1}
              className={key === active ? 'row active' : 'row'}
              style={{ height, transform: `translateY(${v.start}px)` }}
              onClick={() => {
                setActive(key)
                onOpen(item)
              }}
            >
              {render(item, key === active)}
            </div>
          )
        })}
      </div>
    </div>
  )
}
