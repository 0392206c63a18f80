// Makes pictures of the page: node scripts/screenshots.mjs URL FOLDER [all [PART]]. `make run` must be running at URL. Without `all` it
// makes the README's pictures. With it, it makes one of every view in both themes, sizes and languages, for whoever changes how the
// page looks; PART chooses those of which the name has it, such as phone-dark.
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { launch, signIn } from './browser.mjs'
import { small } from './png.mjs'

const [url = 'http://127.0.0.1:8080', folder = 'pictures', all = '', part = ''] = process.argv.slice(2)
const wide = { width: 1440, height: 900 }
const phone = { width: 390, height: 844 }
/** A picture of more bytes gets a palette. */
const enough = 180_000

/** What the README shows. Each begins at the map, signed in; show brings the page to what the picture is of. */
const readme = [
  { name: 'map', size: wide, theme: 'light', show: chosen },
  { name: 'map-dark', size: wide, theme: 'dark', show: everyone },
  { name: 'alerts', size: wide, theme: 'light', show: firstAlert },
  { name: 'board', size: wide, theme: 'light', show: board },
  { name: 'shifts', size: wide, theme: 'dark', show: shifts },
  { name: 'zones', size: wide, theme: 'light', show: zone },
  { name: 'silence', size: wide, theme: 'light', show: silence },
  { name: 'reports', size: wide, theme: 'light', show: reports },
  { name: 'day', size: wide, theme: 'dark', show: workedDay },
  { name: 'chat', size: wide, theme: 'light', show: chat },
  { name: 'panic', size: wide, theme: 'light', show: panic },
  { name: 'phone', size: phone, theme: 'light', show: everyone },
]

/** Every view, by its address and what is done there. */
const views = [
  { name: 'map', show: everyone },
  { name: 'person', show: chosen },
  { name: 'day', show: day },
  { name: 'zone', show: zone },
  { name: 'board', show: board },
  { name: 'places', show: places },
  { name: 'shifts', show: shifts },
  { name: 'alerts', show: alerts },
  { name: 'alert', show: firstAlert },
  { name: 'silence', show: silence },
  { name: 'reports', show: reports },
  { name: 'worked-day', show: workedDay },
  { name: 'chats', show: chats },
  { name: 'chat', show: chat },
  { name: 'chat-on-map', show: chatOnMap },
  { name: 'notices', show: notices },
  { name: 'webhooks', login: 'admin', show: webhooks },
  { name: 'panic', show: panic },
  { name: 'settings', login: 'admin', show: settings },
  { name: 'team-silence', login: 'admin', show: teamSilence },
  { name: 'own-silence', login: 'admin', show: ownSilence },
  { name: 'help', show: (page) => page.keyboard.press('?').then(() => page.waitForSelector('[role=dialog]')) },
]

async function everyone(page) {
  await page.waitForSelector('.vlist .row .speed:has-text("km/h")')
  await drawn(page)
}

/** Somebody who moves, with a trail. */
async function chosen(page) {
  await everyone(page)
  await page.locator('.row', { has: page.locator('.speed', { hasText: 'km/h' }) }).first().click()
  await page.waitForSelector('.card h2')
  await page.waitForFunction(() => window.terrenoMap.map.querySourceFeatures('chosen').some((f) => f.geometry.type === 'LineString'))
  await drawn(page)
}

async function day(page) {
  await chosen(page)
  await page.keyboard.press('d')
  await page.waitForSelector('.day-facts')
  await drawn(page)
  await page.keyboard.press('End')
}

/** The last zone of the list, on the map and in its card. */
async function zone(page) {
  await page.keyboard.press('3')
  await page.locator('.zones .row').last().click()
  await page.waitForSelector('.zones .card, .z-card')
  await drawn(page)
}

async function board(page) {
  await page.keyboard.press('4')
  await page.waitForSelector('.b-bar, .b-item')
  await page.waitForTimeout(1000)
}

async function places(page) {
  await page.keyboard.press('5')
  await page.waitForSelector('.places .row, .pl-tools')
  await drawn(page)
}

async function shifts(page) {
  await page.keyboard.press('6')
  await page.waitForSelector('.grid-row')
}

async function alerts(page) {
  await page.keyboard.press('2')
  await page.waitForSelector('.alert-row')
}

async function firstAlert(page) {
  await alerts(page)
  await page.locator('.row').first().click()
  await page.waitForSelector('.card .history li')
  await drawn(page)
}

/** Somebody from whom no position comes, with since when and why. In a new demo that takes half an hour of its clock. */
async function silence(page) {
  await everyone(page)
  const silent = page.locator('.row', { has: page.locator('.sign.lost') }).first()
  await silent.waitFor({ timeout: 300_000 })
  await silent.click()
  await page.waitForSelector('.card .silence')
  await drawn(page)
}

