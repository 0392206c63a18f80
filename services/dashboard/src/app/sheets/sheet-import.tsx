import { Button } from '@mui/material'
import { useMemo, useRef, useState, type DragEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import '../../i18n/admin'
import '../admin/admin.css'
import { newKey, useAction } from '../admin/context'
import { decode, download, toCsv } from '../admin/files'
import { Grid, type Column } from '../admin/grid'
import { Side } from '../admin/parts'
import { sentence } from '../admin/problem'
import { useAddress } from '../data/address'
import { whole } from '../data/ages'

export const outcomes = ['wrong', 'created', 'changed', 'unchanged'] as const
export type Outcome = (typeof outcomes)[number]

/** What became of a line, or would. */
export interface SheetLine {
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
  back: readonly [string, string]
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
  /** What is said after a file was applied, and what can be done then. */
  done: (report: SheetReport) => ReactNode
}

/** Many things from a file: first what the file would do, line by line, and then the same for good. */
export function SheetImport({ title, back, send, onApplied, field, says = sentence, help, template, done }: Props) {
  const { t } = useTranslation()
  const { go } = useAddress()
  const [file, setFile] = useState<{ name: string; text: string; guessed: boolean; key: string }>()
  const [report, setReport] = useState<SheetReport>()
  const [open, setOpen] = useState<number>()
  const act = useAction(says)
  const input = useRef<HTMLInputElement>(null)

  const read = (f: File | undefined) => {
    if (!f) return
    setReport(undefined)
    setOpen(undefined)
    setFile({ name: f.name, text: '', guessed: false, key: newKey() })
    void act.run(async () => {
      const { text, encoding } = decode(await f.arrayBuffer())
      setFile({ name: f.name, text, guessed: encoding !== 'utf-8', key: newKey() })
      setReport(await send(text, undefined))
    })
  }
  const apply = () =>
    void act.run(async () => {
      const is = await send(file!.text, file!.key)
      setReport(is)
      if (is.applied) onApplied()
    })
  const drop = (e: DragEvent) => {
    e.preventDefault()
    if (!act.busy) read(e.dataTransfer.files[0])
  }
  const todo = report ? report.created + report.changed : 0
  const opened = report?.lines?.find((l) => l.line === open)
  const close = () => {
    setOpen(undefined)
    document.getElementById('list')?.focus()
  }
  return (
    <>
      <div className="admin-main import" onDragOver={(e) => e.preventDefault()} onDrop={drop}>
        <div className="tools">
          <button type="button" className="link" onClick={() => go(back[0])}>← {back[1]}</button>
          <h2>{title}</h2>
          <input ref={input} type="file" accept=".csv,.txt,text/csv" className="sr" tabIndex={-1} aria-label={t('admin.import.choose')} onChange={(e) => { read(e.target.files?.[0]); e.target.value = '' }} />
          <span className="count" />
          {file && <Button variant="outlined" disabled={act.busy} onClick={() => input.current?.click()}>{t('admin.import.other')}</Button>}
          {report && !report.applied && <Button variant="contained" disabled={act.busy || report.wrong > 0 || todo === 0} onClick={apply}>{act.busy ? t('alerts.acting') : t('admin.import.apply', { count: todo })}</Button>}
        </div>
        {!file && (
          <div className="drop">
            <p><b>{t('admin.import.drop')}</b></p>
            <ul>{help.map((line) => <li key={line}>{line}</li>)}</ul>
            <div className="acts">
              <Button variant="contained" onClick={() => input.current?.click()}>{t('admin.import.choose')}</Button>
              <Button variant="outlined" onClick={() => download(template.file, toCsv([template.columns.map((x) => x.toLocaleLowerCase())]))}>{t('admin.import.template')}</Button>
            </div>
          </div>
        )}
        {file && (
          <div className="notes" aria-live="polite">
            <p><b>{file.name}</b> {act.busy && <span className="dim">{t('admin.import.reading')}</span>}</p>
            {file.guessed && <p className="warn">{t('admin.import.guessed')}</p>}
            {act.text && <p className="bad-box" role="alert">{act.text}</p>}
            {report?.ignored_columns && <p className="warn">{t('admin.import.ignored', { columns: report.ignored_columns.join(', ') })}</p>}
            {report?.applied ? <p className="good" role="status">{done(report)}</p>
              : report && report.wrong > 0 ? <p className="bad-box">{t('admin.import.wrong', { count: report.wrong })}</p>
              : report && todo === 0 ? <p>{t('admin.import.nothing')}</p>
              : report && <p>{t('admin.import.ready')}</p>}
          </div>
        )}
        {report && <Lines report={report} field={field} says={says} chosen={open} onOpen={setOpen} />}
      </div>
      {opened && <OneLine line={opened} field={field} says={says} onClose={close} />}
    </>
  )
}

type Words = Required<Pick<Props, 'field' | 'says'>>

/** All that is to be said about a line: what a row of the table has no room for. */
function OneLine({ line: l, field, says, onClose }: Words & { line: SheetLine; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Side title={l.name || l.id || t('person.unknown')} sub={`${t('admin.import.line')} ${l.line} · ${t(`admin.import.is.${l.outcome}`)}`} onClose={onClose}>
      {l.errors && <ul className="wrongs">{l.errors.map((e, i) => <li key={i}>{e.column && <b>{field(e.column)}</b>}<div className="bad">{says(e.code, e.detail, e.column)}</div><div className="small dim" lang="en">{e.detail}</div></li>)}</ul>}
      {l.changed && <p>{t('admin.import.changes')}: {l.changed.map(field).join(', ')}</p>}
      {l.outcome === 'unchanged' && <p className="dim">{t('admin.import.nothing')}</p>}
    </Side>
  )
}

function Lines({ report, field, says, chosen, onOpen }: Words & { report: SheetReport; chosen: number | undefined; onOpen: (line: number) => void }) {
  const { t } = useTranslation()
  const counts: Record<Outcome, number> = { wrong: report.wrong, created: report.created, changed: report.changed, unchanged: report.unchanged }
  const [only, setOnly] = useState<Outcome | undefined>(report.wrong > 0 ? 'wrong' : undefined)
  const [sort, setSort] = useState('line')
  const rows = useMemo(() => (report.lines ?? []).filter((l) => !only || l.outcome === only), [report, only])
  const columns = useMemo<readonly Column<SheetLine>[]>(() => {
    const what = (l: SheetLine) =>
      l.errors ? l.errors.map((e) => `${e.column ? `${field(e.column)}: ` : ''}${says(e.code, e.detail, e.column)}`).join(' · ') : (l.changed ?? []).map(field).join(', ')
    return [
      { id: 'line', header: t('admin.import.line'), grow: 0.9, value: (l) => l.line },
      { id: 'name', header: t('admin.field.name'), grow: 2, value: (l) => l.name || l.id || '' },
      { id: 'outcome', header: t('admin.import.outcome'), grow: 1.2, value: (l) => outcomes.indexOf(l.outcome), render: (l) => <span className={l.outcome === 'wrong' ? 'red' : l.outcome === 'unchanged' ? 'dim' : ''}>{t(`admin.import.is.${l.outcome}`)}</span>, wide: true },
      { id: 'what', header: t('admin.import.what'), grow: 6, value: what, render: (l) => <span title={l.errors?.map((e) => e.detail).join(' ')}>{what(l) || <span className="only-narrow">{t(`admin.import.is.${l.outcome}`)}</span>}</span> },
    ]
  }, [t, field, says])
  return (
    <>
      <div className="chips" role="group" aria-label={t('admin.import.outcome')}>
        {outcomes.map((o) => (
          <button type="button" key={o} className="chip" aria-pressed={only === o} disabled={counts[o] === 0} onClick={() => setOnly(only === o ? undefined : o)}><b>{whole(counts[o])}</b> <span>{t(`admin.import.is.${o}`)}</span></button>
        ))}
      </div>
      <Grid label={t('admin.import.lines')} columns={columns} rows={rows} id={(l) => String(l.line)} chosen={chosen === undefined ? undefined : String(chosen)} onOpen={(l) => onOpen(l.line)} sort={sort} onSort={setSort} rowClass={(l) => (l.outcome === 'unchanged' ? 'faint' : '')} />
    </>
  )
}
