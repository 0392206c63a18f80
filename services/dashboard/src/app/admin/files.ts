/** Letters and digits that nobody takes for another when reading them out. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'

/** A password of three groups, such as k7fm-2xwq-9hdp: 59 bits by chance, and easily told on the phone. */
export function newPassword(): string {
  let text = ''
  while (text.length < 12) {
    // 248 is a multiple of the 31 characters, so that each is equally likely.
    for (const byte of crypto.getRandomValues(new Uint8Array(24))) if (byte < 248 && text.length < 12) text += alphabet[byte % alphabet.length]
  }
  return text.replace(/(.{4})(?=.)/g, '$1-')
}

/**
 * A table as CSV that Excel opens: with a byte order mark, and with semicolons where the decimal sign is a comma. A text that
 * a spreadsheet would run as a formula gets an apostrophe.
 */
export function toCsv(rows: readonly (readonly string[])[], separator: ',' | ';' = new Intl.NumberFormat().format(1.5).includes(',') ? ';' : ','): string {
  const cell = (text: string) => {
    const safe = /^[=+\-@\t\r]/.test(text) && !/^\+[\d\s().-]+$/.test(text) ? `'${text}` : text
    return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  return '\ufeff' + rows.map((r) => r.map(cell).join(separator) + '\r\n').join('')
}

/** Lets the browser keep a text as a file. */
export function download(name: string, text: string, type = 'text/csv'): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }))
  const a = document.createElement('a')
  a.href = url
  a.download = name
  a.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** Reads a file as text. What is not UTF-8 is taken for what Excel writes in America and western Europe, and said to be so. */
export function decode(bytes: ArrayBuffer): { text: string; encoding: 'utf-8' | 'windows-1252' } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8' }
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' }
  }
}

/** Does something for each item, a few at a time, and tells how far it is. It goes on after a failure. */
export async function forEach<T>(items: readonly T[], f: (item: T) => Promise<void>, o: { atOnce: number; onDone: (done: number) => void; stop: () => boolean }): Promise<Map<T, unknown>> {
  const failed = new Map<T, unknown>()
  let [next, done] = [0, 0]
  const worker = async () => {
    while (next < items.length && !o.stop()) {
      const item = items[next++]!
      try {
        await f(item)
      } catch (e) {
        failed.set(item, e)
      }
      o.onDone(++done)
    }
  }
  await Promise.all(Array.from({ length: o.atOnce }, worker))
  return failed
}
