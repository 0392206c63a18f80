// The settings of a company's work, and what is seen of work on the map and at a place.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessibleInBothThemes as accessible, accessible as inLight, enter, live, start, until } from './world.mjs'

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
  const page = await enter(b, w.url, login, path)
  await page.waitForSelector('.settings-form, .office .empty, .card, .row, .side')
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
  await until('the log tells', async () => /Cambiaron los ajustes · Laura Méndez[\s\S]*Hora del cierre: 22:00 → 21:15/.test(await page.locator('.log').first().innerText()))
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
  await page.getByRole('radio', { name: /^Solo en jornada/ }).check()
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
  await page.getByRole('radio', { name: /^Siempre/ }).check()
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

test('silence: hours, standing still and who is expected are written together; a colleague’s change is asked about', async (t) => {
  const held = () => admin('GET', '/v1/inactivity-settings')
  const { page, button, field, dialog, quiet } = await open(t)
  await page.getByRole('heading', { name: 'Silencio', exact: true }).scrollIntoViewIfNeeded()
  await page.getByText('No hay horario semanal. Si la empresa tampoco usa jornadas').waitFor()
  await page.getByLabel('En un horario semanal').check()
  await button('Guardar').click()
  await page.getByText('Agrega al menos un horario.').first().waitFor()
  await button('Agregar horario: lunes').click()
  await field('lunes, hasta').fill('1830')
  await button('Copiar a otros días: lunes').click()
  await button('Copiar').click()
  await field('Minutos sin posición').fill('2')
  await page.getByLabel('Avisar después de un tiempo').check()
  await button('Guardar').click()
  await until('it is refused at its field', async () => /de 5 a 1440/.test(await page.locator('.field', { has: field('Minutos sin posición') }).locator('.bad').allInnerTexts().then((x) => x.join())))
  await accessible(page, 'silence')
  await field('Minutos sin posición').fill('20')
  await button('Guardar').click()
  await until('it is saved', async () => (await page.locator('.settings-foot').innerText()).includes('Guardado.'))
  const { silence_after_s, expected, hours, movement_after_s, version } = await held()
  const is = { silence_after_s, expected, hours, movement_after_s, version }
  assert.deepEqual(is, { silence_after_s: 1200, expected: 'hours', hours: [{ days: [1, 2, 3, 4, 5], from: '08:00', until: '18:30' }], movement_after_s: 1800, version: 1 })
  await field('Minutos sin posición').fill('40')
  await admin('PUT', '/v1/inactivity-settings', { ...is, silence_after_s: 900, movement_after_s: 0 })
  await button('Guardar').click()
  await until('both are told', async () => /Minutos sin posición\s+15 min\s+40 min/.test(await dialog.innerText()))
  assert.equal((await held()).silence_after_s, 900)
  await button('Guardar lo mío', dialog).click()
  await until('mine holds, and the rest is the colleague’s', async () => (await held()).silence_after_s === 2400 && (await held()).movement_after_s === 0)
  quiet()
  const boss = await open(t, '/admin/settings', 'supervisor1')
  await boss.page.getByText('08:00–18:30').first().waitFor()
  assert.deepEqual([await boss.field('Minutos sin posición').isDisabled(), await boss.button('Agregar horario: lunes').count()], [true, 0])
  boss.quiet()
})

