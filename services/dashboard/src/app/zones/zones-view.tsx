import type { MapMouseEvent } from 'maplibre-gl'
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import '../../i18n/zones'
import { useAddress } from '../data/address'
import { useData, usePeople } from '../data/data'
import { useZones } from '../data/hooks'
import type { MapView } from '../map/view'
import { Empty, Skeleton } from '../panels/people-panel'
import type { ListHandle } from '../panels/virtual-list'
import { Crosshair } from './crosshair'
import { ConflictDialog, LeaveDialog, RemoveDialog } from './dialogs'
import { EditorCard } from './editor-card'
import { draftOfCandidate } from './files'
import { leave, onLeave } from './guard'
import { Hands, show, showPlace } from './hands'
import { shapeOfZone } from './hooks'
import { ImportPanel } from './import-panel'
import { box } from './measure'
import type { Geometry, Point } from './model'
import { Overlay } from './overlay'
import { areaOf, collection, point } from './shapes'
import { useDrop } from './use-drop'
import { useEditor } from './use-editor'
import { useImport, type Item } from './use-import'
import { useEditorKeys } from './use-keys'
import { ZoneCard } from './zone-card'
import './zones.css'
import { ZonesPanel } from './zones-panel'

const SettingsDialog = lazy(() => import('./settings-dialog'))
const AssignDialog = lazy(() => import('./assign-dialog'))

interface Props {
  view: MapView | undefined
  mode: 'light' | 'dark'
  search: Ref<HTMLInputElement>
  list: Ref<ListHandle>
}

