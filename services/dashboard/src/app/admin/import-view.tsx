import { Button } from '@mui/material'
import { useCallback, useMemo, useRef, useState, type DragEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { components } from '../../../client'
import { useAddress } from '../data/address'
import { whole } from '../data/ages'
import { newKey, useAction, useAdmin } from './context'
import { decode, download, toCsv } from './files'
import { Grid, type Column } from './grid'
import { Side } from './parts'
import { PasswordsDialog } from './passwords-dialog'
import { sentence } from './problem'

type Report = components['schemas']['ImportReport']
type Line = components['schemas']['LineView']
const outcomes = ['wrong', 'created', 'changed', 'unchanged'] as const
type Outcome = (typeof outcomes)[number]

/** Many people from a file: first what the file would do, line by line, and then the same for good. */
export function ImportView({ onChanged }: { onChanged: () => void }) {
  const { t } = useTranslation()
  const { session } = useAdmin()
  const { go } = useAddress()
  const [file, setFile] = useState<{ name: string; text: string; guessed: boolean; key: string }>()
  const [report, setReport] = useState<Report>()
  const [passwords, setPasswords] = useState(false)
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
      setReport(await session.request('post', '/v1/users/import', { query: { dry_run: true }, body: text }))
    })
  }
  const apply = () =>
    void act.run(async () => {
      const done = await session.request('post', '/v1/users/import', { body: file!.text, key: file!.key })
      setReport(done)
      if (done.applied) onChanged()
    })
  const drop = (e: DragEvent) => {
    e.preventDefault()
    if (!act.busy) read(e.dataTransfer.files[0])
  }
  const todo = report ? report.created + report.changed : 0
  const made = (report?.lines ?? []).filter((l) => l.outcome === 'created').map((l) => ({ id: l.id!, name: l.name }))
  const opened = report?.lines?.find((l) => l.line === open)
  const close = () => {
    setOpen(undefined)
    document.getElementById('list')?.focus()
  }
  return (
    <>
    <div className="admin-main import" onDragOver={(e) => e.preventDefault()} onDrop={drop}>
      <div className="tools">
        <button type="button" className="link" onClick={() => go('/admin/people')}>← {t('people.title')}</button>
        <h2>{t('admin.import.title')}</h2>
        <input ref={input} type="file" accept=".csv,.txt,text/csv" className="sr" tabIndex={-1} aria-label={t('admin.import.choose')} onChange={(e) => { read(e.target.files?.[0]); e.target.value = '' }} />
        <span className="count" />
        {file && <Button variant="outlined" disabled={act.busy} onClick={() => input.current?.click()}>{t('admin.import.other')}</Button>}
        {report && !report.applied && <Button variant="contained" disabled={act.busy || report.wrong > 0 || todo === 0} onClick={apply}>{act.busy ? t('alerts.acting') : t('admin.import.apply', { count: todo })}</Button>}
      </div>
      {!file && <Help onChoose={() => input.current?.click()} />}
      {file && (
        <div className="notes" aria-live="polite">
          <p><b>{file.name}</b> {act.busy && <span className="dim">{t('admin.import.reading')}</span>}</p>
          {file.guessed && <p className="warn">{t('admin.import.guessed')}</p>}
          {act.text && <p className="bad-box" role="alert">{act.text}</p>}
          {report?.ignored_columns && <p className="warn">{t('admin.import.ignored', { columns: report.ignored_columns.join(', ') })}</p>}
          {report?.applied ? (
            <p className="good" role="status">
              {t('admin.import.done', { created: whole(report.created), changed: whole(report.changed) })}{' '}
              {made.length > 0 && <Button size="small" variant="outlined" onClick={() => setPasswords(true)}>{t('admin.import.passwords', { count: made.length })}</Button>}{' '}
              <Button size="small" onClick={() => go('/admin/people')}>{t('admin.import.back')}</Button>
            </p>
          ) : report && report.wrong > 0 ? <p className="bad-box">{t('admin.import.wrong', { count: report.wrong })}</p> : report && todo === 0 ? <p>{t('admin.import.nothing')}</p> : report && <p>{t('admin.import.ready')}</p>}
        </div>
      )}
      {report && <Lines report={report} chosen={open} onOpen={setOpen} />}
      {passwords && <PasswordsDialog users={made} onClose={() => setPasswords(false)} onCancel={() => setPasswords(false)} />}
    </div>
    {opened && <OneLine line={opened} onClose={close} />}
    </>
  )
}

