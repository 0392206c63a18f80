import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FakeWire, fakeLocks, tabs } from './fake'
import { Live } from './live'
import type { Channel, Locks } from './tabs'

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
  FakeWire.all = []
})
afterEach(() => vi.useRealTimers())

const settle = () => vi.advanceTimersByTimeAsync(0)

function tab(channel: Channel, locks: Locks | undefined) {
  const heard: string[] = []
  const reloads: string[][] = []
  const live = new Live({
    url: 'ws://x/ws', channel, locks,
    token: async () => 't', refresh: async () => 't', onToken: () => () => {}, onSignedOut: () => {},
    open: (url) => new FakeWire(url),
  })
  live.on('alerta:nueva', (a) => heard.push(a.id))
  live.onReload((d) => reloads.push(d))
  void live.start()
  return { live, heard, reloads }
}

test('ten tabs are one socket, and the next tab takes over where the first one was', async () => {
  const channel = tabs()
  const locks = fakeLocks()
  const all = Array.from({ length: 10 }, () => tab(channel(), locks))
  await settle()
  expect(FakeWire.all.length).toBe(1)
  const first = FakeWire.all[0]!
  first.ready('c0')
  first.frame('alerta:nueva', { id: 'a1' }, 'c1')
  for (const t of all) {
    expect(t.heard).toEqual(['a1'])
    expect(t.live.status).toEqual({ state: 'live' })
  }
  all[0]!.live.stop()
  await settle()
  expect(first.closed).toBe(1000)
  expect(FakeWire.all.length).toBe(2)
  const second = FakeWire.all[1]!
  second.ready('c7')
  expect(second.sent[1]).toEqual({ event: 'reanudar', data: { desde: 'c1' } })
  second.frame('alerta:nueva', { id: 'a2' }, 'c2')
  expect(all.slice(1).map((t) => t.heard)).toEqual(Array(9).fill(['a1', 'a2']))
  expect(all[0]!.heard).toEqual(['a1'])
})

test('a tab that is opened later learns at once how things are', async () => {
  const channel = tabs()
  const locks = fakeLocks()
  tab(channel(), locks)
  await settle()
  FakeWire.all[0]!.ready()
  const late = tab(channel(), locks)
  expect(late.live.status).toEqual({ state: 'live' })
  expect(late.live.leads).toBe(false)
  FakeWire.all[0]!.end(1006)
  expect(late.live.status).toMatchObject({ state: 'waiting' })
})

test('recargar reaches every tab, and a first socket reads everything again', async () => {
  const channel = tabs()
  const locks = fakeLocks()
  const [one, two] = [tab(channel(), locks), tab(channel(), locks)]
  await settle()
  FakeWire.all[0]!.ready()
  expect(one.reloads).toEqual([['alerta', 'tracking', 'actividad', 'chat']])
  FakeWire.all[0]!.frame('recargar', { dominios: ['alerta'] }, 'c3')
  expect(one.reloads[1]).toEqual(['alerta'])
  expect(two.reloads.at(-1)).toEqual(['alerta'])
})

test('without locks every tab has its own socket and hears no event twice', async () => {
  const channel = tabs()
  const [one, two] = [tab(channel(), undefined), tab(channel(), undefined)]
  await settle()
  expect(FakeWire.all.length).toBe(2)
  for (const w of FakeWire.all) {
    w.ready()
    w.frame('alerta:nueva', { id: 'a1' }, 'c1')
  }
  expect([one.heard, two.heard]).toEqual([['a1'], ['a1']])
})
