import { lazy, Suspense, useCallback, useMemo, useRef, useState, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { now as serverNow } from '../../clock'
import { errorText } from '../../i18n'
import { useAddress } from '../data/address'
import { useUsers } from '../data/data'
import { useSmall, useTick } from '../data/hooks'
import { Empty, Skeleton } from '../panels/people-panel'
import { leave } from '../zones/guard'
import { ConflictDialog } from './conflict-dialog'
import { MoveStrip } from './move-strip'
import { PhoneList } from './phone-list'
import { counts, rowsOf, steady, type Row } from './rows'
import { Timeline, type BoardHandle } from './timeline'
import { Tools } from './tools'
import { useMoving } from './use-moving'
import { useRequests, useSend } from './use-send'
import { useVisits } from './use-visits'
import type { Activity } from './visit'
import { VisitPanel } from './visit-panel'
import { sayVisit, useNames } from './words'

const NewVisit = lazy(() => import('./new-visit'))

/** The board of a day, for supervisors and admins. */
export function Office({ date, day, zone, search }: { date: string; day: { from: number; to: number }; zone: string; search: RefObject<HTMLInputElement | null> }) {
  const { t } = useTranslation()
  const { get, set } = useAddress()
  const users = useUsers()
  const names = useNames()
  const small = useSmall()
  useTick(10_000)
  const now = serverNow()
  const visits = useVisits(day)
  const { put } = visits
  const sender = useSend(useCallback((v: Activity) => put([v]), [put]))
  const requests = useRequests((v) => put([v]))
  const [refused, setRefused] = useState(false)
  const [preset, setPreset] = useState<{ worker: string; at: number }>()
  const board = useRef<BoardHandle>(null)
  const move = useMoving({ day, date, zone, names, known: visits.known, send: sender.send, requests, onRefused: () => setRefused(true) })

  const list = useMemo(() => [...move.shown.values()], [move.shown])
  const [team, state, text, place] = [get('team'), get('state'), get('q'), get('place')]
  // Lateness needs a minute, and not each tick.
  const minute = Math.floor(now / 60_000) * 60_000
  const before = useRef<readonly Row[]>([])
  const rows = useMemo(() => (before.current = steady(before.current, rowsOf(list, users, { team, state, text, place }, minute))), [list, users, team, state, text, place, minute])
  const shown = rows.reduce((n, r) => n + r.visits.length, 0)
  const id = get('id')
  const open = useCallback((v: Activity) => leave(() => set({ id: v.id, talk: undefined })), [set])
  const close = () => leave(() => {
    set({ id: undefined, talk: undefined })
    document.getElementById('list')?.focus()
  })
  const moveByKeys = (v: Activity) => {
    board.current?.activate(v.id)
    board.current?.focus()
    move.keys.take(v)
  }
  const error = sender.error !== undefined && !sender.conflict ? sayVisit(sender.error) : refused ? t('board.move.ended') : ''
  return (
    <>
      <div className="office-main b-main-box" aria-busy={!visits.loaded}>
        <Tools search={search} counts={useMemo(() => counts(list, minute), [list, minute])} shown={shown} total={list.length} />
        {error && <p className="bad-box b-error" role="alert">{error} <button type="button" className="link" onClick={() => { sender.clear(); setRefused(false) }}>{t('alerts.close')}</button></p>}
        {visits.error && visits.loaded && <p className="warn b-error" role="status">{t('board.stale')}</p>}
        {!visits.loaded ? (
          visits.error ? <Empty title={t('board.error')} hint={errorText(visits.error)} action={t('boot.retry')} onAction={() => void visits.refetch()} /> : <Skeleton rows={12} height={48} />
        ) : rows.length === 0 ? (
          team || state || text || place ? <Empty title={t('board.empty')} hint={t('people.emptyHint')} action={t('people.clear')} onAction={() => set({ q: undefined, team: undefined, state: undefined, place: undefined })} /> : <Empty title={t('people.none')} hint={t('people.noneHint')} />
        ) : small ? (
          shown === 0 ? <Empty title={t('board.none')} hint={t('board.noneHint')} action={t('board.new')} onAction={() => set({ id: '+' })} /> : <PhoneList rows={rows} date={date} zone={zone} now={minute} chosen={id || undefined} onOpen={open} />
        ) : (
          <Timeline
            rows={rows} day={day} date={date} zone={zone} now={minute} whole={get('zoom') === '24'} chosen={id && id !== '+' ? id : undefined} moving={move.moving} onOpen={open} mouse={move.mouse} keys={move.keys} handle={board}
            onNew={(worker, at) => leave(() => { setPreset({ worker, at }); set({ id: '+' }) })}
          />
        )}
        <MoveStrip moving={move.moving} words={move.words} stale={move.stale} onConfirm={move.confirm} onCancel={move.cancel} />
      </div>
      {id === '+' && <Suspense><NewVisit date={date} zone={zone} preset={preset} onClose={() => { setPreset(undefined); close() }} onMade={(v) => { put([v]); setPreset(undefined); set({ id: v.id }); document.getElementById('list')?.focus() }} /></Suspense>}
      {id && id !== '+' && <VisitPanel key={id} id={id} date={date} zone={zone} now={minute} sender={sender} requests={requests} onMove={small ? undefined : moveByKeys} onClose={close} />}
      {sender.conflict && (
        <ConflictDialog conflict={sender.conflict} names={names} zone={zone} date={date} busy={sender.busy} error={sender.error} onTheirs={sender.takeTheirs} onMine={() => void sender.again()} />
      )}
    </>
  )
}
