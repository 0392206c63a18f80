// Writes a picture with a palette of 256 colours: a third of the bytes, and no eye sees the difference in pictures of a page.
import { crc32, deflateSync } from 'node:zlib'

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(data.length)
  body.copy(out, 4)
  out.writeUInt32BE(crc32(body), body.length + 4)
  return out
}

/** Returns a PNG of few bytes that shows what the given PNG shows. A page of the browser reads the pixels. */
export async function small(browser, png) {
  const page = await browser.newPage()
  const got = await page.evaluate(reduce, png.toString('base64'))
  await page.close()
  const { width, height } = got
  const pixels = Buffer.from(got.pixels, 'base64')
  const rows = Buffer.alloc((width + 1) * height) // each row begins with a 0: no filter, which is best for palettes
  for (let y = 0; y < height; y++) pixels.copy(rows, y * (width + 1) + 1, y * width, (y + 1) * width)
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width)
  head.writeUInt32BE(height, 4)
  head.set([8, 3, 0, 0, 0], 8)
  const out = Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', head), chunk('PLTE', Buffer.from(got.palette.flat())), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0)),
  ])
  return out.length < png.length ? out : png
}

/** Runs in the browser: the pixels of a picture as indexes into its 256 most frequent colours. */
async function reduce(base64) {
  const blob = await (await fetch(`data:image/png;base64,${base64}`)).blob()
  const image = await createImageBitmap(blob)
  const { width, height } = image
  const context = new OffscreenCanvas(width, height).getContext('2d')
  context.drawImage(image, 0, 0)
  const { data } = context.getImageData(0, 0, width, height)
  const counts = new Map()
  const colour = (i) => (data[i] << 16) | (data[i + 1] << 8) | data[i + 2]
  for (let i = 0; i < data.length; i += 4) counts.set(colour(i), (counts.get(colour(i)) ?? 0) + 1)
  // The most frequent ones, no two of which look alike.
  const palette = []
  const apart = (c, p) => Math.abs((c >> 16) - p[0]) + Math.abs(((c >> 8) & 255) - p[1]) + Math.abs((c & 255) - p[2])
  const sorted = [...counts].sort((a, b) => b[1] - a[1])
  for (const least of [9, 5, 2]) {
    for (const [c] of sorted) {
      if (palette.length === 256) break
      if (palette.every((p) => apart(c, p) >= least)) palette.push([c >> 16, (c >> 8) & 255, c & 255])
    }
  }
  const index = new Map()
  for (const [c] of counts) {
    let [best, least] = [0, Infinity]
    palette.forEach((p, i) => {
      const d = apart(c, p)
      if (d < least) [best, least] = [i, d]
    })
    index.set(c, best)
  }
  let text = ''
  const row = new Uint8Array(width)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) row[x] = index.get(colour((y * width + x) * 4))
    text += String.fromCharCode(...row)
  }
  return { width, height, palette, pixels: btoa(text) }
}
