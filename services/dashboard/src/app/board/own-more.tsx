import { Button } from '@mui/material'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { readAgain } from '../data/again'
import { useData } from '../data/data'
import { Skeleton } from '../panels/people-panel'
import { Log } from './log'
import { ObjectionDialog } from './objection'
import { Photos } from './photos'
import { mayObject } from './story'
import type { Activity } from './visit'
import { sayVisit } from './words'

/** What a worker sees of a visit of their own besides its plan: its photos and what happened, and how to object to what the office made of it. */
export function OwnMore({ visit: v, zone }: { visit: Activity; zone: string }) {
  const { t } = useTranslation()
  const d = useData()
  const [open, setOpen] = useState(false)
  const [photo, setPhoto] = useState<string>()
  const [objecting, setObjecting] = useState(false)
  const read = useQuery({ queryKey: ['activity', v.id, v.version], enabled: open, staleTime: 0, placeholderData: keepPreviousData, queryFn: () => d.session.request('get', '/v1/activities/{id}', { path: { id: v.id } }) })
  return (
    <>
      {v.objected ? <p className="b-objects" role="status">{t('board.object.sent')}</p> : v.corrected && <p className="warn">{t('board.object.corrected')}</p>}
      {mayObject(v, d.who.user) && <div className="acts"><Button size="small" variant="outlined" onClick={() => setObjecting(true)}>{t('board.object.title')}</Button></div>}
      <details className="b-more" onToggle={(e) => setOpen(e.currentTarget.open)}>
        <summary>{t('board.photo.andLog')}</summary>
        {open && (
          !read.data ? (read.error ? <p className="bad-box" role="alert">{sayVisit(read.error)}</p> : <Skeleton rows={3} />) : (
            <>
              <Photos visit={v.id} entries={read.data.history ?? []} zone={zone} mayAdd open={photo} onOpen={setPhoto} />
              <Log entries={read.data.history ?? []} zone={zone} radius={v.radius_m} onPhoto={setPhoto} />
            </>
          )
        )}
      </details>
      {objecting && <ObjectionDialog visit={v} onClose={() => setObjecting(false)} onDone={() => { setObjecting(false); void readAgain(d.queries, ['my-day']); void readAgain(d.queries, ['activity', v.id]) }} />}
    </>
  )
}
