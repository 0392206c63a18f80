import { useId, useState } from 'react'

/** A time as people type it: 8, 08:00, 8.30, 830, 1730. 24 is the midnight that follows. */
export function readTime(text: string): string | undefined {
  const [, h, m = '00'] = /^\s*(\d{1,2})(?:\s*[:.h]?\s*(\d\d))?\s*$/.exec(text) ?? []
  if (h === undefined || Number(h) > 24 || Number(m) > 59 || (Number(h) === 24 && m !== '00')) return undefined
  return `${String(Number(h) % 24).padStart(2, '0')}:${m}`
}

interface Props {
  /** 08:30 */
  value: string
  /** Told once somebody is done typing, and at once when the text cannot become another time. */
  onTime: (time: string) => void
  invalid: boolean
  id?: string
  /** The name of the field, where no label names it. */
  label?: string
  describedBy?: string | undefined
}

/** A local time of 24 hours, however the machine writes times. 8, 830 and 8.30 will do. What is no time becomes again what was there. */
export function TimeInput({ value, onTime, invalid, id, label, describedBy }: Props) {
  const [typed, setTyped] = useState<string>()
  const tell = (text: string | undefined) => {
    const time = text === undefined ? undefined : readTime(text)
    if (time !== undefined && time !== value) onTime(time)
  }
  const done = () => {
    tell(typed)
    setTyped(undefined)
  }
  return (
    <input
      id={id} className="num" inputMode="numeric" maxLength={5} autoComplete="off" value={typed ?? value} aria-label={label} aria-describedby={describedBy} aria-invalid={invalid || (typed !== undefined && readTime(typed) === undefined) || undefined}
      onFocus={(e) => e.target.select()} onBlur={done} onKeyDown={(e) => e.key === 'Enter' && done()}
      onChange={(e) => {
        setTyped(e.target.value)
        // Whoever has typed a whole time may press a button that waits for it.
        if (/^\d\d:?\d\d$/.test(e.target.value)) tell(e.target.value)
      }}
    />
  )
}

/** The same as a field of a form, with what is wrong with it below. */
export function TimeField({ label, value, onTime, error, hint }: { label: string; value: string; onTime: (time: string) => void; error?: string | undefined; hint?: string | undefined }) {
  const id = useId()
  const more = error || hint
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <TimeInput id={id} value={value} onTime={onTime} invalid={Boolean(error)} describedBy={more ? `${id}-more` : undefined} />
      {more && <span id={`${id}-more`} className={error ? 'bad' : 'hint'}>{more}</span>}
    </div>
  )
}
