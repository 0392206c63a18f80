import { useId, type InputHTMLAttributes, type ReactNode } from 'react'

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> {
  label: string
  value: string | number | undefined
  error?: string | undefined
  hint?: string | undefined
  onText: (text: string) => void
  after?: ReactNode
}

/** An input with its label, and with what the server says about it. */
export function Field({ label, value, error, hint, onText, after, ...input }: Props) {
  const id = useId()
  return (
    <div className="z-field">
      <label htmlFor={id}>{label}</label>
      <input id={id} {...input} value={value ?? ''} aria-invalid={error ? true : undefined} aria-describedby={error || hint ? `${id}-about` : undefined} onChange={(e) => onText(e.target.value)} />
      {after}
      {(error ?? hint) && <span id={`${id}-about`} className={error ? 'z-wrong' : 'dim'} {...(error && { role: 'alert', lang: 'en' })}>{error ?? hint}</span>}
    </div>
  )
}

/** What a number field holds; undefined when it is empty. */
export const numberOf = (text: string) => (text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text))
