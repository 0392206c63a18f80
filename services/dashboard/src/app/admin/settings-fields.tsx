import { useId } from 'react'

/** One of a few ways, each with what it means. */
export function Choice({ label, value, onChange, options, error }: { label: string; value: string; onChange: (value: string) => void; options: readonly (readonly [string, string, string])[]; error?: string | undefined }) {
  const id = useId()
  return (
    <div className="settings-choice" role="radiogroup" aria-label={label} aria-describedby={error && `${id}-bad`}>
      {options.map(([v, text, hint]) => (
        <label key={v} data-chosen={v === value}>
          <input type="radio" name={id} value={v} checked={v === value} onChange={() => onChange(v)} aria-describedby={`${id}-${v}`} />
          <span><b>{text}</b><span id={`${id}-${v}`} className="dim small">{hint}</span></span>
        </label>
      ))}
      {error && <span id={`${id}-bad`} className="bad">{error}</span>}
    </div>
  )
}

export function Field({ label, value, onChange, error, hint, numeric }: { label: string; value: string; onChange: (value: string) => void; error?: string | undefined; hint: string; numeric?: boolean }) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} className="num" value={value} inputMode={numeric ? 'numeric' : 'text'} autoComplete="off" spellCheck={false} aria-invalid={error ? true : undefined} aria-describedby={`${id}-more`} onChange={(e) => onChange(e.target.value)} />
      <span id={`${id}-more`} className={error ? 'bad' : 'dim small'}>{error || hint}</span>
    </div>
  )
}
