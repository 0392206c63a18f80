import { memo, useEffect, useMemo, useRef, useState, useSyncExternalStore, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { now } from '../../clock'
import { ChevronIcon, CloseIcon, SearchIcon } from '../../icons'
import { useAddress } from '../data/address'
import { age, plain, whole } from '../data/ages'
import { useData, useFailed, usePeoplePart, useSilence } from '../data/data'
import { useTeams, useTick, useZone } from '../data/hooks'
import { states, type Person, type State } from '../data/people'
import type { Presence } from '../data/presence'
import { causeShort, silenceText } from '../data/why'
import { errorText } from '../../i18n'
import { OnlineFilter, PresenceDot } from './presence-later'
import { Sign } from './sign'
import { VirtualList, type ListHandle } from './virtual-list'
import { WorkMark } from './work-later'

const rowHeight = 34

/** What rows say, translated once for all of them. */
type RowTexts = Readonly<Record<State | 'still', string>>

const never = () => () => {}

/** Who is connected, when that is asked for and known. */
function useOnline(asked: boolean): ReadonlySet<string> | undefined {
  const d = useData()
  const [presence, setPresence] = useState<Presence>()
  useEffect(() => {
    if (asked) import('../data/presence').then((m) => setPresence(m.presenceOf(d)), () => undefined)
  }, [asked, d])
  return useSyncExternalStore(presence?.subscribe ?? never, () => (asked && presence?.known ? presence.online : undefined))
}

/** The ids of who matches the search and the filters, in the order of the list. People who move change nothing here. */
export function usePeopleShown() {
  const { people } = useData()
  const order = usePeoplePart((s) => s.order)
  const counts = usePeoplePart((s) => s.counts)
  const loaded = usePeoplePart((s) => s.loaded)
  const { get } = useAddress()
  const [text, team, state] = [plain(get('q')), get('team'), get('state')]
  const online = useOnline(get('on') === '1')
  const shown = useMemo(() => {
    if (!text && !team && !state && !online) return order
    return people.snapshot.people.filter((p) => (!text || p.plain.includes(text)) && (!team || p.teams.includes(team)) && (!state || p.state === state) && (!online || online.has(p.id))).map((p) => p.id)
  }, [people, order, text, team, state, online])
  return { shown, order, total: order.length, counts, loaded, filtered: Boolean(text || team || state || online) }
}

export const PeoplePanel = memo(function PeoplePanel({ search, list, folded, onFold }: { search: Ref<HTMLInputElement>; list: Ref<ListHandle>; folded: boolean; onFold: () => void }) {
  const { t } = useTranslation()
  const { get, set } = useAddress()
  const { shown, order, total, counts, loaded, filtered } = usePeopleShown()
  const failed = useFailed('people')
  const teams = useTeams().data ?? []
  const input = useRef<HTMLInputElement>(null)

  return (
    <section className="panel people" aria-label={t('people.title')}>
      <div className="head">
        <div className="search">
          <SearchIcon size={17} />
          <input
            ref={(el) => {
              input.current = el
              if (typeof search === 'function') search(el)
              else if (search) search.current = el
            }}
            type="search" value={get('q')} placeholder={t('people.search')} aria-label={t('people.search')} onChange={(e) => set({ q: e.target.value })}
          />
          {get('q') && <button type="button" aria-label={t('people.clear')} onClick={() => set({ q: undefined })}><CloseIcon size={15} /></button>}
        </div>
        <button type="button" className="fold" aria-expanded={!folded} aria-label={folded ? t('people.expand') : t('people.collapse')} onClick={onFold}>
          <ChevronIcon size={18} />
        </button>
      </div>
      {!folded && (
        <>
          <div className="chips" role="group" aria-label={t('alerts.filterStatus')}>
            {states.map((s) => (
              <button type="button" key={s} className="chip" aria-pressed={get('state') === s} title={t(`state.${s}Hint`)} disabled={counts[s] === 0 && get('state') !== s} onClick={() => set({ state: get('state') === s ? undefined : s })}>
                <Sign state={s} size={13} /> <b>{whole(counts[s])}</b> <span>{t(`state.${s}`)}</span>
              </button>
            ))}
          </div>
          <div className="bar">
            {teams.length > 1 ? (
              <select aria-label={t('people.team')} value={get('team')} onChange={(e) => set({ team: e.target.value })}>
                <option value="">{t('people.allTeams')}</option>
                {teams.map((x) => <option key={x.id} value={x.id}>{x.name}</option>)}
              </select>
            ) : <span>{teams[0]?.name ?? ''}</span>}
            <OnlineFilter order={order} />
            <span className="count">{filtered ? t('people.of', { shown: whole(shown.length), total: whole(total) }) : t('people.count', { count: total })}</span>
          </div>
          {failed !== undefined && !loaded ? (
            <Empty title={t('people.error')} hint={errorText(failed)} />
          ) : !loaded ? (
            <Skeleton />
          ) : shown.length > 0 ? (
            <Rows shown={shown} list={list} />
          ) : filtered ? (
            <Empty title={t('people.empty')} hint={t('people.emptyHint')} action={t('people.clear')} onAction={() => set({ q: undefined, team: undefined, state: undefined, on: undefined })} />
          ) : (
            <Empty title={t('people.none')} hint={t('people.noneHint')} />
          )}
        </>
      )}
    </section>
  )
})

function Rows({ shown, list }: { shown: readonly string[]; list: Ref<ListHandle> }) {
  const { t } = useTranslation()
  const { get, set } = useAddress()
  useTick(5000)
  const time = now()
  const texts = useMemo<RowTexts>(() => ({ still: t('people.still'), ...(Object.fromEntries(states.map((s) => [s, t(`state.${s}`)])) as Record<State, string>) }), [t])
  return (
    <VirtualList
      items={shown} id={(p) => p} label={t('people.list')} height={rowHeight} chosen={get('p') || undefined} handle={list} onOpen={(p) => set({ p })}
      render={(p) => <Row id={p} time={time} texts={texts} />}
    />
  )
}

/** How fast somebody goes, for a row; nothing when that is old. */
function speedOf(p: Person, still: string): string {
  const speed = p.position?.speed_mps
  return speed === undefined || p.age !== 'fresh' ? '' : speed < 0.5 ? still : kmh(speed)
}

const sinceOf = (p: Person, time: number) => (p.at ? age(time - p.at) : '')

/** A row looks after its person by itself: it is drawn again when it would say something else, whoever else moves. */
const Row = memo(function Row({ id, time, texts }: { id: string; time: number; texts: RowTexts }) {
  const { people } = useData()
  usePeoplePart((s) => {
    const p = s.byId.get(id)
    return p && `${p.state} ${p.name} ${speedOf(p, texts.still)} ${sinceOf(p, time)}`
  })
  const person = people.snapshot.byId.get(id)
  const silence = useSilence(id)
  const zone = useZone()
  if (!person) return null
  const why = person.state === 'lost' && silence ? silenceText(silence, zone) : ''
  return (
    <>
      <Sign state={person.state} />
      <span className="sr">{texts[person.state]}. </span>
      <span className="name">{person.name}</span>
      <PresenceDot id={id} />
      {why ? <span className="speed why" title={why}><span aria-hidden="true">{causeShort(silence!.cause)}</span><span className="sr">{why}</span></span> : <span className="speed">{speedOf(person, texts.still)}</span>}
      <WorkMark id={id} />
      <span className={`since ${person.age}`}>{sinceOf(person, time)}</span>
    </>
  )
})

export const kmh = (mps: number) => `${whole(mps * 3.6)} km/h`

export function Empty({ title, hint, action, onAction }: { title: string; hint: string; action?: string; onAction?: () => void }) {
  return (
    <div className="empty">
      <b>{title}</b>
      <span>{hint}</span>
      {action && <button type="button" className="btn" onClick={onAction}>{action}</button>}
    </div>
  )
}

export function Skeleton({ rows = 12, height = rowHeight }: { rows?: number; height?: number }) {
  const { t } = useTranslation()
  return (
    <div className="skeleton" aria-busy="true">
      <span className="sr" role="status">{t('boot.loading')}</span>
      {Array.from({ length: rows }, (_, i) => <div key={i} style={{ height: height - 10, width: `${60 + ((i * 37) % 35)}%` }} />)}
    </div>
  )
}
