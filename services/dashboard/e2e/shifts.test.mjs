// Shifts: who works now, what is planned, and what the office does. Nothing here waits for the map.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { accessibleInBothThemes as accessible, enter, noPhones, start, until } from './world.mjs'

let w, admin, office
const ends = []
before(async () => {
  w = await start({ ...noPhones, TERRENO_CLOCK_SPEED: '1' }) // nobody becomes late while a test looks, and nobody begins a shift by itself
  ;[admin, office] = await Promise.all([w.api('admin'), signedIn({ after: (end) => ends.push(end) }, '/shifts/plan?id=team/norte')])
})
after(async () => {
  for (const end of ends) await end()
  await w?.stop()
})

const zone = 'America/Chicago'
const instant = async (minutes) => new Date((await w.now()) + minutes * 60_000).toISOString()
/** The local time so many minutes from now, and the day of the week on which it is. */
async function local(minutes) {
  const p = Object.fromEntries(new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', weekday: 'short', hour: '2-digit', minute: '2-digit' }).formatToParts((await w.now()) + minutes * 60_000).map((x) => [x.type, x.value]))
  return { time: `${p.hour}:${p.minute}`, day: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(p.weekday) + 1 }
}
const button = (at, name) => at.getByRole('button', { name, exact: true })
const row = (page, id) => page.locator(`[id="row-${id}"]`)

/** Signs in on an address of the shifts, where no map is loaded. */
async function signedIn(t, path, login = 'admin', options = {}) {
  const b = await w.browser(t, options)
  const page = await enter(b, w.url, login, path)
  await page.waitForSelector('.grid-row, .side, .empty')
  return { ...b, page, side: page.locator('.side'), dialog: page.locator('[role=dialog]') }
}

/** Goes on as the admin, who is signed in once: what differs between tests is the address. */
async function open(path) {
  if (!office.page.url().endsWith(path)) await office.page.goto(w.url + path)
  await office.page.waitForSelector('.grid-row, .side, .empty')
  return office
}

test('a plan is written by keyboard and copied, saved, and says who is missing; a shift that a phone begins appears by itself', async () => {
  const { page, side, dialog, quiet } = await open('/shifts/plan?id=team/norte')
  const now = await local(0)
  const names = ['lunes', 'martes', 'miércoles', 'jueves', 'viernes', 'sábado', 'domingo']
  const day = names[now.day - 1]
  await button(side, 'Hacer un plan propio').click()
  await button(side, 'Agregar horario: lunes').click()
  const time = (name, end) => side.getByLabel(`${name}, ${end}`, { exact: true })
  await time('lunes', 'desde').fill('7')
  await page.keyboard.press('Tab')
  await until('a time is written as times are', async () => (await time('lunes', 'desde').inputValue()) === '07:00')
  await time('lunes', 'hasta').fill('1530')
  await page.keyboard.press('Tab')
  await button(side, 'Copiar a otros días: lunes').click()
  await side.getByRole('group', { name: 'Copiar a otros días: lunes' }).getByRole('button', { name: 'sábado' }).click()
  await button(side, 'Copiar').click()
  await until('six days have it', async () => (await side.locator('.sh-window').count()) === 6)
  assert.match(await side.locator('.sh-sum').innerText(), /51:00/)
  await accessible(page, 'a plan')
  await button(side, 'Guardar').click()
  await until('it is saved', async () => /lu–sá 07:00–15:30/.test(await row(page, 'team/norte').innerText()))
  // Somebody else changes it meanwhile: then it is shown and asked.
  const seen = await admin('GET', '/v1/shift-plans/team/norte')
  const from = await local(-40)
  await side.getByLabel('También en días festivos').check()
  await admin('PUT', '/v1/shift-plans/team/norte', { windows: [{ day: from.day, from: from.time, to: (await local(120)).time }], version: seen.version, on_holidays: true })
  await button(side, 'Guardar').click()
  await dialog.waitFor()
  assert.match(await dialog.innerText(), /Laura Méndez lo cambió[\s\S]*El suyo[\s\S]*lu–sá 07:00–15:30/)
  await button(dialog, 'Dejar el suyo').click()
  await dialog.waitFor({ state: 'detached' })
  await until('theirs is shown', async () => (await side.locator('.sh-window').count()) === 1)
  assert.equal(await time(day, 'hasta').count() + (from.day === now.day ? 0 : 1), 1)

  // Somebody removes it meanwhile: what is written stays, and can be kept or left.
  const holidays = side.getByLabel('También en días festivos')
  const gone = side.locator('.sh-gone')
  const remove = async () => {
    await holidays.uncheck()
    await admin('DELETE', `/v1/shift-plans/team/norte?version=${(await admin('GET', '/v1/shift-plans/team/norte')).version}`)
    await until('the removal is said', async () => {
      if (await gone.count()) return /Laura Méndez quitó este plan/.test(await gone.innerText())
      // The page reads the plan every half minute: it may know before, and then nothing can be saved.
      await button(side, 'Guardar').click({ timeout: 2000 }).catch(() => undefined)
      return false
    })
    assert.deepEqual([await side.locator('.sh-window').count(), await holidays.isChecked()], [1, false])
  }
  await remove()
  await button(gone, 'Crearlo de nuevo con lo de aquí').click()
  await gone.waitFor({ state: 'detached' })
  const again = await admin('GET', '/v1/shift-plans/team/norte')
  assert.deepEqual([again.exists, again.on_holidays, again.windows.length], [true, false, 1])
  await holidays.check()
  await button(side, 'Guardar').click()
  await until('it is saved', async () => (await admin('GET', '/v1/shift-plans/team/norte')).on_holidays)
  await side.getByRole('status').waitFor()
  await remove()
  await button(gone, 'Dejarlo quitado').click()
  await button(side, 'Hacer un plan propio').waitFor()
  const { version } = await admin('GET', '/v1/shift-plans/team/norte')
  await admin('PUT', '/v1/shift-plans/team/norte', { windows: again.windows, version, on_holidays: true })

  await page.goto(`${w.url}/shifts`) // the plan was written beside the page
  await page.locator('select').selectOption('norte')
  await until('the team is missing', async () => /Falta · [45]\d min/.test((await page.locator('.grid-row').first().innerText()).replaceAll('\n', ' ')))
  await accessible(page, 'who works now')
  const id = (await page.locator('.grid-row').first().getAttribute('id')).slice(4)
  await button(page, /Falta/).click()
  const missing = await page.locator('.grid-row').count()
  const phone = await w.api(id)
  await phone('POST', '/v1/shifts/start', { device_id: 'phone-1' })
  await until('one less is missing', async () => (await page.locator('.grid-row').count()) === missing - 1)
  await page.goto(`${w.url}/shifts?id=${id}`)
  await until('it works', async () => /En jornada/.test(await row(page, id).innerText()))
  await phone('POST', '/v1/shifts/pause')
  await until('it pauses', async () => /En pausa/.test(await row(page, id).innerText()) && /Pausó/.test(await side.innerText()))
  quiet()
})

test('the office ends a shift at a past time with a reason; the log and the week tell it; the time ahead is refused', async () => {
  await admin('POST', '/v1/shifts/start', { user_id: 'campo07', reason: 'olvidó el teléfono', occurred_at: await instant(-180) })
  const { page, side, dialog, quiet } = await open('/shifts?id=campo07')
  await button(side, 'Terminar jornada').click()
  await until('the reason has the keyboard', () => page.evaluate(() => document.activeElement?.matches('[role=dialog] input')))
  assert.equal(await button(dialog, 'Terminar jornada').isDisabled(), true)
  await page.keyboard.type('Llamó: ya se fue')
  const at = async (minutes) => new Date((await w.now()) + minutes * 60_000).toLocaleString('sv-SE', { timeZone: zone }).slice(0, 16).replace(' ', 'T')
  await dialog.getByLabel('Cuándo').fill(await at(60))
  await button(dialog, 'Terminar jornada').click()
  await until('the time ahead is refused', async () => /Esa hora todavía no llega/.test(await dialog.innerText()))
  await accessible(page, 'a question')
  await dialog.getByLabel('Cuándo').fill(await at(-60))
  await button(dialog, 'Terminar jornada').click()
  await dialog.waitFor({ state: 'detached' })
  await until('the log has it', async () => /Terminó · Laura Méndez[\s\S]*Llamó: ya se fue/.test(await side.innerText()))
  assert.match(await side.locator('.sh-days').innerText(), /[12]:\d\d/)
  await button(side, 'Semana anterior').click()
  await until('the week before is empty', async () => /week=/.test(page.url()) && !/\d:\d\d$/m.test(await side.locator('.sh-days td:last-child').allInnerTexts().then((x) => x.join('\n'))))
  await page.keyboard.press('Escape')
  await side.waitFor({ state: 'detached' })
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'list')
  quiet()
})

