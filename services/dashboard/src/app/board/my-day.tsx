import { useQuery } from '@tanstack/react-query'
import { Suspense, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { now as serverNow } from '../../clock'
import { errorText } from '../../i18n'
import { dateTime } from '../data/ages'
import { readAgain } from '../data/again'
import { useAddress } from '../data/address'
import { useData } from '../data/data'
import { useTick } from '../data/hooks'
import { later } from '../later'
import { Empty, Skeleton } from '../panels/people-panel'
import { CheckList } from './check-list'
import { OwnMore } from './own-more'
import { StateSign } from './sign'
import { spanText } from './times'
import { useTalk } from './use-talk'
import { endOfWindow, lateness, realOf, startOfWindow, stateOf } from './visit'

const TalkButton = later(() => import('../chat/talk-button'))
const VisitTalk = later(() => import('./visit-talk'))

/** What a worker has to do on a day, to read. What they do is done on the phone. */
export function MyDay({ date, zone }: { date: string; zone: string }) {
  const { t } = useTranslation()
  const d = useData()
  const { get } = useAddress()
  const talk = useTalk(get('talk') || undefined)
  useTick(30_000)
  const now = serverNow()
  const read = useQuery({ queryKey: ['my-day', date], staleTime: 0, queryFn: () => d.session.request('get', '/v1/my-day', { query: { day: date } }) })
  useEffect(() => {
    const again = () => void readAgain(d.queries, ['my-day'])
    const off = d.live.on('actividad:estado', again)
    const reload = d.live.onReload((domains) => domains.includes('actividad') && again())
    return () => {
      off()
      reload()
    }
  }, [d])
  const list = read.data?.activities ?? []
  const talksOf = list.find((v) => v.id === get('talk'))
  return (
    <>
      <div className="office-main b-mine">
        {!read.data ? (
          read.error ? <Empty title={t('board.error')} hint={errorText(read.error)} action={t('boot.retry')} onAction={() => void read.refetch()} /> : <Skeleton rows={8} height={60} />
        ) : list.length === 0 ? <Empty title={t('board.mineNone')} hint={t('board.mineNoneHint')} /> : (
          <ul className="b-list" id="list" tabIndex={0} aria-label={t('board.mine')}>
            {list.map((v) => {
              const late = lateness(v, now)
              const real = realOf(v, now)
              return (
                <li key={v.id} className={`b-own ${stateOf(v)} ${late ?? ''}`}>
                  <header>
                    <StateSign state={stateOf(v)} size={18} />
                    <div>
                      <h3>{v.title}</h3>
                      <p className="dim">{[spanText(startOfWindow(v), endOfWindow(v), zone, date), v.place_name, v.address].filter(Boolean).join(' · ')}</p>
                    </div>
                    <span className={late === 'overdue' ? 'red' : late ? 'warn' : 'dim'}>{late ? t(`board.late.${late}`) : t(`board.state.${stateOf(v)}`)}</span>
                  </header>
                  {v.priority === 'high' && <p><b>{t('board.priority.high')}</b></p>}
                  {real && <p className="dim">{t('board.field.in')} {dateTime(real.from, zone)}{v.check_out_at && ` · ${t('board.field.out')} ${dateTime(real.to, zone)}`}</p>}
                  {v.contact && <p>{t('board.field.contact')}: {v.contact}</p>}
                  {v.notes && <p className="b-notes">{v.notes}</p>}
                  {v.reason && <p className="dim">{v.reason === 'cierre' ? t('board.closedBy') : v.reason}</p>}
                  <CheckList items={v.checklist ?? []} zone={zone} />
                  {v.tipo !== 'tarea' && <Talk visit={v.id} />}
                  <OwnMore visit={v} zone={zone} />
                </li>
              )
            })}
          </ul>
        )}
        <p className="b-foot dim small">{t('board.minePhone')}</p>
      </div>
      {talksOf && <Suspense fallback={<div className="side"><Skeleton rows={9} height={52} /></div>}><VisitTalk key={talksOf.id} visit={talksOf.id} title={talksOf.title} onBack={talk.back} /></Suspense>}
    </>
  )
}

function Talk({ visit }: { visit: string }) {
  const { show } = useTalk(visit)
  return <div className="acts" data-talk={visit}><Suspense><TalkButton of={{ visit }} onOpen={show} /></Suspense></div>
}
