// The real program, a proxy that can be cut, and browsers. Nothing of the network is mocked.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { launch } from '../scripts/browser.mjs'

const patience = 90_000

/**
 * A port for a server that must know it before it listens, or that must get it again after a stop. The system gives such a port to
 * nobody: it is below those that it gives out by itself. Who can listen on port 0 and say which one it got needs none of this.
 */
export async function freePort() {
  for (;;) {
    const s = net.createServer()
    const port = randomInt(10_000, 32_768)
    const free = await new Promise((done) => s.once('error', () => done(false)).listen(port, '127.0.0.1', () => done(true)))
    if (!free) continue
    await new Promise((done) => s.close(done))
    return port
  }
}

/** Passes everything on to a port until it is cut. While it is cut, it refuses. */
async function proxyTo(port) {
  const open = new Set()
  let cut = false
  const server = net.createServer((client) => {
    if (cut) return client.destroy()
    const up = net.connect(port, '127.0.0.1')
    for (const s of [client, up]) {
      open.add(s)
      s.on('error', () => {})
      s.on('close', () => {
        open.delete(s)
        client.destroy()
        up.destroy()
      })
    }
    client.pipe(up).pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    cut() {
      cut = true
      for (const s of open) s.destroy()
    },
    mend: () => (cut = false),
    close() {
      this.cut()
      server.close()
    },
  }
}

/** A folder in memory if there is enough of it, as pkg/scratch says to the tests of Go: the program syncs each write. */
function scratch() {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm')
    if (bavail * bsize >= 4 * 2 ** 30) return '/dev/shm'
  } catch {
    // This system has none.
  }
  return '/tmp'
}

const settings = {
  TERRENO_HTTP_ADDR: '127.0.0.1:0', TERRENO_INTERNAL_ADDR: '127.0.0.1:0', TERRENO_CLOCK_SPEED: '20', TERRENO_LOG_LEVEL: 'error',
  // A hash that is cheap to make, as in identity's own tests: a log-in costs 0.3 s of a core otherwise.
  TERRENO_PASSWORD_MEMORY_KIB: '64', TERRENO_PASSWORD_PASSES: '1', TERRENO_PASSWORD_LANES: '1',
}

/** For tests that look at nobody who moves: the forty phones of the demo take ten seconds of the machine at their start alone. */
export const noPhones = { TERRENO_DEMO_PHONES: 'false' }

/** The same page in a quarter of the pixels: to draw them, without a graphics card, takes more of the machine than all else. */
const small = { viewport: { width: 1280, height: 860 }, deviceScaleFactor: 0.5 }

/** Starts everything. env: settings for a program of its own. */
export async function start(env = undefined) {
  let port = env ? 0 : Number(process.env.TERRENO_E2E_PORT ?? 0)
  let program, data
  let welcome = ''
  if (!port) {
    data = mkdtempSync(path.join(scratch(), 'terreno-page-'))
    chmodSync(data, 0o711) // started by root, PostgreSQL runs as another user, who must get to its folder
    program = spawn(path.resolve(import.meta.dirname, '../../../bin/terreno'), ['up'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...settings, TERRENO_DATA: data, ...env },
    })
    program.stderr.on('data', (d) => process.stderr.write(d))
    await new Promise((done, fail) => {
      program.once('exit', (code) => fail(new Error(`terreno up ended with ${code}`)))
      // The last line of what it says at the start.
      program.stdout.on('data', (d) => (welcome += d).includes('Ctrl-C to stop') && done())
    })
    port = Number(welcome.match(/Open http:\S+:(\d+) in a browser/)[1])
  }
  const proxy = await proxyTo(port)
  const browser = await launch()
  const direct = `http://127.0.0.1:${port}`
  return {
    proxy,
    port,
    /** The folder of a program of its own. */
    data,
    url: proxy.url,
    api: (login, password) => api(direct, login, password),
    /** Time in the field, milliseconds: what a phone would write into a position. */
    now: async () => Date.parse((await (await fetch(`${direct}/page.json`)).json()).now),
    /** The password of who runs the platform. It is said once, when the program first starts. */
    platformPassword: () => welcome.match(/login plataforma, password (\S+)/)[1],
    /** A browser of its own: other cookies, other tabs. quiet fails the test when a page complained. */
    async browser(t, options = {}) {
      const context = await browser.newContext({ ...small, locale: 'es-MX', ...options })
      t.after(() => context.close()) // also of a test that failed: a map that nobody sees still takes the machine
      context.setDefaultTimeout(patience)
      const complaints = []
      context.on('console', (m) => {
        const text = m.text()
        // What the API refuses is told to people, and a cut connection is wanted in some tests. Everything else is a defect: a
        // script that failed, a style that the policy stopped, a file that is not there.
        const wanted = /ERR_|WebSocket/.test(text) || (text.includes('status of') && m.location().url.includes('/v1/'))
        if (m.type() === 'error' && !wanted) complaints.push(text)
      })
      context.on('weberror', (e) => complaints.push(String(e.error())))
      return {
        context,
        complaints,
        quiet: () => assert.deepEqual(complaints, []),
      }
    },
    async stop() {
      await browser.close()
      proxy.close()
      if (program) {
        program.removeAllListeners('exit')
        if (program.exitCode === null && program.signalCode === null) {
          const ended = new Promise((done) => program.once('exit', done))
          program.kill('SIGINT')
          await ended
        }
        rmSync(data, { recursive: true, force: true })
      }
    },
  }
}

