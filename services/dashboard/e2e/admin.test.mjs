// The administration: people, teams, import, companies, jobs. Nothing here waits for the map.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import { start, until } from './world.mjs'

process.env.TERRENO_ADMIN_LOGIN = 'plataforma'
process.env.TERRENO_ADMIN_PASSWORD = 'plataforma-1'
let w
before(async () => (w = await start()))
after(async () => w?.stop())

/** Fails when axe finds something. The second theme differs in its colours alone. */
async function accessible(page, what) {
  for (const theme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await until(`the page is ${theme}`, () => page.evaluate((t) => document.documentElement.dataset.theme === t, theme))
    const axe = new AxeBuilder({ page }).exclude('.maplibregl-canvas')
    const { violations } = await (theme === 'dark' ? axe.withRules(['color-contrast']) : axe).analyze()
    assert.deepEqual(violations.map((v) => `${what}, ${theme}: ${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(' | ')}`), [])
  }
  await page.bringToFront() // axe opens a page of its own, and a page behind another is not drawn
}

/** Signs in on an address of the administration, where no map is loaded. */
async function open(t, path, login = 'admin', password = 'demo', options = {}) {
  const b = await w.browser(t, options)
  const page = await b.context.newPage()
  await page.goto(w.url + path)
  await page.fill('#login', login)
  await page.fill('#password', password)
  await page.click('button.main')
  await page.waitForSelector('.grid-row, .drop, .side, .empty')
  return { ...b, page, side: page.locator('.side'), button: (name, at = page) => at.getByRole('button', { name, exact: true }) }
}

const rows = (page) => page.locator('.grid-row')
const names = (page) => page.locator('.grid-row .cell:not(.check):first-of-type, .grid-row .check + .cell').allInnerTexts()

async function signsIn(t, login, password, company) {
  const b = await w.browser(t)
  const answer = await b.context.request.post(`${w.url}/v1/auth/login`, { data: { login, password, company }, headers: { origin: w.url } })
  return answer.status()
}

test('a person is made, found, changed, gets a password, and is deactivated; the log tells who did it', async (t) => {
  const { page, side, button, quiet } = await open(t, '/admin/people')
  await button('Nueva persona').click()
  await until('the first field has the focus', () => page.evaluate(() => document.activeElement?.matches('.side input')))
  await page.keyboard.press('Enter')
  await page.waitForSelector('.side .bad')
  assert.match(await side.innerText(), /Escribe un nombre/)
  await side.getByLabel('Nombre').fill('Óscar Núñez 😀')
  await side.getByLabel('Correo').fill('campo01@demo.example')
  await button('Crear').click()
  await until('the taken e-mail is said at its field', async () => /Otra persona ya entra/.test(await side.innerText()))
  assert.equal(await side.getByLabel('Correo').getAttribute('aria-invalid'), 'true')
  await accessible(page, 'a form with what is wrong')
  await side.getByLabel('Correo').fill('oscar@demo.example')
  await side.getByLabel('Equipo Sur').check()
  await button('Crear').click()
  const password = await page.locator('.secret code').innerText()
  assert.match(password, /^\w{4}-\w{4}-\w{4}$/)
  await button('Ya la anoté').click()
  await page.waitForSelector('.side .log li')
  const id = new URL(page.url()).searchParams.get('id')
  assert.match(await side.locator('.log').innerText(), /Se creó · Laura Méndez/)
  assert.equal(await signsIn(t, 'oscar@demo.example', password), 200)
  assert.equal((await page.content()).includes(password), false)

  await side.getByLabel('Nombre').fill('Óscar Núñez Peña')
  await side.getByLabel('Rol').selectOption('supervisor')
  await button('Guardar').click()
  await until('the log tells the change', async () => /Rol: Campo → Supervisión/.test(await side.locator('.log').innerText()))
  await page.getByRole('searchbox').fill('nunez pena') // no accents, no capitals
  await until('one is found', async () => (await rows(page).count()) === 1)
  await button('Desactivar', side).click()
  await page.waitForSelector('[role=dialog]')
  assert.match(await page.locator('[role=dialog]').innerText(), /sesiones terminan ahora/)
  await accessible(page, 'a question')
  await button('Desactivar', page.locator('[role=dialog]')).click()
  await page.waitForSelector('.admin-main .empty') // the list shows the active ones
  await page.locator('.tools select').nth(2).selectOption('no')
  await until('it is among the others', async () => (await names(page)).some((n) => n.startsWith('Óscar Núñez Peña')))
  assert.equal(await signsIn(t, 'oscar@demo.example', password), 401)
  // The address says it all: another browser opens the same.
  await page.reload()
  await page.waitForSelector(`#row-${id}`)
  assert.match(await side.locator('header').innerText(), /Óscar Núñez Peña[\s\S]*Desactivada/)
  quiet()
})

