import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { Sketch } from './sketch'
import type { Mark } from './small-map'
import type { Detail, Entry } from './visit'
import { stepOf } from './visit-dialog'

const SmallMap = lazy(() => import('./small-map'))

/** Whether this installation has streets. Without them a map of some hundred metres would be blank. */
const hasStreets = async (): Promise<boolean> => {
  const { map } = (await (await fetch('/page.json')).json()) as { map?: { style?: string; file?: string } }
  return Boolean(map?.style ?? map?.file)
}

const pointOf = (e: Entry | undefined) => (e?.lat === undefined || e.lon === undefined ? undefined : { lat: e.lat, lon: e.lon, accuracyM: e.accuracy_m })

/** Where a visit is, and where its worker checked in and out: on streets where there are some, else as a drawing to scale. */
export function SiteMap({ visit: v }: { visit: Detail }) {
  const { t } = useTranslation()
  const streets = useQuery({ queryKey: ['streets'], queryFn: hasStreets, staleTime: Infinity }).data
  if (v.lat === undefined || v.lon === undefined) return null
  const [came, left] = (['check_in', 'check_out'] as const).map((kind) => pointOf(stepOf(v.history ?? [], kind)))
  const site = { lat: v.lat, lon: v.lon, radiusM: v.radius_m ?? 100 }
  const marks: Mark[] = [{ kind: 'site', lat: v.lat, lon: v.lon }]
  if (came) marks.push({ kind: 'check', ...came })
  if (left) marks.push({ kind: 'out', ...left })
  const label = t('board.map', { name: v.place_name || v.title })
  if (streets === undefined || (!streets && !came && !left)) return null
  return (
    <>
      {streets ? <Suspense fallback={<div className="b-map" />}><SmallMap label={label} site={site} marks={marks} /></Suspense> : <Sketch label={label} site={site} checkIn={came} checkOut={left} />}
      {(came || left) && (
        <p className="b-legend small dim">
          <span className="b-mark site" aria-hidden="true" /> {t('board.field.place')}
          {came && <><span className="b-mark check" aria-hidden="true" /> {t('board.field.in')}</>}
          {left && <><span className="b-mark out" aria-hidden="true" /> {t('board.field.out')}</>}
        </p>
      )}
    </>
  )
}
