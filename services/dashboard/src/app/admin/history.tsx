import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { components } from '../../../client'
import { dateTime } from '../data/ages'
import { Skeleton } from '../panels/people-panel'
import { alertValues, ladderKey } from './escalation'
import { useAlertWords } from './settings-escalation'
import { useOffice, useAllTeams, useUsers } from '../common/office'
import { say } from '../common/problem'

type Change = components['schemas']['ChangeView']
type Values = Record<string, unknown>
type Hours = components['schemas']['WorkWindow']
const quiet = new Set(['version', 'id', 'admin'])

/** The fields in which two states of a thing differ. A company's or a person's log tells all of them. */
export function differences(c: Pick<Change, 'before' | 'after'>): { field: string; before: unknown; after: unknown }[] {
  const [before, after] = [(c.before ?? {}) as Values, (c.after ?? {}) as Values]
  if (!c.before || !c.after) return []
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((f) => !quiet.has(f) && JSON.stringify(before[f] ?? '') !== JSON.stringify(after[f] ?? ''))
    .map((field) => ({ field, before: before[field], after: after[field] }))
}

/** Who changed a thing, when, and what. */
export function History({ entity, company, title }: { entity: string; company?: string; title?: string }) {
  const { t, i18n } = useTranslation()
  const { session, zone } = useOffice()
  const read = useInfiniteQuery({
    queryKey: ['changes', entity],
    initialPageParam: '',
    queryFn: ({ pageParam }) => session.request('get', '/v1/changes', { query: { entity, limit: 20, ...(company && { company }), ...(pageParam && { cursor: pageParam }) } }),
    getNextPageParam: (last) => last.next || undefined,
    staleTime: 0,
  })
  const value = useValue()
  const what = (w: string) => (i18n.exists(`admin.did.${w.replace('.', '_')}`) ? t(`admin.did.${w.replace('.', '_')}` as 'admin.save') : w)
  const field = (f: string) => (i18n.exists(`admin.field.${f}`) ? t(`admin.field.${f}` as 'admin.save') : f)
  const changes = read.data?.pages.flatMap((p) => p.changes ?? []) ?? []
  return (
    <section className="log changes">
      <h3>{title ?? t('admin.history')}</h3>
      {read.error ? <p className="dim">{say(read.error)}</p> : !read.data ? <Skeleton rows={3} /> : changes.length === 0 ? <p className="dim">{t('admin.historyEmpty')}</p> : (
        <ol className="history">
          {changes.map((c) => (
            <li key={c.id}>
              <time dateTime={c.at}>{dateTime(Date.parse(c.at), zone)}</time>
              <div>
                <span>{what(c.what)}{c.by !== '' && <span className="dim"> · {value('by', c.by)}</span>}</span>
                {differences(c).map((d) => (
                  <div key={d.field} className="small dim">{field(d.field)}: {value(d.field, d.before)} → {value(d.field, d.after)}</div>
                ))}
              </div>
            </li>
          ))}
        </ol>
      )}
      {read.hasNextPage && <button type="button" className="link" disabled={read.isFetchingNextPage} onClick={() => void read.fetchNextPage()}>{t('alerts.more')}</button>}
    </section>
  )
}

/** Writes a value of the log for people: names instead of ids. */
function useValue() {
  const { t, i18n } = useTranslation()
  const { who } = useOffice()
  const alerts = useAlertWords()
  const inCompany = who.company !== ''
  const users = new Map(useUsers(inCompany).data?.map((u) => [u.id, u.name]))
  const teams = new Map(useAllTeams(inCompany).data?.map((x) => [x.id, x.name]))
  return (field: string, v: unknown): string => {
    if (v === undefined || v === null || v === '' || (Array.isArray(v) && v.length === 0)) return t('person.unknown')
    if (field === 'by') return String(v).startsWith('system/') ? t('admin.system') : String(v).startsWith('platform/') ? t('role.platform_admin') : users.get(String(v)) ?? String(v)
    if (field === 'teams') return (v as string[]).map((id) => teams.get(id) ?? id).join(', ')
    if (field === 'users') return t('people.count', { count: (v as string[]).length })
    if (field.endsWith('_after_s')) return v === 0 ? t('admin.never') : t('admin.minutes', { value: Number(v) / 60 })
    if (field === 'hours') return (v as Hours[]).map((h) => `${h.days.map((d) => dayName(d, i18n.language)).join(', ')} ${h.from}–${h.until}`).join(' · ')
    if (field === 'escalation') {
      const values = alertValues({ unresolved_days: 0, escalation: v as NonNullable<components['schemas']['AlertSettings']['escalation']> })
      return Object.keys(v as object).map((type) => `${alerts.type(type)}: ${alerts.value(ladderKey(type), values[ladderKey(type)] ?? '')}`).join('; ') || t('person.unknown')
    }
    if (field === 'role') return t(`role.${v as 'admin'}`)
    if (typeof v === 'boolean') return v ? t('admin.yes') : t('admin.no')
    return i18n.exists(`companies.value.${String(v)}`) ? t(`companies.value.${String(v)}` as 'admin.save') : String(v)
  }
}

/** 1 is Monday. */
const dayName = (day: number, language: string) => new Intl.DateTimeFormat(language, { timeZone: 'UTC', weekday: 'short' }).format(Date.UTC(2024, 0, day))
