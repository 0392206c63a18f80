// The panel of a visit: its photos, its log, where somebody checked in and out, and what a worker does not agree with.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { deflateSync, crc32 } from 'node:zlib'
import { accessibleInBothThemes as accessible, accessible as accessibleNow, enter, noPhones, start, until } from './world.mjs'

let w, admin, place
const site = { lat: 30.27, lon: -97.74 }
before(async () => {
  w = await start(noPhones)
  admin = await w.api('admin')
  place = await admin('POST', '/v1/places', { name: 'Bodega Sur', ...site, radius_m: 80 })
})
after(async () => w?.stop())

const ago = async (minutes) => new Date((await w.now()) - minutes * 60_000).toISOString()
const make = async (title, user, from = 180, until = -180) => admin('POST', '/v1/activities', { title, place_id: place.id, from: await ago(from), until: await ago(until), user_id: user })

/** A picture of one colour. */
function png(red, green, blue, width = 32, height = 24) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    size.writeUInt32BE(data.length)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([size, body, sum])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2], 8)
  const rows = Buffer.concat(Array.from({ length: height }, () => Buffer.from([0, ...Array.from({ length: width }, () => [red, green, blue]).flat()])))
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
}
const file = (name, buffer, mimeType = 'image/png') => ({ name, mimeType, buffer })

async function open(t, path, login, options = {}) {
  const b = await w.browser(t, options)
  // How many addresses of blobs are in use.
  await b.context.addInitScript(() => {
    const used = new Set()
    const [make, free] = [URL.createObjectURL, URL.revokeObjectURL]
    URL.createObjectURL = (x) => { const url = make.call(URL, x); used.add(url); return url }
    URL.revokeObjectURL = (url) => { used.delete(url); free.call(URL, url) }
    globalThis.photosInUse = used
  })
  const page = await enter(b, w.url, login, path)
  await page.waitForSelector('.side .facts, .b-own')
  const side = page.locator('.side, .b-own').first()
  return {
    ...b, page, side, dialog: page.locator('[role=dialog]'), thumbs: side.locator('.b-thumb'), sending: side.locator('.b-uploads li'),
    button: (name, at = page) => at.getByRole('button', { name, exact: true }),
    choose: (...files) => side.locator('input[type=file]').setInputFiles(files),
    used: () => page.evaluate(() => globalThis.photosInUse.size),
    focused: (of) => of.evaluate((x) => x === document.activeElement),
  }
}