test('by keyboard: find, move, select two, and move them to another team', async (t) => {
  const { page, side, button, quiet } = await open(t, '/admin/people?role=colaborador&team=norte')
  await page.keyboard.press('/')
  await page.keyboard.type('ana')
  await until('three are found', async () => (await rows(page).count()) === 3)
  await page.locator('.grid').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Space')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Space')
  await page.waitForSelector('.bulk')
  assert.match(await page.locator('.bulk').innerText(), /2 personas elegidas/)
  await page.keyboard.press('Enter')
  await page.waitForSelector('.side .log li')
  await page.keyboard.press('Escape')
  await side.waitFor({ state: 'detached' })
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'list')
  await button('Mover de equipo').press('Enter')
  await page.locator('[role=dialog] select').selectOption('sur')
  await button('Mover').press('Enter')
  await page.waitForSelector('.bulk', { state: 'detached' })
  await until('they have left', async () => (await rows(page).count()) === 1)
  await page.goto(`${w.url}/admin/people?role=colaborador&team=sur&q=ana&sort=-name`)
  await until('they are there, the last name first', async () => {
    const n = await names(page)
    return n.length === 4 && n.join() === [...n].sort((a, b) => b.localeCompare(a)).join()
  })
  quiet()
})

test('a team is made, gets members, is renamed and deleted', async (t) => {
  const { page, side, button, quiet } = await open(t, '/admin/teams')
  await button('Nuevo equipo').click()
  await side.getByLabel('Nombre').fill('equipo NORTE')
  await button('Crear').click()
  await until('the name is taken', async () => /Otro equipo ya se llama así/.test(await side.innerText()))
  await side.getByLabel('Nombre').fill('Ñandú')
  await side.getByLabel('Buscar: Integrantes').fill('elena')
  await side.getByLabel('Elena Pérez').check()
  await side.getByLabel('Elena García').check()
  await button('Crear').click()
  await until('it has two members', async () => /2 personas/.test(await side.locator('header').innerText()))
  await accessible(page, 'team')
  await side.getByLabel('Nombre').fill('Ñandú 2')
  await button('Guardar').click()
  await until('the log tells it', async () => /Nombre: Ñandú → Ñandú 2/.test(await side.locator('.log').innerText()))
  await button('Borrar equipo').click()
  assert.match(await page.locator('[role=dialog]').innerText(), /zonas asignadas/)
  await button('Borrar equipo', page.locator('[role=dialog]')).click()
  await side.waitFor({ state: 'detached' })
  await until('it is gone', async () => !(await names(page)).includes('Ñandú 2'))
  quiet()
})

test('a file names each bad line and changes nothing; the corrected one is applied, and its passwords come as a file', async (t) => {
  const { page, side, button, quiet } = await open(t, '/admin/import')
  await accessible(page, 'import')
  const choose = (text) => page.setInputFiles('input[type=file]', { name: 'personas.csv', mimeType: 'text/csv', buffer: Buffer.isBuffer(text) ? text : Buffer.from(text) })
  const head = 'Código;Nombre;Teléfono;Nómina;Rol;Equipos\r\n'
  await choose('\ufeff' + head + 'campo02;María;;campo02;colaborador;Equipo Sur\r\n;Zoé;12;E-1;jefe;Nadie\r\nn2;Ana;;campo03;;\r\n')
  await until('the bad lines are named', async () => (await rows(page).count()) === 2)
  const lines = (await rows(page).allInnerTexts()).join('\n')
  assert.match(lines, /3[\s\S]*Zoé[\s\S]*Teléfono: [\s\S]*Rol: [\s\S]*Equipos: No existe[\s\S]*4[\s\S]*Nómina: Otra persona ya entra/)
  assert.equal(await button('Aplicar 1 cambio').isDisabled(), true)
  await accessible(page, 'a file with bad lines')
  await rows(page).first().click()
  await until('the server says it in its words', async () => /has no team "Nadie"/.test(await side.innerText()))
  // As an old Excel saves it, which is not UTF-8.
  await choose(Buffer.from(head + 'campo02;María Ñusta;;campo02;colaborador;Equipo Sur\r\n;Zoé Ibáñez;+52 33 1234 5678;E-1;;Equipo Norte|Equipo Sur\r\n', 'latin1'))
  await button('Aplicar 2 cambios').click()
  await until('it is done', async () => /Hecho: 1 creadas, 1 cambiadas/.test(await page.locator('.notes').innerText()))
  await button('Generar la contraseña de la nueva').click()
  await button('Generar').click()
  await button('Descargar').waitFor()
  assert.equal(await button('Cerrar', page.locator('[role=dialog]')).isDisabled(), true) // not before they are kept
  const [file] = await Promise.all([page.waitForEvent('download'), button('Descargar').click()])
  const kept = readFileSync(await file.path(), 'utf8').trim().split('\r\n').map((l) => l.split(/[;,]/))
  assert.deepEqual([kept.length, kept[1][1]], [2, 'Zoé Ibáñez'])
  await button('Cerrar', page.locator('[role=dialog]')).click()
  assert.equal(await signsIn(t, 'E-1', kept[1][3]), 200)
  await choose(Buffer.from(head + ';Zoé Ibáñez;+52 33 1234 5678;E-1;;Equipo Norte|Equipo Sur\r\n'))
  await until('a second time there is nothing to do', async () => /Todo está ya como dice el archivo/.test(await page.locator('.notes').innerText()))
  quiet()
})

