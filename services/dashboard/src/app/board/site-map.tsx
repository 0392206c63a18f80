import { useTranslation } from 'react-i18next'
import SmallMap, { type Mark } from './small-map'
import type { Detail } from './visit'

/** Where a visit is, and where its worker checked in. */
export default function SiteMap({ visit: v }: { visit: Detail }) {
  const { t } = useTranslation()
  const came = [...(v.history ?? [])].reverse().find((e) => e.kind === 'check_in' && e.lat !== undefined)
  const marks: Mark[] = [{ kind: 'site', lat: v.lat!, lon: v.lon! }]
  if (came) marks.push({ kind: 'check', lat: came.lat!, lon: came.lon! })
  return (
    <>
      <SmallMap label={t('board.map', { name: v.place_name || v.title })} site={{ lat: v.lat!, lon: v.lon!, radiusM: v.radius_m ?? 100 }} marks={marks} />
      {came && <p className="b-legend small dim"><span className="b-mark site" aria-hidden="true" /> {t('board.field.place')} <span className="b-mark check" aria-hidden="true" /> {t('board.field.in')}</p>}
    </>
  )
}
