// A person's day: route, playback, chart, gaps, late parts; nothing of somebody whom one may not see.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, enter, mapped, start, until } from './world.mjs'

let w, yesterday
const fixes = 8700

/** Northwards all day, and two kilometres during the silence. */
const latOf = (i) => 30.25 + i * 1e-5 + (i >= 3000 ? 0.02 : 0)

/** A day that was kept on a phone: two hours of silence after 3,000 positions, 50 made up, 100 inaccurate. */
function day(from) {
  return Array.from({ length: fixes }, (_, i) => ({
    recorded_at: new Date(from + i * 4000 + (i >= 3000 ? 7_200_000 : 0)).toISOString(), lat: latOf(i), lon: -97.75 + 0.05 * Math.sin(i / 400), speed_mps: 5 + 5 * Math.sin(i / 50),
    accuracy_m: i >= 6000 && i < 6100 ? 300 : 6, ...(i >= 5000 && i < 5050 && { mock: true }),
  }))
}

before(async () => {
  w = await start()
  const now = new Date(await w.now()).toISOString()
  const midnight = Date.parse(`${now.slice(0, 10)}T05:00:00Z`) // of Chicago in summer
  yesterday = new Date(midnight - 43_200_000).toISOString().slice(0, 10)
  await (await w.api('admin'))('POST', '/v1/users', { id: 'dia', name: 'Íñigo Muñoz 😀', payroll_number: 'dia', password: 'the-day-of-1', role: 'colaborador', teams: ['norte'] })
  const own = await w.api('dia', 'the-day-of-1')
  const all = day(midnight - 86_400_000 + 6 * 3_600_000)
  for (let i = 0; i < all.length; i += 500) await own('POST', '/v1/positions', { device_id: 'phone', positions: all.slice(i, i + 500) })
})
after(async () => w?.stop())

const moment = (page) => page.locator('.day-moment').innerText()
const read = (page) => until('the day is read', () => page.evaluate(() => window.terrenoDay && !Number.isNaN(window.terrenoDay.player.time) && !document.querySelector('.day-side[aria-busy=true]')))
const fact = (page, name) => page.locator('.day-facts > div', { hasText: name }).locator('dd').innerText()

test('from a person to the day by keyboard: it is read to its end, plays, and is scrubbed', async (t) => {
  const b = await w.browser(t, { viewport: { width: 1100, height: 720 } })
  const page = await enter(b, w.url)
  await page.fill('.search input', 'inigo')
  await page.locator('.vlist .row').first().click()
  await page.waitForSelector('.card h2')
  await page.keyboard.press('d')
  await page.waitForSelector('.day-side h2')
  await until('the name', async () => (await page.locator('.day-side h2').innerText()) === 'Íñigo Muñoz 😀')
  assert.match(page.url(), /\/people\/dia\/day$/)
  await page.waitForSelector('.day-side .empty') // nothing was sent today
  const asked = []
  page.on('request', (r) => r.url().includes('/positions?') && asked.push(r.url()))
  await page.keyboard.press('PageUp')
  await page.waitForSelector('.day-facts')
  await read(page)
  assert.match(page.url(), new RegExp(`date=${yesterday}`))
  assert.equal(await fact(page, 'Posiciones'), '8700')
  assert.equal(asked.length, 2) // two pages
  assert.match(await fact(page, 'Mayor silencio'), /^2 h 09:19–11:20$/)
  assert.match(await fact(page, 'Llegaron tarde'), /^8700, hasta \d+ h/)
  assert.equal(await fact(page, 'Simuladas'), '50')
  assert.match(await fact(page, 'Poco precisas'), /^100,/)
  await accessible(page, 'day, light')

  // Steps go from position to position.
  await page.keyboard.press('Home')
  assert.match(await moment(page), /^06:00:00 18 km\/h · ± 6 m · llegó \d+ h/)
  await page.keyboard.press('ArrowRight')
  assert.match(await moment(page), /^06:00:04/)
  await page.keyboard.press('Shift+ArrowRight')
  assert.match(await moment(page), /^06:01:04/)
  // While it plays, nothing is handed to the map: one element moves. The stops of the day come with its sums, after its positions.
  await page.waitForSelector('section.day-came')
  const before = await page.evaluate(() => [window.terrenoDay.layer.updates, window.terrenoDay.player.time])
  await page.keyboard.press('>')
  await page.keyboard.press(' ')
  await until('ten minutes passed', async () => (await page.evaluate(() => window.terrenoDay.player.time)) > before[1] + 600_000)
  await page.keyboard.press(' ')
  assert.equal(await page.evaluate(() => window.terrenoDay.layer.updates), before[0])
  // Where it rested before may be in the address already.
  const rests = await page.evaluate(() => new Date(window.terrenoDay.player.time).toISOString().slice(0, 19))
  await until('the moment is in the address', () => new URL(page.url()).searchParams.get('at') === `${rests}Z`)
  const shown = (await moment(page)).slice(0, 8)
  await page.reload()
  await read(page)
  await until('the same moment is shown', async () => (await moment(page)).slice(0, 8) === shown)
  // The silence has no place: what is shown is the last one, and the words say so.
  await page.locator('.day-event.gap').click()
  await page.keyboard.press('Shift+ArrowRight')
  assert.match(await moment(page), /Sin posiciones durante 2 h/)
  assert.equal(await page.locator('.day-marker').getAttribute('data-doubtful'), 'true')
  // Back where it came from.
  await page.keyboard.press('Escape')
  await page.waitForSelector('.card h2')
  assert.match(page.url(), /\/\?p=dia$/)
  await until('the keyboard is where it was', () => page.evaluate(() => document.activeElement.textContent === 'Ver el día'))
  b.quiet()
})

