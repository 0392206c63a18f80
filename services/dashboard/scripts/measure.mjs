// Measures what moving people cost the page: node scripts/measure.mjs URL [PEOPLE]. `make run` must be running at URL. The people
// are put into the page's store, as a socket would, all of them once a second, at 50 km/h; list and map do what they always do.
//
// Times are those that the page's thread had a core, not times on the wall, so that other programs on the machine count little.
// `script` is the time in JavaScript, also in that of the map's library; `thread` is all that the thread did. Drawing is in another
// process. The quietest five seconds of 25 come nearest to a machine that has nothing else to do.
import { launch, signIn } from './browser.mjs'

const [url = 'http://127.0.0.1:8080', people = '2000'] = process.argv.slice(2)
const browser = await launch()
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'es-MX' })
const page = await context.newPage()
await signIn(page, url, 'campo01')
await page.waitForFunction(() => window.terrenoMap?.map.loaded() && window.terrenoPeople)
await page.evaluate(crowd, Number(people))
const cdp = await context.newCDPSession(page)
await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
const look = async () => {
  const m = Object.fromEntries((await cdp.send('Performance.getMetrics')).metrics.map((x) => [x.name, x.value * 1000]))
  return { ...m, ...(await page.evaluate(() => ({ updates: window.terrenoPeople.updates, map: window.terrenoMap.updates, frames: window.frames }))) }
}

for (const [name, zoom, chosen] of [['all in view', 10.1], ['a city', 12.5], ['a quarter', 14.5], ['a quarter, one followed', 14.5, 'm0']]) {
  await page.evaluate(([z, id]) => {
    window.terrenoMap.map.jumpTo({ center: [-97.73, 30.28], zoom: z })
    if (id) history.replaceState(null, '', `/?p=${id}`)
  }, [zoom, chosen])
  await page.waitForTimeout(8000)
  const windows = []
  await page.evaluate(() => (window.long.length = 0))
  for (let i = 0; i < 5; i++) {
    const a = await look()
    await page.waitForTimeout(5000)
    const b = await look()
    const updates = Math.max(1, b.updates - a.updates)
    windows.push({ script: (b.ScriptDuration - a.ScriptDuration) / updates, thread: (b.TaskDuration - a.TaskDuration) / 5, updates, map: b.map - a.map, frames: b.frames - a.frames })
  }
  const sum = (k) => windows.reduce((n, w) => n + w[k], 0)
  const long = await page.evaluate(() => window.long)
  const row = (w) => `script ${w.script.toFixed(1)} ms an update, thread ${w.thread.toFixed(0)} ms a second`
  const quiet = windows.reduce((a, b) => (b.script < a.script ? b : a))
  console.log(`${people} people, ${name}: ${row({ script: sum('script') / 5, thread: sum('thread') / 5 })}; quietest: ${row(quiet)}; ${sum('updates')} updates, of which the map drew ${sum('map')}, ${sum('frames')} frames; tasks over 50 ms: ${long.length}${long.length ? `, the longest ${Math.round(Math.max(...long))} ms` : ''}`)
}
await browser.close()

/** Runs in the page: people who drive in circles of 300 m, 14 m each second. */
function crowd(n) {
  window.long = []
  window.frames = 0
  window.terrenoMap.map.on('render', () => window.frames++)
  new PerformanceObserver((l) => window.long.push(...l.getEntries().map((e) => e.duration))).observe({ type: 'longtask' })
  const store = window.terrenoPeople
  store.setUsers(Array.from({ length: n }, (_, i) => ({ id: `m${i}`, name: `Persona ${i} García`, role: 'colaborador', active: true, teams: ['t'], version: 1 })))
  const degree = 111_320
  let step = 0
  const move = () => {
    step++
    const time = new Date(Date.parse('2100-01-01') + step * 1000).toISOString()
    for (let i = 0; i < n; i++) {
      const [home, out, turn] = [i * 2.39996, 0.2 * Math.sqrt(i / n), i + (step * 14) / 300]
      store.hear({
        user_id: `m${i}`, device_id: 'd', recorded_at: time, received_at: time, speed_mps: 14, activity: '', mock: false,
        lat: 30.28 + out * Math.sin(home) + (300 / degree) * Math.sin(turn), lon: -97.73 + out * Math.cos(home) + (300 / degree / Math.cos(0.528)) * Math.cos(turn),
      })
    }
  }
  move()
  setInterval(move, 1000)
}
