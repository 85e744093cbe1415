// the life of the stream's connections: drained, half-open, silent, renewed, after a sleep, and closed at every stage
import { afterEach, describe, expect, it } from 'vitest'
import { HOUR, MINUTE, SECOND } from '../../shared/time.ts'
import { createStage, type Stage } from './stream-stage.ts'

let stage: Stage
afterEach(() => stage.end())

const PINGED = { local: { pingEveryMs: 30 * SECOND } }

describe('a connection that the server recycles', () => {
  it.each([
    {},
    { messageId: false },
    { specVersion: false, messageId: false, reason: 'persistent connection is timeout' },
  ])('is replaced before it closes, and nothing said meanwhile is lost (%j)', async variant => {
    stage = await createStage()
    const { local, stream } = stage
    const old = await stage.connect()
    const over = local.disconnect(old, variant)
    await stage.until(() => stream.status().connections === 2)
    expect(stream.status()).toMatchObject({ state: 'connected', reconnects: 1 })
    expect(old.state).toBe('draining')
    expect(old.ackedDisconnect).toBe(variant.messageId !== false)
    const { ack, pushedOn } = await local.pushMessage('状态')
    expect(ack?.code).toBe(200)
    expect(pushedOn).toEqual([stage.newest().id])
    expect((await local.ping(old)).same).toBe(true)
    stage.moving.advance(local.options.drainMs)
    await over
    await stage.until(() => stream.status().connections === 1)
    expect(stream.status()).toMatchObject({ state: 'connected', reconnects: 1 })
    expect(stage.newest().state).toBe('open')
  })

  it('carries the ack of what came before', async () => {
    const finish: (() => void)[] = []
    const onPush = (): Promise<unknown> => new Promise<void>(resolve => finish.push(resolve))
    stage = await createStage({ stream: { onPush } })
    const old = await stage.connect()
    const push = stage.local.postMessage('状态')
    await stage.until(() => finish.length === 1)
    void stage.local.disconnect(old)
    await stage.until(() => stage.stream.status().connections === 2)
    finish[0]?.()
    expect((await push.done).ack?.connectionId).toBe(old.id)
  })

  it('is left after fifteen seconds when the server does not close it', async () => {
    stage = await createStage({ local: { drainMs: HOUR } })
    const old = await stage.connect()
    void stage.local.disconnect(old)
    await stage.until(() => stage.stream.status().connections === 2)
    await stage.moving.pass(14 * SECOND)
    expect(old.state).toBe('draining')
    await stage.moving.pass(2 * SECOND)
    expect((await stage.local.closed(old)).closeCode).toBe(1000)
    expect(stage.stream.status()).toMatchObject({ state: 'connected', connections: 1 })
  })

  it('again and again is replaced no faster than the back-off', async () => {
    stage = await createStage()
    void stage.local.disconnect(await stage.connect())
    await stage.until(() => stage.stream.status().reconnects === 1)
    void stage.local.disconnect(stage.newest())
    await stage.until(() => stage.state() === 'waiting')
    expect(stage.stream.status().trouble?.code).toBe('recycled')
    stage.moving.advance(SECOND)
    await stage.until(() => stage.stream.status().reconnects === 2)
    // of the old ones at most one is kept
    await stage.until(() => stage.stream.status().connections <= 2)
  })

  it('and that dies while it is being replaced is replaced once', async () => {
    stage = await createStage()
    const old = await stage.connect()
    stage.spoilUpgrade('delay', { ms: SECOND })
    void stage.local.disconnect(old)
    await stage.until(() => stage.local.calls('GET /connect').length === 2)
    stage.local.kill(old)
    await stage.until(() => stage.stream.status().connections === 0)
    expect(stage.state()).toBe('connecting')
    stage.moving.advance(SECOND)
    await stage.until(() => stage.state() === 'connected')
    await stage.moving.pass(30 * SECOND)
    expect(stage.tries()).toBe(2)
    expect(stage.local.connections()).toHaveLength(1)
  })

  it('is kept while the gateway is down', async () => {
    stage = await createStage()
    const { local } = stage
    const old = await stage.connect()
    stage.spoil('status', { times: 2 })
    void local.disconnect(old)
    await stage.trouble('unavailable')
    expect(stage.stream.status()).toMatchObject({ state: 'waiting', connections: 1 })
    await stage.moving.pass(SECOND)
    await stage.dialled(3)
    await stage.moving.pass(SECOND)
    await stage.until(() => stage.state() === 'connected')
    expect(old.state).toBe('draining')
  })
})

