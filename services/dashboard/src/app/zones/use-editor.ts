import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../../client'
import { errorText } from '../../i18n'
import { useData, type Zone } from '../data/data'
import type { Conflict } from './dialogs'
import { Editor, type Editing } from './editing'
import { faultsOf } from './faults'
import { guard } from './guard'
import { putZone } from './hooks'
import { bodyOf, complete, type Draft, type Kind } from './model'

const nothing = () => () => {}

/** The zone that is being drawn or changed, and how it is saved. */
export function useEditor(onSaved: (z: Zone, warnings: readonly string[]) => void) {
  const { t } = useTranslation()
  const d = useData()
  const [editor, setEditor] = useState<Editor>()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState('')
  const [conflict, setConflict] = useState<Conflict>()
  const key = useRef<{ body: string; key: string }>(undefined)
  const now: Editing | undefined = useSyncExternalStore(editor ? editor.subscribe : nothing, () => editor?.snapshot)

  const [open, dirty, id] = [now !== undefined, now?.dirty ?? false, now?.base?.id]
  useEffect(() => guard({ id, open, dirty }), [id, open, dirty])
  useEffect(() => () => guard({ id: undefined, open: false, dirty: false }), [])
  useEffect(() => setError(''), [now?.draft])

  const start = useCallback((from: Zone | Kind | Draft) => {
    setError('')
    setConflict(undefined)
    setEditor(new Editor(from))
  }, [])
  const close = useCallback(() => {
    // At once: who leaves the page must not be asked again.
    guard({ id: undefined, open: false, dirty: false })
    setEditor(undefined)
    setConflict(undefined)
  }, [])

  const send = async (e: Editor, asNew: boolean): Promise<Zone> => {
    const { draft, base } = e.snapshot
    if (base && !asNew) return d.session.request('put', '/v1/zones/{id}', { path: { id: base.id }, body: bodyOf(draft, base.properties.version) })
    const body = bodyOf(draft)
    const text = JSON.stringify(body)
    // A repeated request has the same key; another drawing is another request.
    if (key.current?.body !== text) key.current = { body: text, key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` }
    return d.session.request('post', '/v1/zones', { body, key: key.current.key })
  }

  const save = async (asNew = false): Promise<void> => {
    if (!editor || busy) return
    if (editor.drawn) editor.finish()
    const { draft, base } = editor.snapshot
    if (!complete(draft.shape)) return setError(t('zones.drawFirst'))
    setBusy(true)
    setError('')
    setConflict(undefined)
    editor.setFaults([])
    try {
      const z = await send(editor, asNew)
      key.current = undefined // the same drawing once more is another zone
      putZone(d, z)
      close()
      onSaved(z, (z.warnings ?? []).map((w) => w.detail))
    } catch (e) {
      if (e instanceof Problem && e.code === 'zone_changed' && base) await changed(base)
      else if (e instanceof Problem && e.code === 'zone_not_found' && base) setConflict('gone')
      else {
        const faults = faultsOf(e, draft.shape)
        editor.setFaults(faults)
        setError(faults.length > 0 ? t('zones.refused') : e instanceof Problem && e.status < 500 && e.detail ? e.detail : errorText(e))
      }
    } finally {
      setBusy(false)
    }
  }

  const changed = async (base: Zone) => {
    try {
      setConflict({ base, theirs: await d.session.request('get', '/v1/zones/{id}', { path: { id: base.id } }) })
    } catch (e) {
      if (e instanceof Problem && e.status === 404) setConflict('gone')
      else setError(errorText(e))
    }
  }

  /** Ends the question about what somebody else changed. */
  const settle = (how: 'back' | 'keep' | 'theirs') => {
    if (!editor || !conflict) return
    if (how === 'back') return setConflict(undefined)
    if (conflict === 'gone') return void save(true)
    putZone(d, conflict.theirs)
    editor.rebase(conflict.theirs, how === 'theirs')
    setConflict(undefined)
    if (how === 'keep') void save()
  }
  return { editor, now, busy, error, conflict, start, close, save, settle }
}