/** Yesterday, as it was worked. */
async function reports(page) {
  await page.locator('.rail a[href^="/reports"]').click()
  await page.waitForSelector('.grid-foot')
}

/** Of yesterday, the day of whoever went farthest, with its stops. */
async function workedDay(page) {
  await reports(page)
  const farthest = page.getByRole('columnheader').nth(1).getByRole('button')
  await farthest.click()
  await farthest.click()
  await page.locator('.grid-row').first().click()
  await page.waitForSelector('.day-came dl')
  await page.waitForSelector('.day-event.stop')
  await drawn(page)
}

async function chats(page) {
  await page.goto(`${url}/chat`)
  await page.waitForSelector('.chat-row')
}

/** The conversation in which most was said lately. */
async function chat(page) {
  await chats(page)
  await page.locator('.chat-row').first().click()
  await page.waitForSelector('.chat-m')
  await page.waitForTimeout(1000)
}

async function chatOnMap(page) {
  await chosen(page)
  await page.locator('.card .chat-talk').click()
  await page.waitForSelector('.chat-dock textarea')
}

async function notices(page) {
  await page.goto(`${url}/notifications`)
  await page.waitForSelector('.office')
  await page.waitForTimeout(1000)
}

async function webhooks(page) {
  await page.goto(`${url}/admin/webhooks`)
  await page.waitForSelector('.office')
  await page.waitForTimeout(1000)
}

/** Somebody calls for help, until the picture is taken. */
async function panic(page) {
  await everyone(page)
  const send = async (path, login, body, key) => {
    const { access_token: token } = await (await page.request.post(`${url}/v1/auth/login`, { data: { login, password: 'demo' } })).json()
    return (await page.request.post(url + path, { data: body, headers: { authorization: `Bearer ${token}`, 'idempotency-key': key } })).json()
  }
  const { id } = await send('/v1/alerts/panic', 'campo03', { note: 'Me siguen dos personas', battery: 0.14 }, `picture-${Date.now()}`)
  await page.waitForSelector('.panic-item')
  await drawn(page)
  after.push(() => send(`/v1/alerts/${id}/resolve`, 'supervisor1', { note: 'Una foto' }, `over-${id}`))
}

async function settings(page) {
  await page.goto(`${url}/admin/settings`)
  await page.getByRole('heading', { level: 2 }).last().scrollIntoViewIfNeeded()
}

async function teamSilence(page) {
  await page.goto(`${url}/admin/teams`)
  await page.locator('.grid-row').first().click()
  await page.locator('.own-silence .facts').scrollIntoViewIfNeeded()
}

async function ownSilence(page) {
  await teamSilence(page)
  await page.locator('.own-silence button').first().click()
  await page.waitForSelector('.own-silence-form')
  await page.waitForTimeout(500)
}

/** Waits until the map has drawn what it has. People move, so it is never idle for long. */
async function drawn(page) {
  await page.waitForFunction(() => window.terrenoMap?.map.loaded())
  await page.waitForTimeout(1500)
}

/** What a picture leaves behind is taken away after it. */
const after = []

async function take(browser, file, { size, theme, language, show, login }) {
  const context = await browser.newContext({ viewport: size, colorScheme: theme, locale: language === 'es' ? 'es-MX' : 'en-US', timezoneId: 'America/Chicago' })
  context.setDefaultTimeout(60_000)
  const page = await context.newPage()
  // Whether somebody is signed in is asked first, and the answer is no.
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && !m.location().url.endsWith('/v1/auth/refresh') && console.log(file, m.type(), m.text()))
  page.on('pageerror', (e) => console.log(file, 'error', e.message))
  await signIn(page, url, login)
  await show(page)
  const picture = await page.screenshot()
  for (const f of after.splice(0)) await f()
  writeFileSync(file, picture.length > enough ? await small(browser, picture) : picture)
  console.log(`${file}: ${Math.round(statSync(file).size / 1000)} kB`)
  await context.close()
}

mkdirSync(folder, { recursive: true })
const browser = await launch()
if (all !== 'all') for (const p of readme) await take(browser, `${folder}/${p.name}.png`, { language: 'en', ...p })
else {
  for (const [sizeName, size] of Object.entries({ wide, phone })) {
    for (const theme of ['light', 'dark']) {
      for (const language of ['es', 'en']) {
        for (const v of views) {
          const name = `${sizeName}-${theme}-${language}-${v.name}`
          if (name.includes(part)) await take(browser, `${folder}/${name}.png`, { size, theme, language, ...v })
        }
      }
    }
  }
}
await browser.close()