describe('a connection that dies', () => {
  it('by a reset is made again after a second', async () => {
    stage = await createStage(PINGED)
    stage.local.kill(await stage.connect())
    await stage.trouble('dropped')
    expect(stage.stream.status()).toMatchObject({ state: 'waiting', connections: 0 })
    stage.moving.advance(SECOND)
    await stage.until(() => stage.state() === 'connected')
    expect((await stage.local.pushMessage('状态')).ack?.code).toBe(200)
  })

  it('half-open is found out by two missed pongs', async () => {
    // the server is heard so seldom that the pongs tell first
    stage = await createStage({ local: { pingEveryMs: MINUTE } })
    const old = await stage.connect()
    await stage.pass(10 * MINUTE)
    expect(stage.stream.status().reconnects).toBe(0)
    stage.local.halfOpen(old)
    await stage.pass(2 * MINUTE, () => stage.stream.status().reconnects === 1)
    expect(stage.said.join('\n')).toMatch(/being replaced.*no-pong/)
    expect(stage.moving.now() - old.openedAt).toBeLessThanOrEqual(10 * MINUTE + 80 * SECOND)
    await stage.pass(5 * SECOND)
    expect(stage.stream.status()).toMatchObject({ state: 'connected', connections: 1 })
  })

  it('silently, with pongs, is found out after three intervals, and another takes its place before it is closed', async () => {
    stage = await createStage(PINGED)
    const old = await stage.connect()
    await stage.pass(5 * MINUTE)
    stage.local.silence(old)
    const lost = stage.local.postMessage('状态')
    expect(lost.pushedOn).toEqual([old.id])
    await stage.pass(85 * SECOND)
    expect(stage.newest().id).toBe(old.id)
    await stage.pass(15 * SECOND)
    expect(stage.newest().id).not.toBe(old.id)
    expect(old.clientPings).toBeGreaterThan(12)
    expect(old.closedAt ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(stage.newest().openedAt)
    await stage.local.closed(old)
    stage.moving.advance(MINUTE)
    expect((await lost.done).pushedOn.at(-1)).toBe(stage.newest().id)
  })

  it('silently is found out in two idle hours, however often', async () => {
    stage = await createStage(PINGED)
    await stage.connect()
    for (let n = 1; n <= 3; n += 1) {
      await stage.pass(40 * MINUTE)
      const old = stage.newest()
      stage.local.silence(old)
      const since = stage.moving.now()
      await stage.pass(5 * MINUTE, () => stage.stream.status().reconnects === n)
      expect(stage.moving.now() - since).toBeLessThanOrEqual(95 * SECOND)
      // until its end has arrived there, the platform may still choose it
      await stage.local.closed(old)
      expect((await stage.local.pushMessage('状态')).ack?.code).toBe(200)
    }
    expect(stage.pushes).toHaveLength(3)
    expect(stage.tries()).toBe(4)
  })

  it('before it was ever heard is found out too, and a server that never says a thing is not dialled for ever', async () => {
    stage = await createStage()
    const first = await stage.connect()
    stage.local.silence(first)
    await stage.pass(100 * SECOND)
    expect(stage.newest().id).not.toBe(first.id)
    await stage.pass(2 * HOUR)
    expect(stage.stream.status()).toMatchObject({ state: 'connected', frames: 0 })
    expect(stage.tries()).toBeLessThanOrEqual(13)
    expect((await stage.local.pushMessage('状态')).ack?.code).toBe(200)
  })

  it('in doubt is kept while the gateway is down, and believed again when it is heard', async () => {
    stage = await createStage(PINGED)
    const old = await stage.connect()
    await stage.pass(5 * MINUTE)
    const before = stage.stream.status().frames
    stage.spoil('status', { times: 50 })
    stage.local.silence(old)
    await stage.moving.pass(95 * SECOND)
    await stage.dialled(2)
    expect(stage.stream.status()).toMatchObject({ state: 'waiting', connections: 1, frames: before })
    Object.assign(old, { state: 'open' })
    expect((await stage.local.pushMessage('状态')).ack?.code).toBe(200)
    expect(stage.stream.status()).toMatchObject({ state: 'connected', connections: 1, reconnects: 0 })
    expect(stage.stream.status().trouble).toBeUndefined()
  })
})

describe('a healthy connection', () => {
  it('is left alone for six hours, then renewed without a gap', async () => {
    stage = await createStage(PINGED)
    const old = await stage.connect()
    await stage.pass(6 * HOUR - 5 * SECOND)
    expect(stage.tries()).toBe(1)
    await stage.pass(10 * SECOND)
    expect(stage.stream.status()).toMatchObject({ state: 'connected', reconnects: 1, connections: 1 })
    expect((await stage.local.closed(old)).closeCode).toBe(1000)
    expect(old.closedAt).toBeGreaterThan(stage.newest().openedAt)
    expect(stage.seen.map(({ state }) => state)).toEqual(['connecting', 'connected'])
    await stage.pass(6 * HOUR + 10 * SECOND)
    expect(stage.stream.status().reconnects).toBe(2)
  })

  it('is not renewed while people talk, but after twelve hours all the same', async () => {
    stage = await createStage({ local: { pingEveryMs: 50 * SECOND } })
    await stage.connect()
    for (let spent = 0; spent < 12 * HOUR; spent += 50 * SECOND) {
      if (spent > 5.9 * HOUR) await stage.local.pushMessage('状态')
      expect(stage.stream.status().reconnects).toBe(0)
      await stage.pass(50 * SECOND, () => stage.stream.status().reconnects > 0)
    }
    await stage.local.pushMessage('状态')
    await stage.pass(30 * SECOND)
    expect(stage.stream.status().reconnects).toBe(1)
  })

  it('that cannot be renewed is kept, and the tries back off', async () => {
    stage = await createStage({ ...PINGED, stream: { random: () => 0.999_999 } })
    const old = await stage.connect()
    await stage.pass(6 * HOUR - 10 * SECOND)
    stage.spoil('status', { times: 1_000 })
    for (let n = 0; n < 40; n += 1) {
      await stage.moving.pass(15 * SECOND)
      await stage.local.ping(stage.newest())
    }
    // 1, 2, 4, … 60 s: ten minutes hold some fourteen tries
    expect(stage.tries()).toBeGreaterThan(8)
    expect(stage.tries()).toBeLessThan(20)
    expect(stage.stream.status()).toMatchObject({ state: 'connected', connections: 1, reconnects: 0 })
    expect(stage.newest().id).toBe(old.id)
  })

  it('is replaced when the clock jumped, in either direction', async () => {
    stage = await createStage(PINGED)
    for (const [n, jumpMs] of [8 * HOUR, -HOUR].entries()) {
      const old = n === 0 ? await stage.connect() : stage.newest()
      await stage.pass(2 * MINUTE)
      stage.jump(jumpMs)
      await stage.pass(10 * SECOND)
      expect(stage.stream.status()).toMatchObject({ state: 'connected', reconnects: n + 1, connections: 1 })
      await stage.local.closed(old)
    }
    await stage.pass(10 * MINUTE)
    expect(stage.stream.status().reconnects).toBe(2)
  })

  it('is sought at once after a sleep, unless the credentials are wrong', async () => {
    stage = await createStage({ stream: { random: () => 0.999_999 } })
    stage.spoil('status', { times: 6 })
    stage.stream.start()
    for (const [n, waitMs] of [1, 2, 4, 8, 16].map(s => s * SECOND).entries()) {
      await stage.dialled(n + 1)
      await stage.moving.pass(waitMs)
    }
    await stage.dialled(6)
    stage.jump(HOUR)
    await stage.moving.pass(5 * SECOND)
    await stage.until(() => stage.state() === 'connected')
    stage.spoil('status', { status: 401, body: { code: 'authFailed' } })
    stage.local.kill(stage.newest())
    await stage.until(() => stage.state() === 'waiting')
    await stage.moving.pass(2 * MINUTE)
    await stage.trouble('auth')
    const before = stage.tries()
    stage.jump(HOUR)
    await stage.moving.pass(20 * SECOND)
    expect(stage.tries()).toBe(before)
  })
})

// what is left behind is looked for after each test
describe('closing', () => {
  it('before the start leaves nothing, and the start after it does nothing', async () => {
    stage = await createStage()
    await stage.stream.close()
    stage.stream.start()
    expect(stage.state()).toBe('closed')
    expect(stage.tries()).toBe(0)
  })

  it('while the gateway is asked leaves nothing', async () => {
    stage = await createStage()
    stage.spoil('hang')
    stage.stream.start()
    await stage.until(() => stage.dials() === 1)
    await stage.stream.close()
    await stage.until(() => stage.local.calls().at(-1)?.aborted)
    expect(stage.timers()).toBe(0)
  })

  it('as the gateway answers leaves nothing', async () => {
    stage = await createStage()
    stage.spoil('delay', { ms: SECOND })
    stage.stream.start()
    await stage.until(() => stage.dials() === 1)
    stage.moving.advance(SECOND)
    await stage.stream.close()
    expect(stage.local.connections()).toEqual([])
    expect(stage.timers()).toBe(0)
  })

  it.each(['hang', 'delay'] as const)('during an upgrade (%s) leaves nothing', async kind => {
    stage = await createStage()
    stage.spoilUpgrade(kind, { ms: SECOND })
    stage.stream.start()
    await stage.until(() => stage.local.calls('GET /connect').length === 1)
    await stage.stream.close()
    expect(stage.timers()).toBe(0)
    await stage.moving.pass(20 * SECOND)
    await stage.until(() => stage.local.connections().length === 0)
    expect(stage.tries()).toBe(1)
  })

  it('as the socket opens leaves nothing', async () => {
    stage = await createStage()
    stage.stream.start()
    await stage.local.nextConnection()
    await stage.stream.close()
    await stage.until(() => stage.local.connections().length === 0)
  })

  it('between two tries leaves nothing', async () => {
    stage = await createStage()
    stage.spoil('status')
    stage.stream.start()
    await stage.trouble('unavailable')
    await stage.stream.close()
    expect(stage.timers()).toBe(0)
    await stage.moving.pass(MINUTE)
    expect(stage.tries()).toBe(1)
  })

  it('during a replacement leaves neither the old nor the new one', async () => {
    stage = await createStage()
    const old = await stage.connect()
    stage.spoilUpgrade('delay', { ms: SECOND })
    void stage.local.disconnect(old)
    await stage.until(() => stage.local.calls('GET /connect').length === 2)
    await stage.stream.close()
    await stage.moving.pass(20 * SECOND)
    await stage.until(() => stage.local.connections().length === 0)
    expect(stage.timers()).toBe(0)
  })

  it('right after a replacement says goodbye on both', async () => {
    stage = await createStage()
    const old = await stage.connect()
    void stage.local.disconnect(old)
    await stage.until(() => stage.stream.status().connections === 2)
    await stage.stream.close()
    await stage.local.closed(old)
    expect(stage.local.allConnections().map(({ closeCode }) => closeCode)).toEqual([1000, 1000])
  })

  it('waits for the ack of a handler that is at work, and takes nothing new', async () => {
    const finish: (() => void)[] = []
    const onPush = (): Promise<unknown> => new Promise<void>(resolve => finish.push(resolve))
    stage = await createStage({ stream: { onPush } })
    await stage.connect()
    const push = stage.local.postMessage('状态')
    await stage.until(() => finish.length === 1)
    const closing = stage.stream.close()
    const left = stage.local.postMessage('状态')
    await stage.until(() => stage.stream.status().unacked === 1)
    finish[0]?.()
    await closing
    expect((await push.done).ack?.code).toBe(200)
    expect(left.ack).toBeUndefined()
    expect(finish).toHaveLength(1)
  })

  it('opens nothing new while it waits for the last acks', async () => {
    const finish: (() => void)[] = []
    const onPush = (): Promise<unknown> => new Promise<void>(resolve => finish.push(resolve))
    stage = await createStage({ stream: { onPush } })
    const old = await stage.connect()
    const push = stage.local.postMessage('状态')
    await stage.until(() => finish.length === 1)
    stage.spoil('delay', { ms: 100 })
    void stage.local.disconnect(old)
    await stage.until(() => stage.dials() === 2)
    const closing = stage.stream.close()
    await stage.moving.pass(500, 50)
    await stage.until(() => stage.local.calls().at(-1)?.status === 200)
    await stage.local.ping(old)
    finish[0]?.()
    await closing
    expect((await push.done).ack?.code).toBe(200)
    expect(stage.local.allConnections()).toEqual([old])
  })

  it('does not wait for ever: neither for a handler nor for a peer that is gone', async () => {
    let taken = 0
    const onPush = (): Promise<unknown> => {
      taken += 1
      return new Promise(() => {})
    }
    stage = await createStage({ stream: { onPush, ackWithinMs: () => MINUTE } })
    const old = await stage.connect()
    stage.local.postMessage('状态')
    await stage.until(() => taken === 1)
    stage.local.halfOpen(old)
    const closing = stage.stream.close()
    await stage.moving.pass(6 * SECOND)
    await closing
    expect(stage.stream.status().connections).toBe(0)
    await stage.moving.pass(MINUTE)
  })
})
