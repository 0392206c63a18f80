// The settings of a company's work, and what is seen of work on the map and at a place.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible as inLight, accessibleInBothThemes as accessible, start, until } from './world.mjs'

process.env.TERRENO_ADMIN_LOGIN = 'plataforma'
process.env.TERRENO_ADMIN_PASSWORD = 'plataforma-1'
let w, admin, teams
before(async () => {
  w = await start()
  admin = await w.api('admin')
  teams = (await admin('GET', '/v1/teams?limit=50')).teams
})
after(async () => w?.stop())

async function open(t, path = '/admin/settings', login = 'admin', options = {}) {
  const b = await w.browser(t, options)
  const page = await b.context.newPage()
  await page.goto(w.url + path)
  await page.fill('#login', login)
  await page.fill('#password', 'demo')
  await page.click('button.main')
  await page.waitForSelector('.settings-form, .office .empty, .card, .row')
  return { ...b, page, button: (name, at = page) => at.getByRole('button', { name, exact: true }), dialog: page.locator('[role=dialog]'), field: (name) => page.getByLabel(name, { exact: true }) }
}
const settings = () => admin('GET', '/v1/activity-settings')
const set = async (more) => admin('PUT', '/v1/activity-settings', { ...(await settings()), ...more })
const closes = async () => Object.fromEntries((await admin('GET', '/v1/activity-settings/teams')).teams.map((x) => [x.team_id, x.close_at]))
const company = 'Hora del cierre de la empresa'
/** Sooner than the page reads the settings again by itself, which is every 30 s. */
const soon = 20_000
const far = 'Lejos es a más de (metros)'

test('the close, a team’s own and arrivals are written together; what the server refuses stands at its field, and the rest is done', async (t) => {
  const { page, button, field, dialog, quiet } = await open(t)
  const team = `Cierre de ${teams[0].name}`
  await accessible(page, 'the settings')
  await field(company).fill('9')
  await field(far).fill('12,5')
  await field(team).fill('2030')
  await button('Guardar').click()
  await until('both are refused at their fields', async () => (await page.locator('.settings-form [aria-invalid=true]').count()) > 0)
  assert.match(await page.locator('.field', { has: field(far) }).innerText(), /metros enteros/)
  assert.equal((await closes())[teams[0].id], '20:30') // the team's was no mistake
  assert.equal(await field(far).inputValue(), '12,5')
  await field(far).fill('350')
  await button('Guardar').click()
  await until('the time is refused at its field', async () => /de 12:00 a 23:59/.test(await page.locator('.field', { has: field(company) }).locator('.bad').allInnerTexts().then((x) => x.join())))
  await inLight(page, 'what is wrong')
  await field(company).fill('21.15')
  await page.getByLabel('Pedir un motivo').check()
  await button(`Quitar la hora de ${teams[0].name}`).click()
  await page.keyboard.press('Enter') // the field has the keyboard: it saves
  await until('it is saved', async () => (await page.locator('.settings-foot').innerText()).includes('Guardado.'))
  const { tracking: _, version: __, ...is } = await settings()
  assert.deepEqual(is, { check_in_policy: 'reason', check_in_max_m: 350, close_at: '21:15' })
  assert.equal((await closes())[teams[0].id], undefined)
  await until('the log tells', async () => /Cambiaron los ajustes · Laura Méndez[\s\S]*Hora del cierre: 22:00 → 21:15/.test(await page.locator('.log').innerText()))
  // A team is refused: at its row.
  await field(team).fill('11')
  await button('Guardar').click()
  await until('it is said at the team', async () => /de 12:00 a 23:59/.test(await page.locator('.settings-teams li .bad').allInnerTexts().then((x) => x.join())))
  // Who leaves is asked.
  await page.getByRole('link', { name: 'Equipos' }).click()
  await dialog.waitFor()
  await button('Cancelar', dialog).click()
  assert.match(page.url(), /\/admin\/settings$/)
  await button('Deshacer').click()
  await page.getByRole('link', { name: 'Equipos' }).click()
  await until('it goes', async () => page.url().endsWith('/admin/teams'))
  quiet()
})

