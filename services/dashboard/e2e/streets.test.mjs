import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { signIn } from '../scripts/browser.mjs'
import { lake, pmtiles, tile } from './tiles.mjs'
import { freePort, noPhones, start, until } from './world.mjs'

// One program has a file with streets. In front of it runs an ingress, whose page has a style of somebody else.
let w, folder, ingress, url
const hosts = { style: undefined, tiles: undefined }

/** Another host: it answers with what answer returns, and can be stopped and started. */
async function host(answer) {
  const server = http.createServer((q, r) => {
    const body = answer(new URL(q.url, 'http://x').pathname)
    r.writeHead(body === undefined ? 404 : 200, { 'Access-Control-Allow-Origin': '*', 'Content-Type': 'application/octet-stream' }).end(body)
  })
  let port = await freePort()
  // Another program may have taken the port meanwhile.
  const listens = () => new Promise((done) => {
    const failed = () => done(false)
    server.once('error', failed).listen(port, '127.0.0.1', () => (server.off('error', failed), done(true)))
  })
  while (!(await listens())) port = await freePort()
  const on = () => until('the host has its port again', listens)
  return { origin: `http://127.0.0.1:${port}`, on, off: () => new Promise((done) => (server.close(done), server.closeAllConnections())) }
}

let tiles = () => `${hosts.tiles.origin}/{z}/{x}/{y}.pbf`
const style = () => ({
  version: 8,
  glyphs: 'https://fonts.example.com/{fontstack}/{range}.pbf',
  sources: { osm: { type: 'vector', tiles: [tiles()], maxzoom: 9, attribution: 'Streets by the test' } },
  layers: [
    { id: 'land', type: 'background', paint: { 'background-color': '#ffffff' } },
    { id: 'water', type: 'fill', source: 'osm', 'source-layer': 'water', paint: { 'fill-color': '#ff0000' } },
    { id: 'town', type: 'symbol', source: 'osm', 'source-layer': 'places', layout: { 'text-field': ['get', 'name'], 'text-font': ['Noto Sans Regular'] } },
  ],
})

