/** What a client does after its socket was closed. */
export type Next = 'retry' | 'refresh' | 'sign-in' | 'slow'

/**
 * Decides by the closing code. `retry`: come back with backoff and resume. `refresh`: replace the token first. `sign-in`: the
 * session is over. `slow`: the server says that this client is wrong; come back rarely.
 */
export function afterClose(code: number): Next {
  switch (code) {
    case 4401:
      return 'refresh'
    case 4403:
      return 'sign-in'
    case 4400:
    case 4429:
      return 'slow'
    default:
      return 'retry'
  }
}

const first = 500
const longest = 30_000

/** Milliseconds before the next attempt, the first being 0. Half of it is chance, so that clients do not come back together. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const most = Math.min(longest, first * 2 ** Math.min(attempt, 10))
  return most / 2 + (random() * most) / 2
}
