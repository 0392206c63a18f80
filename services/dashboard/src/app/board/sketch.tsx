import { distance } from '../data/ages'

interface Point {
  lat: number
  lon: number
}

const metresPerDegree = 111_320
const [width, height, margin] = [360, 150, 26]
/** Lengths that the scale may have. */
const steps = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 1_000_000]

/** A site with its circle, and a check-in with its accuracy, to scale and with north above. */
export function Sketch({ label, site, check }: { label: string; site: Point & { radiusM: number }; check: Point & { accuracyM: number | undefined } }) {
  const east = (((check.lon - site.lon + 540) % 360) - 180) * metresPerDegree * Math.cos((site.lat * Math.PI) / 180)
  const north = (check.lat - site.lat) * metresPerDegree
  const accuracy = Math.min(check.accuracyM ?? 0, Math.max(site.radiusM * 4, Math.hypot(east, north)))
  const box = {
    left: Math.min(-site.radiusM, east - accuracy), right: Math.max(site.radiusM, east + accuracy), bottom: Math.min(-site.radiusM, north - accuracy), top: Math.max(site.radiusM, north + accuracy),
  }
  const scale = Math.min((width - 2 * margin) / (box.right - box.left), (height - 2 * margin) / (box.top - box.bottom)) // pixels of a metre
  const x = (e: number) => width / 2 + (e - (box.left + box.right) / 2) * scale
  const y = (n: number) => height / 2 - (n - (box.bottom + box.top) / 2) * scale
  const bar = [...steps].reverse().find((s) => s * scale <= 110) ?? steps[0]!
  return (
    <svg className="b-map sketch" role="img" aria-label={label} viewBox={`0 0 ${width} ${height}`}>
      <circle className="area" cx={x(0)} cy={y(0)} r={Math.max(4, site.radiusM * scale)} />
      {accuracy > 0 && <circle className="blur" cx={x(east)} cy={y(north)} r={accuracy * scale} />}
      <line className="way" x1={x(0)} y1={y(0)} x2={x(east)} y2={y(north)} />
      <circle className="site" cx={x(0)} cy={y(0)} r="5.500" />
      <rect className="check" x={x(east) - 5} y={y(north) - 5} width="10" height="10" rx="1.500" />
      <path className="scale" d={`M10 ${height - 16}v6h${(bar * scale).toFixed(1)}v-6`} />
      <text x={16 + bar * scale} y={height - 8}>{distance(bar)}</text>
    </svg>
  )
}
