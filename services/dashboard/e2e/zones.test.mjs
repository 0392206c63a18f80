import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import { signIn } from '../scripts/browser.mjs'
import { start, until } from './world.mjs'

let w
before(async () => (w = await start()))
after(async () => w?.stop())

async function accessible(page, what) {
  const { violations } = await new AxeBuilder({ page }).exclude('.maplibregl-canvas').analyze()
  assert.deepEqual(violations.map((v) => `${what}: ${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(' | ')}`), [])
}

/** Requests to the server as somebody else at another machine makes them. */
async function api(login) {
  const send = async (method, path, body, token) => {
    const r = await fetch(w.url + path, { method, headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) }, ...(body && { body: JSON.stringify(body) }) })
    const text = await r.text()
    assert.ok(r.ok, `${method} ${path}: ${r.status} ${text}`)
    return text ? JSON.parse(text) : undefined
  }
  const { access_token } = await send('POST', '/v1/auth/login', { login, password: 'demo' })
  return (method, path, body) => send(method, path, body, access_token)
}

async function zones(page, login = 'admin', at = '/zones') {
  await signIn(page, w.url, login)
  // Within the page, as people do: Back must stay within it as well.
  if (at === '/zones') await page.keyboard.press('3')
  else await page.goto(w.url + at)
  await page.waitForSelector('.zones .row')
  await page.waitForFunction(() => window.terrenoMap && window.terrenoZones && window.terrenoMap.map.getSource('z-edit'))
}

/** Looks at a place, so that pixels are known. */
const look = (page, center, zoom) => page.evaluate(([c, z]) => window.terrenoMap.map.jumpTo({ center: c, zoom: z }), [center, zoom])
const pixel = (page, lon, lat) =>
  page.evaluate(([x, y]) => {
    const p = window.terrenoMap.map.project([x, y])
    const b = window.terrenoMap.map.getCanvas().getBoundingClientRect()
    return [p.x + b.left, p.y + b.top]
  }, [lon, lat])
async function click(page, lon, lat) {
  const [x, y] = await pixel(page, lon, lat)
  await page.mouse.move(x, y)
  await page.mouse.click(x, y)
}
const shown = (page, source) => page.evaluate((s) => window.terrenoZones.shown(s).features, source)
const points = (page) => page.locator('.z-editor header .dim').innerText()
const button = (page, name) => page.getByRole('button', { name, exact: true })
const square = (x, y, d = 0.01) => ({ type: 'Polygon', coordinates: [[[x, y], [x + d, y], [x + d, y + d], [x, y + d], [x, y]]] })

