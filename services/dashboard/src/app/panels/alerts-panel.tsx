import { useInfiniteQuery } from '@tanstack/react-query'
import { memo, useEffect, useMemo, useState, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { errorText } from '../../i18n'
import { CloseIcon, LinkIcon, SearchIcon } from '../../icons'
import { useAddress } from '../data/address'
import { age, clockTime, distance, plain } from '../data/ages'
import { compareAlerts, typeKey, type Alert } from '../data/alerts'
import { useAlerts, useData, useFailed, useUsers } from '../data/data'
import { useTeams, useTick, useZone, useZones } from '../data/hooks'
import { aboutText, alertText } from '../data/why'
import { Empty, Skeleton } from './people-panel'
import { VirtualList, type ListHandle } from './virtual-list'

const groups = ['open', 'acknowledged', 'resolved'] as const
type Group = (typeof groups)[number]
const groupOf: Record<Alert['status'], Group> = { nueva: 'open', reconocida: 'acknowledged', resuelta: 'resolved' }

/** Names of zones by their ids. */
export function useZoneNames(): (ids: readonly string[] | null) => string {
  const zones = useZones().data
  return useMemo(() => {
    const names = new Map((zones ?? []).map((z) => [z.id, z.properties.name]))
    return (ids) => (ids ?? []).map((id) => names.get(id) ?? id).join(', ')
  }, [zones])
}

export function useShownAlerts() {
  const { get } = useAddress()
  const { all, loaded } = useAlerts()
  const users = useUsers()
  const d = useData()
  const zoneNames = useZoneNames()
  const [group, team, text] = [get('status'), get('team'), plain(get('q'))]
  const wantsResolved = group === 'resolved' || group === 'all'
  // Resolved ones are read page by page, and only when somebody wants to see them.
  const resolved = useInfiniteQuery({
    queryKey: ['alerts', 'resolved', team],
    enabled: wantsResolved,
    initialPageParam: '',
    queryFn: async ({ pageParam }) => {
      const page = d.session.request('get', '/v1/alerts', { query: { status: 'resuelta', limit: 200, ...(team && { team }), ...(pageParam && { cursor: pageParam }) } })
      await d.alerts.load(async () => (await page).alerts ?? [], false)
      return page
    },
    getNextPageParam: (last) => last.next,
  })
  const shown = useMemo(
    () =>
      all
        .filter((a) => (group === 'all' ? true : group ? groupOf[a.status] === group : a.status !== 'resuelta'))
        .filter((a) => !team || (users.get(a.user_id)?.teams?.includes(team) ?? false))
        .filter((a) => !text || plain(`${a.user_name} ${zoneNames(a.zones)}`).includes(text))
        .sort(compareAlerts),
    [all, group, team, text, users, zoneNames],
  )
  return { shown, loaded: loaded && (!wantsResolved || !resolved.isPending), resolved, filtered: Boolean(team || text || group) }
}

export const AlertsPanel = memo(function AlertsPanel({ search, list }: { search: Ref<HTMLInputElement>; list: Ref<ListHandle> }) {
  const { t } = useTranslation()
  const { get, set } = useAddress()
  const { all } = useAlerts()
  const { shown, loaded, resolved, filtered } = useShownAlerts()
  const failed = useFailed('alerts')
  const teams = useTeams().data ?? []
  const zone = useZone()
  const zoneNames = useZoneNames()
  const [copied, setCopied] = useState(false)
  useTick(10_000)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 2500)
    return () => clearTimeout(timer)
  }, [copied])
  const counts = { open: all.filter((a) => a.status === 'nueva').length, acknowledged: all.filter((a) => a.status === 'reconocida').length }
  const time = now()

  return (
    <section className="panel alerts" aria-label={t('alerts.title')}>
      <div className="head">
        <div className="search">
          <SearchIcon size={17} />
          <input ref={search} type="search" value={get('q')} placeholder={t('alerts.filterText')} aria-label={t('alerts.filterText')} onChange={(e) => set({ q: e.target.value })} />
          {get('q') && <button type="button" aria-label={t('people.clear')} onClick={() => set({ q: undefined })}><CloseIcon size={15} /></button>}
        </div>
        <button type="button" className="fold link-button" title={t('alerts.link')} aria-label={t('alerts.link')} onClick={() => void navigator.clipboard?.writeText(location.href).then(() => setCopied(true))}>
          <LinkIcon size={17} />
        </button>
        <span className="sr" role="status">{copied ? t('alerts.copied') : ''}</span>
        {copied && <span className="toast">{t('alerts.copied')}</span>}
      </div>
      <div className="chips" role="group" aria-label={t('alerts.filterStatus')}>
        {([...groups, 'all'] as const).map((g) => (
          <button type="button" key={g} className={`chip ${g}`} aria-pressed={get('status') === g} onClick={() => set({ status: get('status') === g ? undefined : g })}>
            {(g === 'open' || g === 'acknowledged') && <b>{counts[g]}</b>} <span>{t(`alerts.${g}`)}</span>
          </button>
        ))}
      </div>
      {teams.length > 1 && (
        <div className="bar">
          <select aria-label={t('alerts.filterTeam')} value={get('team')} onChange={(e) => set({ team: e.target.value })}>
            <option value="">{t('people.allTeams')}</option>
            {teams.map((x) => <option key={x.id} value={x.id}>{x.name}</option>)}
          </select>
          {filtered && <button type="button" className="link" onClick={() => set({ q: undefined, team: undefined, status: undefined })}>{t('people.clear')}</button>}
        </div>
      )}
      {failed !== undefined && all.length === 0 ? (
        <Empty title={t('alerts.error')} hint={errorText(failed)} />
      ) : !loaded ? (
        <Skeleton rows={8} height={66} />
      ) : shown.length === 0 ? (
        <Empty title={filtered ? t('alerts.emptyFilter') : t('alerts.empty')} hint={filtered ? t('people.emptyHint') : t('alerts.emptyHint')} />
      ) : (
        <VirtualList
          items={shown} id={(a) => a.id} label={t('alerts.list')} height={66} chosen={get('id') || undefined} handle={list} onOpen={(a) => set({ id: a.id })}
          render={(a) => (
            <div className={`alert-row ${a.status}`}>
              <span className="mark" aria-hidden="true" />
              <div>
                <div className="line"><b className="name">{aboutText(a)}</b><span className="since">{clockTime(Date.parse(a.started_at), zone)} · {age(time - Date.parse(a.started_at))}</span></div>
                <div className="line"><span>{t(`alerts.type.${typeKey(a)}`)}{a.distance_m !== undefined && `, ${t('alerts.away', { distance: distance(a.distance_m) })}`}</span><span className={a.ended_at ? 'dim' : 'going'}>{a.ended_at ? t('alerts.ended') : t('alerts.continues')}</span></div>
                <div className="line dim"><span>{alertText(a, zone) || zoneNames(a.zones)}</span><span>{a.status === 'nueva' ? '' : t(`alerts.status.${a.status}`)}</span></div>
              </div>
            </div>
          )}
        />
      )}
      {resolved.hasNextPage && <button type="button" className="btn more" disabled={resolved.isFetchingNextPage} onClick={() => void resolved.fetchNextPage()}>{t('alerts.more')}</button>}
    </section>
  )
})
