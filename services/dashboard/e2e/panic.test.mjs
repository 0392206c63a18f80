// Calls for help over the page of two supervisors, from a phone's API to their end, and who is told of them.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, accessibleInBothThemes, enter, noPhones, start, until } from './world.mjs'

const password = 'auxilio-de-1'
let w, admin, phone, other, seq = 0
const step = (after_s, tell) => ({ after_s, tell: [tell], webhook: false })
const ladder = [step(0, 'team_supervisors'), step(5, 'supervisors'), step(3600, 'admins')]

before(async () => {
  w = await start({ ...noPhones, TERRENO_CLOCK_SPEED: '1' })
  admin = await w.api('admin')
  const user = (id, name, role, teams, more) => admin('POST', '/v1/users', { id, name, payroll_number: id, password, role, teams, ...more })
  await user('jefa', 'Inés Jefa', 'supervisor', ['norte'])
  await user('marisol', 'Marisol Peña', 'colaborador', ['norte'], { phone: '+52 55 1234 5678' })
  await user('bruno', 'Bruno Díaz', 'colaborador', ['norte'])
  await admin('PUT', '/v1/alert-settings', { ...(await admin('GET', '/v1/alert-settings')), version: '', escalation: { panico: { steps: ladder, repeat_s: 0, repeat_limit: 0 } } })
  phone = await w.api('marisol', password)
  other = await w.api('bruno', password)
})
after(async () => w?.stop())

/** A browser of somebody, in a view. received counts what it says by itself of alerts that it showed. */
async function browser(t, login, path = '/', options = {}) {
  const b = await w.browser(t, options)
  const received = []
  // A call that is heard before it is stored is not found at first, and is said to be shown once more.
  b.context.on('response', (r) => r.url().endsWith('/received') && r.status() !== 404 && received.push(r.url()))
  let asking = 0
  const says = (n) => (r) => r.url().endsWith('/received') && (asking += n)
  b.context.on('request', says(1)).on('requestfinished', says(-1)).on('requestfailed', says(-1))
  const page = await enter(b, w.url, login, path, login === 'jefa' ? password : 'demo')
  await page.locator('.rail').waitFor()
  return { ...b, page, received, asking: () => asking, panic: page.locator('.panic'), item: (name) => page.locator('.panic-item', { hasText: name }) }
}
const call = async (t, of = phone, more = {}) => {
  const { id } = await of('POST', '/v1/alerts/panic', { lat: 30.3, lon: -97.75, accuracy_m: 12, battery: 0.14, note: `Me siguen (${++seq})`, ...more })
  t.after(() => over(id).catch(() => undefined)) // or it would stand over what comes next
  return id
}
const sound = (x) => x.panic.getAttribute('data-sound')
const sounds = (x, as) => until(`it is ${as}`, async () => (await sound(x)) === as)
const gone = (x) => x.panic.waitFor({ state: 'detached' })
const alertOf = (id) => admin('GET', `/v1/alerts/${id}`)
const over = (id) => admin('POST', `/v1/alerts/${id}/resolve`, { note: 'fin' })
const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute('role') ?? document.activeElement?.tagName)

