// What happens in the field reaches the page. The test has a person, a zone and positions of its own, so that it is certain.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { enter, live, mapped, start, status, until } from './world.mjs'

const home = { lat: 30.2, lon: -97.9 }
const name = 'Íñigo Ñandú Peña 😀'
let w, admin, phone, id

before(async () => {
  w = await start()
  admin = await w.api('admin')
  const me = await (await w.api('supervisor1'))('GET', '/v1/users/me')
  id = (await admin('POST', '/v1/users', { name, role: 'colaborador', email: 'inigo@example.org', password: 'una larga contraseña', teams: me.teams })).id
  await admin('POST', '/v1/zones', { type: 'Feature', id: 'patio-inigo', geometry: { type: 'Point', coordinates: [home.lon, home.lat] }, properties: { name: 'Patio de Íñigo', radius_m: 500, confirm_fixes: 1, confirm_s: 0, exit_buffer_m: 1 } })
  await admin('PUT', '/v1/zones/patio-inigo/users', { users: [id] })
  phone = await w.api('inigo@example.org', 'una larga contraseña')
})
after(async () => w?.stop())

/** The phone is so many metres north of the middle of its zone. */
async function report(metres, more = {}) {
  await phone('POST', '/v1/positions', { positions: [{ recorded_at: new Date(await w.now()).toISOString(), lat: home.lat + metres / 111_320, lon: home.lon, accuracy_m: 5, ...more }] })
}
const row = (page) => page.locator(`#row-${id}`)
const openAlert = (page) => page.locator('.alert-row', { hasText: name })
const sounds = (page) => page.evaluate(() => window.sounds)

/** Counts the tones that a page plays. They are played: nothing is replaced. */
const listen = (context) =>
  context.addInitScript(() => {
    window.sounds = 0
    const start = OscillatorNode.prototype.start
    OscillatorNode.prototype.start = function (...a) {
      window.sounds++
      return start.apply(this, a)
    }
  })

test('soon after the login the map shows buses that move', async (t) => {
  const b = await w.browser(t)
  const page = await b.context.newPage()
  await page.goto(w.url)
  await page.fill('#login', 'supervisor1')
  await page.fill('#password', 'demo')
  const at = Date.now()
  await page.click('button.main')
  await page.waitForSelector('.vlist .row .speed:has-text("km/h")')
  const drawn = () => page.evaluate(() => JSON.stringify(window.terrenoMap?.map.isStyleLoaded() ? window.terrenoMap.map.queryRenderedFeatures({ layers: ['people', 'clusters'] }).map((f) => [f.properties.id, f.geometry.coordinates]).sort() : []))
  const first = await until('people are on the map', async () => ((await drawn()) !== '[]' ? drawn() : null))
  const seen = Date.now() - at
  await until('they move', async () => (await drawn()) !== first)
  t.diagnostic(`people are on the map ${seen} ms after the login, and have moved after ${Date.now() - at} ms`)
  b.quiet()
})