test('map and chart show the same moment, in both directions', async (t) => {
  const b = await w.browser(t, { timezoneId: 'Europe/Madrid' })
  const page = await enter(b, w.url)
  await page.goto(`${w.url}/people/dia/day?date=${yesterday}`)
  await read(page)
  assert.match(await page.locator('.day-title').innerText(), /Horas de Chicago. Tu reloj marca 7 h más/)
  const place = () => page.locator('.day-marker').evaluate((e) => e.style.translate)
  await until('the map is still', () => page.evaluate(() => window.terrenoMap.map.loaded() && !window.terrenoMap.map.isMoving()))
  const plot = await page.locator('.day-chart .u-over').first().boundingBox()
  const first = await place()
  await page.mouse.click(plot.x + plot.width * 0.8, plot.y + 20)
  await until('the marker is elsewhere', async () => (await place()) !== first)
  const [, hour] = /^(\d\d):/.exec(await moment(page))
  assert.ok(hour === '15' || hour === '16', await moment(page)) // four fifths of 06:00 to 17:40
  // Pointing at the chart shows the place, with how late it was known.
  await page.mouse.move(plot.x + plot.width * 0.2, plot.y + 20)
  await until('the place is shown', () => page.locator('.day-ghost > span').isVisible())
  assert.match(await page.locator('.day-ghost').innerText(), /08:.*llegó \d+ h/s)
  // Pointing at the map shows the moment in the chart; a click goes there.
  const spot = () => page.evaluate(() => {
    const { map } = window.terrenoMap
    const p = map.project([-97.75 + 0.05 * Math.sin(7500 / 400), 30.345])
    const box = map.getContainer().getBoundingClientRect()
    return [p.x + box.left, p.y + box.top]
  })
  await page.mouse.move(...(await spot()))
  await until('the line of the chart', () => page.locator('.day-chart .u-cursor-x').first().evaluate((e) => new DOMMatrix(getComputedStyle(e).transform).m41 > 0))
  await until('the moment of that place', async () => {
    await page.mouse.click(...(await spot()))
    return /^16:(19|20|21)/.test(await moment(page))
  }).catch(async (e) => assert.fail(`${e.message}: ${await moment(page)} at ${await spot()}`))
  // The route has no line over the silence: its parts end before it and begin after it.
  const lines = await page.evaluate(async () => {
    const { features } = await window.terrenoMap.map.getSource('day-route').getData()
    return Math.max(...features.flatMap((f) => f.geometry.coordinates.slice(1).map((c, i) => Math.abs(c[1] - f.geometry.coordinates[i][1]))))
  })
  assert.ok(lines < 2e-5, `a line of ${lines} degrees`)
  b.quiet()
})

