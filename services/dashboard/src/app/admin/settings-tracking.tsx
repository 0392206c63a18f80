import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { all, useOffice, useUsers } from '../common/office'
import { Question } from '../common/parts'

/** Says, before the mode of tracking is another one, what changes for whom, and for how many at once. */
export function TrackingQuestion({ to, onNo, onYes }: { to: 'always' | 'on_shift'; onNo: () => void; onYes: () => void }) {
  const { t } = useTranslation()
  const { session } = useOffice()
  const users = useUsers().data
  const open = useQuery({ queryKey: ['shifts', 'open'], staleTime: 5_000, queryFn: () => all((page) => session.request('get', '/v1/shifts', { query: { ...page, open: 'true' } }).then((a) => ({ list: a.shifts, next: a.next }))) }).data
  const field = users?.filter((u) => u.active && u.role === 'colaborador')
  const on = to === 'on_shift'
  const working = new Set(open?.map((s) => s.user_id))
  const words = { count: field?.filter((u) => !working.has(u.id)).length ?? 0, total: field?.length ?? 0 }
  return (
    <Question title={t(on ? 'rules.tracking.askOn' : 'rules.tracking.askOff')} yes={t(on ? 'rules.tracking.yesOn' : 'rules.tracking.yesOff')} busy={false} error="" onNo={onNo} onYes={onYes}>
      <p className="settings-now" role="status">{!field || !open ? t('rules.tracking.counting') : on ? t('rules.tracking.nowOn', words) : t('rules.tracking.nowOff', words)}</p>
      <dl className="settings-means">
        {(['field', 'office', 'alerts', 'past'] as const).map((w) => <div key={w}><dt>{t(`rules.tracking.who.${w}`)}</dt><dd>{t(`rules.tracking.${on ? 'on' : 'off'}.${w}`)}</dd></div>)}
      </dl>
    </Question>
  )
}
