// Measures what moving people cost the page: node scripts/measure.mjs URL [PEOPLE]. `make run` must be running at URL. The people
// are put into the page's store, as a socket would, all of them once a second; list and map do what they always do.
import { launch, signIn } from './browser.mjs'

const [url = 'http://127.0.0.1:8080', people = '2000'] = process.argv.slice(2)
const seconds = 15
const browser = await launch()
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'es-MX' })
const page = await context.newPage()
await signIn(page, url, 'campo01')
await page.waitForFunction(() => window.terrenoMap && window.terrenoPeople)
await page.evaluate((n) => {
  window.long = []
  new PerformanceObserver((l) => window.long.push(...l.getEntries().map((e) => e.duration))).observe({ type: 'longtask' })
  const store = window.terrenoPeople
  const users = Array.from({ length: n }, (_, i) => ({ id: `m${i}`, name: `Persona ${i} García`, role: 'colaborador', active: true, teams: ['t'], version: 1 }))
  store.setUsers(users)
  let step = 0
  window.move = () => {
    step++
    const time = new Date(Date.parse('2100-01-01') + step * 1000).toISOString()
    for (let i = 0; i < n; i++) {
      const a = i * 2.39996 + step * 0.002
      const r = 0.2 * Math.sqrt(i / n)
      store.hear({ user_id: `m${i}`, device_id: 'd', recorded_at: time, received_at: time, lat: 30.28 + r * Math.sin(a), lon: -97.73 + r * Math.cos(a), speed_mps: 8, activity: '', mock: false })
    }
  }
  window.move()
}, Number(people))
if (process.env.HIDE) await page.evaluate((ids) => ids.split(',').forEach((id) => window.terrenoMap.map.setLayoutProperty(id, 'visibility', 'none')), process.env.HIDE)
await page.waitForTimeout(4000)
const cdp = await context.newCDPSession(page)
// Time that the page's thread had a core, not time on the wall: other programs on the machine must not count.
await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
const metrics = async () => Object.fromEntries((await cdp.send('Performance.getMetrics')).metrics.map((m) => [m.name, m.value]))
await page.evaluate(() => {
  window.long.length = 0
  window.before = [window.terrenoMap.updates, window.terrenoPeople.updates]
  window.mover = setInterval(window.move, 1000)
})
const a = await metrics()
await page.waitForTimeout(seconds * 1000)
const b = await metrics()
const counts = await page.evaluate(() => ({ map: window.terrenoMap.updates - window.before[0], store: window.terrenoPeople.updates - window.before[1], long: window.long }))
// The quickest of many, in which no other program was in between.
const quickest = await page.evaluate(async () => {
  clearInterval(window.mover)
  const least = { make: Infinity, apply: Infinity, hand: Infinity }
  const time = (name, f) => {
    const at = performance.now()
    f()
    least[name] = Math.min(least[name], performance.now() - at)
  }
  for (let i = 0; i < 12; i++) {
    time('make', window.move)
    time('apply', () => window.terrenoPeople.apply())
    time('hand', () => window.terrenoMap.setPeople(window.terrenoPeople.snapshot.people))
    await new Promise((done) => setTimeout(done, 300))
  }
  return least
})
const ms = (name) => Math.round(((b[name] - a[name]) * 1000) / seconds)
console.log(JSON.stringify({
  people: Number(people), main_thread_ms_a_second: ms('TaskDuration'), script_ms_a_second: ms('ScriptDuration'), script_ms_an_update: Math.round(((b.ScriptDuration - a.ScriptDuration) * 10000) / counts.store) / 10,
  layout_ms_a_second: ms('LayoutDuration'), updates_in_s: [counts.store, seconds], map_updates: counts.map, long_tasks: counts.long.length, longest_ms: Math.round(Math.max(0, ...counts.long)), quickest_ms: quickest, heap_mb: Math.round(b.JSHeapUsedSize / 1e6),
}))
await browser.close()