test('a call stands over every view of two supervisors with sound, counts down to who is told next, and goes once one takes care of it', async (t) => {
  const a = await browser(t, 'supervisor1')
  const b = await browser(t, 'jefa', '/admin/people')
  const search = b.page.locator('input[type=search]').first()
  await search.fill('mar')
  const id = await call(t)
  for (const x of [a, b]) {
    await x.item('Marisol Peña pide auxilio').waitFor()
    await sounds(x, 'on')
    await until('the title says it', async () => /^¡Auxilio! Marisol Peña · /.test(await x.page.title()))
    await until('so does the icon', async () => /^data:image\/png/.test(await x.page.locator('link[rel=icon]').getAttribute('href')))
  }
  // Who writes goes on writing; who does nothing has the call before them.
  await b.page.keyboard.type('i')
  assert.equal(await search.inputValue(), 'mari')
  await until('it has the keyboard', async () => (await focused(a.page)) === 'alertdialog')
  assert.match(await a.panic.innerText(), /Me siguen \(1\)[\s\S]*\+52 55 1234 5678[\s\S]*± 12 m[\s\S]*30\.30000, -97\.75000[\s\S]*14\s?%/)
  // It is said by itself that it was shown, once in each browser at most; the phone hears of the first.
  const { delivered_to } = await until('it was delivered', async () => { const x = await alertOf(id); return x.delivered_at && x })
  assert.ok(['supervisor1', 'jefa'].includes(delivered_to))
  await until('a browser has its answer', () => a.received.length + b.received.length >= 1)
  assert.ok(a.received.length <= 1 && b.received.length <= 1, `${a.received.length} and ${b.received.length}`)
  // The second step is due in some seconds, and is seen when it was done.
  const left = async () => Number(/(\d+):(\d\d)/.exec(await a.panic.locator('[role=timer]').innerText())?.[2] ?? 0)
  const first = await left()
  await until('it counts down', async () => (await a.panic.locator('.ladder li.done').count()) === 2 || (await left()) < first)
  await until('the second step was done', async () => (await a.panic.locator('.ladder li.done').count()) === 2)
  assert.match(await a.panic.locator('.ladder li.done').nth(1).innerText(), /Todos los supervisores[\s\S]*\d personas? · \d\d:\d\d/)
  assert.match(await a.panic.locator('.ladder li.next').innerText(), /Administración[\s\S]*en 5[5-9]:\d\d/)
  // It survives a reload, and is not said to be shown again.
  await until('it waits for no answer', () => a.asking() === 0)
  const before = a.received.length
  await a.page.reload()
  await a.item('Marisol Peña').waitFor()
  await until('its steps are there', async () => (await a.panic.locator('.ladder li.done').count()) === 2)
  assert.equal(a.received.length, before)
  await b.item('Marisol Peña').getByRole('button', { name: 'La atiendo yo' }).click()
  await Promise.all([gone(a), gone(b)])
  await a.page.locator('.panic-gone', { hasText: 'La llamada de Marisol Peña la atiende Inés Jefa.' }).waitFor()
  await b.page.locator('.panic-gone', { hasText: 'Tú atiendes la llamada de Marisol Peña.' }).waitFor()
  await until('the title is the usual one', async () => !/Auxilio/.test(await a.page.title()))
  assert.equal((await alertOf(id)).next_step_at, undefined)
  await over(id)
  a.quiet()
  b.quiet()
})

test('one tab sounds, one that nobody used says so and lets somebody turn it on; it is muted for one call here alone', async (t) => {
  const a = await browser(t, 'supervisor1')
  const id = await call(t)
  await sounds(a, 'on')
  const second = await a.context.newPage()
  // Whatever Playwright asks a page counts as a use of it, and lets it sound. This page may sound once somebody pressed something.
  await second.addInitScript(() => {
    let used = false
    window.addEventListener('pointerdown', () => (used = true), { capture: true })
    window.AudioContext = class extends AudioContext {
      constructor() {
        super()
        void this.suspend()
      }
      resume() {
        return used ? super.resume() : new Promise(() => {})
      }
    }
  })
  await second.goto(`${w.url}/board`)
  const b = { page: second, panic: second.locator('.panic') }
  await sounds(b, 'blocked')
  assert.equal(await sound(a), 'on')
  await second.getByRole('button', { name: 'Activar sonido' }).click()
  await sounds(b, 'elsewhere')
  await a.page.close()
  await sounds(b, 'on')
  await second.getByRole('button', { name: 'Silenciar aquí' }).click()
  await sounds(b, 'off')
  assert.match(await b.panic.innerText(), /En silencio en este navegador/)
  // Another call sounds, however late it comes, and says that it is late.
  const late = await call(t, other, { occurred_at: new Date((await w.now()) - 3 * 3600e3).toISOString(), lat: undefined })
  await sounds(b, 'on')
  await second.locator('.panic-item', { hasText: 'Bruno Díaz' }).getByText(/Llegó tarde: pidió auxilio a las \d\d:\d\d y se supo 3 h después/).waitFor()
  assert.deepEqual(await second.locator('.panic-item h3').allInnerTexts(), ['Marisol Peña pide auxilio', 'Bruno Díaz pide auxilio'])
  // Whoever made it small, to see the map, is not covered again because another call ended.
  await b.panic.getByRole('button', { name: 'Reducir' }).click()
  await over(late)
  await sounds(b, 'off')
  assert.equal(await b.panic.getAttribute('data-folded'), 'true')
  await over(id)
  await gone(b)
})

