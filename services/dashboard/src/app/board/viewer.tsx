import { Button, Dialog, IconButton, Tooltip } from '@mui/material'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useId, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { CloseIcon, LeftIcon, RightIcon } from '../../icons'
import { useObjectUrl } from '../common/object-url'
import { fileSize } from '../common/size'
import { dateTime } from '../data/ages'
import { useData } from '../data/data'
import { useSmall } from '../data/hooks'
import { readPhoto } from './photo-http'
import type { PhotoEntry } from './story'
import { ruleText, sayVisit, useNames } from './words'

interface Props {
  visit: string
  photos: readonly PhotoEntry[]
  /** The photo that is shown. */
  id: string
  zone: string
  onGo: (id: string) => void
  onClose: () => void
}

/** The photos of a visit, one at a time. Arrows go to the others. */
export function Viewer({ visit, photos, id, zone, onGo, onClose }: Props) {
  const { t } = useTranslation()
  const d = useData()
  const names = useNames()
  const label = useId()
  const whole = useSmall()
  const at = photos.findIndex((p) => p.photo.id === id)
  const e = photos[at]
  const read = useQuery({ queryKey: ['photo-file', visit, id], enabled: e !== undefined, staleTime: Infinity, gcTime: 0, queryFn: ({ signal }) => readPhoto(d.session, visit, id, signal) })
  const url = useObjectUrl(read.data)
  const [broken, setBroken] = useState<string>()
  useEffect(() => {
    if (!e) onClose()
  }, [e, onClose])
  if (!e) return null
  const go = (to: number) => photos[to] && onGo(photos[to].photo.id)
  const keys = (k: KeyboardEvent) => {
    if (k.ctrlKey || k.metaKey || k.altKey) return
    const to = ({ ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: photos.length - 1 } as Record<string, number>)[k.key]
    if (to === undefined) return
    k.preventDefault()
    go(to)
  }
  const [name, time] = [names.user(e.by), dateTime(Date.parse(e.at), zone)]
  const what = t('board.photo.of', { n: at + 1, total: photos.length, name, time })
  const rule = ruleText(e.rule)
  return (
    <Dialog open fullScreen={whole} maxWidth={false} onClose={onClose} onKeyDown={keys} aria-labelledby={label} slotProps={{ paper: { className: 'b-viewer' } }}>
      <figure>
        <div className="b-frame" aria-busy={read.isLoading}>
          {read.error ? (
            <div className="b-nothing" role="alert"><p>{sayVisit(read.error)}</p><Button variant="outlined" onClick={() => void read.refetch()}>{t('boot.retry')}</Button></div>
          ) : broken === id ? (
            <div className="b-nothing" role="alert"><p>{t('board.photo.unreadable', { type: e.photo.type.slice('image/'.length).toUpperCase() })}</p></div>
          ) : url ? <img src={url} alt={what} onError={() => setBroken(id)} /> : <p className="b-nothing dim">{t('board.photo.loading')}</p>}
        </div>
        <figcaption>
          <div className="b-caption" aria-live="polite">
            <b>{name}</b><span className="dim"> · {time} · {fileSize(e.photo.bytes)}</span>
            {e.reason && <p>“{e.reason}”</p>}
            {rule && <p className="small dim">{rule}</p>}
          </div>
          {url && <a className="link" href={url} download={`${t('board.photo.file', { n: at + 1 })}.${e.photo.type.slice('image/'.length).replace('jpeg', 'jpg')}`}>{t('board.photo.download')}</a>}
        </figcaption>
      </figure>
      <h2 id={label} className="sr">{what}</h2>
      <div className="b-viewer-bar">
        <Tooltip title={t('board.photo.previous')}><span><IconButton aria-label={t('board.photo.previous')} disabled={at === 0} onClick={() => go(at - 1)}><LeftIcon size={20} /></IconButton></span></Tooltip>
        <span className="dim">{at + 1} / {photos.length}</span>
        <Tooltip title={t('board.photo.next')}><span><IconButton aria-label={t('board.photo.next')} disabled={at === photos.length - 1} onClick={() => go(at + 1)}><RightIcon size={20} /></IconButton></span></Tooltip>
        <Tooltip title={t('person.close')}><IconButton className="b-close" aria-label={t('person.close')} onClick={onClose}><CloseIcon size={20} /></IconButton></Tooltip>
      </div>
    </Dialog>
  )
}
