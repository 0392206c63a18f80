import { distance } from '../data/ages'

interface Point {
  lat: number
  lon: number
}
type Check = Point & { accuracyM: number | undefined }

const metresPerDegree = 111_320
const [width, height, margin] = [360, 150, 26]
/** Lengths that the scale may have. */
const steps = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 1_000_000]

/** A site with its circle, and a check-in and a check-out with their accuracy, to scale and with north above. */
export function Sketch({ label, site, checkIn, checkOut }: { label: string; site: Point & { radiusM: number }; checkIn: Check | undefined; checkOut: Check | undefined }) {
  const placed = (c: Check | undefined) => {
    if (!c) return []
    const east = (((c.lon - site.lon + 540) % 360) - 180) * metresPerDegree * Math.cos((site.lat * Math.PI) / 180)
    const north = (c.lat - site.lat) * metresPerDegree
    return [{ kind: c === checkIn ? 'check' : 'out', east, north, accuracy: Math.min(c.accuracyM ?? 0, Math.max(site.radiusM * 4, Math.hypot(east, north))) }]
  }
  const checks = [...placed(checkIn), ...placed(checkOut)]
  const box = {
    left: Math.min(-site.radiusM, ...checks.map((c) => c.east - c.accuracy)), right: Math.max(site.radiusM, ...checks.map((c) => c.east + c.accuracy)),
    bottom: Math.min(-site.radiusM, ...checks.map((c) => c.north - c.accuracy)), top: Math.max(site.radiusM, ...checks.map((c) => c.north + c.accuracy)),
  }
  const scale = Math.min((width - 2 * margin) / (box.right - box.left), (height - 2 * margin) / (box.top - box.bottom)) // pixels of a metre
  const x = (e: number) => width / 2 + (e - (box.left + box.right) / 2) * scale
  const y = (n: number) => height / 2 - (n - (box.bottom + box.top) / 2) * scale
  const bar = [...steps].reverse().find((s) => s * scale <= 110) ?? steps[0]!
  return (
    <svg className="b-map sketch" role="img" aria-label={label} viewBox={`0 0 ${width} ${height}`}>
      <circle className="area" cx={x(0)} cy={y(0)} r={Math.max(4, site.radiusM * scale)} />
      {checks.map((c) => c.accuracy > 0 && <circle key={c.kind} className="blur" cx={x(c.east)} cy={y(c.north)} r={c.accuracy * scale} />)}
      {checks.map((c) => <line key={c.kind} className="way" x1={x(0)} y1={y(0)} x2={x(c.east)} y2={y(c.north)} />)}
      <circle className="site" cx={x(0)} cy={y(0)} r="5.500" />
      {checks.map((c) => <rect key={c.kind} className={c.kind} x={x(c.east) - 5} y={y(c.north) - 5} width="10" height="10" rx="1.500" {...(c.kind === 'out' && { transform: `rotate(45 ${x(c.east)} ${y(c.north)})` })} />)}
      <path className="scale" d={`M10 ${height - 16}v6h${(bar * scale).toFixed(1)}v-6`} />
      <text x={16 + bar * scale} y={height - 8}>{distance(bar)}</text>
    </svg>
  )
}
