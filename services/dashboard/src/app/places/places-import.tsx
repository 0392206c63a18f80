import { Button } from '@mui/material'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import '../../i18n/admin'
import '../../i18n/places'
import type { components } from '../../../client'
import { useAdmin } from '../admin/context'
import { ImportFile } from '../common/import-file'
import { useAddress } from '../data/address'
import { whole } from '../data/ages'
import { useData } from '../data/data'
import { placeWords } from './say'
import { changedPlace } from './use-places'

type Report = components['schemas']['PlaceImportReport']
type Line = components['schemas']['PlaceImportLine']
const outcomes = ['wrong', 'created', 'changed', 'unchanged'] as const
const columns = ['external_id', 'name', 'address', 'contact', 'notes', 'lat', 'lon', 'radius_m', 'archived'] as const

/** Many places from a file. */
export default function PlacesImport() {
  const { t, i18n } = useTranslation()
  const { session } = useAdmin()
  const d = useData()
  const { go } = useAddress()
  const field = useCallback((f: string) => (i18n.exists(`places.field.${f}`) ? t(`places.field.${f}` as 'places.save') : f), [t, i18n])
  const says = (l: Line) => (l.error ? `${l.error.column ? `${field(l.error.column)}: ` : ''}${placeWords(l.error.code, l.error.detail, l.error.column)}` : '')
  return (
    <ImportFile<(typeof outcomes)[number], Line, Report>
      title={t('places.import.title')} back="/places" backText={t('places.title')} outcomes={outcomes} outcome={(o) => t(`admin.import.is.${o}`)} idle="unchanged" nameHeader={t('places.field.name')}
      send={(body, key) => session.request('post', '/v1/places/import', { body, ...(key === undefined ? { query: { dry_run: true } } : { key }) })} onApplied={() => changedPlace(d)}
      help={[t('places.import.format'), t('places.import.columns'), t('places.import.who'), t('places.import.safe')]} template={{ file: 'terreno-places.csv', columns: columns.map((c) => t(`places.field.${c}`)) }}
      texts={{
        name: (l) => l.name || l.id || '', says, server: (l) => l.error?.detail ?? '',
        more: (l) => (
          <>
            {l.error && <><div className="bad">{says(l)}</div><div className="small dim" lang="en">{l.error.detail}</div></>}
            {l.outcome === 'unchanged' && <p className="dim">{t('admin.import.nothing')}</p>}
          </>
        ),
      }}
      done={(r) => <>{t('places.import.done', { created: whole(r.created), changed: whole(r.changed) })} <Button size="small" onClick={() => go('/places')}>{t('places.import.back')}</Button></>}
    />
  )
}
