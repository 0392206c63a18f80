import { Button, IconButton, Tooltip } from '@mui/material'
import { useEffect, useRef, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { CheckIcon, CloseIcon, PlusIcon, RedoIcon, TrashIcon, UndoIcon } from '../../icons'
import type { Editing, Editor } from './editing'
import type { Fault } from './faults'
import { Field, numberOf } from './field'
import { sizeText, useSettings } from './hooks'
import { KindIcon } from './kind-icon'
import { complete, count, type Point } from './model'
import { ScheduleForm } from './schedule-form'
import { Vertices } from './vertices'

interface Props {
  editor: Editor
  now: Editing
  /** How many vertices are in view, when they are too many for handles. */
  many: number
  busy: boolean
  error: string
  onHere: () => void
  onShow: (p: Point) => void
  onSave: () => void
  onCancel: () => void
}

const own = [['exit_buffer_m', 'exitBufferM'], ['confirm_fixes', 'confirmFixes'], ['confirm_s', 'confirmS']] as const

export function EditorCard({ editor, now, many, busy, error, onHere, onShow, onSave, onCancel }: Props) {
  const { t } = useTranslation()
  const company = useSettings().data
  const form = useRef<HTMLElement>(null)
  const before = useRef(now.tool)
  const { draft, tool, faults } = now
  const { shape } = draft
  const of = (field: string) => faults.filter((f) => f.field === field || f.field.startsWith(`${field}[`) || f.field.startsWith(`${field}.`))
  const shown = ['name', 'radius_m', 'width_m', 'schedule', ...own.map(([f]) => f)]
  const listed = faults.map((f, i) => [f, i] as const).filter(([f]) => !shown.some((s) => of(s).includes(f)))
  const hint = many > 0 && tool === 'edit' ? t('zones.hint.many', { count: many }) : tool === 'ring' ? t('zones.hint.ring') : tool === 'draw' ? t(`zones.hint.${shape.kind}`) : shape.kind === 'circle' ? t('zones.hint.editCircle') : t('zones.hint.edit')
  // What comes next has the focus: the name after the drawing, and what the server does not accept.
  useEffect(() => {
    if (before.current === 'draw' && tool === 'edit' && draft.name === '') form.current?.querySelector<HTMLInputElement>('.z-field input')?.focus()
    before.current = tool
  }, [tool, draft.name])
  useEffect(() => {
    if (faults.length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid=true], .z-refused button')?.focus()
  }, [faults])
  return (
    <section ref={form} className="panel card z-card z-editor" aria-label={now.base ? t('zones.editing', { name: now.base.properties.name }) : t('zones.newZone')}>
      <header>
        <span className="z-kind"><KindIcon kind={shape.kind} /></span>
        <div>
          <h2>{now.base ? t('zones.editing', { name: now.base.properties.name }) : t('zones.newZone')}</h2>
          <p className="dim">{t(`zones.kind.${shape.kind}`)}{complete(shape) && ` · ${sizeText(shape)}`}{shape.kind !== 'circle' && ` · ${t('zones.vertices', { count: count(shape) + now.sketch.length })}`}</p>
        </div>
        <Tooltip title={t('zones.cancel')}><IconButton size="small" aria-label={t('zones.cancel')} onClick={onCancel}><CloseIcon size={18} /></IconButton></Tooltip>
      </header>
      <div className="z-tools" role="toolbar" aria-label={t('zones.draw')}>
        <Tool label={t('zones.undo')} keys="Ctrl+Z" disabled={!now.canUndo} onClick={() => editor.undo()}><UndoIcon size={18} /></Tool>
        <Tool label={t('zones.redo')} keys="Ctrl+Y" disabled={!now.canRedo} onClick={() => editor.redo()}><RedoIcon size={18} /></Tool>
        <span className="z-gap" />
        {tool !== 'edit' && <Tool label={t('zones.here')} keys="↵" here onClick={onHere}><PlusIcon size={18} /></Tool>}
        {tool !== 'edit' && shape.kind !== 'circle' && <Tool label={t('zones.finish')} keys="Ctrl+↵" disabled={!editor.drawn} onClick={() => editor.finish()}><CheckIcon size={18} /></Tool>}
        {tool === 'edit' && shape.kind === 'polygon' && <Tool label={t('zones.hole')} onClick={() => editor.startRing()}><HoleIcon /></Tool>}
        {shape.kind !== 'circle' && <Tool label={t('zones.deletePoint')} keys={t('zones.deleteKey')} disabled={tool === 'edit' ? !now.selected : now.sketch.length === 0} onClick={() => editor.remove()}><TrashIcon size={18} /></Tool>}
      </div>
      <p className="z-hint" role="status">{hint}</p>
      {((error && faults.length === 0) || listed.length > 0) && (
        <div className="z-refused" role="alert">
          <b>{error || t('zones.refused')}</b>
          {listed.length > 0 && (
            <ol>
              {listed.map(([f, i]) => (
                <li key={i}>
                  {f.places[0] ? <button type="button" onClick={() => { if (f.at) editor.select(f.at); onShow(f.places[0]!) }}><span className="z-mark">{i + 1}</span> <span lang="en">{f.detail}</span></button> : <span lang="en">{f.detail}</span>}
                </li>
              ))}
            </ol>
          )}
        </div>
      )}
      <Field label={t('zones.name')} value={draft.name} maxLength={200} autoComplete="off" error={said(of('name'))} onText={(name) => editor.change({ name }, 'name')} />
      {shape.kind === 'circle' && (
        <Field label={`${t('zones.radius')}, ${t('zones.metres')}`} type="number" min={1} max={100_000} value={shape.radiusM} error={said(of('radius_m'))} onText={(v) => editor.change({ shape: { ...shape, radiusM: numberOf(v) ?? 0 } }, 'radius')} />
      )}
      {shape.kind === 'corridor' && (
        <Field label={`${t('zones.width')}, ${t('zones.metres')}`} type="number" min={1} max={20_000} value={shape.widthM} error={said(of('width_m'))} onText={(v) => editor.change({ shape: { ...shape, widthM: numberOf(v) ?? 0 } }, 'width')} />
      )}
      <Fold title={t('zones.when')} open={draft.schedule.length > 0 || of('schedule').length > 0}><ScheduleForm value={draft.schedule} faults={of('schedule')} onChange={(schedule) => editor.change({ schedule }, 'schedule')} /></Fold>
      <Fold title={t('zones.parameters')} open={own.some(([f, k]) => draft[k] !== undefined || of(f).length > 0)}>
        {own.map(([field, key]) => (
          <Field
            key={field} label={t(`zones.fields.${field}`)} type="number" value={draft[key]} error={said(of(field))} hint={t(`zones.fieldHints.${field}`)}
            placeholder={company ? t('zones.ofCompany', { value: company[field] }) : ''} onText={(v) => editor.change({ [key]: numberOf(v) }, field)}
          />
        ))}
      </Fold>
      {complete(shape) && <Fold title={t('zones.points')} open={false}><Vertices editor={editor} now={now} onShow={onShow} /></Fold>}
      <footer>
        <Button variant="contained" disabled={busy} onClick={onSave}>{busy ? t('zones.saving') : t('zones.save')}</Button>
        <Button onClick={onCancel}>{t('zones.cancel')}</Button>
      </footer>
    </section>
  )
}

const said = (faults: readonly Fault[]) => faults[0]?.detail

function Tool({ label, keys, here, disabled, onClick, children }: { label: string; keys?: string; here?: boolean; disabled?: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <Tooltip title={keys ? `${label} (${keys})` : label}>
      <span>
        <IconButton size="small" className={here ? 'z-here' : ''} aria-label={label} disabled={disabled ?? false} onClick={onClick}>{children}</IconButton>
      </span>
    </Tooltip>
  )
}

/** A part of the form that opens by itself when there is something in it. */
function Fold({ title, open, children }: { title: string; open: boolean; children: ReactNode }) {
  const was = useRef(open)
  return (
    <details className="z-fold" open={was.current || open || undefined}>
      <summary>{title}</summary>
      <div>{children}</div>
    </details>
  )
}

const HoleIcon = () => (
  <svg width="18" height="18" viewBox="0 0 24 24" aria-hidden="true" focusable="false" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinejoin="round">
    <path d="M4 7 13 3l8 7-4 10-10-3L4 7Z" />
    <path d="M10 9.500 14 9l1.500 4-4 1.500-1.500-5Z" strokeDasharray="2 2" />
  </svg>
)
