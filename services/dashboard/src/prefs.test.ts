import { expect, test, vi } from 'vitest'

/** A query as Chromium has it: a change is news with the next frame, unless somebody has read it by then. */
class Query {
  #now = false
  #told = false
  #listeners: ((e: { matches: boolean }) => void)[] = []
  addEventListener(_: 'change', f: (e: { matches: boolean }) => void) {
    this.#listeners.push(f)
  }
  get matches() {
    return (this.#told = this.#now)
  }
  change(matches: boolean) {
    this.#now = matches
  }
  frame() {
    if (this.#told === this.#now) return
    this.#told = this.#now
    for (const f of this.#listeners) f({ matches: this.#now })
  }
}

test('the page follows the theme of the system also if it asks for its own between the change and its news', async () => {
  const query = new Query()
  const root = { dataset: {} as Record<string, string> }
  vi.stubGlobal('window', { matchMedia: () => query })
  vi.stubGlobal('document', { documentElement: root })
  vi.stubGlobal('navigator', { language: 'es' })
  const { onPrefs, prefs, showTheme } = await import('./prefs')
  showTheme()
  const told: string[] = []
  onPrefs(() => told.push(prefs.mode))
  for (const mode of ['dark', 'light', 'dark'] as const) {
    query.change(mode === 'dark')
    expect(prefs.mode).not.toBe(mode) // a component that draws meanwhile
    query.frame()
    expect([prefs.mode, root.dataset['theme']]).toEqual([mode, mode])
  }
  expect(told).toEqual(['dark', 'light', 'dark'])
})
