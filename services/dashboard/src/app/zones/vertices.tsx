import { Button } from '@mui/material'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { VirtualList } from '../panels/virtual-list'
import type { Editing, Editor } from './editing'
import { Field, numberOf } from './field'
import { rings, vertex, type Point, type Ref } from './model'

const keyOf = (r: Ref) => `${r.part}.${r.ring}.${r.i}`

/** The vertices as a list: by keyboard everything that the mouse does on the map. */
export function Vertices({ editor, now, onShow }: { editor: Editor; now: Editing; onShow: (p: Point) => void }) {
  const { t } = useTranslation()
  const { shape } = now.draft
  const items = useMemo(() => rings(shape).flatMap((r) => r.points.map((p, i) => ({ at: { part: r.part, ring: r.ring, i }, p }))), [shape])
  const at = now.selected
  const chosen = at && vertex(shape, at)
  const name = (r: Ref) => (r.ring > 0 ? t('zones.holePoint', { hole: r.ring, n: r.i + 1 }) : t('zones.pointOf', { n: r.i + 1 }))
  const move = (axis: 0 | 1, text: string) => {
    const n = numberOf(text)
    if (!at || !chosen || n === undefined) return
    editor.move(at, axis === 0 ? n : chosen[0], axis === 1 ? n : chosen[1], `field${keyOf(at)}`)
  }
  const addAfter = () => {
    if (!at || !chosen) return
    const ring = rings(shape).find((r) => r.part === at.part && r.ring === at.ring)!
    const next = ring.points[at.i + 1] ?? (ring.closed ? ring.points[0] : undefined) ?? ring.points[at.i - 1]!
    editor.insert(at, (chosen[0] + next[0]) / 2, (chosen[1] + next[1]) / 2)
  }
  return (
    <div className="z-vertices">
      <div className="z-vlist">
        <VirtualList
          domId="points" items={items} id={(v) => keyOf(v.at)} label={t('zones.points')} height={28} chosen={at && keyOf(at)}
          onOpen={(v) => {
            editor.select(v.at)
            onShow(v.p)
          }}
          render={(v) => <><span className="name">{name(v.at)}</span><span className="since">{v.p[1].toFixed(5)}, {v.p[0].toFixed(5)}</span></>}
        />
      </div>
      {at && chosen && (
        <>
          <div className="z-pair">
            <Field label={t('zones.lat')} type="number" step="0.00001" value={chosen[1]} onText={(v) => move(1, v)} />
            <Field label={t('zones.lon')} type="number" step="0.00001" value={chosen[0]} onText={(v) => move(0, v)} />
          </div>
          {shape.kind !== 'circle' && (
            <div className="z-buttons">
              <Button size="small" variant="outlined" onClick={addAfter}>{t('zones.addAfter')}</Button>
              <Button size="small" variant="outlined" onClick={() => editor.remove()}>{t('zones.deletePoint')}</Button>
            </div>
          )}
        </>
      )}
    </div>
  )
}
