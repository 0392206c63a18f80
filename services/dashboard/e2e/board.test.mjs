// The agenda: the board of a day for the office, and a worker's own list. Nothing here waits for the map.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessibleInBothThemes as accessible, accessible as accessibleNow, enter, noPhones, start, until } from './world.mjs'

process.env.TERRENO_ADMIN_LOGIN = 'plataforma'
process.env.TERRENO_ADMIN_PASSWORD = 'plataforma-1'
let w, admin, today, place
const zone = 'America/Chicago'
const site = { lat: 30.27, lon: -97.74 }
before(async () => {
  w = await start(noPhones)
  admin = await w.api('admin')
  today = new Date(await w.now()).toLocaleDateString('sv-SE', { timeZone: zone })
  place = await admin('POST', '/v1/places', { name: 'Panadería El Ñandú', address: 'Calle 100 # 11-20', ...site, radius_m: 80 })
})
after(async () => w?.stop())

/** An instant of today, by the clocks of the company: it is summer in Chicago. */
const at = (time) => new Date(`${today}T${time}:00-05:00`).toISOString()
const make = (title, user, from, until, more = {}) => admin('POST', '/v1/activities', { title, place_id: place.id, from: at(from), until: at(until), ...(user && { user_id: user }), ...more })

/** `late` holds the socket back until it is done: what happens before is heard by nobody. */
async function open(t, path = '/board', login = 'admin', options = {}, late = undefined) {
  const b = await w.browser(t, options)
  if (late) {
    await b.context.routeWebSocket(/\/ws/, async (ws) => {
      await late
      ws.connectToServer()
    })
  }
  const page = await enter(b, w.url, login, path)
  await page.waitForSelector('.b-row, .b-item, .b-own, .drop')
  return {
    ...b, page, side: page.locator('.side'), strip: page.locator('.b-strip'), dialog: page.locator('[role=dialog]'),
    button: (name, at = page) => at.getByRole('button', { name, exact: true }),
    bar: (v) => page.locator(`#bar-${v.id}`),
    row: (name) => page.locator('.b-row').filter({ has: page.locator('.b-name b', { hasText: name }) }),
    /** The name of the row in which a bar is. */
    rowOf: (v) => page.locator('.b-row').filter({ has: page.locator(`#bar-${v.id}`) }).locator('.b-name b').innerText(),
  }
}
const labelOf = (bar) => bar.getAttribute('aria-label')