test('before the mode of tracking changes it is said what changes for whom, and for how many; so before going back', async (t) => {
  const { page, button, dialog, quiet } = await open(t)
  await page.getByLabel('Solo en jornada').check()
  await button('Guardar').click()
  await until('it counts who is off shift', async () => /\d+ de \d+ personas de campo están ahora fuera de jornada: dejan de verse|Todas las \d+ personas de campo están ahora en jornada/.test(await dialog.innerText()))
  assert.match(await dialog.innerText(), /se ocultan enseguida para todos[\s\S]*se borra 48 horas después de recibirse/)
  await inLight(page, 'the question')
  await button('Cancelar', dialog).click()
  assert.equal((await settings()).tracking, 'always')
  await button('Guardar').click()
  await button('Sí, solo en jornada', dialog).click()
  await until('it is so', async () => (await settings()).tracking === 'on_shift')
  await until('it is said', async () => (await page.locator('.settings-foot').innerText()).includes('Guardado.'))
  await page.getByLabel('Siempre').check()
  await button('Guardar').click()
  await dialog.waitFor()
  assert.match(await dialog.innerText(), /a cualquier hora, también en su descanso[\s\S]*Lo que ya se borró no vuelve/)
  await button('Sí, siempre', dialog).click()
  await until('it is back', async () => (await settings()).tracking === 'always')
  quiet()
})

test('a colleague’s change stays where nobody else writes, and is asked about where both do', async (t) => {
  await set({ close_at: '22:00', check_in_max_m: 200, check_in_policy: 'note' })
  const { page, button, field, dialog, quiet } = await open(t)
  await field(company).fill('20:00')
  await set({ close_at: '23:00', check_in_max_m: 500 })
  await button('Guardar').click()
  await until('both times are told', async () => /Hora del cierre de la empresa\s+23:00\s+20:00/.test(await dialog.innerText()))
  assert.doesNotMatch(await dialog.innerText(), /metros/) // nobody wrote over that
  await inLight(page, 'the question')
  assert.equal((await settings()).close_at, '23:00')
  await button('Cancelar', dialog).click()
  await until('it is said at the field', async () => /mientras tanto a: 23:00/.test(await page.locator('.field', { has: field(company) }).innerText()), soon)
  assert.deepEqual([await field(company).inputValue(), await field(far).inputValue()], ['20:00', '500'])
  await button('Guardar').click()
  await button('Guardar lo mío', dialog).click()
  await until('mine holds', async () => (await settings()).close_at === '20:00')
  assert.equal((await settings()).check_in_max_m, 500)
  quiet()
  const boss = await open(t, '/admin/settings', 'supervisor1')
  await boss.page.getByText('Lo decide la administración').waitFor()
  assert.deepEqual([await boss.field(company).isDisabled(), await boss.button('Guardar').count()], [true, 0])
  await inLight(boss.page, 'what a supervisor reads')
  boss.quiet()
})

test('a colleague who saves between reading and writing is asked about too', async (t) => {
  await set({ close_at: '22:00' })
  const { page, button, field, dialog, quiet } = await open(t)
  let first = true
  await page.route('**/v1/activity-settings', async (route) => {
    if (route.request().method() === 'PUT' && first) {
      first = false
      await set({ close_at: '23:00' })
    }
    await route.continue()
  })
  await field(company).fill('20:00')
  await button('Guardar').click()
  await until('both times are told', async () => /Hora del cierre de la empresa\s+23:00\s+20:00/.test(await dialog.innerText()))
  assert.equal((await settings()).close_at, '23:00')
  await button('Quedarme con lo guardado', dialog).click()
  await until('the colleague’s holds', async () => (await field(company).inputValue()) === '23:00', soon)
  quiet()
})

