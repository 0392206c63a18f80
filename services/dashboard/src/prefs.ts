export type Theme = 'system' | 'light' | 'dark'

// What the browser remembers. A browser that refuses to remember works with the defaults.
function load(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function save(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // It holds until the page is closed.
  }
}

const query = window.matchMedia('(prefers-color-scheme: dark)')
// Only the news of a change changes it. In Chromium, who reads query.matches before that news takes the change, and the news never comes.
let dark = query.matches
const listeners = new Set<() => void>()

/** Choices of the person at this browser. */
export const prefs = {
  language: (load('language') ?? (navigator.language.startsWith('en') ? 'en' : 'es')) as 'es' | 'en',
  theme: (load('theme') ?? 'system') as Theme,
  sound: load('sound') !== 'off',
  /** Whether the map draws travelled streets; undefined: when it has no others. */
  pattern: ({ on: true, off: false } as Record<string, boolean | undefined>)[load('pattern') ?? ''],
  get mode(): 'light' | 'dark' {
    return prefs.theme === 'system' ? (dark ? 'dark' : 'light') : prefs.theme
  },
}

/** Calls back when a choice, or the system's theme, changed. */
export function onPrefs(f: () => void): () => void {
  listeners.add(f)
  return () => listeners.delete(f)
}

export function keepPrefs(): void {
  save('language', prefs.language)
  save('theme', prefs.theme)
  save('sound', prefs.sound ? 'on' : 'off')
  if (prefs.pattern !== undefined) save('pattern', prefs.pattern ? 'on' : 'off')
  showTheme()
  for (const f of listeners) f()
}

export function showTheme(): void {
  document.documentElement.dataset['theme'] = prefs.mode
}

query.addEventListener('change', (e) => {
  dark = e.matches
  showTheme()
  for (const f of listeners) f()
})