test('photos: several at once, each refused one says why and is tried again, one is lost on the way and added once, one is dropped', async (t) => {
  const v = await make('Con fotos', 'campo12')
  const { page, side, button, thumbs, sending, choose, used, quiet } = await open(t, `/board?id=${v.id}`, 'supervisor1')
  assert.equal(await side.locator('input[type=file]').getAttribute('accept'), 'image/*')
  assert.equal(await side.locator('input[type=file]').getAttribute('capture'), null)
  const big = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(10 << 20)])
  await choose(file('fachada.png', png(200, 30, 30)), file('factura.jpg', Buffer.from('MZ\x90\0 This program cannot be run'), 'image/jpeg'), file('enorme.jpg', big, 'image/jpeg'), file('medidor.png', png(30, 200, 30)))
  await until('the good ones are there, and the bad ones say why', async () => (await thumbs.count()) === 2 && (await sending.count()) === 2 && (await side.locator('.b-uploads .failed').count()) === 2)
  assert.match(await sending.nth(0).innerText(), /factura\.jpg[\s\S]*No es una foto JPEG/)
  assert.match(await sending.nth(1).innerText(), /enorme\.jpg[\s\S]*10,1 MB[\s\S]*demasiado grande/)
  await until('they are drawn', async () => (await side.locator('.b-thumb img').count()) === 2)
  assert.match(await thumbs.nth(1).getAttribute('aria-label'), /^Foto 2 de 2: .+, \d+ \w+/)
  assert.deepEqual((await admin('GET', `/v1/activities/${v.id}`)).history.filter((e) => e.photo).map((e) => [e.photo.type, e.by]), [['image/png', 'supervisor1'], ['image/png', 'supervisor1']])
  await accessible(page, 'photos and refused ones')
  await button('Quitar factura.jpg').click()
  await button('Quitar enorme.jpg').click()
  // The answer is lost: the photo is on the server, and the page does not know.
  await page.route('**/photos', async (route) => {
    await route.fetch()
    await route.abort()
  }, { times: 1 })
  await choose(file('perdida.png', png(30, 30, 200)))
  await until('it failed', async () => /perdida\.png[\s\S]*conexión/.test(await sending.first().innerText()))
  await button('Intentar ahora: perdida.png').click()
  await until('it is there', async () => (await thumbs.count()) === 3 && (await sending.count()) === 0)
  // From the desktop, two at once.
  const data = await page.evaluateHandle((all) => {
    const d = new DataTransfer()
    for (const [name, bytes] of all) d.items.add(new File([new Uint8Array(bytes)], name, { type: 'image/png' }))
    return d
  }, ['a.png', 'b.png'].map((name, i) => [name, [...png(90 * i, 90, 90)]]))
  await side.dispatchEvent('dragenter', { dataTransfer: data })
  await until('it says where they go', async () => /Suelta las fotos/.test(await side.innerText()))
  await side.dispatchEvent('drop', { dataTransfer: data })
  await until('five are there', async () => (await side.locator('.b-thumb img').count()) === 5)
  assert.equal((await admin('GET', `/v1/activities/${v.id}`)).history.filter((e) => e.kind === 'photo').length, 5)
  assert.equal(await used(), 5)
  await button('Cerrar', side).click()
  await until('no address of a photo is kept', async () => (await used()) === 0)
  quiet()
})

test('the viewer by keyboard: arrows, who and when, Escape leaves the panel open and the focus returns; a photo that cannot be shown is told', async (t) => {
  const v = await make('Para ver', 'campo12')
  const phone = await open(t, '/board', 'campo12', { viewport: { width: 390, height: 844 } })
  const own = phone.page.locator('.b-own', { hasText: 'Para ver' })
  await own.locator('summary').click()
  const input = own.locator('input[type=file]')
  await input.setInputFiles([file('uno.png', png(200, 160, 0)), file('dos.png', png(0, 160, 200))])
  await until('the worker sees both', async () => (await own.locator('.b-thumb img').count()) === 2)
  const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.from([0, 0, 0, 0]), Buffer.from('mif1heic'), Buffer.alloc(64)])
  await input.setInputFiles([file('tres.heic', heic, 'image/heic')])
  await until('the third has no picture', async () => /HEIC/.test(await own.locator('.b-thumb').nth(2).innerText()))
  await accessibleNow(phone.page, 'photos of a worker on a phone')
  assert.ok(await phone.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than the phone')

  const { page, side, dialog, button, thumbs, used, focused, quiet } = await open(t, `/board?id=${v.id}`, 'supervisor1')
  await until('they are drawn', async () => (await side.locator('.b-thumb img').count()) === 2)
  await thumbs.first().focus()
  await page.keyboard.press('Enter')
  const image = dialog.locator('img')
  await until('the first is shown', async () => (await image.count()) === 1 && (await image.evaluate((x) => x.naturalWidth)) === 32)
  assert.match(await dialog.innerText(), /Ana García · .+\d\d:\d\d · \d+ B/)
  await accessible(page, 'a photo')
  await page.keyboard.press('ArrowRight')
  await until('the second is shown', async () => /Foto 2 de 3/.test(await dialog.locator('h2').innerText()) && (await image.count()) === 1)
  await page.keyboard.press('End')
  await until('the third cannot be shown', async () => /no muestra fotos HEIC/.test(await dialog.innerText()))
  assert.equal(await dialog.getByRole('link', { name: 'Descargar' }).getAttribute('download'), 'foto-3.heic')
  await page.keyboard.press('ArrowRight') // there is no fourth
  await page.keyboard.press('Home')
  await until('the first again', async () => /Foto 1 de 3/.test(await dialog.locator('h2').innerText()))
  await page.keyboard.press('Escape')
  await until('it is closed', async () => (await dialog.count()) === 0)
  assert.ok(await side.isVisible())
  await until('the focus is where it was', () => focused(thumbs.first()))
  await until('only the small ones are kept', async () => (await used()) === 2)
  await button(/^Ver la foto de/, side).first().click() // from the log
  await until('the newest is shown', async () => /Foto 3 de 3/.test(await dialog.locator('h2').innerText()))
  quiet()
  phone.quiet()
})