test('a visit is made by the form: refused at its field, at a place that is searched, with a list; its link opens its day', async (t) => {
  const { page, side, button, row, quiet } = await open(t)
  assert.ok((await page.locator('.b-row').count()) < 30, 'rows that nobody sees do not exist')
  await button('Nueva visita').click()
  await until('the title has the focus', () => page.evaluate(() => document.activeElement?.matches('.side input[required]')))
  await side.getByLabel('Buscar por nombre o dirección').fill('nandu calle 100')
  await until('the place is found', async () => /Panadería El Ñandú/.test((await side.getByRole('option').allInnerTexts())[0] ?? '')) // not what was listed before it was typed
  await page.keyboard.press('Enter')
  await until('the place is taken', async () => (await side.getByLabel('Buscar por nombre o dirección').inputValue()) === 'Panadería El Ñandú')
  await side.getByLabel('Desde').fill('14:00')
  await side.getByLabel('Hasta').fill('15:30')
  await side.getByLabel('Persona').selectOption('campo20')
  await side.getByLabel('Prioridad').selectOption('high')
  await button('Agregar un punto').click()
  await side.getByLabel('Punto 1 de la lista').fill('Foto de la fachada')
  await button('Crear').click()
  await side.locator('.bad').first().waitFor()
  assert.equal(await side.getByLabel('Título').getAttribute('aria-invalid'), 'true')
  await accessibleNow(page, 'the form with what is wrong')
  await side.getByLabel('Título').fill('Revisar la bomba 😀')
  await button('Crear').click()
  await until('the panel tells of it', async () => /Revisar la bomba 😀[\s\S]*Pendiente[\s\S]*14:00–15:30[\s\S]*Ana Flores[\s\S]*Foto de la fachada/.test(await side.innerText()))
  const id = new URL(page.url()).searchParams.get('id')
  assert.match(await labelOf(row('Ana Flores').locator(`#bar-${id}`)), /Revisar la bomba 😀, Panadería El Ñandú, 14:00–15:30, Pendiente, Prioridad alta/)
  await accessible(page, 'the board and a visit')
  await button('Anotar llegada').click() // a forgotten one, for the worker
  await page.locator('[role=dialog] textarea').fill('Olvidó marcar')
  await button('Guardar').click()
  await until('the log tells who entered it', async () => /En sitio[\s\S]*Llegada · Laura Méndez \(anotada por la oficina\)[\s\S]*“Olvidó marcar”/.test(await side.innerText()))
  await button('Editar').click()
  await side.getByLabel('Notas').fill('Preguntar por Inés.')
  await button('Guardar').click()
  await until('it is edited', async () => /Preguntar por Inés/.test(await side.locator('.b-notes').innerText()))
  await button('Cancelar visita').click()
  await page.locator('[role=dialog] textarea').fill('El cliente cerró')
  await button('Cancelar visita', page.locator('[role=dialog]')).click()
  await until('it is cancelled', async () => /Cancelada[\s\S]*El cliente cerró/.test(await side.innerText()))
  await button('Abrir de nuevo').click()
  await button('Abrir de nuevo', page.locator('[role=dialog]')).click()
  await until('it is pending again', async () => /Pendiente/.test(await side.locator('header').innerText()))
  // A link to the visit alone leads to its day.
  const other = await admin('POST', '/v1/activities', { tipo: 'tarea', title: 'De otro día', from: '2015-06-20T15:00:00Z', until: '2015-06-20T16:00:00Z', user_id: 'campo20' })
  await page.goto(`${w.url}/board?id=${other.id}`)
  await until('its day is shown', async () => page.url().includes('date=2015-06-20'))
  await page.waitForSelector(`#bar-${other.id}[aria-selected=true]`)
  quiet()
})

/** Drags a bar to a row, some hours along. */
async function drag({ page, bar, row }, v, name, hours, drop = true) {
  const from = await bar(v).boundingBox()
  const to = await row(name).boundingBox()
  const hour = await page.evaluate(() => Number.parseFloat(getComputedStyle(document.querySelector('.b-grid')).getPropertyValue('--hour')))
  await page.mouse.move(from.x + 20, from.y + 12)
  await page.mouse.down()
  await page.mouse.move(from.x + 40, from.y + 14, { steps: 3 })
  await page.mouse.move(from.x + 20 + hours * hour, to.y + 20, { steps: 6 })
  if (drop) await page.mouse.up()
}

