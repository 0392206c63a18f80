import { Tooltip } from '@mui/material'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { FollowIcon, PauseIcon, PlayIcon } from '../../icons'
import { clockSeconds } from '../data/ages'
import { speeds, type Player } from './player'
import { gapAt, indexAt, type Track } from './track'
import { accuracyText, doubts, span, speedText } from './words'

interface Props {
  player: Player
  track: Track
  zone: string
  chart: (box: HTMLDivElement) => () => void
  follow: boolean
  onFollow: () => void
}

/** The controls of the playback, the moment in words, and the chart. What moves is written without React. */
export function Bench({ player, track, zone, chart, follow, onFollow }: Props) {
  const { t } = useTranslation()
  const playing = useSyncExternalStore(player.onChange, () => player.playing)
  const rate = useSyncExternalStore(player.onChange, () => player.speed)
  const slider = useRef<HTMLInputElement>(null)
  const clock = useRef<HTMLElement>(null)
  const words = useRef<HTMLSpanElement>(null)
  const empty = track.size === 0
  const [first, last] = empty ? [0, 1] : [track.at[0]! / 1000, track.at[track.size - 1]! / 1000]

  useEffect(() => {
    let shown = ''
    const show = (time: number) => {
      const known = track.size > 0 && !Number.isNaN(time)
      const s = slider.current!
      s.value = known ? String(time / 1000) : '0'
      const second = known ? clockSeconds(time, zone) : ''
      if (known && second === shown) return
      shown = second
      const i = indexAt(track, time)
      const gap = known ? gapAt(track, time) : undefined
      const text = !known ? [] : gap ? [t('day.inGap', { span: span(gap.to - gap.from) })] : [speedText(track.speed[i]!), accuracyText(track.accuracy[i]!), ...doubts(track, i)]
      clock.current!.textContent = second || '––:––:––'
      words.current!.textContent = text.join(' · ')
      words.current!.className = gap || (known && doubts(track, i).length > 0) ? 'warn' : 'dim'
      s.setAttribute('aria-valuetext', [second, ...text].join(', '))
    }
    show(player.time)
    return player.onMove(show)
  }, [player, track, zone, t])

  return (
    <section className="panel day-bench" aria-label={t('day.player')}>
      <div className="day-controls">
        <Tooltip title={`${playing ? t('day.pause') : t('day.play')} (␣)`}>
          <span><button type="button" className="btn main square" disabled={empty} aria-label={playing ? t('day.pause') : t('day.play')} onClick={() => player.toggle()}>{playing ? <PauseIcon size={18} /> : <PlayIcon size={18} />}</button></span>
        </Tooltip>
        <div className="choice" role="group" aria-label={t('day.rate')}>
          {speeds.map((s) => <button type="button" key={s} aria-pressed={rate === s} disabled={empty} onClick={() => player.setSpeed(s)}>{s}×</button>)}
        </div>
        <p className="day-moment"><b ref={clock} /> <span ref={words} /></p>
        <Tooltip title={`${t('day.follow')} (F)`}>
          <span><button type="button" className="btn square" aria-pressed={follow} aria-label={t('day.follow')} disabled={empty} onClick={onFollow}><FollowIcon size={17} /></button></span>
        </Tooltip>
      </div>
      <input ref={slider} type="range" className="day-slider" aria-label={t('day.moment')} min={first} max={last} step="any" disabled={empty} defaultValue={first} onChange={(e) => player.seek(Number(e.target.value) * 1000)} />
      <div className="day-chart" role="img" aria-label={t('day.chart')}>
        <span className="speed">{t('day.speed')}</span>
        <span className="accuracy">{t('day.accuracy')}</span>
        <div ref={chart} />
      </div>
    </section>
  )
}
