// Many people, large zones, strange names, and what belongs to others.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, enter, live, mapped, start, until } from './world.mjs'

let w
before(async () => (w = await start()))
after(async () => w?.stop())

test('2,000 people who move: one update a second, nothing is rendered that does not change, and the map is told only differences', async (t) => {
  const b = await w.browser(t, { viewport: { width: 1000, height: 600 } })
  // React tells whoever asks of every time that it changed the page.
  await b.context.addInitScript(() => {
    window.commits = 0
    window.__REACT_DEVTOOLS_GLOBAL_HOOK__ = { supportsFiber: true, inject: () => 1, onCommitFiberRoot: () => window.commits++, onCommitFiberUnmount() {} }
  })
  const page = await enter(b, w.url, 'campo01')
  await mapped(page)
  await page.evaluate(() => {
    const { map } = window.terrenoMap
    map.jumpTo({ center: [-97.73, 30.28], zoom: 10 })
    const store = window.terrenoPeople
    const users = Array.from({ length: 2000 }, (_, i) => ({ id: `m${i}`, name: `Persona ${i} Núñez`, role: 'colaborador', active: true, teams: ['t'], version: 1 }))
    let step = 0
    window.move = () => {
      const time = new Date(Date.parse('2100-01-01') + ++step * 1000).toISOString()
      for (let i = 0; i < 2000; i++) {
        const [a, r] = [i * 2.39996, 0.2 * Math.sqrt(i / 2000)]
        store.hear({ user_id: `m${i}`, device_id: 'd', recorded_at: time, received_at: time, speed_mps: 14, activity: '', mock: false, lat: 30.28 + r * Math.sin(a) + 0.000126 * step, lon: -97.73 + r * Math.cos(a) })
      }
    }
    window.move()
    store.setUsers(users)
    store.setUsers = store.setPositions = () => {} // what the page reads of its own people after this changes nobody
    store.apply()
    window.calls = { setData: 0, updateData: 0, features: 0, frames: 0 }
    map.on('render', () => window.calls.frames++)
    const source = map.getSource('people')
    const { setData, updateData } = Object.getPrototypeOf(source)
    Object.getPrototypeOf(source).setData = function (d) {
      window.calls.setData++
      return setData.call(this, d)
    }
    Object.getPrototypeOf(source).updateData = function (d) {
      window.calls.updateData++
      window.calls.features += d.add.length + d.update.length + d.remove.length
      return updateData.call(this, d)
    }
  })
  assert.match(await page.locator('.bar .count').innerText(), /2[.,\s]?000 personas/)
  assert.ok((await page.locator('.vlist .row').count()) < 60, 'only the rows that one sees exist')
  const n = 20
  const got = await page.evaluate(async (n) => {
    const before = { commits: window.commits, updates: window.terrenoPeople.updates, at: performance.now() }
    Object.assign(window.calls, { setData: 0, updateData: 0, features: 0, frames: 0 })
    for (let i = 0; i < n; i++) {
      window.move()
      window.terrenoPeople.apply()
      await new Promise((done) => requestAnimationFrame(done))
    }
    return { ...window.calls, commits: window.commits - before.commits, updates: window.terrenoPeople.updates - before.updates, seconds: (performance.now() - before.at) / 1000 }
  }, n)
  t.diagnostic(JSON.stringify(got))
  assert.equal(got.setData, 0, 'no source is sent anew')
  // People go 0.2 pixels in each of these updates: the map draws them every fifth time, and of the people only signs are sent.
  assert.ok(got.updates >= n && got.updateData <= got.updates / 5 + 2, `${got.updateData} changes of the map in ${got.updates} updates`)
  assert.ok(got.features < 400 * got.updateData, `${got.features} features in ${got.updateData} changes`)
  // Each tile would be a frame of its own. A slow machine may draw one before all of them are there.
  assert.ok(got.frames <= 2 * got.updateData + 2, `${got.frames} frames for ${got.updateData} changes`)
  // Besides the rows there are the clock of the status, each second, and the ages of the list, every five.
  assert.ok(got.commits <= 2 * got.seconds + 4, `${got.commits} renders in ${got.updates} updates and ${got.seconds} s`)
  // A burst waits for the second to be over.
  const burst = await page.evaluate(async () => {
    const before = window.terrenoPeople.updates
    for (let i = 0; i < 10; i++) window.move()
    await Promise.resolve()
    return window.terrenoPeople.updates - before
  })
  assert.equal(burst, 0)
  // Nobody looks at the map under another view: nothing is drawn on it until it is seen again.
  await page.keyboard.press('4')
  await page.waitForSelector('#area')
  const hidden = await page.evaluate(() => {
    const before = window.terrenoMap.updates
    for (let i = 0; i < 30; i++) {
      window.move()
      window.terrenoPeople.apply()
    }
    return [before, window.terrenoMap.updates]
  })
  assert.equal(hidden[0], hidden[1])
  await page.keyboard.press('1')
  await until('it is drawn when it is seen', () => page.evaluate((n) => window.terrenoMap.updates > n, hidden[1]))
  b.quiet()
})

