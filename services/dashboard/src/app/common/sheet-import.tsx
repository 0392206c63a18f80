import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import '../../i18n/admin'
import './office.css'
import { sentence } from './problem'
import { ImportFile } from './import-file'

const outcomes = ['wrong', 'created', 'changed', 'unchanged'] as const
type Outcome = (typeof outcomes)[number]

/** What became of a line, or would. */
interface SheetLine {
  readonly line: number
  readonly id?: string | undefined
  readonly name: string
  readonly outcome: Outcome
  readonly errors?: readonly { column?: string; code: string; detail: string }[] | null | undefined
  /** The columns that change. */
  readonly changed?: readonly string[] | null | undefined
}

/** What became of a file. */
export interface SheetReport {
  readonly applied: boolean
  readonly created: number
  readonly changed: number
  readonly unchanged: number
  readonly wrong: number
  readonly ignored_columns?: readonly string[] | null | undefined
  readonly lines: readonly SheetLine[] | null
}

interface Props {
  title: string
  /** Where the import was opened: its address and its name. */
  back: string
  backText: string
  /** Hands a file to the server: without a key it is only checked. */
  send: (text: string, key: string | undefined) => Promise<SheetReport>
  onApplied: () => void
  /** What a column is called. */
  field: (column: string) => string
  /** What a person reads about a code; the page's usual words when left out. */
  says?: (code: string, detail: string, column?: string) => string
  /** What to know about the file, a line each. */
  help: readonly string[]
  template: { file: string; columns: readonly string[] }
  /** What is said after a file was applied. */
  done: (report: SheetReport) => ReactNode
}

/** Many things from a table of which each line is one of them: new, changed or as it was. */
export function SheetImport({ field, says = sentence, ...p }: Props) {
  const { t } = useTranslation()
  const words = (e: { column?: string; code: string; detail: string }) => says(e.code, e.detail, e.column)
  return (
    <ImportFile<Outcome, SheetLine, SheetReport>
      {...p} outcomes={outcomes} outcome={(o) => t(`admin.import.is.${o}`)} idle="unchanged" nameHeader={t('admin.field.name')}
      texts={{
        name: (l) => l.name || l.id || '',
        says: (l) => (l.errors ? l.errors.map((e) => `${e.column ? `${field(e.column)}: ` : ''}${words(e)}`).join(' · ') : (l.changed ?? []).map(field).join(', ')),
        server: (l) => (l.errors ?? []).map((e) => e.detail).join(' '),
        more: (l) => (
          <>
            {l.errors && <ul className="wrongs">{l.errors.map((e, i) => <li key={i}>{e.column && <b>{field(e.column)}</b>}<div className="bad">{words(e)}</div><div className="small dim" lang="en">{e.detail}</div></li>)}</ul>}
            {l.changed && <p>{t('admin.import.changes')}: {l.changed.map(field).join(', ')}</p>}
            {l.outcome === 'unchanged' && <p className="dim">{t('admin.import.nothing')}</p>}
          </>
        ),
      }}
    />
  )
}
