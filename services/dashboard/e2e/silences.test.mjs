// What ends silences and stands for them, with a clock that goes fast: a late upload, somebody who does not move, and positions that
// arrive but are stored late.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { accessibleInBothThemes, enter, start, until } from './world.mjs'

const password = 'the-day-of-1'
let w, admin

before(async () => {
  w = await start({ TERRENO_DEMO_PHONES: 'false', TERRENO_CLOCK_SPEED: '60' })
  admin = await w.api('admin')
  const { version } = await admin('GET', '/v1/inactivity-settings')
  await admin('PUT', '/v1/inactivity-settings', { silence_after_s: 300, expected: 'shifts', movement_after_s: 3600, version })
})
after(async () => w?.stop())

const at = (now, s) => new Date(now + s * 1000).toISOString()
const check = () => admin('POST', '/v1/jobs/inactividad-checker/run', {}).catch(() => undefined) // it may be running

/** Somebody whose shift began some seconds ago. report sends positions of some seconds before now, each so many metres north of a spot. */
async function someone(id, name, ago = 60) {
  await admin('POST', '/v1/users', { id, name, payroll_number: id, password, role: 'colaborador', teams: ['norte'] })
  const own = await w.api(id, password)
  await own('POST', '/v1/shifts/start', { device_id: 'phone', occurred_at: at(await w.now(), -ago) })
  return async (seconds, metres = () => 0) => {
    const now = await w.now()
    await own('POST', '/v1/positions', { device_id: 'phone', positions: seconds.map((s) => ({ recorded_at: at(now, s), lat: 30.3 + metres(s) / 111_320, lon: -97.75, accuracy_m: 6 })) })
  }
}
const every = (step, from) => Array.from({ length: Math.floor(-from / step) + 1 }, (_, i) => from + i * step)

async function signedIn(t, address, login = 'admin') {
  const b = await w.browser(t)
  const page = await enter(b, w.url, login)
  await page.goto(w.url + address)
  return { ...b, page }
}
const alertOf = (page, name) => page.locator('.alert-row', { hasText: name })

test('a phone without a network that sends later what it recorded explains its silence', async (t) => {
  const report = await someone('tarda', 'Rita Tardía')
  await report([-1])
  const began = await w.now()
  const { page, quiet } = await signedIn(t, '/alerts?q=tardia')
  await until('she is silent', async () => {
    await check()
    return alertOf(page, 'Rita Tardía').waitFor({ timeout: 1500 }).then(() => true, () => false)
  })
  await alertOf(page, 'Rita Tardía').click()
  await page.locator('.card.alert .silence', { hasText: /^Sin señal desde las/ }).waitFor()
  const since = Math.ceil((began - (await w.now())) / 1000)
  await report(every(60, since), (s) => s * 2)
  await page.locator('.card.alert .facts', { hasText: 'el teléfono no tenía red: las posiciones llegaron después' }).waitFor()
  assert.match(await page.locator('.card.alert').innerText(), /Sin señal desde las \d\d:\d\d hasta las \d\d:\d\d\./)
  quiet()
})

test('who reports and does not move is told of apart from who is silent, until they move', async (t) => {
  const report = await someone('quieto', 'Bruno Quieto', 7200)
  // His pauses between two reports are no silence, however slow the machine is: five minutes of the clock pass in five seconds.
  await admin('PUT', '/v1/inactivity-settings/users/quieto', { silence_after_s: 86400, expected: 'shifts', movement_after_s: 3600, version: 0 })
  const { page, quiet } = await signedIn(t, '/')
  const marked = page.locator('.vlist .row', { hasText: 'Bruno Quieto' })
  await until('he is marked', async () => {
    await report(every(60, -5000))
    await check()
    return marked.locator('.sign.alert').waitFor({ timeout: 1500 }).then(() => true, () => false)
  })
  assert.equal(await marked.locator('.sign.lost').count(), 0) // he gives signs
  await marked.click()
  await until('since when', async () => /^No se mueve desde las \d\d:\d\d\.$/.test(await page.locator('.card .silence').innerText()))
  await page.goto(`${w.url}/alerts?q=quieto`)
  await alertOf(page, 'Bruno Quieto').click()
  await page.locator('.card.alert .silence', { hasText: 'No se mueve desde' }).waitFor()
  await until('he moved', async () => {
    await report([-20, -10, 0], (s) => 3000 + s)
    return page.locator('.card.alert .facts', { hasText: 'se movió' }).waitFor({ timeout: 1500 }).then(() => true, () => false)
  })
  quiet()
})

/** Keeps the writer of positions from writing: whoever reads is not disturbed. It answers how to let it go on. */
async function holdStorage() {
  const { postgresql } = JSON.parse(readFileSync(path.join(w.data, 'running.json'), 'utf8'))
  const psql = spawn('psql', ['-qAt', '-v', 'ON_ERROR_STOP=1', postgresql], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise((done) => psql.once('exit', done))
  psql.stdin.write("BEGIN; LOCK TABLE tracking.arrived IN EXCLUSIVE MODE; SELECT 'held';\n")
  await new Promise((done, fail) => {
    psql.stdout.once('data', done)
    psql.once('error', fail)
    psql.once('exit', (code) => fail(new Error(`psql ended with ${code}`)))
  })
  return () => {
    psql.stdin.end('ROLLBACK;\n')
    return ended
  }
}

test('positions that are stored late are one calm line for admins, and nobody is blamed; it goes once they are stored', async (t) => {
  const { page, quiet } = await signedIn(t, '/reports')
  const report = await someone('espera', 'Elsa Espera')
  // A slow machine between her report and the lock, while all is stored, is no silence yet: fifteen seconds.
  await admin('PUT', '/v1/inactivity-settings/users/espera', { silence_after_s: 900, expected: 'shifts', movement_after_s: 3600, version: 0 })
  await report([-1])
  const release = await holdStorage()
  t.after(release)
  const held = await w.now()
  const banner = page.locator('.banner')
  await until('the banner', async () => {
    await report([-1])
    await check()
    return banner.waitFor({ timeout: 1500 }).then(() => true, () => false)
  })
  assert.match(await banner.innerText(), /^\s*Desde las \d\d:\d\d, las posiciones se guardan con retraso: lo que se ve puede ser antiguo, y nadie recibe una alerta por eso\./)
  await until('nothing of hers is stored for longer than she may be silent', async () => (await w.now()) > held + 1_000_000)
  await check()
  assert.deepEqual((await admin('GET', '/v1/silences')).silences.filter((s) => s.user_id === 'espera'), [])
  await accessibleInBothThemes(page, 'the banner')
  await banner.getByRole('button', { name: 'Ver la alerta' }).click()
  await page.locator('.card.alert h2', { hasText: 'Sistema' }).waitFor()
  await release()
  await until('it went', async () => {
    await check()
    return banner.waitFor({ state: 'detached', timeout: 1500 }).then(() => true, () => false)
  })
  await page.locator('.card.alert', { hasText: 'se normalizó' }).waitFor()
  quiet()
})
