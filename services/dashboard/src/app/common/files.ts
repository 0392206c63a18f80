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
export const download = (name: string, text: string, type = 'text/csv'): void => save(name, new Blob([text], { type: `${type};charset=utf-8` }))

/** Lets the browser keep a file. */
export function save(name: string, file: Blob): void {
  const url = URL.createObjectURL(file)
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
