import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import '../../i18n/places'
import { useOffice } from '../common/office'
import { SheetImport, type SheetReport } from '../common/sheet-import'
import { whole } from '../data/ages'
import { useData } from '../data/data'
import { placeWords } from './say'
import { changedPlace } from './use-places'

const columns = ['external_id', 'name', 'address', 'contact', 'notes', 'lat', 'lon', 'radius_m', 'archived'] as const

/** Many places from a file. */
export default function PlacesImport() {
  const { t, i18n } = useTranslation()
  const { session } = useOffice()
  const d = useData()
  const field = useCallback((f: string) => (i18n.exists(`places.field.${f}`) ? t(`places.field.${f}` as 'places.save') : f), [t, i18n])
  const send = async (body: string, key: string | undefined): Promise<SheetReport> => {
    const r = await session.request('post', '/v1/places/import', key === undefined ? { query: { dry_run: true }, body } : { body, key })
    return { ...r, lines: (r.lines ?? []).map(({ error, ...l }) => ({ ...l, errors: error && [error] })) }
  }
  return (
    <SheetImport
      title={t('places.import.title')} back="/places" backText={t('places.title')} field={field} says={placeWords} send={send} done={(r) => t('places.import.done', { created: whole(r.created), changed: whole(r.changed) })} onApplied={() => changedPlace(d)}
      help={[t('places.import.format'), t('places.import.columns'), t('places.import.who'), t('places.import.safe')]} template={{ file: 'terreno-places.csv', columns: columns.map((c) => t(`places.field.${c}`)) }}
    />
  )
}
