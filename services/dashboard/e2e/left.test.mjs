// What is not lost when somebody goes back, loses the network, or signs out without one.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { enter, live, mapped, start, until } from './world.mjs'

const home = { lat: 31.1, lon: -98.4 }
const name = 'Zoé Última'
const password = 'una larga contraseña'
let w, phone, id

before(async () => {
  w = await start()
  const admin = await w.api('admin')
  const me = await (await w.api('supervisor1'))('GET', '/v1/users/me')
  id = (await admin('POST', '/v1/users', { name, role: 'colaborador', email: 'zoe@example.org', password, teams: me.teams })).id
  await admin('POST', '/v1/zones', { type: 'Feature', id: 'patio-zoe', geometry: { type: 'Point', coordinates: [home.lon, home.lat] }, properties: { name: 'Patio de Zoé', radius_m: 500, confirm_fixes: 1, confirm_s: 0, exit_buffer_m: 1 } })
  await admin('PUT', '/v1/zones/patio-zoe/users', { users: [id] })
  phone = await w.api('zoe@example.org', password)
  for (const metres of [0, 3000]) {
    await phone('POST', '/v1/positions', { positions: [{ recorded_at: new Date(await w.now()).toISOString(), lat: home.lat + metres / 111_320, lon: home.lon, accuracy_m: 5 }] })
  }
})
after(async () => w?.stop())

const row = (page) => page.locator('.alert-row', { hasText: name })
const path = (page) => new URL(page.url()).pathname

test('who goes back while a question is open has all keys', async (t) => {
  const b = await w.browser(t)
  const page = await enter(b, w.url, 'supervisor1')
  await page.keyboard.press('2')
  await row(page).click()
  await page.locator('.panel.card.alert').waitFor()
  await page.keyboard.press('r')
  await page.getByRole('dialog').waitFor()
  await page.goBack()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  assert.equal(path(page), '/')
  await page.keyboard.press('2')
  await until('the key leads to the alerts', async () => path(page) === '/alerts')
  b.quiet()
})

test('without a server the page goes on, says what it could not do, and signs out for good once there is one', async (t) => {
  const b = await w.browser(t)
  const page = await enter(b, w.url, 'supervisor1')
  await live(page)
  await page.keyboard.press('2')
  await row(page).click()
  await page.locator('.panel.card.alert').waitFor()
  t.after(() => w.proxy.mend())
  await mapped(page)
  w.proxy.cut()
  await page.keyboard.press('a')
  await page.locator('.panel.card.alert .error').waitFor()
  await page.keyboard.press('3')
  const part = page.locator('.part-failed')
  assert.match(await part.innerText(), /no se pudo cargar/)
  await page.keyboard.press('1')
  await page.locator('.vlist .row').first().waitFor()
  await page.keyboard.press('3')
  await part.getByRole('button').click() // it does not lead to the browser's own page of errors
  w.proxy.mend()
  await live(page)
  // What was asked for last may have come by itself when the server was there again.
  await until('the part is there', async () => {
    if (await part.count()) await part.getByRole('button').click({ timeout: 1000 }).catch(() => undefined)
    return page.locator('.panel.zones').isVisible()
  })
  await live(page)
  // The page is a new one: what leads out of it is read some seconds later, and is there when it is needed without a network.
  await until('the settings are loaded', () => page.evaluate(() => (async () => {
    const part = performance.getEntriesByType('resource').find((r) => /\/own-settings[^/]*\.js$/.test(r.name))
    return part !== undefined && import(part.name).then(() => true) // with all that it needs
  })()))
  w.proxy.cut()
  await page.getByRole('button', { name: 'Ajustes' }).click()
  await page.getByRole('button', { name: 'Salir', exact: true }).click()
  const note = page.locator('.login .note')
  await until('the page says that the session goes on at the server', async () => /todavía no se cerró/.test((await note.count()) ? await note.innerText() : ''))
  w.proxy.mend()
  await note.waitFor({ state: 'detached' })
  await page.reload()
  await page.locator('#login').waitFor()
})

test('what was typed about a person is not lost by a click beside it, nor by going back', async (t) => {
  const b = await w.browser(t)
  const page = await enter(b, w.url, 'admin')
  await page.locator('.rail a[href="/admin/people"]').click()
  const rows = page.locator('.grid-row')
  await rows.first().click()
  const field = page.getByRole('textbox', { name: 'Teléfono' })
  await field.fill('+52 33 1234 9876')
  const asked = page.getByRole('dialog', { name: 'Hay cambios sin guardar' })
  const stay = async () => {
    await asked.getByRole('button', { name: 'Cancelar' }).click()
    await asked.waitFor({ state: 'detached' })
    assert.equal(await field.inputValue(), '+52 33 1234 9876')
  }
  await rows.nth(1).click()
  await stay()
  await page.goBack()
  await stay()
  await page.locator('.rail a[href="/alerts"]').click()
  await asked.getByRole('button', { name: 'Salir sin guardar' }).click()
  await until('the alerts are shown', async () => path(page) === '/alerts')
  await page.goBack() // nothing is unsaved any more
  await page.locator('.grid').waitFor()
  assert.equal(await asked.count(), 0)
  b.quiet()
})
