import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EyeIcon } from '../../icons'
import { useObjectUrl } from '../common/object-url'
import { dateTime } from '../data/ages'
import { useData } from '../data/data'
import { readPhoto } from './photo-http'
import type { PhotoEntry } from './story'
import { sayVisit, useNames } from './words'

const pixels = 240
/** Photos are whole files: few at once, so that everything else is still read. */
const atOnce = 2
let running = 0
const waiting: (() => void)[] = []

async function inTurn<T>(signal: AbortSignal, f: () => Promise<T>): Promise<T> {
  while (running >= atOnce) await new Promise<void>((go) => waiting.push(go))
  running++
  try {
    signal.throwIfAborted()
    return await f()
  } finally {
    running--
    waiting.shift()?.()
  }
}

/** A small picture of a photo; undefined if the browser cannot read such photos. */
async function small(photo: Blob): Promise<Blob | undefined> {
  try {
    const bitmap = await createImageBitmap(photo, { resizeWidth: pixels, resizeQuality: 'medium' })
    const canvas = document.createElement('canvas')
    canvas.width = bitmap.width
    canvas.height = bitmap.height
    canvas.getContext('2d')!.drawImage(bitmap, 0, 0)
    bitmap.close()
    return (await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/webp', 0.8))) ?? undefined
  } catch {
    return undefined
  }
}

/** A photo, small. It is read when it comes into sight. */
export function Thumb({ visit, entry: e, n, total, zone, onOpen }: { visit: string; entry: PhotoEntry; n: number; total: number; zone: string; onOpen: () => void }) {
  const { t } = useTranslation()
  const d = useData()
  const names = useNames()
  const box = useRef<HTMLButtonElement>(null)
  const [seen, setSeen] = useState(false)
  useEffect(() => {
    const watch = new IntersectionObserver((all) => all.some((x) => x.isIntersecting) && setSeen(true), { rootMargin: '80px' })
    watch.observe(box.current!)
    return () => watch.disconnect()
  }, [])
  const read = useQuery({
    queryKey: ['photo', visit, e.photo.id], enabled: seen, staleTime: Infinity,
    queryFn: ({ signal }) => inTurn(signal, async () => ({ small: await small(await readPhoto(d.session, visit, e.photo.id, signal)) })),
  })
  const url = useObjectUrl(read.data?.small)
  const what = t('board.photo.of', { n, total, name: names.user(e.by), time: dateTime(Date.parse(e.at), zone) })
  const type = e.photo.type.slice('image/'.length).toUpperCase()
  const label = read.error ? `${what}. ${sayVisit(read.error)}` : read.data && !read.data.small ? `${what}, ${type}` : what
  return (
    <button ref={box} type="button" className="b-thumb" aria-label={label} title={read.error ? sayVisit(read.error) : undefined} aria-busy={seen && read.isLoading} onClick={onOpen}>
      {url ? <img src={url} alt="" draggable={false} /> : read.error ? <b className="warn" aria-hidden="true">!</b> : read.data ? <><EyeIcon size={18} /><small>{type}</small></> : null}
    </button>
  )
}
