// What days came to, and who is silent: the table, its files and sums, a day with its trips and stops, and the words about a silence.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { accessible, accessibleInBothThemes, enter, noPhones, start, until } from './world.mjs'

let w, admin, midnight, yesterday
const password = 'the-day-of-1'

/** Twenty kilometres in two trips with an hour of standing between them. */
const worked = (from, north) => Array.from({ length: 760 }, (_, i) => {
  const leg = i < 290 ? i : i < 470 ? 290 : i - 180
  return { recorded_at: new Date(from + i * 20_000).toISOString(), lat: 30.25 + north + leg * 15.5e-5, lon: -97.75, speed_mps: i >= 290 && i < 470 ? 0 : 0.86, accuracy_m: 5 }
})

async function someone(id, name) {
  await admin('POST', '/v1/users', { id, name, payroll_number: id, password, role: 'colaborador', teams: ['norte'] })
  return w.api(id, password)
}

async function upload(own, all) {
  for (let i = 0; i < all.length; i += 500) await own('POST', '/v1/positions', { device_id: 'phone', positions: all.slice(i, i + 500) })
}

before(async () => {
  w = await start(noPhones)
  admin = await w.api('admin')
  midnight = Date.parse(`${new Date(await w.now()).toISOString().slice(0, 10)}T05:00:00Z`) // of Chicago in summer
  yesterday = new Date(midnight - 43_200_000).toISOString().slice(0, 10)
  await upload(await someone('camina', 'Íñigo Muñoz'), worked(midnight - 86_400_000 + 8 * 3_600_000, 0))
  await admin('POST', '/v1/jobs/resumen-diario/run', { date: yesterday })
})
after(async () => w?.stop())

const row = (page, id) => page.locator(`[id="row-${id}"]`)
const line = async (at) => (await at.innerText()).replaceAll(/\s+/g, ' ')
const grid = (page) => page.waitForSelector('.grid-row')

/** Signs in on an address where no map is loaded. */
async function signedIn(t, path, login = 'admin', secret = 'demo', options = {}) {
  const b = await w.browser(t, options)
  const page = await enter(b, w.url, login, path, secret)
  return { ...b, page }
}

test('the day that was worked appears in the table by itself, with sums, files and weeks; a row opens the day and leads back', async (t) => {
  const { page, quiet } = await signedIn(t, `/reports?from=${yesterday}&to=${yesterday}`)
  await row(page, `camina/${yesterday}`).filter({ hasText: 'Cerrado' }).waitFor() // the page hears of it when the job has closed the day
  const first = await line(row(page, `camina/${yesterday}`))
  assert.match(first, /^Íñigo Muñoz 1\d([.,]\d)? km .*Cerrado/)
  assert.match(first, /760 llegaron tarde/)
  // Somebody's day arrives while the table is shown.
  await upload(await someone('tarde', 'Rosa Elvira'), worked(midnight - 86_400_000 + 9 * 3_600_000, 0.1))
  await row(page, `tarde/${yesterday}`).waitFor()
  // The numbers are sorted as numbers, and the sums are those of what is shown.
  const header = (name) => page.getByRole('columnheader', { name })
  await header('Distancia').getByRole('button').click()
  await header('Distancia').getByRole('button').click()
  assert.equal(await header('Distancia').getAttribute('aria-sort'), 'descending')
  assert.match(page.url(), /sort=-distance/)
  const all = await line(page.locator('.grid-foot'))
  await page.getByRole('searchbox').fill('inigo')
  await until('one row', async () => (await page.locator('.grid-row').count()) === 1)
  const one = await line(page.locator('.grid-foot'))
  assert.notEqual(one, all)
  assert.ok(first.includes(one.match(/Total (\S+ km)/)[1]), `${first} / ${one}`)
  await page.getByRole('searchbox').fill('')
  await accessibleInBothThemes(page, 'reports')
  // Files are those of the API.
  for (const [name, end, begins] of [['Descargar CSV', 'csv', null], ['Descargar para Excel', 'xlsx', 'PK']]) {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()])
    assert.equal(file.suggestedFilename(), `terreno-${yesterday}-${yesterday}.${end}`)
    const text = readFileSync(await file.path(), 'latin1')
    assert.ok(begins ? text.startsWith(begins) : text.includes('camina'), text.slice(0, 200))
  }
  // A row opens the day, with what it came to.
  await page.getByRole('grid').focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.day-came dl')
  const address = page.url()
  assert.match(address, new RegExp(`/people/(camina|tarde)/day\\?date=${yesterday}`))
  assert.match(await line(page.locator('.day-came')), /Distancia 1\d([.,]\d)? km.*Detenido/)
  await until('trips and a stop', async () => (await page.locator('.day-event.trip').count()) >= 1 && (await page.locator('.day-event.stop').count()) >= 1)
  await until('the line of the moment stands at the beginning', () => page.locator('.day-head').first().evaluate((e) => !e.hidden && Math.abs(Number.parseFloat(e.style.translate)) < 5))
  await until('the stop is on the map', () => page.evaluate(async () => (await window.terrenoMap?.map.getSource('day-marks')?.getData())?.features.some((f) => f.properties.kind === 'stop')))
  await accessible(page, 'a day')
  await page.keyboard.press('Escape')
  await grid(page)
  assert.match(page.url(), /\/reports\?.*sort=-distance/)
  // Sums by week; a row of them shows the days of that person.
  await page.getByRole('combobox', { name: 'Sumar' }).selectOption('week')
  await page.locator('[id^="row-camina/20"][id*="-W"]').waitFor()
  const [sums] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Descargar CSV' }).click()])
  assert.equal(sums.suggestedFilename(), `terreno-${yesterday}-${yesterday}-week.csv`)
  assert.match(readFileSync(await sums.path(), 'utf8'), /period.*[\s\S]*camina.*-W\d\d|-W\d\d.*camina/)
  await page.locator('[id^="row-camina/20"][id*="-W"]').click()
  await page.locator('.chip[aria-pressed=true]', { hasText: 'Solo Íñigo Muñoz' }).waitFor()
  await row(page, `camina/${yesterday}`).waitFor()
  await until('only theirs', async () => (await page.locator('.grid-row').count()) === 1)
  quiet()
})