test('a supervisor reads its people and changes nobody; a colaborador is told that there is nothing', async (t) => {
  const { page, side, quiet } = await open(t, '/admin/people', 'supervisor1', 'demo', { viewport: { width: 360, height: 740 } })
  await rows(page).first().click()
  await side.waitFor()
  assert.equal(await page.locator('.side form, .side .acts, .tools button:not(.search button), .grid input').count(), 0)
  assert.equal(await page.locator('.rail a[href="/jobs"]').count(), 0)
  await accessible(page, 'a supervisor on a phone')
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than the phone')
  await page.goto(`${w.url}/jobs`)
  await page.waitForSelector('.admin-body > .empty')
  const worker = await open(t, '/admin/people', 'campo05')
  assert.match(await worker.page.locator('.admin-body').innerText(), /rol no permite/)
  quiet()
})

test('the platform makes a company with its admin, suspends it and lets it in again; jobs run when asked', async (t) => {
  const { page, side, button, quiet } = await open(t, '/', 'plataforma', 'plataforma-1', { locale: 'en-US' })
  await accessible(page, 'companies')
  await button('New company').click()
  await side.getByLabel('Name').first().fill('Acueducto Ñ')
  await side.getByLabel('Code').fill('acueducto')
  await side.getByLabel('Time zone').fill('Mars/Olympus')
  await side.getByLabel('Name').nth(1).fill('Inés Peña')
  await side.getByLabel('E-mail').fill('ines@acueducto.example')
  await button('Create').click()
  await until('the zone is refused at its field', async () => /no time zone/.test(await side.innerText()))
  await side.getByLabel('Time zone').fill('America/Bogota')
  await button('Create').click()
  const password = await page.locator('.secret code').innerText()
  await button('I have noted it').click()
  await until('the company is open', async () => /acueducto · Active/.test(await side.innerText()))
  assert.equal(await signsIn(t, 'ines@acueducto.example', password), 200)
  await accessible(page, 'company')
  await button('Suspend').click()
  assert.match(await page.locator('[role=dialog]').innerText(), /Nobody of the company gets in/)
  await button('Suspend', page.locator('[role=dialog]')).click()
  await button('Resume').waitFor()
  assert.equal(await signsIn(t, 'ines@acueducto.example', password), 401)
  await button('Resume').click()
  await button('Suspend').waitFor()
  await until('the log tells both', async () => (await side.locator('.log li').count()) >= 3)
  assert.equal(await signsIn(t, 'ines@acueducto.example', password), 200)

  await page.goto(`${w.url}/jobs`)
  await rows(page).first().waitFor()
  await page.locator('#row-caducar-alertas').click()
  await until('a daily job needs a company', async () => /Choose a company/.test(await side.innerText()))
  await page.locator('.tools select').selectOption('demo')
  await button('Run now').click()
  await until('the run is there and ends', async () => /asked for by platform/.test(await side.innerText()) && /Done/.test(await side.locator('.log').innerText()))
  await side.getByLabel('For a past day').fill('2001-01-01')
  await button('Run again').click()
  await until('a day too long ago is refused at the field', async () => /day of the last year/.test(await side.locator('.field').innerText()))
  await accessible(page, 'jobs')
  quiet()
})
