import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { signIn } from '../scripts/browser.mjs'
import { accessible, enter, mapped, start, status, until } from './world.mjs'

let w
before(async () => (w = await start()))
after(async () => w?.stop())

test('a wrong password is refused in plain words; a right one shows the map with people who move', async (t) => {
  const b = await w.browser(t)
  const page = await b.context.newPage()
  await page.goto(w.url)
  await accessible(page, 'login')
  await page.fill('#login', 'supervisor1')
  await page.fill('#password', 'wrong')
  await page.click('button.main')
  await page.waitForSelector('[role=alert]')
  assert.match(await page.locator('[role=alert]').innerText(), /contraseña no son correctos/)
  await page.fill('#password', 'demo')
  await page.click('button.main')
  await page.waitForSelector('.vlist .row')
  await until('the connection is live', async () => (await status(page)) === 'En vivo')
  // No script reads what logs in again.
  assert.equal(await page.evaluate(() => document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)).then((s) => s.includes('tr1.')), false)
  const [cookie] = await b.context.cookies(w.url + '/v1/auth')
  assert.equal(cookie.httpOnly && cookie.sameSite === 'Strict' && cookie.path === '/v1/auth', true)
  // Positions reach the map, at most once a second. The first drawing is not counted: it has zones, people and the view together.
  await until('the map is drawn', () => page.evaluate(() => window.terrenoMap?.map.loaded() && !window.terrenoMap.map.isMoving()))
  const before = await page.evaluate(() => ({ n: window.terrenoMap.updates, at: performance.now() }))
  const now = await until('people move on the map', () =>
    page.evaluate((n) => (window.terrenoMap.updates > n + 2 ? { n: window.terrenoMap.updates, at: performance.now() } : null), before.n))
  assert.ok(now.n - before.n <= (now.at - before.at) / 1000 + 2, `${now.n - before.n} updates in ${now.at - before.at} ms`)
  await accessible(page, 'map')
  await page.keyboard.press('?')
  await page.waitForSelector('[role=dialog]')
  await accessible(page, 'help')
  await page.keyboard.press('Escape')
  await page.waitForSelector('[role=dialog]', { state: 'detached' })
  b.quiet()
})

test('a reloaded address shows the same, and the session comes back by itself', async (t) => {
  const b = await w.browser(t, { locale: 'en-US', colorScheme: 'dark' })
  const page = await enter(b, w.url)
  await page.locator('.vlist .row').nth(2).click()
  const name = await page.locator('.card h2').innerText()
  assert.match(page.url(), /\?p=campo\d+/)
  await page.reload()
  await page.waitForSelector('.card h2')
  assert.equal(await page.locator('.card h2').innerText(), name)
  await accessible(page, 'person, dark')
  await page.goto(`${w.url}/alerts?status=all&id=NOSUCHALERT`)
  await page.waitForSelector('.card .empty')
  assert.match(await page.locator('.card').innerText(), /no such alert/)
  await page.goto(`${w.url}/nowhere`)
  await page.waitForSelector('.panel.empty')
  b.quiet()
})

test('two tabs have one socket, and the second takes over when the first is closed', async (t) => {
  const b = await w.browser(t)
  let sockets = 0
  b.context.on('page', (p) => p.on('websocket', (s) => s.url().endsWith('/ws') && sockets++))
  const one = await b.context.newPage()
  await signIn(one, w.url)
  await until('the first tab is live', async () => (await status(one)) === 'En vivo')
  const two = await b.context.newPage()
  await two.goto(w.url)
  await until('the second tab is live', async () => (await two.locator('.status').count()) > 0 && (await status(two)) === 'En vivo')
  assert.equal(sockets, 1)
  const before = await two.evaluate(() => window.terrenoMap?.updates ?? 0)
  await until('the second tab moves', () => two.evaluate((n) => (window.terrenoMap?.updates ?? 0) > n + 1, before))
  await one.close()
  await until('the second tab has a socket of its own', () => sockets === 2)
  await until('it is live', async () => (await status(two)) === 'En vivo')
  // A logout ends all tabs.
  const three = await b.context.newPage()
  await three.goto(w.url)
  await three.waitForSelector('.vlist .row')
  await three.locator('.rail button').nth(1).click()
  await three.getByRole('button', { name: 'Salir', exact: true }).click()
  await two.waitForSelector('#login')
  await three.waitForSelector('#login')
  b.quiet()
})