test('a false alarm needs a reason; the keyboard leads there and back, also over a dialog; the card tells all of it', async (t) => {
  const token = await w.api('supervisor1')
  await token('PUT', '/v1/push-tokens/tok-1', { platform: 'android' })
  const a = await browser(t, 'supervisor1')
  await a.page.keyboard.press('?')
  await a.page.getByRole('dialog', { name: 'Teclas' }).waitFor()
  const id = await call(t)
  await a.panic.waitFor()
  assert.notEqual(await focused(a.page), 'alertdialog') // somebody reads a dialog
  assert.equal(await a.page.locator('.panic-host').getAttribute('aria-hidden'), null)
  await a.page.keyboard.press('F8')
  await until('it has the keyboard', async () => (await focused(a.page)) === 'alertdialog')
  await a.page.keyboard.press('Escape')
  assert.equal(await a.page.getByRole('dialog', { name: 'Teclas' }).count(), 1)
  await a.page.keyboard.press('Escape')
  await a.page.getByRole('dialog', { name: 'Teclas' }).waitFor({ state: 'detached' })
  await a.page.keyboard.press('F8')
  await until('the false alarm has the keyboard', async () => {
    await a.page.keyboard.press('Tab')
    return a.page.evaluate(() => document.activeElement.textContent === 'Falsa alarma')
  })
  await a.page.keyboard.press('Enter')
  await a.page.keyboard.press('Control+Enter')
  await a.panic.getByText('Escribe por qué fue una falsa alarma.').waitFor()
  await a.page.keyboard.type('Lo oprimió sin querer')
  await accessible(a.page, 'the reason')
  await a.page.keyboard.press('Control+Enter')
  await gone(a)
  await a.page.locator('.panic-gones[role=log]').getByText('La llamada de Marisol Peña fue una falsa alarma, según Rosa Aguilar.').waitFor()
  const is = await alertOf(id)
  assert.deepEqual([is.resolution, is.resolved_note, is.resolved_by], ['false_alarm', 'Lo oprimió sin querer', 'supervisor1'])
  await a.page.locator('.panic-gone').getByRole('button', { name: 'Ver todo' }).click()
  const card = a.page.locator('.card.alert')
  await card.locator('.panic-way', { hasText: 'Falsa alarma' }).waitFor()
  await card.locator('.told', { hasText: 'Android' }).waitFor()
  // What became of each notification is read by the card again until it is known.
  const text = await until('the card has all', async () => { const s = await card.innerText(); return /No se envió · la instalación/.test(s) && /Era una falsa alarma:/.test(s) && s })
  assert.match(text, /Pánico · Falsa alarma/)
  assert.match(text, /Pidió auxilio[\s\S]*La recibió · Rosa Aguilar[\s\S]*Falsa alarma · Rosa Aguilar/)
  assert.match(text, /Rosa Aguilar[\s\S]*No se envió · la instalación no tiene credenciales de Firebase\s+Android/)
  assert.match(text, /Inés Jefa[\s\S]*no tiene ningún dispositivo que las reciba/)
  assert.match(text, /Qué pasó[\s\S]*Se avisó a 2 personas[\s\S]*Era una falsa alarma: Rosa Aguilar — “Lo oprimió sin querer”/)
  assert.doesNotMatch(text, /avisadas:/)
  await accessibleInBothThemes(a.page, 'the card of a call')
  a.quiet()
})