test('who leaves a zone raises an alert that all see, with sound, number and sign; by keyboard it is acknowledged for all', async (t) => {
  const [a, b] = [await w.browser(t), await w.browser(t)]
  await listen(a.context)
  await listen(b.context)
  await report(0)
  const [mine, theirs] = [await enter(a, w.url, 'supervisor1'), await enter(b, w.url, 'admin')]
  await live(mine)
  await live(theirs)
  await theirs.keyboard.press('s') // muted here, and it stays muted after a reload
  await theirs.reload()
  await live(theirs)
  await mine.fill('input[type=search]', 'inigo nandu') // without accents
  await until('one is left', async () => (await mine.locator('.vlist .row').count()) === 1)
  assert.match(await row(mine).innerText(), new RegExp(name))
  await mine.keyboard.press('Escape')
  const [before, heard] = [Number((await mine.title()).match(/^\((\d+)\)/)?.[1] ?? 0), await sounds(mine)]
  await mine.evaluate(() => { // other people of the demo leave their zones, too
    const log = document.querySelector('.stage [role=log]')
    window.told = []
    new MutationObserver(() => window.told.push(log.innerText)).observe(log, { childList: true, subtree: true, characterData: true })
  })
  await report(3000)
  await until('the list says it', async () => (await row(mine).innerText()).includes('Con alerta'))
  await until('who needs attention comes first', () => mine.evaluate((id) => { // both at one moment: alerts of others come and go
    const place = Number(document.getElementById(`row-${id}`)?.getAttribute('aria-posinset') ?? Infinity)
    return place <= Number(document.querySelector('.chip b')?.innerText)
  }, id))
  await until('the title counts', async () => Number((await mine.title()).match(/^\((\d+)\)/)?.[1] ?? 0) > before)
  await until('the icon has a sign', async () => /^data:image\/png/.test(await mine.locator('link[rel=icon]').getAttribute('href')))
  await until('it sounds', async () => (await sounds(mine)) > heard)
  await until('it is said', () => mine.evaluate((text) => window.told.some((said) => said.includes(text)), `${name}, Fuera de su zona`))
  await theirs.keyboard.press('2')
  await until('the other one sees it', async () => (await openAlert(theirs).count()) === 1)
  assert.equal(await sounds(theirs), 0)
  // By keys alone: the inbox, down to the alert, open, acknowledge.
  await mine.keyboard.press('2')
  await mine.waitForSelector('.alert-row')
  await mine.keyboard.press('ArrowDown')
  await until('the keys reach the alert', async () => {
    if ((await mine.locator('.row.active', { hasText: name }).count()) === 1) return true
    await mine.keyboard.press('ArrowDown')
    return false
  })
  await mine.keyboard.press('Enter')
  await mine.waitForSelector('.card .history li')
  assert.match(await mine.locator('.card').innerText(), /Patio de Íñigo, a 2[.,]5 km/)
  await mine.keyboard.press('a')
  await mine.waitForSelector('.card.reconocida')
  await theirs.locator('.row', { hasText: name }).click()
  await theirs.waitForSelector('.card.reconocida')
  await mine.keyboard.press('Escape')
  await mine.waitForSelector('.card', { state: 'detached' })
  await until('the focus is where it was', () => mine.evaluate(() => document.activeElement?.id === 'list'))
  a.quiet()
  b.quiet()
})

test('a machine that slept until the session had expired comes back by itself, and has missed nothing', async (t) => {
  const b = await w.browser(t)
  // A machine that sleeps finds another time when it wakes.
  await b.context.addInitScript(() => {
    const real = Date.now
    window.slept = 0
    Date.now = () => real() + window.slept
  })
  const page = await enter(b, w.url, 'supervisor1')
  await report(0)
  await live(page)
  await until('the alert is over', async () => !(await row(page).innerText()).includes('Con alerta'))
  await mapped(page)
  w.proxy.cut()
  await until('the page says it', async () => /Reconectando|hace/.test(await status(page)))
  assert.ok((await page.locator('.vlist .row').count()) > 5, 'what was known stays')
  await report(4000, { battery: 0.42 })
  const renewed = page.waitForResponse((r) => r.url().endsWith('/v1/auth/refresh') && r.ok())
  await page.evaluate(() => (window.slept = 20 * 60_000))
  w.proxy.mend()
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await renewed
  await live(page)
  await until('the alert of the time between is there', async () => (await row(page).innerText()).includes('Con alerta'))
  await row(page).click()
  await until('and the position', async () => /42\s?%/.test(await page.locator('.card').innerText()))
  b.quiet()
})

test('whom one follows stays in the middle of the map, until somebody moves it', async (t) => {
  const b = await w.browser(t)
  const page = await enter(b, w.url, 'supervisor1', `/?p=${id}`)
  await page.waitForSelector('.card h2')
  await mapped(page)
  await page.keyboard.press('f')
  await page.waitForSelector('.card button[aria-pressed=true]')
  // Both are reported while the page looks: a trail is cut where five minutes are missing, and those pass in fifteen seconds here.
  for (const metres of [8900, 9000]) {
    await report(metres)
    await until('the map goes along', () => page.evaluate((lat) => Math.abs(window.terrenoMap.map.getCenter().lat - lat) < 0.0005, 30.2 + metres / 111_320))
  }
  // More than those fifteen seconds may have passed between the two: then one more has to come.
  let metres = 9000
  const trail = () => page.evaluate(() => window.terrenoMap.map.querySourceFeatures('chosen').some((f) => f.geometry.type === 'LineString'))
  await until('the trail is drawn', () => until('it is drawn soon', trail, 5000).catch(() => report((metres += 20))))
  const box = await page.locator('.maplibregl-canvas').boundingBox()
  await page.mouse.move(box.width / 2, box.height - 60)
  await page.mouse.down()
  await page.mouse.move(box.width / 2, box.height - 260, { steps: 4 })
  await page.mouse.up()
  await page.waitForSelector('.card button[aria-pressed=false]')
  b.quiet()
})
