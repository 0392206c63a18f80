import { Button, IconButton } from '@mui/material'
import { useTranslation } from 'react-i18next'
import { CheckIcon, CloseIcon } from '../../icons'
import { Empty } from '../panels/people-panel'
import { Field, numberOf } from './field'
import type { Kind } from './model'
import type { Import, Item, useImport } from './use-import'

const most = 300
const kinds: Record<string, Kind> = { Polygon: 'polygon', MultiPolygon: 'polygon', Point: 'circle', LineString: 'corridor' }

interface Props {
  of: ReturnType<typeof useImport> & { state: Import }
  onShow: (i: Item) => void
  onFix: (i: Item) => void
}

/** What a file holds, before and after the server has seen it. */
export function ImportPanel({ of: { state: s, set, run, change, stop, close }, onShow, onFix }: Props) {
  const { t } = useTranslation()
  const wanted = s.items.filter((i) => i.include && i.state !== 'created').length
  const refused = s.items.filter((i) => i.state === 'refused').length
  const needs = (type: string, size: 'radiusM' | 'widthM') => s.items.some((i) => i.type === type && i[size] === undefined && i.state !== 'created')
  const title = t('zones.file.title', { name: s.file })
  return (
    <section className="panel zones z-import" aria-label={title}>
      <div className="head">
        <h2>{title}</h2>
        <IconButton size="small" aria-label={t('zones.back')} title={t('zones.back')} onClick={close}><CloseIcon size={18} /></IconButton>
      </div>
      {s.error ? (
        <div role="alert"><Empty title={s.error} hint={s.detail} action={t('zones.back')} onAction={close} /></div>
      ) : (
        <>
          <div className="z-import-head">
            <p className="dim" role="status">
              {s.created + refused === 0 ? t('zones.file.hint') : [s.created > 0 && t('zones.file.done', { count: s.created }), refused > 0 && t('zones.file.refused', { count: refused })].filter(Boolean).join(' ')}
            </p>
            {needs('Point', 'radiusM') && <Field label={t('zones.file.radius')} type="number" min={1} value={s.radiusM} onText={(v) => change((x) => ({ ...x, radiusM: numberOf(v) ?? 0 }))} />}
            {needs('LineString', 'widthM') && <Field label={t('zones.file.width')} type="number" min={1} value={s.widthM} onText={(v) => change((x) => ({ ...x, widthM: numberOf(v) ?? 0 }))} />}
          </div>
          <ul id="list" tabIndex={-1} className="z-items" aria-label={t('zones.file.list')}>
            {s.items.slice(0, most).map((i, n) => (
              <li key={i.key} data-state={i.state}>
                <div className="z-item">
                  {i.state === 'created' ? <span className="z-done" ><CheckIcon size={16} /></span> : i.state === 'refused' ? <span className="z-mark">{n + 1}</span> : <input type="checkbox" checked={i.include} disabled={!i.geometry} aria-label={t('zones.file.include', { name: i.name })} onChange={() => set(i.key, { include: !i.include })} />}
                  <input className="z-name" value={i.name} maxLength={200} disabled={i.state === 'created' || !i.geometry} aria-label={t('zones.file.nameOf', { name: i.name })} onChange={(e) => set(i.key, { name: e.target.value })} />
                  <button type="button" className="z-size" disabled={!i.shape} onClick={() => onShow(i)}>
                    {!i.geometry ? i.type : i.state === 'created' ? t('zones.file.created') : i.vertices > 1 ? t('zones.file.points', { kind: t(`zones.kind.${kinds[i.type]!}`), points: t('zones.vertices', { count: i.vertices }) }) : t(`zones.kind.${kinds[i.type]!}`)}
                  </button>
                </div>
                {!i.geometry && <p className="z-why dim">{t('zones.file.unsupported', { type: i.type })}</p>}
                {i.state === 'refused' && (
                  <div className="z-why" role="alert">
                    {i.details.slice(0, 3).map((x, k) => <p key={k} lang="en">{x}</p>)}
                    {i.shape && <button type="button" className="link" onClick={() => onFix(i)}>{t('zones.file.fix')}</button>}
                  </div>
                )}
              </li>
            ))}
          </ul>
          {s.items.length > most && <p className="dim z-pad">{t('zones.more', { count: s.items.length - most })}</p>}
          <div className="z-foot">
            {s.running ? (
              <><span role="status">{t('zones.file.running', s.running)}</span><Button onClick={stop}>{t('zones.file.stop')}</Button></>
            ) : (
              <>
                <Button variant="contained" disabled={wanted === 0} onClick={() => void run(s)}>{t('zones.file.run', { count: wanted })}</Button>
                <Button onClick={close}>{s.created > 0 ? t('zones.file.close') : t('zones.cancel')}</Button>
              </>
            )}
          </div>
        </>
      )}
    </section>
  )
}