test('a zone is drawn by mouse, corrected, saved, assigned, and says who is outside', async (t) => {
  const b = await w.browser(t)
  const page = await b.context.newPage()
  await zones(page)
  await accessible(page, 'zones')
  await button(page, 'Dibujar un polígono').click()
  await look(page, [-70.5, -20.5], 12) // nobody works there
  for (const [i, [x, y]] of [[-70.52, -20.52], [-70.48, -20.52], [-70.48, -20.48], [-70.45, -20.5], [-70.52, -20.48]].entries()) {
    await click(page, x, y)
    await until('the point is there', async () => (await points(page)).includes(`${i + 1} punto`))
  }
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z') // the one to the east was a mistake
  await until('two are gone', async () => (await points(page)).includes('3 puntos'))
  await click(page, -70.52, -20.48)
  await until('four', async () => (await points(page)).includes('4 puntos'))
  await click(page, -70.52, -20.52) // the first point closes
  await until('the handles are there', async () => (await shown(page, 'z-handles')).length === 8)
  // A vertex is dragged, and one is put between two.
  const [x, y] = await pixel(page, -70.48, -20.48)
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + 20, y - 20, { steps: 4 })
  await page.mouse.up()
  await click(page, -70.5, -20.52)
  await until('five', async () => (await points(page)).includes('5 puntos'))
  await page.keyboard.press('Delete')
  await until('four again', async () => (await points(page)).includes('4 puntos'))
  // A hole.
  await button(page, 'Agregar hueco o parte').click()
  for (const [lon, lat] of [[-70.505, -20.505], [-70.495, -20.505], [-70.5, -20.495]]) await click(page, lon, lat)
  await button(page, 'Terminar el dibujo').click()
  await until('a hole', async () => (await shown(page, 'z-edit'))[0].geometry.coordinates[0].length === 2)
  // The server refuses it without a name, at the name.
  await page.getByLabel('Nombre', { exact: true }).fill('')
  await button(page, 'Guardar').click()
  await page.waitForSelector('.z-wrong')
  assert.match(await page.locator('.z-wrong').innerText(), /name is empty/)
  await accessible(page, 'editor')
  await page.getByLabel('Nombre', { exact: true }).fill('Ñandú 😀')
  await button(page, 'Guardar').click()
  await page.waitForSelector('.z-card:not(.z-editor) h2')
  assert.match(page.url(), /\/zones\?id=/)
  await button(page, 'Asignar').click()
  await page.waitForSelector('[role=dialog] .z-check')
  await accessible(page, 'assign')
  await page.locator('[role=dialog]').getByLabel('Equipo Norte').check()
  await page.locator('[role=dialog]').getByRole('button', { name: 'Guardar' }).click()
  await page.waitForSelector('[role=dialog]', { state: 'detached' })
  // The rule needs a minute of the demo to be sure.
  await page.waitForSelector('.z-now li button')
  await page.waitForSelector('.z-now h3 .red', { timeout: 90_000 })
  await accessible(page, 'zone')
  // Deleting what is assigned asks, and says how many it concerns.
  await button(page, 'Eliminar').click()
  const asked = page.locator('[role=dialog]')
  await asked.waitFor()
  assert.match(await asked.innerText(), /Se aplica a 1 equipo\.[\s\S]*En total la siguen \d+ personas/)
  await accessible(page, 'delete')
  await page.keyboard.press('Escape')
  await asked.waitFor({ state: 'detached' })
  assert.equal(await page.locator('.z-card h2').innerText(), 'Ñandú 😀')
  await button(page, 'Eliminar').click()
  await asked.getByRole('button', { name: 'Eliminar' }).click()
  await page.waitForSelector('.z-card', { state: 'detached' })
  await until('it is gone', async () => !(await page.locator('.zones').innerText()).includes('Ñandú'))
  b.quiet()
})

test('a circle and a corridor by keyboard alone', async (t) => {
  const b = await w.browser(t, { locale: 'en-US', colorScheme: 'dark' })
  const page = await b.context.newPage()
  await zones(page)
  await look(page, [-70.5, -21.5], 13)
  await page.getByRole('button', { name: 'Draw a circle' }).focus()
  await page.keyboard.press('Enter')
  await until('the map has the keyboard', () => page.evaluate(() => document.activeElement === window.terrenoMap.map.getCanvas()))
  await page.keyboard.press('Enter')
  await until('the name has it', () => page.evaluate(() => document.activeElement?.closest('.z-field')?.querySelector('label').innerText === 'Name'))
  await page.keyboard.type('By keys')
  await page.getByLabel('Radius, metres').fill('0')
  await button(page, 'Save').focus()
  await page.keyboard.press('Enter')
  await page.waitForSelector('.z-wrong') // in the words of the server
  await page.keyboard.press('Escape')
  await page.getByLabel('Radius, metres').fill('320')
  await accessible(page, 'editor, dark')
  await button(page, 'Save').focus()
  await page.keyboard.press('Enter')
  await page.waitForSelector('.z-card:not(.z-editor) h2')
  assert.match(await page.locator('.z-card').innerText(), /By keys[\s\S]*640 m/)
  await page.getByRole('button', { name: 'Draw a corridor' }).focus()
  await page.keyboard.press('Enter')
  await until('the map has the keyboard', () => page.evaluate(() => document.activeElement === window.terrenoMap.map.getCanvas()))
  await page.keyboard.press('Enter')
  const before = await page.evaluate(() => window.terrenoMap.map.getCenter().lng)
  await page.keyboard.press('ArrowRight')
  await until('the map went east', () => page.evaluate((x) => !window.terrenoMap.map.isMoving() && window.terrenoMap.map.getCenter().lng > x, before))
  await page.keyboard.press('Enter')
  await until('two points', async () => (await points(page)).includes('2 points'))
  await page.keyboard.press('Control+Enter')
  await until('the line is there', async () => (await shown(page, 'z-edit')).some((f) => f.properties.wide > 0))
  // Escape asks before the line is lost. Staying loses nothing.
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await page.waitForSelector('[role=dialog]')
  await accessible(page, 'leave, dark')
  await page.keyboard.press('Escape')
  await page.waitForSelector('[role=dialog]', { state: 'detached' })
  await until('two points yet', async () => (await points(page)).includes('2 points'))
  // So do the other sections and Back.
  await page.locator('.rail a').first().click()
  await page.waitForSelector('[role=dialog]')
  await page.keyboard.press('Escape')
  await page.waitForSelector('[role=dialog]', { state: 'detached' })
  await page.goBack()
  await page.waitForSelector('[role=dialog]')
  await page.keyboard.press('Escape')
  await page.waitForSelector('[role=dialog]', { state: 'detached' })
  assert.match(await points(page), /2 points/)
  await page.locator('.rail a').first().click()
  await page.getByRole('button', { name: 'Leave without saving' }).click()
  await page.waitForSelector('.panel.people')
  b.quiet()
})

