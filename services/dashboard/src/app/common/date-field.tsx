import { useEffect, useRef } from 'react'
import { readDate } from '../day/dates'

/** A date of the page. The field holds what somebody is typing: it tells of real dates only, and is written to only when another one is shown. */
export function DateField({ label, value, onDate }: { label: string; value: string; onDate: (date: string) => void }) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (input.current) input.current.value = value
  }, [value])
  return (
    <input
      ref={input} type="date" defaultValue={value} min="2000-01-01" aria-label={label}
      onChange={(e) => {
        const to = readDate(e.target.value)
        if (to && to !== value) onDate(to)
      }}
    />
  )
}