test('alerts of the day are on it; a day that is not over goes on', async (t) => {
  const b = await w.browser(t, { locale: 'en-US', colorScheme: 'dark', viewport: { width: 1024, height: 720 } })
  const boss = await w.api('supervisor1')
  const alert = await until('an alert', async () => (await boss('GET', '/v1/alerts?limit=1')).alerts?.[0])
  const page = await enter(b, w.url, 'supervisor1', `/people/${alert.user_id}/day`)
  await read(page)
  await page.waitForSelector('.day-event.alert')
  await accessible(page, 'day, dark')
  const known = Number((await fact(page, 'Positions')).replace(/\D/g, ''))
  await page.locator('.day-event.alert').first().click()
  await page.getByRole('button', { name: 'Show the alert' }).click()
  await page.waitForSelector('.card.alert')
  await page.goBack()
  await read(page)
  await until('it goes on', async () => Number((await fact(page, 'Positions')).replace(/\D/g, '')) > known)
  b.quiet()
})

test('a day of more positions than the page holds shows the first 50,000 and says so', async (t) => {
  await (await w.api('admin'))('POST', '/v1/users', { id: 'lleno', name: 'Día Lleno', payroll_number: 'lleno', password: 'the-day-of-2', role: 'colaborador', teams: ['norte'] })
  const own = await w.api('lleno', 'the-day-of-2')
  const from = Date.parse(`${yesterday}T05:00:00Z`) // midnight of Chicago in summer
  const all = Array.from({ length: 50_100 }, (_, i) => ({ recorded_at: new Date(from + i * 1500).toISOString(), lat: 30.25 + i * 1e-6, lon: -97.75, accuracy_m: 6 }))
  for (let i = 0; i < all.length; i += 5000) await own('POST', '/v1/positions', { device_id: 'phone', positions: all.slice(i, i + 5000) })
  const b = await w.browser(t, { viewport: { width: 1100, height: 720 } })
  const page = await enter(b, w.url)
  await page.goto(`${w.url}/people/lleno/day?date=${yesterday}`)
  await until('the page says what it leaves out', async () => /se muestran las primeras 50[.,\s]?000, hasta las 20:49/.test(await page.locator('.day-side').innerText()))
  assert.match(await fact(page, 'Posiciones'), /^50[.,\s]?000$/)
  b.quiet()
})

test('whom one may not see is not found, and a cut connection is said', async (t) => {
  const b = await w.browser(t, { viewport: { width: 1100, height: 720 } })
  const page = await enter(b, w.url)
  for (const id of ['campo30', 'nobody', '..%2F..%2Fusers%2Fme', '%F0%9F%98%80']) {
    await page.goto(`${w.url}/people/${id}/day?date=${yesterday}`)
    await until(`${id} is not found`, async () => (await page.locator('.day-side').innerText()).includes('No hay tal persona'))
    assert.equal(await page.locator('.day-facts, .day-bench, .day-event').count(), 0)
  }
  await accessible(page, 'not found')
  await page.goto(`${w.url}/people/dia/day?date=${yesterday}`)
  await read(page)
  await mapped(page)
  w.proxy.cut()
  await page.keyboard.press('PageUp')
  const side = page.locator('.day-side')
  await until('the failure is said', async () => (await side.innerText()).includes('No se pudo leer el día'))
  w.proxy.mend()
  await page.getByRole('button', { name: 'Intentar de nuevo' }).click()
  await until('the day is empty', async () => (await side.innerText()).includes('Sin posiciones este día'))
  await accessible(page, 'an empty day')
  await page.locator('input[type=date]').fill(yesterday)
  await page.waitForSelector('.day-facts')
  b.quiet()
})