test('a period that cannot be shown says so; an offline read is said; on a phone the numbers that matter stay', async (t) => {
  const { page, quiet } = await signedIn(t, '/reports?from=2013-01-01&to=2013-01-02', 'supervisor1', 'demo', { viewport: { width: 390, height: 844 } })
  await page.getByText('Ese periodo no se puede mostrar').waitFor()
  await page.getByRole('combobox', { name: 'Periodo' }).selectOption('yesterday')
  await row(page, `camina/${yesterday}`).waitFor()
  assert.match(await line(row(page, `camina/${yesterday}`)), /^Íñigo Muñoz 1\d([.,]\d)? km Cerrado$/)
  w.proxy.cut()
  await page.getByRole('combobox', { name: 'Sumar' }).selectOption('month')
  await page.getByRole('button', { name: 'Descargar CSV' }).click()
  await page.locator('.bad-box').waitFor()
  w.proxy.mend()
  quiet()
})

test('who works in the field sees its own days and no others', async (t) => {
  const { page, quiet } = await signedIn(t, `/reports?from=${yesterday}&to=${yesterday}`, 'camina', password)
  await row(page, `camina/${yesterday}`).waitFor()
  assert.equal(await page.locator('.grid-row').count(), 1)
  assert.equal(await page.locator('.office-head h2').innerText(), 'Mis días')
  quiet()
})

test('a silent person is marked with since when and why, on map, list, card and to themselves; the return ends it', async (t) => {
  const own = await someone('calla', 'Ana Silencio')
  const { version } = await admin('GET', '/v1/inactivity-settings')
  await admin('PUT', '/v1/inactivity-settings', { silence_after_s: 300, expected: 'shifts', version })
  const at = async (s) => new Date((await w.now()) + s * 1000).toISOString()
  const here = async () => own('POST', '/v1/positions', { device_id: 'phone', positions: [{ recorded_at: await at(-1), lat: 30.3, lon: -97.75, accuracy_m: 6, battery: 0.6 }] })
  await own('POST', '/v1/shifts/start', { device_id: 'phone' })
  await here()
  await own('POST', '/v1/device-state', { device_id: 'phone', states: [{ occurred_at: await at(0), kind: 'location_permission', value: 'denied' }] })
  const b = await w.browser(t)
  const page = await enter(b, w.url)
  const marked = page.locator('.vlist .row', { hasText: 'Ana Silencio' }).locator('.sign.lost')
  await until('she is marked', async () => {
    await admin('POST', '/v1/jobs/inactividad-checker/run', {}).catch(() => undefined) // it may be running
    return marked.waitFor({ timeout: 2000 }).then(() => true, () => false)
  })
  await page.getByRole('button', { name: /Sin señal/ }).click()
  await until('only who gives no sign', async () => (await page.locator('.vlist .row').count()) >= 1 && (await page.locator('.vlist .row .sign:not(.lost)').count()) === 0)
  await page.locator('.vlist .row', { hasText: 'Ana Silencio' }).click()
  await until('why', async () => /^Sin señal desde las \d\d:\d\d\. Retiró el permiso de ubicación a las \d\d:\d\d\./.test(await page.locator('.card .silence').innerText()))
  await until('the map has the mark', () => page.evaluate(async () => (await window.terrenoMap.map.getSource('chosen').getData()).features.some((f) => f.properties.state === 'lost')))
  await accessible(page, 'somebody silent')
  // The alert says the same, and so does the page to her.
  await page.goto(`${w.url}/alerts?q=silencio`)
  await page.locator('.alert-row', { hasText: 'Retiró el permiso' }).click()
  await page.locator('.card.alert .silence', { hasText: 'Retiró el permiso de ubicación' }).waitFor()
  const hers = await signedIn(t, '/shifts', 'calla', password)
  await hers.page.locator('.banner', { hasText: 'Retiró el permiso de ubicación' }).waitFor()
  // Positions come again: the mark goes, and the alert says how it ended.
  await until('it ended', async () => {
    await here()
    return page.locator('.card.alert .facts', { hasText: 'volvió a reportar' }).waitFor({ timeout: 2000 }).then(() => true, () => false)
  })
  await hers.page.locator('.banner').waitFor({ state: 'detached' })
  b.quiet()
})