export default function ZonesView({ view, mode, search, list }: Props) {
  const { t } = useTranslation()
  const d = useData()
  const { get, set } = useAddress()
  const admin = d.who.role === 'admin'
  const zones = useZones()
  const loaded = usePeople().loaded
  const id = get('id')
  const zone = zones.data?.find((z) => z.id === id)
  const map = view?.map
  const [dialog, setDialog] = useState<'assign' | 'remove' | 'settings'>()
  const [notices, setNotices] = useState<{ id: string; list: readonly string[] }>({ id: '', list: [] })
  const [leaving, setLeaving] = useState<() => void>()
  const [many, setMany] = useState(0)
  const [overlay, setOverlay] = useState<Overlay>()
  const fixing = useRef<string>(undefined)
  const imported = useImport()
  const edit = useEditor((z, list) => {
    if (fixing.current) imported.set(fixing.current, { state: 'created', name: z.properties.name, details: [], places: [] })
    fixing.current = undefined
    setNotices({ id: z.id, list })
    set({ id: z.id })
  })
  const { editor, now, conflict } = edit

  // Others change zones as well.
  useEffect(() => {
    const timer = setInterval(() => void d.queries.invalidateQueries({ queryKey: ['zones'] }), 60_000)
    return () => clearInterval(timer)
  }, [d])
  useEffect(() => onLeave((go) => setLeaving(() => go)), [])
  // A question about a zone goes with it: the next one that is chosen was not meant.
  useEffect(() => setDialog((x) => (x === 'settings' ? x : undefined)), [zone?.id])

  useEffect(() => {
    if (!map || !view) return
    const o = new Overlay(map, mode)
    ;(window as { terrenoZones?: Overlay }).terrenoZones = o // for the tests in a browser
    setOverlay(o)
    return () => o.remove()
    // The overlay lives as long as the view; the mode is handed to it below.
    // eslint-disable-next-line
  }, [map])
  useEffect(() => overlay?.setMode(mode), [overlay, mode])
  useEffect(() => {
    if (!view || !map || !overlay || !editor) return
    view.quiet = true
    // By keyboard the map is where one draws; who closes the editor is where they were before.
    const before = document.activeElement
    if (editor.snapshot.tool === 'draw') map.getCanvas().focus()
    const hands = new Hands(map, overlay, editor, setMany)
    return () => {
      hands.remove()
      setMany(0)
      view.quiet = false
      setTimeout(() => {
        if (document.activeElement !== document.body && document.activeElement !== map.getCanvas()) return
        if (before instanceof HTMLElement && before.isConnected && before !== document.body) before.focus()
        else document.getElementById('list')?.focus()
      })
    }
  }, [view, map, overlay, editor])

  // What is drawn beside the zone that is edited: what somebody else made of it, or what a file holds.
  const file = editor ? undefined : imported.state
  const other = useMemo(() => (conflict && conflict !== 'gone' ? areaOf(shapeOfZone(conflict.theirs)) : (file?.items ?? []).flatMap((i) => (i.shape && i.include && i.state !== 'created' ? areaOf(i.shape, { bad: i.state === 'refused' }) : []))), [conflict, file])
  useEffect(() => overlay?.put('z-other', collection(other)), [overlay, other])
  useEffect(() => {
    if (overlay && file) overlay.put('z-faults', collection(file.items.flatMap((i, n) => i.places.map((p, k) => point(p, k === 0 ? { n: n + 1 } : {})))))
    return () => overlay?.put('z-faults', collection([]))
  }, [overlay, file])
  const fileName = imported.state?.file
  useEffect(() => {
    if (map && fileName) showAll(map, imported.state?.items ?? [])
    // With every new file, and not with what becomes of it.
    // eslint-disable-next-line
  }, [map, fileName])

  // What is chosen comes into view, also before everybody's positions are there.
  useEffect(() => {
    if (map && zone && !editor) show(map, box(shapeOfZone(zone)))
    // eslint-disable-next-line
  }, [map, zone?.id, loaded])
  useEffect(() => {
    if (!map || editor || file) return
    const pick = (e: MapMouseEvent) => {
      const layers = ['zone-fill', 'zone-corridor'].filter((l) => map.getLayer(l))
      const found = map.queryRenderedFeatures(e.point, { layers })[0]?.properties['id'] as string | undefined
      set({ id: found })
    }
    map.on('click', pick)
    return () => void map.off('click', pick)
  }, [map, editor, file, set])
  const firstFault = now?.faults.find((f) => f.places[0])?.places[0]
  useEffect(() => {
    if (map && firstFault && !map.getBounds().contains([firstFault[0], firstFault[1]])) showPlace(map, firstFault)
  }, [map, firstFault])

  const draw = (from: Parameters<typeof edit.start>[0]) => leave(() => {
    fixing.current = undefined
    set({ id: typeof from === 'string' ? undefined : get('id') })
    edit.start(from)
  })
  const openFile = useCallback((f: File) => leave(() => {
    edit.close()
    set({ id: undefined })
    void imported.open(f)
  }), [edit.close, imported.open, set])
  const over = useDrop(admin, openFile)
  const fix = (i: Item) => {
    fixing.current = i.key
    const s = imported.state!
    edit.start(draftOfCandidate(i as Item & { geometry: Geometry }, s.radiusM, s.widthM))
    if (map && i.places[0]) showPlace(map, i.places[0])
    else if (map && i.shape) show(map, box(i.shape))
  }
  const cancel = () => leave(edit.close)
  const here = () => {
    const c = map?.getCenter()
    if (c) editor?.add(c.lng, c.lat)
  }
  useEditorKeys(editor, map, { here, cancel })
  const showPoint = (p: Point) => map && showPlace(map, p)

  return (
    <>
      <div className="left">
        {imported.state && !editor ? (
          <ImportPanel of={imported as typeof imported & { state: NonNullable<typeof imported.state> }} onShow={(i) => map && i.shape && show(map, box(i.shape))} onFix={fix} />
        ) : (
          <ZonesPanel search={search} list={list} onOpen={(z) => leave(() => { edit.close(); set({ id: z }) })} onDraw={draw} onFile={openFile} onSettings={() => setDialog('settings')} />
        )}
      </div>
      <div className="right">
        {editor && now ? (
          <EditorCard key={editor.key} editor={editor} now={now} many={many} busy={edit.busy} error={edit.error} onHere={here} onShow={showPoint} onSave={() => void edit.save()} onCancel={cancel} />
        ) : zone ? (
          <ZoneCard key={zone.id} zone={zone} notices={notices.id === zone.id ? notices.list : []} onEdit={() => draw(zone)} onAssign={() => setDialog('assign')} onRemove={() => setDialog('remove')} onShow={() => map && show(map, box(shapeOfZone(zone)))} onClose={() => set({ id: undefined })} />
        ) : id ? (
          <section className="panel card" aria-label={t('zones.notFound')}>{zones.data ? <Empty title={t('zones.notFound')} hint={t('zones.notFoundHint')} action={t('zones.back')} onAction={() => set({ id: undefined })} /> : <Skeleton rows={5} />}</section>
        ) : null}
      </div>
      {editor && now?.tool !== 'edit' && map && <Crosshair map={map} />}
      {over && <div className="z-drop" aria-hidden="true"><b>{t('zones.file.drop')}</b></div>}
      {leaving && <LeaveDialog name={now?.draft.name ?? ''} onStay={() => setLeaving(undefined)} onLeave={() => { setLeaving(undefined); edit.close(); leaving() }} />}
      {conflict && <ConflictDialog conflict={conflict} onBack={() => edit.settle('back')} onKeep={() => edit.settle('keep')} onTheirs={() => edit.settle('theirs')} />}
      {dialog === 'remove' && zone && <RemoveDialog zone={zone} onClose={() => setDialog(undefined)} onDone={() => { setDialog(undefined); set({ id: undefined }) }} />}
      <Suspense fallback={null}>
        {dialog === 'settings' && <SettingsDialog onClose={() => setDialog(undefined)} />}
        {dialog === 'assign' && zone && <AssignDialog zone={zone} onClose={() => setDialog(undefined)} />}
      </Suspense>
    </>
  )
}

function showAll(map: MapView['map'], items: readonly Item[]): void {
  const all = items.map((i) => i.shape && box(i.shape)).filter((b) => b !== undefined)
  if (all.length > 0) show(map, [Math.min(...all.map((b) => b[0])), Math.min(...all.map((b) => b[1])), Math.max(...all.map((b) => b[2])), Math.max(...all.map((b) => b[3]))])
}