before(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'terreno-streets-'))
  writeFileSync(path.join(folder, 'test.pmtiles'), pmtiles())
  hosts.tiles = await host((p) => tile(...p.slice(1).replace('.pbf', '').split('/').map(Number)))
  hosts.style = await host((p) => (p === '/style.json' ? JSON.stringify(style()) : undefined))
  w = await start({ ...noPhones, TERRENO_MAP_FILE: path.join(folder, 'test.pmtiles') })
  const open = await freePort()
  url = `http://127.0.0.1:${open}`
  ingress = spawn(path.resolve(import.meta.dirname, '../../../bin/terreno'), ['ingress'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env, TERRENO_HTTP_ADDR: `127.0.0.1:${open}`, TERRENO_INTERNAL_ADDR: '127.0.0.1:0', TERRENO_LOG_LEVEL: 'error', TERRENO_DRAIN_TIMEOUT: '1s',
      TERRENO_INGRESS_SERVICE_URLS: ['identity', 'tracking-ingest', 'geofence', 'notifier', 'gateway'].map((s) => `${s}=http://127.0.0.1:${w.port}`).join(','),
      TERRENO_MAP_STYLE_URL: `${hosts.style.origin}/style.json`, TERRENO_MAP_HOSTS: hosts.tiles.origin,
    },
  })
  await until('the ingress answers', () => fetch(url).then((r) => r.ok, () => false))
})
after(async () => {
  if (ingress) {
    const ended = new Promise((done) => ingress.once('exit', done))
    ingress.kill('SIGINT')
    await ended
  }
  await w?.stop()
  await hosts.tiles?.off()
  await hosts.style?.off()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

const layers = (page) => page.evaluate(() => window.terrenoMap?.map.style?._loaded ? window.terrenoMap.map.getStyle().layers.map((l) => l.id) : [])
const drawn = (page, layer) => until(`${layer} is drawn`, () => page.evaluate((l) => window.terrenoMap?.map.getLayer(l) && window.terrenoMap.map.queryRenderedFeatures({ layers: [l] }).length, layer))

/** Waits until the middle of the map has a colour (red, green, blue) when it shows a place. */
async function coloured(page, [lng, lat], want) {
  await page.evaluate(([lng, lat]) => window.terrenoMap.map.jumpTo({ center: [lng, lat], zoom: 12, padding: { left: 0, right: 0, top: 0, bottom: 0 } }), [lng, lat])
  await until(`the map is ${want}`, () =>
    page.evaluate(
      (want) =>
        new Promise((done) => {
          const { map } = window.terrenoMap
          map.once('render', () => {
            const gl = map.getCanvas().getContext('webgl2')
            const pixel = new Uint8Array(4)
            gl.readPixels(gl.drawingBufferWidth / 2, gl.drawingBufferHeight / 2, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel)
            done([...pixel.slice(0, 3)].join() === want.join())
          })
          map.triggerRepaint()
        }),
      want,
    ),
  )
}

/** The origins that a page asks for something. */
function origins(page) {
  const seen = new Set()
  page.on('request', (r) => r.url().startsWith('http') && seen.add(new URL(r.url()).origin))
  return seen
}

test('a file brings streets, read in parts from this host alone, in both themes', async (t) => {
  const b = await w.browser(t, { colorScheme: 'light' })
  const page = await b.context.newPage()
  const seen = origins(page)
  const parts = []
  page.on('response', (r) => r.url().endsWith('/map.pmtiles') && parts.push(r.status()))
  await signIn(page, w.url)
  await drawn(page, 'street:water')
  await coloured(page, lake, [0xc8, 0xd9, 0xde])
  await drawn(page, 'street:place-names')
  assert.match(await page.locator('.maplibregl-ctrl-attrib').innerText(), /Made by the test/)
  await page.emulateMedia({ colorScheme: 'dark' })
  await coloured(page, lake, [0x0a, 0x10, 0x13])
  assert.ok(parts.length > 1 && parts.every((s) => s === 206), parts.join())
  assert.deepEqual([...seen], [w.url])
  b.quiet()
})

test('a style of another host is drawn under the people, and only its hosts are asked', async (t) => {
  const b = await w.browser(t)
  const page = await b.context.newPage()
  const seen = origins(page)
  await signIn(page, url)
  await drawn(page, 'street:water')
  await coloured(page, lake, [255, 0, 0])
  await drawn(page, 'street:town')
  assert.match(await page.locator('.maplibregl-ctrl-attrib').innerText(), /Streets by the test/)
  assert.ok((await layers(page)).indexOf('people') > (await layers(page)).indexOf('street:town'))
  assert.deepEqual([...seen].sort(), [url, hosts.style.origin, hosts.tiles.origin].sort())
  await page.goto(`${url}/docs`) // a deployment shows its API too
  await page.waitForSelector('#api[data-ready] .opblock-tag')
  b.quiet()
})

/** Waits until the page says that streets are missing, and why, and shows its own map. */
async function fallsBack(page, says) {
  await page.waitForSelector('.streets-note')
  assert.match(await page.locator('.streets-note').innerText(), says)
  await until('the built-in map is back', async () => (await layers(page)).includes('grid') && !(await layers(page)).some((l) => l.startsWith('street:')))
  assert.equal(await page.locator('.maplibregl-ctrl-attrib').count(), 0)
}
const named = (page, name) => {
  const there = (n) => {
    window.terrenoMap.map.jumpTo({ center: [-100, 24], zoom: 4, padding: { left: 0, right: 0, top: 0, bottom: 0 } })
    return window.terrenoMap.map.queryRenderedFeatures({ layers: ['countries'] }).some((f) => f.properties.name === n)
  }
  return until(`the map says ${name}`, () => page.evaluate(there, name))
}

test('when streets do not come, the page says why and shows its own map, with countries in its language', async (t) => {
  const b = await w.browser(t)
  const page = await b.context.newPage()
  const seen = origins(page)
  const before = tiles
  t.after(() => (tiles = before))
  tiles = () => 'https://elsewhere.example.com/{z}/{x}/{y}.pbf'
  await signIn(page, url)
  await fallsBack(page, /https:\/\/elsewhere\.example\.com.*TERRENO_MAP_HOSTS/)
  assert.ok(!seen.has('https://elsewhere.example.com'))
  tiles = before
  await hosts.tiles.off()
  t.after(() => hosts.tiles.on())
  await page.reload()
  await fallsBack(page, /Las calles no responden/)
  await named(page, 'México')
  await page.evaluate(() => localStorage.setItem('language', 'en'))
  await hosts.style.off()
  t.after(() => hosts.style.on())
  await page.reload()
  await fallsBack(page, /streets do not answer/)
  await named(page, 'Mexico')
  b.quiet()
})