test('the log tells distance, accuracy, what is made up and what was told late, and the drawing has both ends', async (t) => {
  const v = await make('Con distancia', 'campo12', 300, 120)
  const phone = await w.api('campo12')
  await phone('POST', `/v1/activities/${v.id}/check-in`, { occurred_at: await ago(60), lat: site.lat + 0.003, lon: site.lon, accuracy_m: 9, mock: true })
  await phone('POST', `/v1/activities/${v.id}/check-out`, { lat: site.lat, lon: site.lon + 0.0003, accuracy_m: 15 })
  const { side, page, quiet } = await open(t, `/board?id=${v.id}`, 'supervisor1')
  const [facts, log] = [await side.locator('.facts').innerText(), await side.locator('.log').last().innerText()]
  assert.match(facts, /Llegada[\s\S]*a 33\d m del lugar · (1 h|6\d min|59 min) después de su horario · [^\n]*simulada[\s\S]*Salida[\s\S]*a 29 m del lugar/)
  assert.match(log, /Salida[\s\S]*a 29 m del lugar · precisión ± 15 m[\s\S]*Llegada[\s\S]*a 33\d m del lugar · precisión ± 9 m[\s\S]*simulada[\s\S]*El aviso llegó (1 h|6\d min|59 min) después/)
  assert.equal(log.match(/El aviso llegó/g).length, 1)
  assert.deepEqual(await side.locator('.log .warn').filter({ hasText: 'del lugar' }).allInnerTexts(), [(/a 33\d m del lugar/.exec(log))[0]])
  assert.deepEqual([await page.locator('.sketch .check').count(), await page.locator('.sketch .out').count()], [1, 1])
  assert.match(await side.locator('.b-legend').innerText(), /Lugar[\s\S]*Llegada[\s\S]*Salida/)
  quiet()
})

test('a worker objects to a correction: the supervisor sees it at the corrected entry at once, and a correction answers it', async (t) => {
  const v = await make('Corregida', 'campo12')
  const phone = await w.api('campo12')
  await phone('POST', `/v1/activities/${v.id}/check-in`, { occurred_at: await ago(50) })
  const office = await open(t, `/board?id=${v.id}`, 'supervisor1')
  const worker = await open(t, '/board', 'campo12', { viewport: { width: 390, height: 844 } })
  const own = worker.page.locator('.b-own', { hasText: 'Corregida' })
  await own.waitFor()
  const objects = own.getByRole('button', { name: 'No estoy de acuerdo' })
  assert.equal(await objects.count(), 0) // there is nothing to object to
  const [{ key }] = (await admin('GET', `/v1/activities/${v.id}`)).history.filter((e) => e.kind === 'check_in')
  const correct = async (minutes, reason) => admin('POST', `/v1/activities/${v.id}/correct`, { version: (await admin('GET', `/v1/activities/${v.id}`)).version, corrects: key, occurred_at: await ago(minutes), reason })
  await correct(20, 'Llegó después')
  await objects.click()
  assert.equal(await office.button('No estoy de acuerdo', office.side).count(), 0) // it is not the supervisor's visit
  await accessibleNow(worker.page, 'to object')
  await worker.dialog.locator('textarea').fill('Llegué antes, lo vio el portero.')
  await worker.button('Enviar').click()
  await until('the worker knows that it is open', async () => /Nadie ha respondido/.test(await own.innerText()) && (await objects.count()) === 0)
  await until('the supervisor sees it', async () => /Con objeción[\s\S]*Ana García no está de acuerdo: “Llegué antes/.test(await office.side.innerText()))
  const at = office.side.locator('.history li', { hasText: /Corrigió ·/ }).last()
  assert.match(await at.innerText(), /“Llegó después”[\s\S]*Ana García no está de acuerdo, [\s\S]*“Llegué antes, lo vio el portero\.”/)
  assert.match(await at.innerText(), /llegada: antes /)
  await accessibleNow(office.page, 'an objection')
  await correct(45, 'El portero lo confirma')
  await until('it is answered', async () => !/Con objeción/.test(await office.side.innerText()))
  assert.match(await office.side.locator('.history').innerText(), /“Llegué antes, lo vio el portero/)
  await until('the worker may object again', async () => (await objects.count()) === 1)
  office.quiet()
  worker.quiet()
})