test('travelled streets are a layer with a switch, on where there are no others', async (t) => {
  for (const id of ['calle1', 'calle2', 'calle3']) await upload(await someone(id, id), worked(midnight - 86_400_000 + 8 * 3_600_000, 0))
  await until('the pattern of three', async () => {
    await admin('POST', '/v1/jobs/patron-calles/run', {}).catch(() => undefined) // it may be running
    await new Promise((done) => setTimeout(done, 1000))
    return (await admin('GET', '/v1/routes/pattern')).features.length > 0
  })
  const b = await w.browser(t)
  const page = await enter(b, w.url)
  const button = page.getByRole('button', { name: 'Mostrar las calles recorridas' })
  await until('it is on', async () => (await button.getAttribute('aria-pressed')) === 'true')
  await until('the layer is under the zones', () => page.evaluate(() => {
    const ids = (window.terrenoMap.map.getStyle()?.layers ?? []).map((l) => l.id) // it has no style yet while it is made
    return ids.indexOf('pattern') >= 0 && ids.indexOf('pattern') < ids.indexOf('zone-fill')
  }))
  const lines = () => page.evaluate(async () => (await window.terrenoMap.map.getSource('pattern').getData()).features.length)
  await until('streets are drawn', async () => (await lines()) > 0)
  await button.click()
  await until('they are gone', async () => (await button.getAttribute('aria-pressed')) === 'false' && (await lines()) === 0)
  await page.reload()
  await page.waitForSelector('.vlist .row')
  assert.equal(await button.getAttribute('aria-pressed'), 'false') // the browser remembers
  b.quiet()
})

test('a silence that most share is one calm line for admins, and nobody is blamed; it is acknowledged, and goes by itself', async (t) => {
  const { version } = await admin('GET', '/v1/inactivity-settings')
  await admin('PUT', '/v1/inactivity-settings', { silence_after_s: 300, expected: 'shifts', version })
  const people = []
  for (let i = 1; i <= 5; i++) {
    const own = await someone(`junto${i}`, `Junto ${i}`)
    await own('POST', '/v1/shifts/start', { device_id: 'phone' })
    people.push(own)
  }
  const here = async () => {
    const recorded_at = new Date((await w.now()) - 1000).toISOString()
    await Promise.all(people.map((own) => own('POST', '/v1/positions', { device_id: 'phone', positions: [{ recorded_at, lat: 30.3, lon: -97.75, accuracy_m: 6 }] })))
  }
  const check = () => admin('POST', '/v1/jobs/inactividad-checker/run', {}).catch(() => undefined) // it may be running
  const { page, quiet } = await signedIn(t, `/reports?from=${yesterday}&to=${yesterday}`)
  const banner = page.locator('.banner')
  await here()
  await until('the banner', async () => {
    await check()
    return banner.waitFor({ timeout: 1500 }).then(() => true, () => false)
  })
  assert.match(await line(banner), /^Desde las \d\d:\d\d, [56] de [56] personas que reportaban dejaron de hacerlo a la vez\./)
  assert.deepEqual((await admin('GET', '/v1/silences')).silences.filter((s) => s.user_id.startsWith('junto')), [])
  await accessibleInBothThemes(page, 'the banner')
  await banner.getByRole('button', { name: 'Atender' }).click()
  await banner.getByRole('button', { name: 'Atender' }).waitFor({ state: 'detached' })
  const boss = await signedIn(t, `/reports?from=${yesterday}&to=${yesterday}`, 'supervisor1')
  await grid(boss.page)
  assert.equal(await boss.page.locator('.banner').count(), 0) // it is for admins
  await banner.getByRole('button', { name: 'Ver la alerta' }).click()
  await page.locator('.card.alert h2', { hasText: 'Sistema' }).waitFor()
  await until('it went', async () => {
    await here()
    await check()
    return banner.waitFor({ state: 'detached', timeout: 1500 }).then(() => true, () => false)
  })
  quiet()
})
