import { useTranslation } from 'react-i18next'
import type { components } from '../../../client'
import { ImportFile } from '../common/import-file'
import { sentence } from '../common/problem'
import { whole } from '../data/ages'
import { useData } from '../data/data'
import { dateOf } from '../day/dates'
import i18next from 'i18next'
import { spanText } from './times'
import { endOfWindow, startOfWindow } from './visit'
import { useNames } from './words'

type Report = components['schemas']['ActivityImportReport']
type Line = components['schemas']['ActivityImportLine']
const outcomes = ['wrong', 'created'] as const

/** The page's words for what is wrong with a line, else the server's. */
const wrong = (l: Line): string => {
  const key = `board.wrong.${l.code}`
  return l.code && i18next.exists(key) ? i18next.t(key as 'board.title') : sentence(l.code ?? '', l.detail ?? '')
}

/** Many visits and tasks from a file. */
export function ImportVisits({ zone }: { zone: string }) {
  const { t } = useTranslation()
  const d = useData()
  const names = useNames()
  const plan = (l: Line) => {
    const v = l.preview
    if (!v) return ''
    const date = dateOf(startOfWindow(v), zone)
    return [date, spanText(startOfWindow(v), endOfWindow(v), zone, date), v.user_id === '' ? t('board.nobody') : v.user_name || names.user(v.user_id), v.team_id && names.team(v.team_id), v.place_name].filter(Boolean).join(' · ')
  }
  return (
    <ImportFile<(typeof outcomes)[number], Line, Report>
      title={t('board.import.title')} back="/board" backText={t('board.title')} outcomes={outcomes} outcome={(o) => t(`admin.import.is.${o}`)} nameHeader={t('board.field.title')}
      send={(text, key) => d.session.request('post', '/v1/activities/import', { body: text, ...(key === undefined ? { query: { dry_run: true } } : { key }) })} onApplied={() => void d.queries.invalidateQueries({ queryKey: ['board'] })}
      help={[t('board.import.format'), t('board.import.columns'), t('board.import.who'), t('board.import.safe')]} template={{ file: 'terreno-visits.csv', columns: t('board.import.names').split(',') }}
      texts={{
        name: (l) => l.title, says: (l) => (l.outcome === 'wrong' ? wrong(l) : plan(l)), server: (l) => l.detail ?? '',
        more: (l) => (l.outcome === 'wrong' ? <><p className="bad">{wrong(l)}</p><p className="small dim" lang="en">{l.detail}</p></> : <p>{plan(l)}</p>),
      }}
      done={(r) => t('board.import.done', { created: whole(r.created) })}
    />
  )
}
