import { useMemo, useRef, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { useAllTeams } from '../common/office'
import { Grid, type Column } from '../common/grid'
import { Side } from '../common/parts'
import { say } from '../common/problem'
import { useAddress } from '../data/address'
import { plain } from '../data/ages'
import { useUsers } from '../data/data'
import { Empty, Skeleton } from '../panels/people-panel'
import { leave } from '../zones/guard'
import { Find } from './find'
import { HolidaysPanel } from './holidays-panel'
import { summary, weekLength, type ShiftPlan } from './plan'
import { PlanPanel } from './plan-panel'
import { shiftWords } from './say'
import { hours } from './times'
import { scopeOf, useHolidays, usePlans } from './use-plans'

interface Line {
  readonly id: string
  readonly kind: ShiftPlan['scope'] | 'holidays'
  readonly name: string
  readonly plan?: ShiftPlan | undefined
}

/** Weekly plans: of the company, of teams, and of people who have one of their own. A search finds the others. */
export function PlanView({ search }: { search: RefObject<HTMLInputElement | null> }) {
  const { t } = useTranslation()
  const { get, set } = useAddress()
  const plans = usePlans()
  const holidays = useHolidays()
  const teams = useAllTeams().data
  const users = useUsers()
  const grid = useRef<{ focus: () => void }>(null)
  const text = plain(get('q'))
  const id = get('id')
  const lines = useMemo(() => {
    const of = new Map(plans.data?.map((p) => [p.scope === 'company' ? 'company' : `${p.scope}/${p.id}`, p]))
    const people = [...users.values()].filter((u) => of.has(`user/${u.id}`) || (text !== '' && u.role === 'colaborador') || id === `user/${u.id}`)
    const all: Line[] = [
      { id: 'company', kind: 'company', name: t('shifts.plan.company'), plan: of.get('company') },
      { id: 'holidays', kind: 'holidays', name: t('shifts.plan.holidays') },
      ...(teams ?? []).map((x): Line => ({ id: `team/${x.id}`, kind: 'team', name: x.name, plan: of.get(`team/${x.id}`) })),
      ...people.map((u): Line => ({ id: `user/${u.id}`, kind: 'user', name: u.name, plan: of.get(`user/${u.id}`) })),
    ]
    return all.filter((l) => !text || plain(l.name).includes(text))
  }, [plans.data, teams, users, text, id, t])
  const columns = useColumns(holidays.data?.holidays?.length)
  const chosen = lines.find((l) => l.id === id)
  const scope = scopeOf(id)
  const close = () => leave(() => {
    set({ id: undefined })
    grid.current?.focus()
  })
  const known = scope && (scope.kind === 'company' || (scope.kind === 'team' ? teams?.some((x) => x.id === scope.id) : users.has(scope.id)))
  return (
    <>
      <div className="office-main">
        <div className="tools">
          <Find search={search} what={t('shifts.plan.search')} />
          <span className="dim small sh-hint" title={t('shifts.plan.hint')}>{t('shifts.plan.hint')}</span>
        </div>
        {plans.error && !plans.data ? <Empty title={t('shifts.plan.error')} hint={say(plans.error, shiftWords)} action={t('boot.retry')} onAction={() => void plans.refetch()} /> : !plans.data || !teams ? <Skeleton rows={10} height={36} /> : lines.length === 0 ? (
          <Empty title={t('people.empty')} hint={t('people.emptyHint')} action={t('people.clear')} onAction={() => set({ q: undefined })} />
        ) : (
          <Grid label={t('shifts.plan.title')} columns={columns} rows={lines} id={(l) => l.id} chosen={id || undefined} onOpen={(l) => leave(() => set({ id: l.id }))} sort={get('sort') || 'kind'} onSort={(s) => set({ sort: s === 'kind' ? undefined : s })} rowClass={(l) => (l.plan || l.kind === 'holidays' ? '' : 'faint')} handle={grid} />
        )}
      </div>
      {id === 'holidays' ? <HolidaysPanel onClose={close} />
        : known && plans.data ? <PlanPanel key={id} scope={scope} name={chosen?.name ?? scope.id} plans={plans.data} onClose={close} />
        : id && teams && users.size > 0 && plans.data ? <Side title={t('shifts.plan.title')} onClose={close}><Empty title={t('notFound.title')} hint={t('admin.noPersonHint')} /></Side> : null}
    </>
  )
}

const order = { company: 0, holidays: 1, team: 2, user: 3 }

function useColumns(days: number | undefined): readonly Column<Line>[] {
  const { t } = useTranslation()
  return useMemo(() => {
    const says = (l: Line) => (l.kind === 'holidays' ? (days === undefined ? '' : t('shifts.plan.days', { count: days })) : l.plan ? summary(l.plan.windows ?? [], (d) => t(`shifts.day.d${d}` as 'shifts.day.d1')) || t('shifts.plan.none') : t(l.kind === 'company' ? 'shifts.plan.noCompany' : l.kind === 'team' ? 'shifts.plan.asCompany' : 'shifts.plan.asTeam'))
    return [
      { id: 'kind', header: t('shifts.plan.whose'), grow: 2.4, value: (l) => `${order[l.kind]} ${l.name}`, render: (l) => <>{l.name}{l.kind === 'team' && <span className="tag">{t('people.team')}</span>}</> },
      { id: 'plan', header: t('shifts.planned'), grow: 5, value: says, render: (l) => <span className={l.plan || l.kind === 'holidays' ? 'num' : 'dim'} title={says(l)}>{says(l)}</span> },
      { id: 'hours', header: t('shifts.plan.perWeek'), grow: 1.7, value: (l) => (l.plan ? weekLength(l.plan.windows ?? []) : -1), render: (l) => <span className="num">{l.plan ? hours(weekLength(l.plan.windows ?? []) * 60_000) : ''}</span>, wide: true },
      { id: 'zone', header: t('shifts.plan.zone'), grow: 1.6, value: (l) => l.plan?.zone ?? '', render: (l) => l.plan?.zone.replaceAll('_', ' ') ?? '', wide: true },
    ] satisfies Column<Line>[]
  }, [t, days])
}
