// Starts Debian's Chromium for tests and pictures. The map needs WebGL, which runs in software here. The rest of the page is put
// together without it, because that costs half as much. The shell is the same Chromium without the code of windows, tabs and menus.
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

const places = [process.env.CHROMIUM, '/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']

export async function launch() {
  const executablePath = places.find((p) => p && existsSync(p))
  if (!executablePath) {
    console.error('page: no Chromium found. Install it (Debian, Ubuntu: sudo apt-get install chromium), or name it in CHROMIUM.')
    process.exit(1)
  }
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-gpu-compositing', '--disable-quic', '--no-first-run', '--autoplay-policy=document-user-activation-required', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}

/** Signs in as somebody of the demo, and waits for the map's people. */
export async function signIn(page, url, login = 'supervisor1') {
  await page.goto(url)
  await page.fill('#login', login)
  await page.fill('#password', 'demo')
  await page.click('button.main')
  await page.waitForSelector('.vlist .row', { timeout: 60_000 })
}
