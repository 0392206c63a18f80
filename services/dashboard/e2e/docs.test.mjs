import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, enter, noPhones, start, until } from './world.mjs'

let w
before(async () => (w = await start(noPhones)))
after(async () => w?.stop())

/** Opens /docs and returns the hosts that the page asked for something. */
async function open(page) {
  const hosts = new Set()
  page.on('request', (r) => r.url().startsWith('data:') || hosts.add(new URL(r.url()).origin))
  await page.goto(`${w.url}/docs`)
  await page.waitForSelector('#api[data-ready] .opblock-tag')
  return hosts
}

/** Tries an operation without parameters, and returns the status and the text of the answer. */
async function tryIt(page, tag, id) {
  await page.locator(`.opblock-tag[data-tag="${tag}"]`).click()
  const block = page.locator(`[id$="-${id}"].opblock`)
  await block.locator('.opblock-summary-control').click()
  await block.locator('.try-out__btn').click()
  await block.locator('.execute').click()
  await block.locator('.live-responses-table .response-col_status').last().waitFor()
  return { status: (await block.locator('.live-responses-table .response .response-col_status').innerText()).trim(), text: await block.innerText() }
}

test('/docs lists all operations, from this host alone, and says how to get a token', async (t) => {
  const b = await w.browser(t)
  const page = await b.context.newPage()
  const hosts = await open(page)
  const described = await page.evaluate(async () => Object.entries((await (await fetch('/openapi.json')).json()).paths).flatMap(([path, o]) => Object.keys(o).map((m) => `${m.toUpperCase()} ${path}`)))
  const shown = []
  for (const part of await page.locator('.opblock-tag').all()) {
    await part.click()
    await page.waitForSelector('.opblock')
    shown.push(...(await page.locator('.opblock').evaluateAll((all) => all.map((o) => `${o.querySelector('.opblock-summary-method').textContent} ${o.querySelector('.opblock-summary-path').getAttribute('data-path')}`))))
    await part.click()
    await page.waitForSelector('.opblock', { state: 'detached' })
  }
  assert.ok(described.length > 40)
  assert.deepEqual(shown.sort(), described.sort())
  assert.deepEqual([...hosts], [w.url])
  await until('it says how to get a token', async () => /POST \/v1\/auth\/login/.test(await page.locator('.who').innerText()))
  assert.match(await page.locator('h1').innerText(), /^API de Terreno$/)
  const { status, text } = await tryIt(page, 'users', 'me')
  assert.equal(status, '401')
  assert.match(text, /admin, supervisor|toda persona/)
  b.quiet()
})

test('/docs tries operations as whoever signed in to the page, and shows no token', async (t) => {
  const b = await w.browser(t, { locale: 'en-US', colorScheme: 'dark' })
  const page = await enter(b, w.url)
  await open(page)
  await until('it knows who signed in', async () => /signed in as/.test(await page.locator('.who').innerText()))
  const { status, text } = await tryIt(page, 'users', 'me')
  assert.equal(status, '200')
  assert.match(text, /supervisor/)
  assert.doesNotMatch(text, /eyJ/)
  b.quiet()
})

test('/docs takes a token that was typed', async (t) => {
  const b = await w.browser(t)
  const page = await b.context.newPage()
  await open(page)
  const token = await page.evaluate(async () => {
    const r = await fetch('/v1/auth/login', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ company: 'demo', login: 'supervisor1', password: 'demo' }) })
    return (await r.json()).access_token
  })
  await page.click('.btn.authorize')
  await page.fill('.auth-container input', token)
  await page.click('.auth-container .btn.authorize')
  await page.click('.auth-container .btn-done')
  assert.equal((await tryIt(page, 'users', 'me')).status, '200')
  b.quiet()
})

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing on /docs, ${colorScheme}`, async (t) => {
    const b = await w.browser(t, { colorScheme })
    const page = await b.context.newPage()
    await open(page)
    await accessible(page, 'docs')
  })
}
