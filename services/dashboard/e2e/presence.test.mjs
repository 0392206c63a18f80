// Who is connected: two people in two browsers, and what is shown while nobody can know.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible as inLight, accessibleInBothThemes as accessible, enter, live, mapped, noPhones, start, until } from './world.mjs'

let w, admin
before(async () => {
  w = await start({ ...noPhones, TERRENO_CLOCK_SPEED: '1', TERRENO_GATEWAY_PRESENCE_GRACE: '2s' })
  admin = await w.api('admin')
  for (const [login, lat] of [['campo01', 20.67], ['campo02', 20.69]]) {
    const phone = await w.api(login)
    await phone('POST', '/v1/positions', { positions: [{ recorded_at: new Date(await w.now()).toISOString(), lat, lon: -103.35, accuracy_m: 5 }] })
  }
})
after(async () => w?.stop())

const row = (page, id) => page.locator(`#row-${id}`)
const dot = (page, id, state) => row(page, id).locator(`.presence.${state}`)
/** The dots that the map draws, by person. */
const onMap = (page) => page.evaluate(() => Object.fromEntries(window.terrenoMap.map.queryRenderedFeatures({ layers: ['people-presence', 'chosen-presence'] }).map((f) => [f.properties.id, f.properties.presence])))
const known = (page) => until('it is known who is connected', async () => (await page.locator('.row .presence').count()) > 1)

test('who opens the page is online for the other on list, card and map, and offline once it is gone', async (t) => {
  const [a, b] = [await w.browser(t), await w.browser(t)]
  const boss = await enter(a, w.url, 'admin')
  await live(boss)
  await known(boss)
  await until('nobody of the field is connected', async () => (await dot(boss, 'campo01', 'offline').count()) === 1)
  await until('the map is there', () => boss.evaluate(() => window.terrenoMap?.map.loaded()))
  await boss.evaluate(() => window.terrenoMap.map.jumpTo({ center: [-103.35, 20.68], zoom: 12 }))
  assert.deepEqual(await onMap(boss), {})
  await row(boss, 'campo01').click()
  assert.match(await boss.locator('.card .presence-line').innerText(), /Sin conexión/)
  await until('of who is chosen the map says it too', async () => (await onMap(boss)).campo01 === 'offline')

  const worker = await enter(b, w.url, 'campo01')
  await until('the list says online', async () => (await dot(boss, 'campo01', 'online').count()) === 1)
  await until('the card says it', async () => /Con conexión ahora/.test(await boss.locator('.card .presence-line').innerText()))
  await until('the map says it', async () => (await onMap(boss)).campo01 === 'online')
  // How old the position is stays what it was.
  assert.equal(await row(boss, 'campo01').locator('.sign.fresh').count() + (await row(boss, 'campo01').locator('.sign.stale').count()), 1)
  await accessible(boss, 'who is connected')
  await boss.locator('.card header').getByRole('button', { name: 'Cerrar' }).click()
  await until('the crowd has its dot too', async () => (await onMap(boss)).campo01 === 'online')
  // Only who is connected, and everybody again.
  await boss.locator('.presence-filter').click()
  await until('one is left', async () => (await boss.locator('.vlist .row').count()) === 1)
  await boss.keyboard.press('Escape')
  await until('everybody is there', async () => (await boss.locator('.vlist .row').count()) > 1)

  // Who sees only oneself sees nothing of this.
  assert.equal(await worker.locator('.presence, .presence-filter').count(), 0)
  await worker.close()
  await until('the list says offline', async () => (await dot(boss, 'campo01', 'offline').count()) === 1)
  await until('the map has no dot', async () => (await onMap(boss)).campo01 === undefined)
  await row(boss, 'campo01').click()
  await until('the card says since when', async () => /Sin conexión desde hace un momento/.test(await boss.locator('.card .presence-line').innerText()))
  await boss.keyboard.press('?')
  await boss.getByRole('heading', { name: 'Conexión' }).waitFor()
  await inLight(boss, 'the help')
  a.quiet()
  b.quiet()
})

test('while the socket is cut nobody is said to be online or offline, and after it all is right', async (t) => {
  const [a, b] = [await w.browser(t), await w.browser(t)]
  const [boss, worker] = [await enter(a, w.url, 'admin'), await enter(b, `http://127.0.0.1:${w.port}`, 'campo02')] // the worker's way is not cut
  await live(boss)
  await until('the worker is online', async () => (await dot(boss, 'campo02', 'online').count()) === 1)
  const seen = boss.evaluate(() => new Promise((done) => {
    const found = new Set()
    const look = () => document.querySelectorAll('#row-campo02 .presence').forEach((x) => found.add(x.className))
    const watch = new MutationObserver(look)
    look()
    watch.observe(document.body, { subtree: true, childList: true, attributes: true })
    window.seen = () => (watch.disconnect(), done([...found]))
  }))
  await mapped(boss)
  w.proxy.cut()
  await until('nobody is known to be anything', async () => (await boss.locator('.row .presence').count()) === 0)
  assert.ok((await boss.locator('.vlist .row').count()) > 5, 'people stay')
  w.proxy.mend()
  await live(boss)
  await until('the worker is online again', async () => (await dot(boss, 'campo02', 'online').count()) === 1)
  await boss.evaluate(() => window.seen())
  assert.deepEqual(await seen, ['presence online'], 'never a false offline')
  await worker.close()
  // Gone while nobody could tell.
  w.proxy.cut()
  await until('nobody is known', async () => (await boss.locator('.row .presence').count()) === 0)
  await until('the worker is offline', async () => (await admin('GET', '/v1/presence?user=campo02')).users[0].state === 'offline')
  w.proxy.mend()
  await until('it is offline here too', async () => (await dot(boss, 'campo02', 'offline').count()) === 1)
  a.quiet()
})

test('a second tab, which heard no list, knows it too; and the company may hide people outside their shifts', async (t) => {
  const [a, b] = [await w.browser(t), await w.browser(t)]
  const boss = await enter(a, w.url, 'admin')
  await enter(b, w.url, 'campo01')
  await until('the first tab knows', async () => (await dot(boss, 'campo01', 'online').count()) === 1)
  const second = await a.context.newPage() // signed in, as the first one is
  await second.goto(w.url)
  await until('the second tab knows', async () => (await dot(second, 'campo01', 'online').count()) === 1)
  await second.close()
  await boss.bringToFront()

  await boss.goto(`${w.url}/admin/settings`)
  await boss.getByRole('radio', { name: /^Solo durante su jornada/ }).check()
  await boss.getByRole('button', { name: 'Guardar', exact: true }).click()
  await until('it is kept', async () => (await admin('GET', '/v1/presence-settings')).presence === 'on_shift')
  await until('it is said', async () => (await boss.locator('.settings-foot').innerText()).includes('Guardado.'))
  await inLight(boss, 'the settings')
  await boss.goto(`${w.url}/?p=campo01`)
  await until('the card says why nothing is shown', async () => (await boss.locator('.presence-line').count()) === 1 && /no se muestra/.test(await boss.locator('.presence-line').innerText()))
  assert.equal(await row(boss, 'campo01').locator('.presence').count(), 0)
  a.quiet()
})
