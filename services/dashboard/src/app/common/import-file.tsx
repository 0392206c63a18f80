import { Button } from '@mui/material'
import { useMemo, useRef, useState, type DragEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { newKey, useAction } from './office'
import { decode, download, toCsv } from './files'
import { Grid, type Column } from './grid'
import { Side } from './parts'
import { whole } from '../data/ages'
import { useAddress } from '../data/address'

/** A line of a file, and what it would do. */
export interface FileLine<O extends string> {
  line: number
  outcome: O
}

/** What a file would do, or did. */
export interface FileReport<L> {
  applied: boolean
  ignored_columns?: readonly string[] | null
  wrong: number
  lines: readonly L[] | null
}

/** What is told of a line: its name, what is said of it in the table, what the server says in its words, and more beside the table. */
export interface LineTexts<L> {
  name: (l: L) => string
  says: (l: L) => string
  server: (l: L) => string
  more: (l: L) => ReactNode
}

interface Props<O extends string, L extends FileLine<O>, R extends FileReport<L>> {
  title: string
  /** Where the link back leads. */
  back: string
  backText: string
  /** Checks a file, or applies it; a file that is applied again has the same key. */
  send: (text: string, key: string | undefined) => Promise<R>
  /** What may become of a line, in the order of the filters. The first is what refuses a file. */
  outcomes: readonly O[]
  outcome: (o: O) => string
  /** What does nothing is shown faintly, and is no reason to apply a file. */
  idle?: O
  nameHeader: string
  texts: LineTexts<L>
  help: readonly string[]
  template: { file: string; columns: readonly string[] }
  done: (r: R) => ReactNode
  onApplied: (r: R) => void
}

/** Many things from a file: first what the file would do, line by line, and then the same for good. */
export function ImportFile<O extends string, L extends FileLine<O>, R extends FileReport<L>>(p: Props<O, L, R>) {
  const { t } = useTranslation()
  const { go } = useAddress()
  const [file, setFile] = useState<{ name: string; text: string; guessed: boolean; key: string }>()
  const [report, setReport] = useState<R>()
  const [open, setOpen] = useState<number>()
  const act = useAction()
  const input = useRef<HTMLInputElement>(null)

  const read = (f: File | undefined) => {
    if (!f) return
    setReport(undefined)
    setOpen(undefined)
    setFile({ name: f.name, text: '', guessed: false, key: newKey() })
    void act.run(async () => {
      const { text, encoding } = decode(await f.arrayBuffer())
      setFile({ name: f.name, text, guessed: encoding !== 'utf-8', key: newKey() })
      setReport(await p.send(text, undefined))
    })
  }
  const apply = () =>
    void act.run(async () => {
      const done = await p.send(file!.text, file!.key)
      setReport(done)
      if (done.applied) p.onApplied(done)
    })
  const drop = (e: DragEvent) => {
    e.preventDefault()
    if (!act.busy) read(e.dataTransfer.files[0])
  }
  const lines = report?.lines ?? []
  const todo = lines.filter((l) => l.outcome !== p.outcomes[0] && l.outcome !== p.idle).length
  const opened = lines.find((l) => l.line === open)
  const close = () => {
    setOpen(undefined)
    document.getElementById('list')?.focus()
  }
  const template = () => download(p.template.file, toCsv([p.template.columns.map((x) => x.toLocaleLowerCase())]))
  return (
    <>
      <div className="office-main import" onDragOver={(e) => e.preventDefault()} onDrop={drop}>
        <div className="tools">
          <button type="button" className="link" onClick={() => go(p.back)}>← {p.backText}</button>
          <h2>{p.title}</h2>
          <input ref={input} type="file" accept=".csv,.txt,text/csv" className="sr" tabIndex={-1} aria-label={t('admin.import.choose')} onChange={(e) => { read(e.target.files?.[0]); e.target.value = '' }} />
          <span className="count" />
          {file && <Button variant="outlined" disabled={act.busy} onClick={() => input.current?.click()}>{t('admin.import.other')}</Button>}
          {report && !report.applied && <Button variant="contained" disabled={act.busy || report.wrong > 0 || todo === 0} onClick={apply}>{act.busy ? t('alerts.acting') : t('admin.import.apply', { count: todo })}</Button>}
        </div>
        {!file && (
          <div className="drop">
            <p><b>{t('admin.import.drop')}</b></p>
            <ul>{p.help.map((text) => <li key={text}>{text}</li>)}</ul>
            <div className="acts">
              <Button variant="contained" onClick={() => input.current?.click()}>{t('admin.import.choose')}</Button>
              <Button variant="outlined" onClick={template}>{t('admin.import.template')}</Button>
            </div>
          </div>
        )}
        {file && (
          <div className="notes" aria-live="polite">
            <p><b>{file.name}</b> {act.busy && <span className="dim">{t('admin.import.reading')}</span>}</p>
            {file.guessed && <p className="warn">{t('admin.import.guessed')}</p>}
            {act.text && <p className="bad-box" role="alert">{act.text}</p>}
            {report?.ignored_columns && report.ignored_columns.length > 0 && <p className="warn">{t('admin.import.ignored', { columns: report.ignored_columns.join(', ') })}</p>}
            {report?.applied ? (
              <p className="good" role="status">{p.done(report)} <Button size="small" onClick={() => go(p.back)}>{p.backText}</Button></p>
            ) : report && report.wrong > 0 ? <p className="bad-box">{t('admin.import.wrong', { count: report.wrong })}</p> : report && todo === 0 ? <p>{t('admin.import.nothing')}</p> : report && <p>{t('admin.import.ready')}</p>}
          </div>
        )}
        {report && <Lines key={file!.key} {...p} lines={lines} wrong={report.wrong > 0} chosen={open} onOpen={setOpen} />}
      </div>
      {opened && (
        // All that is to be said about a line: what a row of the table has no room for.
        <Side title={p.texts.name(opened) || t('person.unknown')} sub={`${t('admin.import.line')} ${opened.line} · ${p.outcome(opened.outcome)}`} onClose={close}>{p.texts.more(opened)}</Side>
      )}
    </>
  )
}

function Lines<O extends string, L extends FileLine<O>, R extends FileReport<L>>({ outcomes, outcome, idle, nameHeader, texts, lines, wrong, chosen, onOpen }: Props<O, L, R> & { lines: readonly L[]; wrong: boolean; chosen: number | undefined; onOpen: (line: number) => void }) {
  const { t } = useTranslation()
  const bad = outcomes[0]!
  const [only, setOnly] = useState<O | undefined>(wrong ? bad : undefined)
  const [sort, setSort] = useState('line')
  const rows = useMemo(() => lines.filter((l) => !only || l.outcome === only), [lines, only])
  const columns = useMemo<readonly Column<L>[]>(() => [
    { id: 'line', header: t('admin.import.line'), grow: 0.9, value: (l) => l.line },
    { id: 'name', header: nameHeader, grow: 2, value: texts.name },
    { id: 'outcome', header: t('admin.import.outcome'), grow: 1.2, value: (l) => outcomes.indexOf(l.outcome), render: (l) => <span className={l.outcome === bad ? 'red' : l.outcome === idle ? 'dim' : ''}>{outcome(l.outcome)}</span>, wide: true },
    { id: 'what', header: t('admin.import.what'), grow: 6, value: texts.says, render: (l) => <span title={texts.server(l)}>{texts.says(l) || <span className="only-narrow">{outcome(l.outcome)}</span>}</span> },
    // The functions are those of a page: they change with its language.
    // eslint-disable-next-line
  ], [t])
  return (
    <>
      <div className="chips" role="group" aria-label={t('admin.import.outcome')}>
        {outcomes.map((o) => {
          const count = lines.filter((l) => l.outcome === o).length
          return <button type="button" key={o} className="chip" aria-pressed={only === o} disabled={count === 0} onClick={() => setOnly(only === o ? undefined : o)}><b>{whole(count)}</b> <span>{outcome(o)}</span></button>
        })}
      </div>
      <Grid label={t('admin.import.lines')} columns={columns} rows={rows} id={(l) => String(l.line)} chosen={chosen === undefined ? undefined : String(chosen)} onOpen={(l) => onOpen(l.line)} sort={sort} onSort={setSort} rowClass={(l) => (l.outcome === idle ? 'faint' : '')} />
    </>
  )
}