test('holidays are written; a supervisor changes no plan of the company; a colaborador sees only its own shift, on a phone', async (t) => {
  const { side, quiet } = await open('/shifts/plan?id=holidays')
  await button(side, 'Agregar día').click()
  await side.getByLabel('Fecha').fill('2015-12-25')
  await side.getByLabel('Nombre').fill('Navidad')
  await button(side, 'Guardar').click()
  await until('they are saved', async () => (await admin('GET', '/v1/holidays')).holidays.length === 1)
  await admin('PUT', '/v1/shift-plans/company', { windows: [{ day: 1, from: '08:00', to: '17:00' }], version: 0 })
  const [boss, worker] = await Promise.all([signedIn(t, '/shifts/plan?id=company', 'supervisor1'), signedIn(t, '/shifts', 'campo09', { viewport: { width: 390, height: 844 } })])
  await until('the plan is shown', async () => /08:00–17:00/.test(await boss.side.innerText()))
  assert.equal(await boss.side.locator('input, form').count(), 0)
  assert.equal(await worker.page.locator('.grid-row, .tabs').count(), 0)
  await button(worker.side, 'Iniciar jornada').click()
  await button(worker.dialog, 'Iniciar jornada').click()
  await until('it works', async () => /En jornada/.test(await worker.page.locator('.sh-now').innerText()))
  await accessible(worker.page, 'my shift, on a phone')
  assert.ok(await worker.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than the phone')
  await worker.page.goto(`${w.url}/shifts/plan`)
  await worker.page.waitForSelector('.office-body > .empty')
  quiet()
})

test('hours are approved as they were seen; a correction that comes later is said to have arrived afterwards, and counts when they are reopened', async (t) => {
  const began = await instant(-26 * 60)
  await admin('POST', '/v1/shifts/start', { user_id: 'campo11', reason: 'sin teléfono', occurred_at: began })
  await admin('POST', '/v1/shifts/end', { user_id: 'campo11', reason: 'sin teléfono', occurred_at: await instant(-22 * 60) })
  const date = async (days) => new Date((await w.now()) + days * 86_400_000).toLocaleDateString('sv-SE', { timeZone: zone })
  const [from, to] = [await date(-6), await date(-1)]
  const { page, side, dialog, quiet } = await open(`/shifts/hours?from=${from}&to=${to}&id=campo11`)
  await until('the hours are there', async () => /4:00/.test(await row(page, 'campo11').innerText()) && /Por aprobar/.test(await row(page, 'campo11').innerText()))
  // What changes after it was seen is not approved unseen.
  const log = () => admin('GET', '/v1/shifts/log?user=campo11')
  const correct = async (minutes) => {
    const { history, version } = await log()
    await admin('POST', '/v1/shifts/correct', { user_id: 'campo11', corrects: history.find((e) => e.kind === 'end').key, occurred_at: await instant(minutes), reason: 'se quedó más', version })
  }
  await correct(-21 * 60)
  await button(side, 'Aprobar horas').click()
  await until('the change is said', async () => /Las horas cambiaron mientras tanto/.test(await side.innerText()) && /5:00/.test(await side.locator('.sh-sums').innerText()))
  await accessible(page, 'hours')
  await button(side, 'Aprobar horas').click()
  await until('they are approved', async () => /Aprobadas/.test(await row(page, 'campo11').innerText()) && /Aprobado por ti/.test(await side.innerText()))
  await correct(-20 * 60)
  await page.reload()
  await until('it arrived afterwards', async () => /1 registro llegó después de aprobar/.test(await side.innerText()) && /Llegó después de aprobar las horas/.test(await side.locator('.log').innerText()))
  await until('the list says it too', async () => /5:00[\s\S]*Llegó después/.test(await row(page, 'campo11').innerText()))
  await button(side, 'Reabrir').click()
  await dialog.getByLabel('Motivo').fill('la corrección es correcta')
  await button(dialog, 'Reabrir').click()
  await until('it counts', async () => /6:00/.test(await side.locator('.sh-sums').innerText()) && /Por aprobar/.test(await row(page, 'campo11').innerText()))
  // By the page itself: the correction is refused without a reason, and the worker may object.
  await side.getByRole('button', { name: /^Corregir: Inició/ }).click()
  assert.equal(await button(dialog, 'Corregir').isDisabled(), true)
  await page.keyboard.press('Escape')
  const [file] = await Promise.all([page.waitForEvent('download'), button(page, 'Descargar CSV').click()])
  assert.match(readFileSync(await file.path(), 'utf8'), /campo11,[^\n]+,\d{4}-\d\d-\d\d,\d+,360,/)
  // The week is that of the shift, so that nobody has to look for it before it is read.
  const worker = await signedIn(t, `/shifts?week=${new Date(Date.parse(began)).toLocaleDateString('sv-SE', { timeZone: zone })}`, 'campo11')
  await worker.side.getByRole('button', { name: 'No estoy de acuerdo' }).first().click()
  await worker.dialog.getByLabel('Qué está mal').fill('Fueron siete horas')
  await button(worker.dialog, 'Enviar').click()
  await until('the objection is shown', async () => /No está de acuerdo/.test(await worker.side.innerText()) && /Fueron siete horas/.test(await worker.side.innerText()))
  quiet()
})