test('what the server refuses of a file is shown at its place, in its words', async (t) => {
  const b = await w.browser(t)
  const page = await b.context.newPage()
  await zones(page)
  const feature = (geometry, name) => ({ type: 'Feature', properties: { name }, geometry })
  const file = {
    type: 'FeatureCollection',
    features: [feature(square(-70.5, -22), 'Peñón 😀'), feature({ type: 'Polygon', coordinates: [[[-70.4, -22], [-70.38, -21.98], [-70.38, -22], [-70.4, -21.98], [-70.4, -22]]] }, 'Moño'), feature({ type: 'GeometryCollection', geometries: [] }, 'Varios')],
  }
  const upload = (text) => page.locator('[data-testid=zone-file]').setInputFiles({ name: 'zonas.geojson', mimeType: 'application/geo+json', buffer: Buffer.from(text) })
  await upload('{"type":')
  await page.waitForSelector('.z-import .empty')
  await button(page, 'Volver a la lista').last().click()
  await upload(JSON.stringify(file))
  await page.waitForSelector('.z-items li')
  await until('the preview is drawn', async () => (await shown(page, 'z-other')).length === 4)
  await accessible(page, 'import')
  await button(page, 'Importar 2 zonas').click()
  await page.waitForSelector('.z-why[role=alert]')
  await until('one is in', async () => (await page.locator('.z-import [role=status]').innerText()).startsWith('1 zona importada'))
  assert.match(await page.locator('.z-why[role=alert]').innerText(), /crosses or runs back on the edge that begins at coordinates\[0\]\[2\]/)
  const marks = await shown(page, 'z-faults')
  assert.deepEqual(marks.map((f) => [f.geometry.coordinates, f.properties.n]), [[[-70.4, -22], 2], [[-70.38, -22], undefined]])
  await accessible(page, 'import, refused')
  // It is corrected on the map: the two corners that are crossed change places.
  await button(page, 'Corregir en el mapa').click()
  await page.waitForSelector('.z-editor')
  await page.locator('summary', { hasText: 'Puntos' }).click()
  for (const [row, lat] of [[1, '-22'], [2, '-21.98']]) {
    await page.locator('.z-vlist .row').nth(row).click()
    await page.getByLabel('Latitud').fill(lat)
  }
  await button(page, 'Guardar').click()
  await until('both are in', async () => (await page.locator('.z-items li[data-state=created]').count()) === 2)
  await button(page, 'Terminar').click()
  await until('they are listed', async () => (await page.locator('.zones .row').allInnerTexts()).filter((s) => /Peñón 😀|Moño/.test(s)).length === 2)
  b.quiet()
})

test('a zone that somebody else changed meanwhile: nothing of either is lost', async (t) => {
  const admin = await api('admin')
  const z = await admin('POST', '/v1/zones', { type: 'Feature', geometry: square(-70.5, -23), properties: { name: 'Disputada' } })
  const b = await w.browser(t)
  const page = await b.context.newPage()
  await zones(page, 'admin', `/zones?id=${z.id}`)
  await button(page, 'Editar').click()
  await page.getByLabel('Nombre', { exact: true }).fill('La mía')
  await admin('PUT', `/v1/zones/${z.id}`, { type: 'Feature', geometry: square(-70.5, -23, 0.02), properties: { name: 'La de otra persona', version: z.properties.version } })
  await button(page, 'Guardar').click()
  const asked = page.locator('[role=dialog]')
  await asked.waitFor()
  assert.match(await asked.innerText(), /Borde[\s\S]*Nombre[\s\S]*Disputada[\s\S]*La de otra persona/)
  assert.equal((await shown(page, 'z-other')).length, 2) // theirs, on the map
  await accessible(page, 'conflict')
  await asked.getByRole('button', { name: 'Tomar lo de la otra persona' }).click()
  await asked.waitFor({ state: 'detached' })
  assert.equal(await page.getByLabel('Nombre', { exact: true }).inputValue(), 'La de otra persona')
  await button(page, 'Deshacer').click()
  assert.equal(await page.getByLabel('Nombre', { exact: true }).inputValue(), 'La mía')
  await button(page, 'Guardar').click()
  await page.waitForSelector('.z-card:not(.z-editor) h2')
  assert.equal(await page.locator('.z-card h2').innerText(), 'La mía')
  // Deleted by somebody else: the drawing can still be saved.
  await button(page, 'Editar').click()
  await page.getByLabel('Nombre', { exact: true }).fill('Otra vez')
  await admin('DELETE', `/v1/zones/${z.id}`)
  await button(page, 'Guardar').click()
  await asked.getByRole('button', { name: 'Guardar como nueva' }).click()
  await until('it is saved', async () => (await page.locator('.z-card:not(.z-editor) h2').count()) === 1 && (await page.locator('.z-card h2').innerText()) === 'Otra vez')
  b.quiet()
})

