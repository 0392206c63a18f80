import type { Track } from './track'

/** Accuracy is drawn from 1 to 1000 m on a scale of logarithms: three metres and three hundred are both worth seeing. */
export const bestShown = 1
export const worstShown = 1000

/** The columns of the chart. Between the fixes around a gap stands one without values, so that no line joins them. */
export function chartData(t: Track): { data: [number[], (number | null)[], (number | null)[]]; fixes: Int32Array } {
  const n = t.size + t.gaps.length
  const [x, speed, accuracy]: [number[], (number | null)[], (number | null)[]] = [new Array(n), new Array(n), new Array(n)]
  const fixes = new Int32Array(n)
  let [at, gap] = [0, 0]
  for (let i = 0; i < t.size; i++) {
    x[at] = t.at[i]! / 1000
    speed[at] = Number.isNaN(t.speed[i]!) ? null : t.speed[i]! * 3.6
    accuracy[at] = Number.isNaN(t.accuracy[i]!) ? null : Math.min(worstShown, Math.max(bestShown, t.accuracy[i]!))
    fixes[at++] = i
    if (t.gaps[gap]?.after !== i) continue
    x[at] = (t.at[i]! + 1) / 1000
    speed[at] = accuracy[at] = null
    fixes[at++] = i
    gap++
  }
  return { data: [x, speed, accuracy], fixes }
}