test('an alert that one supervisor acknowledges by keyboard is acknowledged for the other', async (t) => {
  const [a, b] = [await w.browser(t), await w.browser(t)]
  const [mine, theirs] = [await enter(a, w.url, 'admin'), await enter(b, w.url)]
  await theirs.keyboard.press('2')
  await theirs.waitForSelector('.alert-row.nueva') // it comes by itself
  const id = (await theirs.locator('.row').first().getAttribute('id')).replace('row-', '')
  await mine.goto(`${w.url}/alerts?id=${id}`)
  await mine.waitForSelector('.card .history li')
  await accessible(mine, 'alert')
  await theirs.locator(`#row-${id}`).click()
  await theirs.waitForSelector('.card .history li')
  await mine.locator('.vlist').focus()
  await mine.keyboard.press('a')
  await mine.waitForSelector('.card.reconocida')
  await theirs.waitForSelector('.card.reconocida')
  await until('the other one sees who did it', async () => (await theirs.locator('.history').innerText()).includes('La atendió'))
  await theirs.keyboard.press('r')
  await theirs.waitForSelector('[role=dialog] textarea')
  await accessible(theirs, 'resolve')
  await theirs.keyboard.type('La visita se alargó: ó, ñ y 😀')
  await theirs.keyboard.press('Control+Enter')
  await mine.waitForSelector('.card.resuelta')
  await until('the reason is in the log', async () => (await mine.locator('.history').innerText()).includes('ó, ñ y 😀'))
  a.quiet()
  b.quiet()
})

test('a cut connection is said, and after it nothing is missing', async (t) => {
  const b = await w.browser(t)
  const page = await enter(b, w.url)
  await until('it is live', async () => (await status(page)) === 'En vivo')
  await mapped(page)
  w.proxy.cut()
  await until('the page says that it reconnects', async () => /Reconectando|hace/.test(await status(page)))
  assert.equal(await page.locator('.vlist .row').count() > 5, true) // what was known stays
  w.proxy.mend()
  await until('it is live again', async () => (await status(page)) === 'En vivo')
  const before = await page.evaluate(() => window.terrenoMap.updates)
  await until('people move again', () => page.evaluate((n) => window.terrenoMap.updates > n, before))
  b.quiet()
})

test('whoever wants out on all devices and cannot be heard is told so, and is still signed in', async (t) => {
  const b = await w.browser(t)
  const page = await enter(b, w.url)
  await page.getByRole('button', { name: 'Ajustes' }).click()
  await page.getByRole('button', { name: 'Salir en todos los dispositivos' }).waitFor() // this part is loaded when it is first shown
  await b.context.setOffline(true)
  await page.getByRole('button', { name: 'Salir en todos los dispositivos' }).click()
  await page.getByText('No se cerró ninguna sesión.').waitFor()
  await b.context.setOffline(false)
  await page.getByRole('button', { name: 'Salir en todos los dispositivos' }).click()
  await page.getByRole('button', { name: 'Entrar' }).waitFor()
  await until('nobody is kept', () => page.evaluate(() => window.terrenoPeople === undefined))
})

test('a colaborador sees itself alone', async (t) => {
  const b = await w.browser(t)
  const page = await enter(b, w.url, 'campo01')
  await until('the list is read', async () => (await page.locator('.vlist .row').count()) === 1)
  assert.match(await page.locator('.bar .count').innerText(), /^1 persona$/)
  b.quiet()
})

test('people on one spot open into a list by name, also at the largest zoom', async (t) => {
  const b = await w.browser(t)
  const page = await enter(b, w.url, 'campo01')
  await mapped(page)
  const centre = await page.locator('.maplibregl-canvas').boundingBox()
  await until('the cluster opens', async () => {
    // There are no three phones of the demo on one spot: put them into the page's store.
    await page.evaluate(() => {
      const names = ['Óscar Núñez', 'Ana 😀 Peña', 'Zoé Ibáñez']
      const time = '2100-01-01T00:00:00Z'
      // What the page reads of its own people from now on changes nobody.
      const people = window.terrenoPeople
      people.setUsers = people.setPositions = () => {}
      const { setUsers, setPositions } = Object.getPrototypeOf(people)
      setUsers.call(people, names.map((name, i) => ({ id: `s${i}`, name, role: 'colaborador', active: true, teams: [], version: 1 })))
      setPositions.call(people, names.map((_, i) => ({ user_id: `s${i}`, device_id: '', recorded_at: time, received_at: time, lat: 10, lon: 10, activity: '', mock: false })))
      window.terrenoMap.map.jumpTo({ center: [10, 10], zoom: 20, padding: { left: 0, right: 0, top: 0, bottom: 0 } })
    })
    await page.mouse.click(centre.x + centre.width / 2, centre.y + centre.height / 2)
    return page.locator('.spot li').count()
  })
  assert.deepEqual((await page.locator('.spot li').allInnerTexts()).map((s) => s.trim()), ['Ana 😀 Peña', 'Óscar Núñez', 'Zoé Ibáñez'])
  await page.locator('.spot li button').first().click()
  await page.waitForSelector('.card h2')
  assert.equal(await page.locator('.card h2').innerText(), 'Ana 😀 Peña')
  b.quiet()
})