test('the conversation of a visit stands in its panel: unread, a draft that stays, Escape back to the visit, and the worker in the own day', async (t) => {
  const v = await make('Con conversación', 'campo12')
  const office = await open(t, `/board?id=${v.id}`, 'supervisor1')
  const worker = await open(t, '/board', 'campo12', { viewport: { width: 390, height: 844 } })
  const talk = office.page.locator('.side .chat-talk')
  await talk.click()
  const thread = office.page.locator('.b-talk')
  const composer = (at) => at.getByRole('textbox', { name: /Escribe un mensaje/ })
  await composer(thread).waitFor()
  assert.equal(new URL(office.page.url()).pathname, '/board') // it went nowhere
  await until('the keyboard is there', () => office.focused(composer(thread)))
  await composer(thread).fill('¿Ya llegaste a la bodega?')
  await composer(thread).press('Enter')
  await thread.locator('.chat-m', { hasText: 'bodega' }).waitFor()
  await accessibleNow(office.page, 'a conversation in the panel of a visit')
  await composer(thread).fill('un borrador')
  await office.page.keyboard.press('Escape')
  await thread.waitFor({ state: 'detached' })
  await until('the visit is there, and the focus where it was', async () => (await office.side.isVisible()) && (await office.focused(talk)))

  const own = worker.page.locator('.b-own', { hasText: 'Con conversación' })
  await until('the worker sees that something is unread', async () => /1 sin leer/.test((await own.locator('.chat-talk').getAttribute('aria-label')) ?? ''))
  await own.locator('.chat-talk').click()
  const theirs = worker.page.locator('.b-talk')
  await theirs.locator('.chat-m', { hasText: 'bodega' }).waitFor()
  await composer(theirs).fill('Sí, en la puerta')
  await composer(theirs).press('Enter')
  await accessibleNow(worker.page, 'a conversation in the own day')
  assert.ok(await worker.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than the phone')
  await theirs.getByRole('button', { name: 'Volver a la visita' }).click()
  await theirs.waitFor({ state: 'detached' })

  await until('the office sees that something is unread', async () => /1 sin leer/.test((await talk.getAttribute('aria-label')) ?? ''))
  await talk.click()
  await thread.locator('.chat-m', { hasText: 'en la puerta' }).waitFor()
  assert.equal(await composer(thread).inputValue(), 'un borrador')
  await office.page.reload()
  await thread.locator('.chat-m', { hasText: 'en la puerta' }).waitFor()
  assert.equal(await composer(thread).inputValue(), 'un borrador')
  // From elsewhere on the page Escape leads back to the visit too, and once more it closes.
  await office.page.evaluate(() => document.activeElement?.blur())
  await office.page.keyboard.press('Escape')
  await thread.waitFor({ state: 'detached' })
  await office.page.keyboard.press('Escape')
  await office.side.waitFor({ state: 'detached' })
  office.quiet()
  worker.quiet()
})