/** Speaks with the API as somebody, past the proxy: what happens on the other side of a cut connection. */
async function api(url, login, password = 'demo') {
  const send = async (method, path, body, token, key = crypto.randomUUID()) => {
    const r = await fetch(url + path, { method, headers: { ...(body && { 'Content-Type': 'application/json' }), ...(token && { Authorization: `Bearer ${token}` }), 'Idempotency-Key': key }, body: body && JSON.stringify(body) })
    const text = await r.text()
    if (r.status === 503) {
      // Busy: it says to try again shortly.
      await new Promise((done) => setTimeout(done, 500))
      return send(method, path, body, token, key)
    }
    if (!r.ok) throw new Error(`${method} ${path}: ${r.status} ${text}`)
    return text ? JSON.parse(text) : undefined
  }
  const { access_token: token } = await send('POST', '/v1/auth/login', { login, password })
  return (method, path, body) => send(method, path, body, token)
}

/**
 * Opens a view on a new page, for somebody who is signed in. The form would do the same for more of the machine, and pages are what the
 * tests spend it on; the tests of the page itself type into the form.
 */
export async function enter(b, url, login = 'supervisor1', path = '/', password = 'demo') {
  const answer = await until('it is not too busy to sign somebody in', async () => {
    const a = await b.context.request.post(`${url}/v1/auth/login`, { data: { login, password, cookie: true }, headers: { origin: url } })
    return a.status() !== 503 && a // it says to try again shortly
  })
  assert.equal(answer.status(), 200)
  const page = await b.context.newPage()
  await page.goto(url + path)
  if (path === '/') await page.waitForSelector('.vlist .row, .grid-row')
  return page
}

export const status = (page) => page.locator('.status [role=status]').innerText()
export const live = (page) => until('the page is live', async () => (await page.locator('.status').count()) > 0 && (await status(page)) === 'En vivo')

/** Waits until the map is drawn with all that it loads, such as its worker: a connection that is cut before leaves it without for ever. */
export const mapped = (page) => page.waitForFunction(() => window.terrenoMap?.map.loaded())

/** Waits until nothing fades in or out any more: half of a fade has colours that nobody is meant to read. */
const still = (page) => until('nothing moves', () => page.evaluate(() => document.getAnimations().every((a) => a.playState !== 'running' || a.effect?.getComputedTiming().endTime === Infinity)))

/** Fails when axe finds something on what a page shows. */
export async function accessible(page, what, rules = []) {
  await still(page)
  // The map's canvas is a picture; the list beside it says the same. The legacy mode looks at the page at once. The other opens a page
  // of its own each time, for frames of other hosts, which this page has not.
  // Only what is wrong is described, node by node: to describe all that is right costs three times the check.
  const axe = new AxeBuilder({ page }).exclude('.maplibregl-canvas').setLegacyMode(true).options({ resultTypes: ['violations'] })
  const { violations } = await (rules.length > 0 ? axe.withRules(rules) : axe).analyze()
  assert.deepEqual(violations.map((v) => `${what}: ${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(' | ')}`), [])
}

/** The same in both themes. The second differs in its colours alone. */
export async function accessibleInBothThemes(page, what) {
  await page.bringToFront() // a page behind another one hears of no theme
  for (const theme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await until(`the page is ${theme}`, () => page.evaluate((t) => document.documentElement.dataset.theme === t, theme))
    await accessible(page, `${what}, ${theme}`, theme === 'dark' ? ['color-contrast'] : [])
  }
}

/** Drops a file on the page, as from the desktop. */
export async function drop(on, name, text) {
  const dataTransfer = await on.page().evaluateHandle(([name, text]) => {
    const d = new DataTransfer()
    d.items.add(new File([text], name))
    return d
  }, [name, text])
  await on.dispatchEvent('dragenter', { dataTransfer })
  await on.dispatchEvent('drop', { dataTransfer })
}

/** Waits until f returns something true. */
export async function until(what, f, limit = patience) {
  const end = Date.now() + limit
  for (;;) {
    const got = await f()
    if (got) return got
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`)
    await new Promise((done) => setTimeout(done, 100))
  }
}
