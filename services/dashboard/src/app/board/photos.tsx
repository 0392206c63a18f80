import { Button } from '@mui/material'
import { useCallback, useId, useRef, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { CloseIcon, UploadIcon } from '../../icons'
import { newKey } from '../common/office'
import { fileSize } from '../common/size'
import { percent } from '../data/ages'
import { readAgain } from '../data/again'
import { useData, type Data } from '../data/data'
import { sendPhoto } from './photo-http'
import './photos.css'
import { photosOf } from './story'
import { Thumb } from './thumb'
import { lacked, Uploads, type Upload } from './uploads'
import { useDropOn } from './use-drop-on'
import { Viewer } from './viewer'
import type { Entry } from './visit'
import { sayVisit } from './words'

/** What is on its way, by visit. It goes on when the panel is closed, and is there when it is opened again. */
const allUploads = new WeakMap<Data, Map<string, Uploads>>()

function uploadsOf(d: Data, visit: string): Uploads {
  const mine = allUploads.get(d) ?? new Map<string, Uploads>()
  allUploads.set(d, mine)
  const known = mine.get(visit)
  if (known) return known
  const made = new Uploads(
    async (file, o) => {
      if (d.stopped) throw new DOMException('signed out', 'AbortError')
      await sendPhoto(d.session, visit, file, o)
    },
    () => readAgain(d.queries, ['activity', visit]),
    newKey,
  )
  mine.set(visit, made)
  // Live, it is sure that the server answers. The list goes with the data of whoever is signed in.
  d.live.onStatus(() => d.live.status.state === 'live' && made.resume())
  return made
}

interface Props {
  visit: string
  entries: readonly Entry[]
  zone: string
  /** Whether photos may be added. */
  mayAdd: boolean
  /** The photo that is open. */
  open: string | undefined
  onOpen: (id: string | undefined) => void
}

/** The photos of a visit, and those on their way. */
export function Photos({ visit, entries, zone, mayAdd, open, onOpen }: Props) {
  const { t } = useTranslation()
  const d = useData()
  const id = useId()
  const section = useRef<HTMLElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const uploads = uploadsOf(d, visit)
  const list = useSyncExternalStore(uploads.subscribe, () => uploads.list)
  const done = useSyncExternalStore(uploads.subscribe, () => uploads.done)
  const add = useCallback((files: readonly File[]) => uploads.add(files), [uploads])
  const over = useDropOn(section, mayAdd, add)
  const close = useCallback(() => onOpen(undefined), [onOpen])
  const photos = photosOf(entries)
  const busy = list.filter((u) => u.state !== 'failed').length
  if (photos.length === 0 && !mayAdd) return null
  return (
    <section className="log b-photos" ref={section} aria-labelledby={id}>
      <div className="log-head">
        <h3 id={id}>{t('board.photo.title')} {photos.length > 0 && <span className="dim">{photos.length}</span>}</h3>
        {mayAdd && (
          <>
            <Button size="small" variant="outlined" startIcon={<UploadIcon size={16} />} onClick={() => input.current?.click()}>{t('board.photo.add')}</Button>
            <input ref={input} type="file" accept="image/*" multiple hidden onChange={(e) => { add([...(e.target.files ?? [])]); e.target.value = '' }} />
          </>
        )}
      </div>
      {photos.length > 0 && (
        <ul className="b-thumbs">
          {photos.map((e, i) => <li key={e.photo.id}><Thumb visit={visit} entry={e} n={i + 1} total={photos.length} zone={zone} onOpen={() => onOpen(e.photo.id)} /></li>)}
        </ul>
      )}
      {list.length > 0 && <ul className="b-uploads">{list.map((u) => <Line key={u.id} upload={u} onRetry={() => uploads.retry(u.id)} onRemove={() => uploads.remove(u.id)} />)}</ul>}
      {mayAdd && (over ? <p className="small b-dropping">{t('board.photo.dropping')}</p> : photos.length === 0 && list.length === 0 && <p className="small dim">{t('board.photo.hint')}</p>)}
      <p className="sr" role="status">{busy > 0 ? t('board.photo.left', { count: busy }) : done > 0 ? t('board.photo.added', { count: done }) : ''}</p>
      {open !== undefined && <Viewer visit={visit} photos={photos} id={open} zone={zone} onGo={onOpen} onClose={close} />}
    </section>
  )
}

function Line({ upload: u, onRetry, onRemove }: { upload: Upload; onRetry: () => void; onRemove: () => void }) {
  const { t } = useTranslation()
  const name = u.file.name
  return (
    <li className={u.state}>
      <span className="b-file"><span>{name}</span> <span className="dim small">{fileSize(u.file.size)}</span></span>
      {u.state === 'failed' && <button type="button" className="link" aria-label={`${t('boot.retry')}: ${name}`} onClick={onRetry}>{t('boot.retry')}</button>}
      <button type="button" className="b-remove" aria-label={t('board.photo.remove', { name })} onClick={onRemove}><CloseIcon size={14} /></button>
      {u.state === 'failed' ? <p className="bad small" role="alert">{lacked(u) ? t('board.photo.again') : sayVisit(u.error)}</p> : (
        <>
          <progress max={1} value={u.sent} aria-label={name} />
          <span className="dim small">{u.state === 'waiting' ? t('board.photo.waiting') : u.sent < 1 ? percent(u.sent) : t('board.photo.storing')}</span>
        </>
      )}
    </li>
  )
}