test('a visit is moved by drag: to somebody else and later; what undoes work is asked once more; Escape leaves all as it was', async (t) => {
  const a = await make('Arrastrar', 'campo12', '13:00', '14:00')
  const mine = await open(t)
  const { page, strip, button, bar, rowOf, quiet } = mine
  await bar(a).waitFor()
  await drag(mine, a, 'Ana Pérez', 1.25, false)
  await until('it is said what will happen', async () => /«Arrastrar» · 13:00–14:00 → 14:15–15:15 · Ana García → Ana Pérez/.test(await strip.innerText()))
  await page.keyboard.press('Escape')
  await page.mouse.up()
  await until('nothing is said', async () => (await strip.innerText()) === '')
  assert.equal((await admin('GET', `/v1/activities/${a.id}`)).version, 1)
  await drag(mine, a, 'Ana Pérez', 1.25)
  await until('it is in the other row', async () => (await rowOf(a)) === 'Ana Pérez')
  const moved = await admin('GET', `/v1/activities/${a.id}`)
  assert.deepEqual([moved.user_id, Date.parse(moved.from), Date.parse(moved.until)], ['campo36', Date.parse(at('14:15')), Date.parse(at('15:15'))])
  assert.equal(await page.locator('.side').count(), 0) // the end of a drag is no click
  // Accepted meanwhile: the board hears it, and asks before another worker begins it again.
  await (await w.api('campo36'))('POST', `/v1/activities/${a.id}/accept`)
  await until('it is accepted', async () => /Aceptada/.test(await labelOf(bar(a))))
  await drag(mine, a, 'Ana García', 0)
  await until('it asks', async () => /Vuelve a empezar: estaba aceptada/.test(await strip.innerText()))
  assert.equal((await admin('GET', `/v1/activities/${a.id}`)).user_id, 'campo36')
  await button('Confirmar').click()
  await until('it is back', async () => (await rowOf(a)) === 'Ana García' && /Pendiente/.test(await labelOf(bar(a))))
  quiet()
})

test('by keyboard: find, take, a quarter later, a row down, longer; Escape leaves, Enter confirms', async (t) => {
  const a = await make('Con teclas', 'campo36', '16:00', '17:00', { external_id: 'OT-teclas' })
  const { page, strip, bar, rowOf, quiet } = await open(t)
  await bar(a).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('ot-teclas')
  await until('one is found', async () => (await page.locator('.b-bar').count()) === 1)
  await page.locator('#list').focus()
  await page.keyboard.press('ArrowDown')
  await until('it is the one', async () => (await page.locator('#list').getAttribute('aria-activedescendant')) === `bar-${a.id}`)
  await page.keyboard.press('Escape') // the search goes, the visit stays
  await until('all are there', async () => (await page.locator('.b-row').count()) > 8)
  await page.keyboard.press('Space')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowDown')
  await until('it is said', async () => /16:00–17:00 → 16:15–17:15 · Ana Pérez → Ana Ramírez/.test(await strip.innerText()))
  await page.keyboard.press('Escape')
  await until('it is left', async () => (await strip.innerText()) === '')
  await page.keyboard.press('m')
  for (const key of ['ArrowRight', 'ArrowRight', 'Shift+ArrowRight', 'ArrowDown']) await page.keyboard.press(key)
  await until('it is said again', async () => /16:00–17:00 → 16:30–17:45 · Ana Pérez → Ana Ramírez/.test(await strip.innerText()))
  await page.keyboard.press('Enter')
  await until('it is there', async () => (await rowOf(a)) === 'Ana Ramírez' && /16:30–17:45/.test(await labelOf(bar(a))))
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'list')
  await page.keyboard.press('Enter')
  await until('the log has both', async () => /Reprogramó[\s\S]*Asignó[\s\S]*a Ana Ramírez/.test(await page.locator('.side .log').last().innerText()))
  quiet()
})