test('a zone of 10,000 vertices is shown and changed, and only what is in view has handles', async (t) => {
  const admin = await api('admin')
  const n = 10_000
  const ring = Array.from({ length: n }, (_, i) => [-70.5 + 0.2 * Math.cos((2 * Math.PI * i) / n), -24 + 0.2 * Math.sin((2 * Math.PI * i) / n)])
  const z = await admin('POST', '/v1/zones', { type: 'Feature', geometry: { type: 'Polygon', coordinates: [[...ring, ring[0]]] }, properties: { name: 'Grande' } })
  const b = await w.browser(t)
  const page = await b.context.newPage()
  await zones(page, 'admin', `/zones?id=${z.id}`)
  await page.waitForSelector('.z-card h2')
  assert.match(await page.locator('.z-card').innerText(), /10[.,]?000 puntos/)
  await button(page, 'Editar').click()
  await until('the page says why there are no handles', async () => /10000 puntos a la vista/.test(await page.locator('.z-hint').innerText()))
  assert.equal((await shown(page, 'z-handles')).length, 0)
  await look(page, [-70.3, -24], 15)
  await until('there are handles for what is in view', async () => (await shown(page, 'z-handles')).length > 10)
  assert.ok((await shown(page, 'z-handles')).length < 1200)
  const [x, y] = await pixel(page, ...ring[0])
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + 40, y, { steps: 5 })
  await page.mouse.up()
  await until('it can be undone', () => button(page, 'Deshacer').isEnabled())
  await page.locator('summary', { hasText: 'Parámetros' }).click()
  await page.getByLabel('Margen fuera del borde, m').fill('55')
  await button(page, 'Guardar').click()
  await page.waitForSelector('.z-card:not(.z-editor) h2')
  const after = await admin('GET', `/v1/zones/${z.id}`)
  assert.equal(after.properties.exit_buffer_m, 55)
  assert.equal(after.geometry.coordinates[0].length, n + 1)
  assert.equal(after.geometry.coordinates[0].filter((p, i) => p[0] !== (ring[i] ?? ring[0])[0]).length, 2) // the first, and its repetition
  await admin('DELETE', `/v1/zones/${z.id}`)
  b.quiet()
})

test('a supervisor sees and changes nothing; a link to another zone shows that there is none', async (t) => {
  const b = await w.browser(t, { colorScheme: 'dark' })
  const page = await b.context.newPage()
  await zones(page, 'supervisor1')
  assert.equal(await page.locator('.z-draw').count(), 0)
  await page.locator('.zones .row').first().click()
  await page.waitForSelector('.z-card h2')
  await page.waitForSelector('.z-now')
  assert.equal(await page.locator('.z-card footer').count(), 0)
  await button(page, 'Parámetros de la empresa').click()
  await page.waitForSelector('[role=dialog] input')
  assert.equal(await page.locator('[role=dialog] input:enabled').count(), 0)
  await accessible(page, 'parameters, dark')
  await page.keyboard.press('Escape')
  await page.waitForSelector('[role=dialog]', { state: 'detached' })
  await page.goto(`${w.url}/zones?id=NOSUCHZONE`)
  await page.waitForSelector('.right .empty')
  assert.match(await page.locator('.right .empty').innerText(), /No hay tal zona/)
  await accessible(page, 'no such zone, dark')
  b.quiet()
})
