// Makes pictures of every view: node scripts/screenshots.mjs URL FOLDER. `make run` must be running at URL.
import { mkdirSync } from 'node:fs'
import { launch, signIn } from './browser.mjs'

const [url = 'http://127.0.0.1:8080', folder = 'pictures', only = ''] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
const browser = await launch()
const sizes = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }

for (const [size, viewport] of Object.entries(sizes)) {
  for (const theme of ['light', 'dark']) {
    for (const language of ['es', 'en']) {
      const name = `${size}-${theme}-${language}`
      if (only && !name.includes(only)) continue
      const context = await browser.newContext({ viewport, colorScheme: theme, locale: language === 'es' ? 'es-MX' : 'en-US', timezoneId: 'America/Bogota' })
      const page = await context.newPage()
      page.on('console', (m) => ['error', 'warning'].includes(m.type()) && console.log(name, m.type(), m.text()))
      page.on('pageerror', (e) => console.log(name, 'error', e.message))
      const shot = (view) => page.screenshot({ path: `${folder}/${name}-${view}.png` })
      await page.goto(url)
      await page.waitForSelector('#login')
      await shot('login')
      await signIn(page, url)
      await page.waitForTimeout(9000)
      await shot('map')
      await page.locator('.vlist .row').nth(0).click()
      await page.waitForTimeout(4000)
      await shot('person')
      await page.keyboard.press('d')
      await page.waitForSelector('.day-facts')
      await page.waitForTimeout(4000)
      await page.keyboard.press('End')
      await shot('day')
      await page.keyboard.press('Escape')
      await page.keyboard.press('Escape')
      await page.keyboard.press('2')
      await page.waitForTimeout(2500)
      await shot('alerts')
      const row = page.locator('.vlist .row').nth(0)
      if (await row.count()) {
        await row.click()
        await page.waitForTimeout(4000)
        await shot('alert')
      }
      await page.keyboard.press('?')
      await page.waitForTimeout(600)
      await shot('help')
      await context.close()
    }
  }
}
await browser.close()
