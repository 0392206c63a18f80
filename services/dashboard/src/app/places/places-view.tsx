import type { MapMouseEvent } from 'maplibre-gl'
import { useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../../client'
import '../../i18n/admin'
import '../../i18n/places'
import '../common/office.css'
import { useAction } from '../common/office'
import { download } from '../common/files'
import { say } from '../common/problem'
import { UnsavedQuestion } from '../common/unsaved'
import { useAddress } from '../data/address'
import { useData } from '../data/data'
import type { MapView } from '../map/view'
import { Empty, Skeleton } from '../panels/people-panel'
import type { ListHandle } from '../panels/virtual-list'
import { Crosshair } from '../zones/crosshair'
import { leave } from '../zones/guard'
import '../zones/zones.css'
import { ArchiveDialog, ConflictDialog } from './dialogs'
import { bodyOf, draftOf, pointText, type Place } from './model'
import { PlaceCard } from './place-card'
import { PlaceForm } from './place-form'
import './places.css'
import { PlacesPanel } from './places-panel'
import { placeWords } from './say'
import { showPlace, showPlaces, useEditKeys, useOnMap } from './use-map'
import { usePlaceEditor } from './use-place-editor'
import { changedPlace, useNear, usePlace, usePlaces, useSettled } from './use-places'

export interface PlacesHandle {
  fit: () => void
}

interface Props {
  view: MapView | undefined
  mode: 'light' | 'dark'
  search: Ref<HTMLInputElement>
  list: Ref<ListHandle>
  handle: Ref<PlacesHandle>
}

/** The company's places: a list, the map with them, and a card. What is shown is in the address. */
export default function PlacesView({ view, mode, search, list, handle }: Props) {
  const { t } = useTranslation()
  const d = useData()
  const { get, set } = useAddress()
  const map = view?.map
  const id = get('id')
  const [q, archived] = [useSettled(get('q')), get('archived') === '1']
  const places = usePlaces(q, archived)
  const near = useNear(map, q, archived, places.more)
  const shown = places.more ? near.places : places.list
  const one = usePlace(id)
  const place = one.data ?? places.list?.find((p) => p.id === id)
  const [asking, setAsking] = useState(false)
  const act = useAction(placeWords)
  const exporting = useAction(placeWords)
  const edit = usePlaceEditor((p) => set({ id: p.id }))
  const { editing } = edit
  const shownOnce = useRef(false)

  const close = () => leave(() => {
    edit.close()
    set({ id: undefined })
    document.getElementById('list')?.focus()
  })
  const cancel = () => !edit.busy && leave(() => {
    edit.close()
    if (id === '+') set({ id: undefined })
    document.getElementById('list')?.focus()
  })
  const open = (next: string) => leave(() => {
    edit.close()
    set({ id: next })
  })
  // The address says that a new one is made: a link or Back leads there as well.
  useEffect(() => {
    if (id === '+' && !editing) edit.start()
    else if (id !== '+' && editing && editing.base?.id !== id) edit.close()
    setAsking(false)
    act.clear()
    // Whoever closed a card by a key goes on in the list.
    if (id === '' && document.activeElement === document.body && shownOnce.current) document.getElementById('list')?.focus()
    shownOnce.current = true
    // Only when another is chosen.
    // eslint-disable-next-line
  }, [id])

  const layer = useOnMap({ view, mode, places: shown, place: id === '+' ? undefined : place, editing, onPoint: edit.change })
  const fitted = useRef(false)
  const fit = () => map && showPlaces(map, shown ?? [])
  useImperativeHandle(handle, () => ({ fit }))
  useEffect(() => {
    if (!map || !shown || fitted.current) return
    fitted.current = true
    if (!id || id === '+') showPlaces(map, shown, false)
    // Once, with the first places.
    // eslint-disable-next-line
  }, [map, shown])
  useEffect(() => {
    if (map && place && !editing) showPlace(map, place)
    // Only when another is chosen.
    // eslint-disable-next-line
  }, [map, place?.id])
  useEffect(() => {
    if (!map || !layer || editing) return
    const pick = (e: MapMouseEvent) => void layer.pick(e.point).then((found) => found && open(found))
    map.on('click', pick)
    return () => void map.off('click', pick)
  }, [map, layer, editing === undefined, get('q'), archived])

  const here = () => {
    const c = map?.getCenter().wrap()
    if (c) edit.change({ point: pointText({ lat: c.lat, lon: c.lng }) })
  }
  useEditKeys(editing !== undefined, map, { here, cancel })
  const archive = () => void act.run(async () => void (await d.session.request('delete', '/v1/places/{id}', { path: { id } }))).then((ok) => {
    if (!ok) return
    setAsking(false)
    changedPlace(d)
    void one.refetch()
  })
  const restore = (p: Place) => void act.run(async () => changedPlace(d, await d.session.request('put', '/v1/places/{id}', { path: { id: p.id }, body: { ...bodyOf(draftOf(p), p), archived: false } }))).then((ok) => ok || void one.refetch())
  const save = () => void exporting.run(async () => download('terreno-places.csv', `\ufeff${await d.session.request('get', '/v1/places/export', { query: { q: get('q'), ...(archived && { archived: 'true' }) } })}`))
  return (
    <>
      <div className="left"><PlacesPanel places={places} search={search} list={list} exporting={{ busy: exporting.busy, error: exporting.text, run: save }} onOpen={open} /></div>
      <div className="right">
        {editing ? (
          <PlaceForm key={editing.base?.id ?? '+'} place={editing.base} draft={editing.draft} busy={edit.busy} error={edit.error} faults={edit.faults} onChange={edit.change} onHere={here} onSave={edit.save} onCancel={cancel} />
        ) : place && id !== '+' ? (
          <PlaceCard key={place.id} place={place} busy={act.busy} error={asking ? '' : act.text} onEdit={() => edit.start(place)} onArchive={() => setAsking(true)} onRestore={() => restore(place)} onShow={() => map && showPlace(map, place)} onClose={close} />
        ) : id && id !== '+' ? (
          <section className="panel card" aria-label={t('places.notFound')}>{one.error ? <Empty title={t('places.notFound')} hint={one.error instanceof Problem && one.error.status === 404 ? t('places.notFoundHint') : say(one.error, placeWords)} action={t('places.back')} onAction={close} /> : <Skeleton rows={5} />}</section>
        ) : null}
      </div>
      {near.cut && <p className="panel pl-closer" role="status">{t('places.closer')}</p>}
      {editing && map && <Crosshair map={map} />}
      {asking && place && <ArchiveDialog place={place} busy={act.busy} error={act.text} onNo={() => setAsking(false)} onYes={archive} />}
      {edit.conflict && <ConflictDialog conflict={edit.conflict} onBack={() => edit.decide('back')} onTheirs={() => edit.decide('theirs')} onKeep={() => edit.decide('keep')} />}
      <UnsavedQuestion />
    </>
  )
}
