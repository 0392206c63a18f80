import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { Sketch } from './sketch'
import type { Mark } from './small-map'
import type { Detail } from './visit'

const SmallMap = lazy(() => import('./small-map'))

/** Whether this installation has streets. Without them a map of some hundred metres would be blank. */
const hasStreets = async (): Promise<boolean> => {
  const { map } = (await (await fetch('/page.json')).json()) as { map?: { style?: string; file?: string } }
  return Boolean(map?.style ?? map?.file)
}

/** Where a visit is, and where its worker checked in: on streets where there are some, else as a drawing to scale. */
export function SiteMap({ visit: v }: { visit: Detail }) {
  const { t } = useTranslation()
  const streets = useQuery({ queryKey: ['streets'], queryFn: hasStreets, staleTime: Infinity }).data
  if (v.lat === undefined || v.lon === undefined) return null
  const came = [...(v.history ?? [])].reverse().find((e) => e.kind === 'check_in' && e.lat !== undefined)
  const site = { lat: v.lat, lon: v.lon, radiusM: v.radius_m ?? 100 }
  const marks: Mark[] = [{ kind: 'site', lat: v.lat, lon: v.lon }]
  if (came) marks.push({ kind: 'check', lat: came.lat!, lon: came.lon! })
  const label = t('board.map', { name: v.place_name || v.title })
  if (streets === undefined || (!streets && !came)) return null
  return (
    <>
      {streets ? <Suspense fallback={<div className="b-map" />}><SmallMap label={label} site={site} marks={marks} /></Suspense> : <Sketch label={label} site={site} check={{ lat: came!.lat!, lon: came!.lon!, accuracyM: came!.accuracy_m }} />}
      {came && <p className="b-legend small dim"><span className="b-mark site" aria-hidden="true" /> {t('board.field.place')} <span className="b-mark check" aria-hidden="true" /> {t('board.field.in')}</p>}
    </>
  )
}
