import { createSortedRowModel, rowSortingFeature, tableFeatures, useTable, type ColumnDef } from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useImperativeHandle, useMemo, useRef, useState, type KeyboardEvent, type ReactNode, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { ChevronIcon } from '../../icons'

export interface Column<T> {
  id: string
  header: string
  /** Its share of the width. */
  grow: number
  /** What the column is sorted by. */
  value: (row: T) => string | number
  render?: (row: T) => ReactNode
  /** Not shown on a phone. */
  wide?: boolean
}

interface Props<T> {
  label: string
  columns: readonly Column<T>[]
  rows: readonly T[]
  id: (row: T) => string
  /** The id of the row that is open. */
  chosen: string | undefined
  onOpen: (row: T) => void
  /** A column's id, after - when it falls. */
  sort: string
  onSort: (sort: string) => void
  /** The ids of the selected rows, when rows can be selected. */
  selected?: ReadonlySet<string> | undefined
  onSelect?: (ids: ReadonlySet<string>) => void
  rowClass?: (row: T) => string
  handle?: Ref<{ focus: () => void }>
  /** What stands below the rows, by column, and stays in view: sums. */
  foot?: Readonly<Record<string, ReactNode>>
}

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() })
const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true })
const rowHeight = 36

/** A table of which only the visible rows exist. One stop for Tab: arrows move, Enter opens, the space bar selects. */
export function Grid<T extends object>({ label, columns, rows, id, chosen, onOpen, sort, onSort, selected, onSelect, rowClass, handle, foot }: Props<T>) {
  const { t } = useTranslation()
  const scroller = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState<string | undefined>(chosen)
  const defs = useMemo(
    () => columns.map((c): ColumnDef<typeof features, T> => ({
      id: c.id, accessorFn: c.value, header: c.header,
      sortFn: (a, b, column) => {
        const [x, y] = [a.getValue<string | number>(column), b.getValue<string | number>(column)]
        return typeof x === 'number' && typeof y === 'number' ? x - y : collator.compare(String(x), String(y))
      },
    })),
    [columns],
  )
  const by = sort.replace(/^-/, '')
  const falls = sort.startsWith('-')
  const sorting = useMemo(() => (columns.some((c) => c.id === by) ? [{ id: by, desc: falls }] : []), [columns, by, falls])
  const table = useTable({ features, columns: defs, data: rows, getRowId: id, state: { sorting } })
  const items = table.getRowModel().rows
  const virtual = useVirtualizer({ count: items.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 8, getItemKey: (i) => items[i]!.id, scrollPaddingStart: rowHeight, scrollPaddingEnd: foot ? rowHeight : 0, paddingStart: 0 })
  useImperativeHandle(handle, () => ({ focus: () => scroller.current?.focus() }), [])

  const index = active === undefined ? -1 : items.findIndex((r) => r.id === active)
  useEffect(() => {
    if (chosen === undefined) return
    setActive(chosen)
    const at = items.findIndex((r) => r.id === chosen)
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' })
    // Only when another is chosen: new data must not move the table.
    // eslint-disable-next-line
  }, [chosen])

  function toggle(key: string) {
    const next = new Set(selected)
    if (!next.delete(key)) next.add(key)
    onSelect?.(next)
  }

  function move(to: number) {
    const at = Math.max(0, Math.min(items.length - 1, to))
    if (!items[at]) return
    setActive(items[at].id)
    virtual.scrollToIndex(at, { align: 'auto' })
  }

  function onKeyDown(e: KeyboardEvent) {
    if (e.target !== scroller.current) return
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowHeight) / rowHeight) - 2)
    const steps: Record<string, number> = { ArrowDown: index + 1, ArrowUp: index < 0 ? 0 : index - 1, PageDown: index + page, PageUp: index - page, Home: 0, End: items.length - 1 }
    const to = steps[e.key]
    if (to !== undefined) move(to)
    else if (e.key === 'Enter' && index >= 0) onOpen(items[index]!.original)
    else if (e.key === ' ' && index >= 0) selected ? toggle(items[index]!.id) : onOpen(items[index]!.original)
    else return
    e.preventDefault()
  }

  const every = selected !== undefined && items.length > 0 && items.every((r) => selected.has(r.id))
  return (
    <div
      ref={scroller} id="list" className="grid" role="grid" aria-label={label} aria-rowcount={items.length + (foot ? 2 : 1)} aria-multiselectable={selected !== undefined || undefined} tabIndex={0} onKeyDown={onKeyDown}
      aria-activedescendant={index >= 0 ? `row-${active}` : undefined}
    >
      <div role="rowgroup" className="grid-head">
        <div role="row" aria-rowindex={1}>
          {selected && (
            <span role="columnheader" className="cell check">
              <input type="checkbox" aria-label={t('admin.selectAll')} checked={every} ref={(el) => { if (el) el.indeterminate = !every && items.some((r) => selected.has(r.id)) }} onChange={() => onSelect?.(every ? new Set() : new Set(items.map((r) => r.id)))} />
            </span>
          )}
          {columns.map((c) => (
            <span role="columnheader" key={c.id} className={c.wide ? 'cell wide' : 'cell'} style={{ flexGrow: c.grow }} aria-sort={by !== c.id ? 'none' : falls ? 'descending' : 'ascending'}>
              <button type="button" data-falls={by === c.id && falls} onClick={() => onSort(by === c.id && !falls ? `-${c.id}` : c.id)}>
                {c.header}{by === c.id && <ChevronIcon size={14} />}
              </button>
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map((v) => {
          const row = items[v.index]!
          return (
            <div
              key={row.id} id={`row-${row.id}`} role="row" aria-rowindex={v.index + 2} aria-selected={selected ? selected.has(row.id) : row.id === chosen}
              className={`grid-row ${row.id === active ? 'active' : ''} ${row.id === chosen ? 'chosen' : ''} ${rowClass?.(row.original) ?? ''}`}
              style={{ height: rowHeight, transform: `translateY(${v.start}px)` }}
              onClick={() => {
                setActive(row.id)
                onOpen(row.original)
              }}
            >
              {selected && (
                <span role="gridcell" className="cell check" onClick={(e) => e.stopPropagation()}>
                  <input type="checkbox" tabIndex={-1} aria-label={t('admin.select', { name: String(columns[0]!.value(row.original)) })} checked={selected.has(row.id)} onChange={() => toggle(row.id)} />
                </span>
              )}
              {columns.map((c) => (
                <span role="gridcell" key={c.id} className={c.wide ? 'cell wide' : 'cell'} style={{ flexGrow: c.grow }}>{c.render ? c.render(row.original) : c.value(row.original)}</span>
              ))}
            </div>
          )
        })}
      </div>
      {foot && (
        <div role="rowgroup" className="grid-foot">
          <div role="row" aria-rowindex={items.length + 2}>
            {columns.map((c) => <span role="gridcell" key={c.id} className={c.wide ? 'cell wide' : 'cell'} style={{ flexGrow: c.grow }}>{foot[c.id]}</span>)}
          </div>
        </div>
      )}
    </div>
  )
}