/** All that is to be said about a line: what a row of the table has no room for. */
function OneLine({ line: l, onClose }: { line: Line; onClose: () => void }) {
  const { t } = useTranslation()
  const field = useField()
  return (
    <Side title={l.name || l.id || t('person.unknown')} sub={`${t('admin.import.line')} ${l.line} · ${t(`admin.import.is.${l.outcome}`)}`} onClose={onClose}>
      {l.errors && <ul className="wrongs">{l.errors.map((e, i) => <li key={i}>{e.column && <b>{field(e.column)}</b>}<div className="bad">{sentence(e.code, e.detail, e.column)}</div><div className="small dim" lang="en">{e.detail}</div></li>)}</ul>}
      {l.changed && <p>{t('admin.import.changes')}: {l.changed.map(field).join(', ')}</p>}
      {l.outcome === 'unchanged' && <p className="dim">{t('admin.import.nothing')}</p>}
    </Side>
  )
}

function useField(): (column: string) => string {
  const { t, i18n } = useTranslation()
  return useCallback((f: string) => (i18n.exists(`admin.field.${f}`) ? t(`admin.field.${f}` as 'admin.save') : f), [t, i18n])
}

function Help({ onChoose }: { onChoose: () => void }) {
  const { t } = useTranslation()
  const template = () =>
    download('terreno-people.csv', toCsv([
      ['id', t('admin.field.name'), t('admin.field.email'), t('admin.field.phone'), t('admin.field.payroll_number'), t('admin.field.role'), t('admin.field.active'), t('admin.field.teams')].map((x) => x.toLocaleLowerCase()),
    ]))
  return (
    <div className="drop">
      <p><b>{t('admin.import.drop')}</b></p>
      <ul>
        <li>{t('admin.import.format')}</li>
        <li>{t('admin.import.columns')}</li>
        <li>{t('admin.import.who')}</li>
        <li>{t('admin.import.safe')}</li>
      </ul>
      <div className="acts">
        <Button variant="contained" onClick={onChoose}>{t('admin.import.choose')}</Button>
        <Button variant="outlined" onClick={template}>{t('admin.import.template')}</Button>
      </div>
    </div>
  )
}

function Lines({ report, chosen, onOpen }: { report: Report; chosen: number | undefined; onOpen: (line: number) => void }) {
  const { t } = useTranslation()
  const field = useField()
  const counts: Record<Outcome, number> = { wrong: report.wrong, created: report.created, changed: report.changed, unchanged: report.unchanged }
  const [only, setOnly] = useState<Outcome | undefined>(report.wrong > 0 ? 'wrong' : undefined)
  const [sort, setSort] = useState('line')
  const rows = useMemo(() => (report.lines ?? []).filter((l) => !only || l.outcome === only), [report, only])
  const columns = useMemo<readonly Column<Line>[]>(() => {
    const says = (l: Line) =>
      l.errors ? l.errors.map((e) => `${e.column ? `${field(e.column)}: ` : ''}${sentence(e.code, e.detail, e.column)}`).join(' · ') : (l.changed ?? []).map(field).join(', ')
    return [
      { id: 'line', header: t('admin.import.line'), grow: 0.9, value: (l) => l.line },
      { id: 'name', header: t('admin.field.name'), grow: 2, value: (l) => l.name || l.id || '' },
      { id: 'outcome', header: t('admin.import.outcome'), grow: 1.2, value: (l) => outcomes.indexOf(l.outcome), render: (l) => <span className={l.outcome === 'wrong' ? 'red' : l.outcome === 'unchanged' ? 'dim' : ''}>{t(`admin.import.is.${l.outcome}`)}</span>, wide: true },
      { id: 'what', header: t('admin.import.what'), grow: 6, value: says, render: (l) => <span title={l.errors?.map((e) => e.detail).join(' ')}>{says(l) || <span className="only-narrow">{t(`admin.import.is.${l.outcome}`)}</span>}</span> },
    ]
  }, [t, field])
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