test('two supervisors move the same visit: each sees the other, and no change is lost without a decision', async (t) => {
  const a = await make('De dos', 'campo20', '18:00', '19:00')
  const [one, two] = [await open(t, `/board?q=de%20dos`), await open(t, `/board?q=de%20dos`, 'supervisor1')]
  await one.bar(a).waitFor()
  await two.bar(a).waitFor()
  const take = async (p) => {
    await p.page.locator('#list').focus()
    await p.page.keyboard.press('ArrowDown')
    await p.page.keyboard.press('Space')
  }
  await take(one)
  await one.page.keyboard.press('ArrowRight')
  await take(two)
  for (let i = 0; i < 4; i++) await two.page.keyboard.press('ArrowLeft')
  await two.page.keyboard.press('Enter')
  await until('the second sees its own', async () => /17:00–18:00/.test(await labelOf(two.bar(a))))
  // Nothing jumps under the hand of the first, but it is told.
  await until('the first is told', async () => /Alguien la cambió/.test(await one.strip.innerText()))
  assert.match(await labelOf(one.bar(a)), /18:00–19:00/)
  await one.page.keyboard.press('Enter')
  await one.dialog.waitFor()
  const asked = await one.dialog.innerText()
  assert.match(asked, /Alguien cambió esta visita[\s\S]*la cambió a las \d\d:\d\d[\s\S]*18:00–19:00 17:00–18:00[\s\S]*Tu cambio:[\s\S]*18:00–19:00 → 18:15–19:15/)
  await accessibleNow(one.page, 'a conflict')
  await one.button('Aplicar lo mío').click()
  for (const p of [one, two]) await until('both see it', async () => /18:15–19:15/.test(await labelOf(p.bar(a))))
  // The other way round, in the panel: theirs stays.
  await two.page.keyboard.press('Enter')
  await two.button('Asignar o reprogramar').click()
  await admin('POST', `/v1/activities/${a.id}/assign`, { version: 3, user_id: 'campo12' })
  await until('the panel hears it', async () => /Ana García/.test(await two.side.locator('.facts').innerText()))
  await two.dialog.getByLabel('Desde').fill('20:00')
  await two.dialog.getByLabel('Hasta').fill('21:00')
  await two.button('Confirmar').click()
  await two.button('Dejarla así').click()
  await until('nothing is asked any more', async () => (await two.dialog.count()) === 0)
  const end = await admin('GET', `/v1/activities/${a.id}`)
  assert.deepEqual([end.user_id, end.version, Date.parse(end.from)], ['campo12', 4, Date.parse(at('18:15'))])
  // Whoever is offline for a while reads again what it missed.
  one.quiet()
  two.quiet()
})

test('a check-in on a phone is on the board at once, with its distance and that the position was made up; a lost one is read after a gap', async (t) => {
  const a = await make('En vivo', 'campo20', '12:00', '13:00')
  let connect
  const { page, side, bar, quiet } = await open(t, '/board', 'admin', {}, new Promise((done) => (connect = done)))
  await bar(a).click()
  await until('the panel is there', async () => /En vivo/.test(await side.innerText()))
  const phone = await w.api('campo20')
  await phone('POST', `/v1/activities/${a.id}/accept`)
  assert.match(await labelOf(bar(a)), /Pendiente/)
  connect() // nobody knows what the page missed until now: it reads all again
  await until('it is accepted', async () => /Aceptada/.test(await labelOf(bar(a))) && /Aceptó/.test(await side.innerText()))
  const long = new Date((await w.now()) - 40 * 60_000).toISOString()
  await phone('POST', `/v1/activities/${a.id}/check-in`, { occurred_at: long, lat: site.lat + 0.01, lon: site.lon, accuracy_m: 12, mock: true })
  await until('it is on site', async () => /En sitio/.test(await labelOf(bar(a))))
  await until('the panel tells all', async () => /Llegada[\s\S]*a 1[.,]1 km del lugar[\s\S]*simulada[\s\S]*Historia[\s\S]*± 12 m[\s\S]*llegó \d+ min después/.test(await side.innerText()))
  assert.ok(await bar(a).locator('.b-real.open').count())
  w.proxy.cut()
  await phone('POST', `/v1/activities/${a.id}/check-out`)
  w.proxy.mend()
  await until('it is complete', async () => /Completada/.test(await labelOf(bar(a))))
  await phone('POST', `/v1/activities/${a.id}/check-out`) // changes nothing, so that nobody is told
  await page.keyboard.press('Escape')
  await bar(a).click()
  await until('a second report is told with its rule', async () => /la visita ya había terminado/.test(await side.innerText()))
  quiet()
})

