import { mkdirSync } from 'node:fs'
import { launch, signIn } from '/work/wt/zb/services/dashboard/scripts/browser.mjs'
const url = 'http://127.0.0.1:18210'
const only = process.argv[2] ?? ''
mkdirSync('/tmp/zb/p', { recursive: true })
const browser = await launch()
const sizes = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }
try {
for (const [size, viewport] of Object.entries(sizes)) for (const theme of ['light', 'dark']) for (const language of ['es', 'en']) {
  const name = `${size}-${theme}-${language}`
  if (only && !only.split(',').some((o) => name.includes(o))) continue
  if ((theme === 'light') !== (language === 'es')) continue
  const context = await browser.newContext({ viewport, colorScheme: theme, locale: language === 'es' ? 'es-MX' : 'en-US', timezoneId: 'America/Bogota' })
  const page = await context.newPage()
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && console.log(name, m.type(), m.text()))
  page.on('pageerror', (e) => console.log(name, 'error', e.message, e.stack))
  const shot = (view) => page.screenshot({ path: `/tmp/zb/p/${name}-${view}.png` })
  await signIn(page, url)
  await page.goto(url + '/people/dia/day?date=2015-06-06')
  await page.waitForFunction(() => window.terrenoDay?.player && !Number.isNaN(window.terrenoDay.player.time), null, { timeout: 40000 }).catch(async (e) => { await shot('fail'); throw e })
  await page.waitForTimeout(5000)
  await page.keyboard.press('End'); await page.keyboard.press('Home')
  await page.keyboard.press(' ')
  await page.keyboard.press('>')
  await page.waitForTimeout(6000)
  await page.keyboard.press(' ')
  await page.waitForTimeout(1500)
  await shot('day')
  await page.goto(url + '/people/campo03/day')
  await page.waitForFunction(() => window.terrenoDay?.player && !Number.isNaN(window.terrenoDay.player.time), null, { timeout: 40000 }).catch(async (e) => { await shot('fail'); throw e })
  await page.waitForTimeout(4000)
  const box = await page.locator('.day-chart .u-over').first().boundingBox()
  await page.mouse.click(box.x + box.width * 0.4, box.y + 30)
  await page.mouse.move(box.x + box.width * 0.2, box.y + 30)
  await page.waitForTimeout(1500)
  await shot('today')
  await page.keyboard.press('PageUp')
  await page.waitForTimeout(3000)
  await shot('empty')
  await page.goto(url + '/people/campo10/day')
  await page.waitForFunction(() => window.terrenoDay?.player && !Number.isNaN(window.terrenoDay.player.time), null, { timeout: 40000 })
  await page.waitForTimeout(3000)
  await page.locator('.day-event.alert').nth(1).click()
  await page.waitForTimeout(1500)
  await shot('alerts')
  await page.goto(url + '/people/nobody/day')
  await page.waitForTimeout(4000)
  await shot('missing')
  await context.close()
}
} finally { await browser.close() }
