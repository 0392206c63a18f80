import { useState } from 'react'
import { Problem } from '../../../client'
import { differing, insisting, merge, type Values } from '../admin/settings'
import { useAction } from '../common/office'

interface Way<T> {
  /** What holds, read again and again. */
  held: T
  values: (of: T) => Values
  version: (of: T) => number
  /** Writes over a version, and returns what holds then. */
  write: (values: Values, version: number) => Promise<T>
  /** The code with which the server says that somebody changed it meanwhile. */
  code: string
  onWritten: (after: T) => void
}

/**
 * A form over something that has a version. What a colleague changed meanwhile is taken where nobody writes here. Where both did,
 * theirs holds what they wrote, until somebody decides.
 */
export function useMerged<T>({ held, values, version, write, code, onWritten }: Way<T>) {
  const act = useAction()
  const [seen, setSeen] = useState(held)
  const [base, setBase] = useState(() => values(held))
  const [mine, setMine] = useState(() => values(held))
  const [theirs, setTheirs] = useState<T>()
  const [saved, setSaved] = useState(false)
  /** Begins again from what holds now. What somebody wrote after sent went out stays. */
  const restart = (now: T, sent?: Values) => {
    setSeen(now)
    setBase(values(now))
    setMine((mine) => (sent ? merge(sent, mine, values(now)).values : values(now)))
    setTheirs(undefined)
  }
  const take = (now: T) => {
    const merged = merge(base, mine, values(now))
    setSeen(now)
    setMine(merged.values)
    setBase({ ...values(now), ...Object.fromEntries(merged.clashes.map((k) => [k, base[k] ?? ''])) })
    setTheirs(undefined)
  }
  if (version(held) > version(seen) && !act.busy && theirs === undefined) take(held)
  const send = (from: Values = base) =>
    void act.run(async () => {
      for (let now = seen; ; ) {
        const merged = merge(from, mine, values(now))
        if (merged.clashes.length > 0) {
          setSeen(now)
          return setTheirs(() => now)
        }
        try {
          const after = await write(merged.values, version(now))
          restart(after, mine)
          setSaved(true)
          return onWritten(after)
        } catch (e) {
          const current = e instanceof Problem && e.code === code ? (e.current as T | undefined) : undefined
          if (!current) throw e
          now = current
        }
      }
    })
  const dirty = differing(base, mine).length > 0
  return {
    act, mine, dirty, saved: saved && !dirty, theirs: theirs && values(theirs), clashes: theirs === undefined ? [] : merge(base, mine, values(theirs)).clashes,
    set: (key: string, value: string) => { setMine({ ...mine, [key]: value }); setSaved(false); act.clear() },
    /** What a colleague made of it meanwhile, where somebody writes over it. */
    meanwhile: (key: string) => ((values(seen)[key] ?? '') === (base[key] ?? '') ? undefined : values(seen)[key]),
    send: () => send(), undo: () => { restart(seen); act.clear() },
    insist: () => { const now = theirs!; setTheirs(undefined); send(insisting(base, mine, values(now))) },
    yield: () => { const now = values(theirs!); const merged = merge(base, mine, now); setSeen(() => theirs!); setBase(now); setMine({ ...merged.values, ...Object.fromEntries(merged.clashes.map((k) => [k, now[k] ?? ''])) }); setTheirs(undefined) },
    back: () => take(theirs!),
  }
}
