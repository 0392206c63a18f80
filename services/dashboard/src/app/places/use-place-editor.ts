import { useCallback, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../../client'
import { newKey } from '../common/office'
import { fieldErrors, say } from '../common/problem'
import { useUnsaved } from '../common/unsaved'
import { useData } from '../data/data'
import { guard, unguarded } from '../zones/guard'
import type { Conflict } from './dialogs'
import { blank, bodyOf, draftOf, merge, readPoint, readRadius, same, type Draft, type Place } from './model'
import { placeWords } from './say'
import { changedPlace } from './use-places'

interface Editing {
  readonly base: Place | undefined
  readonly start: Draft
  readonly draft: Draft
}

const noFaults: Readonly<Record<string, string>> = {}

/** The place that is being made or changed, and how it is saved. */
export function usePlaceEditor(onSaved: (p: Place) => void) {
  const { t } = useTranslation()
  const d = useData()
  const [editing, setEditing] = useState<Editing>()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const [faults, setFaults] = useState(noFaults)
  const [conflict, setConflict] = useState<Conflict>()
  const key = useRef<{ body: string; key: string }>(undefined)
  useUnsaved(editing !== undefined && !same(editing.draft, editing.start))

  const settle = () => {
    setError(undefined)
    setFaults(noFaults)
    setConflict(undefined)
  }
  const start = useCallback((base?: Place) => {
    settle()
    const draft = base ? draftOf(base) : blank
    setEditing({ base, start: draft, draft })
  }, [])
  const close = useCallback(() => {
    guard(unguarded) // at once: who leaves the page must not be asked again
    settle()
    setEditing(undefined)
  }, [])
  const change = useCallback((more: Partial<Draft>) => {
    setEditing((e) => e && { ...e, draft: { ...e.draft, ...more } })
    setFaults(noFaults)
    setError(undefined)
  }, [])

  const send = async ({ base, draft }: Editing): Promise<Place> => {
    const body = bodyOf(draft, base)
    if (base) return d.session.request('put', '/v1/places/{id}', { path: { id: base.id }, body })
    const text = JSON.stringify(body)
    // A repeated request has the same key; another text is another request.
    if (key.current?.body !== text) key.current = { body: text, key: newKey() }
    return d.session.request('post', '/v1/places', { body, key: key.current.key })
  }
  const save = async (e = editing): Promise<void> => {
    if (!e || busy) return
    settle()
    const unread = { ...(!readPoint(e.draft.point) && { point: t('places.pointUnread') }), ...(readRadius(e.draft.radius) === undefined && { radius_m: t('places.wrong.fields.radius_m') }) }
    if (Object.keys(unread).length > 0) return setFaults({ ...unread, ...(e.draft.name.trim() === '' && { name: t('places.wrong.fields.name') }) })
    setBusy(true)
    try {
      const p = await send(e)
      key.current = undefined
      changedPlace(d, p)
      close()
      onSaved(p)
    } catch (x) {
      await refused(x, e.base)
    } finally {
      setBusy(false)
    }
  }
  const refused = async (x: unknown, base: Place | undefined) => {
    if (x instanceof Problem && x.code === 'place_changed' && base) {
      try {
        return setConflict({ base, theirs: await d.session.request('get', '/v1/places/{id}', { path: { id: base.id } }) })
      } catch (y) {
        return setError(y)
      }
    }
    const { lat, lon, ...found } = fieldErrors(x, placeWords)
    const at = { ...found, ...((lat ?? lon) && { point: (lat ?? lon)! }), ...(x instanceof Problem && x.code === 'external_id_taken' && { external_id: placeWords(x.code, x.detail) }) }
    setFaults(at)
    if (Object.keys(at).length === 0) setError(x)
  }

  /** Ends the question about what somebody else changed. */
  const decide = (how: 'back' | 'keep' | 'theirs') => {
    if (!editing || !conflict) return
    const { base, theirs } = conflict
    setConflict(undefined)
    if (how === 'back') return
    changedPlace(d, theirs)
    if (how === 'theirs') return close()
    const next = { base: theirs, start: draftOf(theirs), draft: merge(editing.draft, base, theirs) }
    setEditing(next)
    void save(next)
  }
  return { editing, busy, error: error === undefined ? '' : say(error, placeWords), faults, conflict, start, close, change, save: () => void save(), decide }
}