test('a team and a person have settings of silence of their own where they are edited; what holds and whose it is are told', async (t) => {
  const team = teams[0]
  const of = (path) => admin('GET', `/v1/inactivity-settings/${path}`)
  const { page, button, field, dialog, quiet } = await open(t, `/admin/teams?id=${team.id}`)
  const part = page.locator('.own-silence')
  await until('what holds', async () => /Vale el ajuste de la empresa|vale lo que trae la instalación/.test(await part.innerText()))
  const company = await admin('GET', '/v1/inactivity-settings')
  await button('Dar un ajuste propio').click()
  await dialog.getByRole('heading', { name: `Silencio: ${team.name}` }).waitFor()
  assert.equal(Number(await field('Minutos sin posición').inputValue()), company.silence_after_s / 60)
  await field('Minutos sin posición').fill('2')
  await button('Guardar', dialog).click()
  await until('it is refused at its field', async () => /de 5 a 1440/.test(await dialog.locator('.field', { has: field('Minutos sin posición') }).innerText()))
  await accessible(page, 'own settings')
  await field('Minutos sin posición').fill('45')
  await dialog.getByLabel('En su jornada').check()
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  await until('it is told', async () => /Tiene su propio ajuste\.[\s\S]*45 min[\s\S]*En su jornada/.test(await part.innerText()))
  assert.deepEqual(await of(`teams/${team.id}`).then((s) => [s.silence_after_s, s.expected, s.version]), [2700, 'shifts', 1])
  await button('Cambiar').click()
  await until('the log tells', async () => /Cambió el ajuste · Laura Méndez/.test(await dialog.innerText()))
  // A colleague changes it meanwhile: the rest is taken, and what both wrote is asked about.
  await field('Minutos sin posición').fill('60')
  await admin('PUT', `/v1/inactivity-settings/teams/${team.id}`, { silence_after_s: 1200, expected: 'shifts', movement_after_s: 600, version: 1 })
  await button('Guardar', dialog).click()
  await until('both are told', async () => /Minutos sin posición\s+20 min\s+60 min/.test(await dialog.last().innerText()))
  await button('Guardar lo mío').click()
  await until('mine holds, and the rest is the colleague’s', () => of(`teams/${team.id}`).then((s) => s.silence_after_s === 3600 && s.movement_after_s === 600))
  await accessible(page, 'a team with its own')
  await button('Quitar', part).click()
  await button('Quitar', dialog).click()
  await until('the company’s holds', async () => /Vale el ajuste de la empresa|vale lo que trae la instalación/.test(await part.innerText()))
  await until('and it is gone', () => of(`teams/${team.id}`).then((s) => s.silence_after_s === company.silence_after_s))
  // A person.
  await page.goto(`${w.url}/admin/people?id=campo02`)
  await button('Dar un ajuste propio').click()
  await dialog.getByLabel('Avisar después de un tiempo').check()
  await field('Minutos en el mismo lugar').fill('15')
  await button('Guardar', dialog).click()
  await until('it is told', async () => /Tiene su propio ajuste\.[\s\S]*Sin moverse\s+15 min/.test(await part.innerText()))
  assert.equal((await of('users/campo02')).movement_after_s, 900)
  quiet()
  const boss = await open(t, '/admin/people?id=campo02', 'supervisor1')
  await until('a supervisor reads it', async () => /Tiene su propio ajuste\./.test(await boss.page.locator('.own-silence').innerText()))
  assert.equal(await boss.page.locator('.own-silence button').count(), 0)
  boss.quiet()
})

test('the map tells who is in a visit, on shift or on a break, live and with one request for all', async (t) => {
  // Somebody of her own: the demo's phones begin and end the shifts of their people when they like.
  const name = 'Nadia Rondas'
  await admin('POST', '/v1/users', { id: 'rondas', name, payroll_number: 'rondas', password: 'la-ronda-de-1', role: 'colaborador', teams: [teams[0].id] })
  const worker = await w.api('rondas', 'la-ronda-de-1')
  const now = await w.now()
  await worker('POST', '/v1/positions', { device_id: 'phone', positions: [{ recorded_at: new Date(now - 1000).toISOString(), lat: 30.27, lon: -97.74, accuracy_m: 6 }] })
  const place = await admin('POST', '/v1/places', { name: 'Panadería El Ñandú', lat: 30.27, lon: -97.74 })
  const visit = (title, from, until, user) => admin('POST', '/v1/activities', { title, place_id: place.id, user_id: user, from: new Date(now + from * 3_600_000).toISOString(), until: new Date(now + until * 3_600_000).toISOString() })
  const v = await visit('Revisar la bomba', -1, 3, 'rondas')
  const { page, button, quiet } = await open(t, '/?p=rondas')
  const work = page.locator('.card .work')
  await until('nothing yet', async () => /Visita\s+Ninguna en curso/.test(await work.innerText()))
  await live(page) // when it comes to live it reads once more what it may have missed
  const asked = []
  page.on('request', (r) => /\/v1\/(shifts|activities)/.test(r.url()) && asked.push(r.url()))
  const height = (await work.boundingBox()).height
  assert.equal(await page.locator('.card h2').innerText(), name)
  await worker('POST', '/v1/shifts/start', {})
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