test('a file with a bad line makes nothing and names it; the corrected one is on the board', async (t) => {
  const { page, button, quiet } = await open(t, '/board/import')
  const choose = (text) => page.setInputFiles('input[type=file]', { name: 'visitas.csv', mimeType: 'text/csv', buffer: Buffer.from(text, 'latin1') })
  const head = 'Título;Lugar;Día;Desde;Hasta;Usuario\r\n'
  await choose(`${head}Inspección;${place.id};${today};8:00;9:00;campo12\r\nSin lugar;no-hay;${today};8:00;9:00;campo12\r\nDe nadie;${place.id};${today};8:00;9:00;nadie\r\n`)
  const rows = page.locator('.grid-row')
  await until('the bad lines are named', async () => (await rows.count()) === 2)
  assert.match((await rows.allInnerTexts()).join('\n'), /3[\s\S]*Sin lugar[\s\S]*No existe ese lugar[\s\S]*4[\s\S]*De nadie[\s\S]*No existe esa persona/)
  assert.equal(await button('Aplicar 1 cambio').isDisabled(), true)
  await accessible(page, 'a file with bad lines')
  await choose(`${head}Inspección Ñ;${place.id};${today};8:00;9:00;campo12\r\n`)
  await until('it says what it would make', async () => /08:00–09:00 · Ana García/.test(await rows.first().innerText()))
  await button('Aplicar 1 cambio').click()
  await until('it is done', async () => /Hecho: 1 creadas/.test(await page.locator('.notes').innerText()))
  await button('Agenda', page.locator('.notes')).click()
  await page.locator('.b-bar', { hasText: 'Inspección Ñ' }).waitFor()
  quiet()
})

test('a link of another company or team shows nothing; a worker sees only its own day; a phone gets a list', async (t) => {
  const platform = await w.api('plataforma', 'plataforma-1')
  await platform('POST', '/v1/companies', { id: 'otra', name: 'Otra', zone: 'America/Bogota', admin: { name: 'Inés', email: 'ines@otra.example', password: 'clave-larga-1' } })
  const theirs = await (await w.api('ines@otra.example', 'clave-larga-1'))('POST', '/v1/activities', { tipo: 'tarea', title: 'Secreto de otra', from: at('12:00'), until: at('13:00') })
  const far = await make('Del otro equipo', 'campo36', '10:00', '11:00')
  const own = await make('Solo mía', 'campo12', '19:00', '20:00', { notes: 'Tocar el timbre.', checklist: [{ text: 'Firma' }] })
  for (const [login, v] of [['admin', theirs], ['supervisor1', far]]) {
    const { page, side, quiet } = await open(t, `/board?id=${v.id}`, login)
    await until('nothing is there', async () => /No hay tal visita/.test(await side.innerText()))
    assert.equal((await page.content()).includes(v.title), false)
    quiet()
  }
  const worker = await open(t, '/board', 'campo12', { viewport: { width: 390, height: 844 } })
  await until('its visit is there', async () => /Solo mía[\s\S]*Tocar el timbre[\s\S]*Firma/.test(await worker.page.locator('.b-mine').textContent())) // also what is below the fold
  assert.equal(/Del otro equipo/.test(await worker.page.locator('body').innerText()), false)
  assert.equal(await worker.page.locator('.board button:not(.b-dates button, [data-talk] button)').count(), 0, 'it can only talk about its visits')
  await accessibleNow(worker.page, 'a worker on a phone')
  await admin('POST', `/v1/activities/${own.id}/assign`, { version: own.version, user_id: 'campo20' })
  await until('what it loses goes', async () => !/Solo mía/.test(await worker.page.locator('body').innerText()))
  const phone = await open(t, '/board', 'supervisor1', { viewport: { width: 390, height: 844 } })
  await phone.page.locator('section[aria-label="Ana Flores"]').getByRole('button', { name: /Solo mía/ }).click()
  await until('the panel is there', async () => /Solo mía[\s\S]*19:00–20:00/.test(await phone.side.innerText()))
  assert.ok(await phone.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than the phone')
  await phone.button('Cerrar', phone.side).click()
  await accessibleNow(phone.page, 'the list on a phone')
  worker.quiet()
  phone.quiet()
})