test('the map tells who is in a visit, on shift or on a break, live and with one request for all', async (t) => {
  const worker = await w.api('campo40')
  const now = await w.now()
  const place = await admin('POST', '/v1/places', { name: 'Panadería El Ñandú', lat: 30.27, lon: -97.74 })
  const visit = (title, from, until, user) => admin('POST', '/v1/activities', { title, place_id: place.id, user_id: user, from: new Date(now + from * 3_600_000).toISOString(), until: new Date(now + until * 3_600_000).toISOString() })
  const v = await visit('Revisar la bomba', -1, 3, 'campo40')
  const { page, button, quiet } = await open(t, '/?p=campo40')
  const asked = []
  page.on('request', (r) => /\/v1\/(shifts|activities)/.test(r.url()) && asked.push(r.url()))
  const work = page.locator('.card .work')
  await until('nothing yet', async () => /Visita\s+Ninguna en curso/.test(await work.innerText()))
  const height = (await work.boundingBox()).height
  const name = await page.locator('.card h2').innerText()
  const open_ = await admin('GET', '/v1/shifts?open=true&user=campo40')
  if (open_.shifts.length === 0) await worker('POST', '/v1/shifts/start', {})
  await until('on shift', async () => /En jornada desde \d\d:\d\d/.test(await work.innerText()))
  await worker('POST', '/v1/shifts/pause', {})
  await until('on a break', async () => /En pausa desde \d\d:\d\d/.test(await work.innerText()))
  await worker('POST', `/v1/activities/${v.id}/check-in`, { lat: 30.27, lon: -97.74, accuracy_m: 10 })
  await until('in the visit', async () => /Revisar la bomba · Panadería El Ñandú\s+desde \d\d:\d\d \(/.test(await work.innerText()))
  assert.equal((await work.boundingBox()).height, height) // what stands below stayed where it was
  await page.locator('.people input[type=search]').fill(name)
  await page.locator('.people .row', { hasText: name }).locator('.work-mark svg').waitFor()
  await inLight(page, 'a card with a visit')
  assert.deepEqual(asked, [], 'all of it was heard')
  await work.getByRole('link', { name: 'Revisar la bomba' }).click()
  await until('the agenda shows it', async () => /Revisar la bomba/.test(await page.locator('.side').innerText()))
  await page.goBack()
  await worker('POST', `/v1/activities/${v.id}/check-out`, { lat: 30.27, lon: -97.74, accuracy_m: 10 })
  await until('it is over', async () => /Ninguna en curso/.test(await work.innerText()))
  // The place: its last visit, the next one, and the agenda of it alone.
  await visit('La siguiente', 1, 2, 'campo39')
  await visit('De otro sitio', 1, 2, 'campo39').then((x) => admin('PUT', `/v1/activities/${x.id}`, { title: 'De otro sitio', lat: 30.3, lon: -97.7, version: x.version }))
  await page.goto(`${w.url}/places?id=${place.id}`)
  const card = page.locator('.z-card')
  await until('both are told', async () => /Próxima visita\s+[^\n]*La siguiente[\s\S]*Última visita\s+[^\n]*Revisar la bomba/.test(await card.innerText()))
  await button('Ver en la agenda').click()
  await until('the agenda has the place alone', async () => page.url().includes(`place=${place.id}`) && (await page.locator('.b-only').innerText()) === place.name && (await page.locator('.b-bar').count()) > 0)
  assert.doesNotMatch((await page.locator('.b-bar').evaluateAll((all) => all.map((x) => x.getAttribute('aria-label')))).join(), /De otro sitio/)
  const rows = await page.locator('.b-row').count()
  await page.locator('.b-only').click()
  await until('all are back', async () => !page.url().includes('place=') && (await page.locator('.b-row').count()) > rows)
  quiet()
})
