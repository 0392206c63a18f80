/** A place in the browser's memory for one user of one company. A browser that refuses to remember keeps nothing. */
export interface Keep {
  read<T>(name: string): T | undefined
  /** undefined takes it away. It says whether it is kept now. */
  write(name: string, value: unknown): boolean
  /** Calls back when another tab wrote. */
  onOther(f: (name: string) => void): () => void
}

const root = 'terreno-chat'

export function keepOf(storage: Storage | undefined, company: string, user: string): Keep {
  const at = `${root}/${encodeURIComponent(company)}/${encodeURIComponent(user)}/`
  return {
    read<T>(name: string) {
      try {
        const text = storage?.getItem(at + name)
        return text ? (JSON.parse(text) as T) : undefined
      } catch {
        return undefined
      }
    },
    write(name, value) {
      try {
        if (value === undefined) storage?.removeItem(at + name)
        else storage?.setItem(at + name, JSON.stringify(value))
        return storage !== undefined
      } catch {
        return false
      }
    },
    onOther(f) {
      const on = (e: StorageEvent) => e.key?.startsWith(at) && f(e.key.slice(at.length))
      window.addEventListener('storage', on)
      return () => window.removeEventListener('storage', on)
    },
  }
}

/** The browser's memory, if it has one. */
export function memory(): Storage | undefined {
  try {
    return localStorage
  } catch {
    return undefined
  }
}