test('on a small phone nothing is wider than the window, also for who has the most sections', async (t) => {
  const b = await w.browser(t, { viewport: { width: 360, height: 640 } })
  const page = await enter(b, w.url, 'admin')
  for (const section of ['Mapa', 'Alertas', 'Zonas', 'Personas', 'Tareas']) {
    if (!(await page.locator('.rail').getByRole('link', { name: section }).count())) await page.locator('.rail').getByRole('button', { name: 'Más' }).click()
    await page.getByRole('link', { name: section }).click()
    await until(`${section} is shown`, async () => (await page.title()).includes(section))
    const widest = await page.evaluate(() => Math.max(...['html', '.app', '.stage', '.rail'].map((s) => Math.max(document.querySelector(s).scrollWidth, document.querySelector(s).getBoundingClientRect().right))))
    assert.equal(widest, 360, section)
  }
  for (const width of [360, 320]) {
    await page.setViewportSize({ width, height: 640 })
    await page.goto(`${w.url}/chat`)
    await page.getByRole('button', { name: 'Nueva conversación' }).waitFor()
    const widest = await page.evaluate(() => Math.max(...['html', '.app', '.stage', '.chat-list', '.chat-new'].map((s) => Math.max(document.querySelector(s).scrollWidth, document.querySelector(s).getBoundingClientRect().right))))
    assert.ok(widest <= width, `conversations at ${width}: ${widest}`)
  }
  b.quiet()
})

/** What a finger must hit: everything in the bar, and in what it opens. */
const targets = (page, within) => page.locator(within).evaluateAll((all) => all.map((x) => x.getBoundingClientRect()).map((r) => [r.width, r.height, r.left >= 0 && r.right <= innerWidth && r.top >= 0 && r.bottom <= innerHeight]))
const large = async (page, within, what) => {
  for (const [width, height, inside] of await targets(page, within)) assert.ok(width >= 44 && height >= 44 && inside, `${what}: ${width} x ${height}, inside: ${inside}`)
}

test('a phone has five places in its bar and the other sections by name in a sheet, for each role', async (t) => {
  for (const [login, width, height, behind] of [['admin', 320, 640, 8], ['supervisor1', 390, 844, 7], ['campo01', 360, 740, 5], ['admin', 844, 390, 8]]) {
    const what = `${login}, ${width} x ${height}`
    const b = await w.browser(t, { viewport: { width, height } })
    const page = await enter(b, w.url, login)
    const more = page.locator('.rail').getByRole('button', { name: /^Más/ })
    assert.deepEqual((await page.locator('.rail .rail-item .rail-text').allInnerTexts()), ['Mapa', 'Alertas', 'Chat', 'Agenda', 'Más'], what)
    await large(page, '.rail .rail-item', what)
    await more.click()
    const sheet = page.getByRole('dialog', { name: 'Más secciones' })
    await sheet.waitFor()
    assert.equal(await sheet.getByRole('link').count(), behind - 1, what)
    await large(page, '.more-sheet .more-item', `${what}, the sheet`)
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), what)
    // The keyboard stays in it.
    for (let i = 0; i < 14; i++) {
      await page.keyboard.press('Tab')
      assert.ok(await page.evaluate(() => document.activeElement.closest('[role=dialog]') !== null), `${what}: the focus left the sheet`)
    }
    if (width === 320) await accessible(page, 'the sheet')
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'detached' })
    assert.ok(await more.evaluate((x) => x === document.activeElement), `${what}: the focus returns`)
    await more.click()
    await sheet.getByRole('link', { name: 'Zonas' }).click()
    await sheet.waitFor({ state: 'detached' })
    await until('the zones are shown', async () => new URL(page.url()).pathname === '/zones')
    await until(`${what}: they are marked`, async () => (await more.getAttribute('aria-current')) === 'true')
    assert.match(await more.getAttribute('aria-label'), /^Más, Zonas(, \d+ sin leer)?$/, what)
    await more.click()
    assert.equal(await sheet.locator('[aria-current=page]').innerText(), 'Zonas', what)
    await sheet.getByRole('button', { name: 'Ajustes' }).click()
    await page.getByRole('button', { name: 'Salir', exact: true }).waitFor()
    await page.keyboard.press('Escape')
    b.quiet()
    await b.context.close()
  }
})