test('nobody takes care of their own call, and a call that came again says so; on a phone it leaves the bar of the page', async (t) => {
  const a = await browser(t, 'jefa', '/reports', { viewport: { width: 390, height: 844 } })
  const own = await w.api('jefa', password)
  const mine = await call(t, own)
  await a.page.goto(`${w.url}/alerts?id=${mine}`)
  await a.page.locator('.card.alert', { hasText: 'Es tu propia llamada de auxilio' }).waitFor()
  assert.equal(await a.panic.count(), 0)
  assert.equal(await a.page.getByRole('button', { name: 'Atender' }).count(), 0)
  await a.page.keyboard.press('r')
  assert.equal(await a.page.getByRole('dialog').count(), 0) // nor by its key
  await admin('POST', `/v1/alerts/${mine}/acknowledge`, {})
  await until('it is taken', async () => (await a.page.getByRole('button', { name: 'Falsa alarma' }).count()) === 0)
  await over(mine)
  const id = await call(t)
  await a.item('Marisol').waitFor()
  await accessibleInBothThemes(a.page, 'a call on a phone')
  const box = await a.panic.boundingBox()
  assert.ok(box.x >= 0 && box.x + box.width <= 390 && box.y + box.height <= 844 - 56, JSON.stringify(box))
  assert.equal(await a.page.evaluate(() => document.documentElement.scrollWidth), 390)
  await call(t)
  await a.item('Marisol').getByRole('link', { name: 'Ver todo' }).click()
  assert.equal(await a.panic.getAttribute('data-folded'), 'true')
  await a.page.locator('.card.alert .history', { hasText: 'Volvió a pedir auxilio' }).waitFor()
  assert.equal(new URL(a.page.url()).searchParams.get('id'), id)
  await a.page.locator('.card.alert').getByRole('button', { name: 'Voy en camino' }).click()
  await gone(a)
  await a.page.locator('.panic-way li.done', { hasText: 'Va en camino · Inés Jefa' }).waitFor()
  await over(id)
})

test('a call that ends while the connection is away says so when it is back, and until then that nothing is known', async (t) => {
  const a = await browser(t, 'supervisor1')
  const id = await call(t)
  await a.item('Marisol').waitFor()
  w.proxy.cut()
  await a.panic.getByText('Sin conexión: esto puede haber cambiado.').waitFor()
  await a.panic.getByRole('button', { name: 'Reducir' }).click()
  await a.panic.getByRole('button', { name: 'La atiendo yo' }).click()
  await a.panic.locator('.panic-bad').waitFor() // also small, it says what failed
  await over(id)
  w.proxy.mend()
  await gone(a)
  await a.page.locator('.panic-gone', { hasText: 'La llamada de Marisol Peña ya no está abierta.' }).waitFor()
})

test('a supervisor reads who is told of every type of alert, and changes nothing', async (t) => {
  const { page, quiet } = await browser(t, 'jefa', '/admin/settings')
  await page.getByRole('group', { name: 'Fuera de su zona' }).waitFor()
  assert.equal(await page.locator('.rungs input:enabled, .rungs button').count(), 0)
  quiet()
})

test('who is told is decided in the settings: at its field what is wrong, and a colleague’s change is not written over', async (t) => {
  const { page, quiet } = await browser(t, 'admin', '/admin/settings')
  const rungs = page.locator('.rungs')
  const after_ = (n) => page.getByRole('group', { name: `Aviso ${n}`, exact: true }).getByLabel('Después de')
  const save = page.getByRole('button', { name: 'Guardar', exact: true })
  await after_(2).fill('0:00')
  await save.click()
  await page.getByRole('group', { name: 'Aviso 2', exact: true }).getByText('Cada aviso va después del anterior.').waitFor()
  await accessibleInBothThemes(page, 'who is told')
  await after_(2).fill('1,5')
  await rungs.getByRole('button', { name: 'Agregar aviso' }).click()
  await rungs.getByLabel('Después, avisar otra vez a todos cada').fill('5')
  await rungs.getByLabel('Cuántas veces').fill('3')
  // A colleague decides something else meanwhile: the same ladder.
  const now = await admin('GET', '/v1/alert-settings')
  await admin('PUT', '/v1/alert-settings', { ...now, escalation: { ...now.escalation, panico: { steps: [step(10, 'admins')], repeat_s: 0, repeat_limit: 0 } } })
  await save.click()
  const dialog = page.getByRole('dialog', { name: 'Alguien más cambió lo mismo' })
  assert.match(await dialog.innerText(), /Avisos: Pánico[\s\S]*0:10 administración[\s\S]*0:00 supervisores de su equipo · 1:30 todos los supervisores/)
  await dialog.getByRole('button', { name: 'Guardar lo mío' }).click()
  await page.locator('.settings-foot', { hasText: 'Guardado.' }).waitFor()
  assert.deepEqual((await admin('GET', '/v1/alert-settings')).escalation.panico, { steps: [ladder[0], step(90, 'supervisors'), ladder[2], step(3720, 'admins')], repeat_s: 300, repeat_limit: 3 })
  await page.locator('.log', { hasText: 'Cambió a quién se avisa' }).getByText(/A quién se avisa: .*Pánico: 0:10 administración.* → .*Pánico: 0:00 supervisores de su equipo/).first().waitFor()
  quiet()
})