test('a zone of 10,000 corners is drawn, with its name', async (t) => {
  const admin = await w.api('admin')
  const ring = Array.from({ length: 9_999 }, (_, i) => {
    const a = (2 * Math.PI * i) / 9_999
    const r = 0.05 + 0.004 * Math.sin(40 * a)
    return [-98.75 + r * Math.cos(a), 29.27 + r * Math.sin(a)] // far from the buses, to which its name would give way
  })
  await admin('POST', '/v1/zones', { type: 'Feature', id: 'muchas', geometry: { type: 'Polygon', coordinates: [[...ring, ring[0]]] }, properties: { name: 'Señal de mil puntas 🌵' } })
  const b = await w.browser(t, { viewport: { width: 800, height: 500 } }) // a small map is drawn soon
  const page = await enter(b, w.url, 'admin')
  await mapped(page)
  await page.evaluate(() => window.terrenoMap.map.jumpTo({ center: [-98.75, 29.27], zoom: 11 }))
  await until('it is drawn, and its name', () => page.evaluate(() => {
    const of = (layers) => window.terrenoMap.map.queryRenderedFeatures({ layers }).some((f) => f.properties.id === 'muchas')
    return window.terrenoMap.map.loaded() && of(['zone-fill']) && of(['zone-edge']) && of(['zone-names'])
  }))
  b.quiet()
})

test('a link of another company shows that there is nothing, and no data', async (t) => {
  const platform = await w.api('plataforma', w.platformPassword())
  await platform('POST', '/v1/companies', { id: 'vecina', name: 'La Vecina', zone: 'America/Bogota', admin: { name: 'Jefa', email: 'jefa@vecina.example', password: 'otra larga contraseña' } })
  const supervisor = await w.api('supervisor1')
  const { alerts } = await until('the demo has an alert', async () => {
    const a = await supervisor('GET', '/v1/alerts?limit=1')
    return a.alerts?.length ? a : null
  })
  const b = await w.browser(t)
  const page = await enter(b, w.url, 'jefa@vecina.example', '/?p=campo01', 'otra larga contraseña')
  await page.waitForSelector('.card .empty')
  assert.match(await page.locator('.card').innerText(), /No hay tal persona/)
  await live(page)
  await accessible(page, 'no such person')
  await page.goto(`${w.url}/alerts?id=${alerts[0].id}`)
  await page.waitForSelector('.card .empty')
  assert.match(await page.locator('.card').innerText(), /No hay tal alerta/)
  const said = await page.evaluate(() => document.body.innerText)
  assert.equal(said.includes(alerts[0].user_name), false)
  b.quiet()
})

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing on any page, ${colorScheme}`, async (t) => {
    const b = await w.browser(t, { colorScheme })
    const page = await b.context.newPage()
    await page.goto(w.url)
    await page.waitForSelector('#login')
    await accessible(page, 'login')
    await page.fill('#login', 'supervisor1')
    await page.fill('#password', 'demo')
    await page.click('button.main')
    await page.locator('.vlist .row').first().click()
    await page.waitForSelector('.card h2')
    await accessible(page, 'map and person')
    await page.getByRole('button', { name: 'Ajustes' }).click()
    await page.waitForSelector('.settings')
    await accessible(page, 'settings')
    await page.keyboard.press('Escape')
    await page.waitForSelector('.settings', { state: 'detached' })
    await page.goto(`${w.url}/alerts?status=all`)
    await page.locator('.vlist .row').first().click()
    await page.waitForSelector('.card .history li')
    await accessible(page, 'alerts and alert')
    await page.keyboard.press('r')
    await page.waitForSelector('[role=dialog] textarea')
    await accessible(page, 'resolve')
    await page.goto(`${w.url}/nowhere`)
    await page.waitForSelector('.panel.empty')
    await accessible(page, 'nothing at this address')
    b.quiet()
  })
}
