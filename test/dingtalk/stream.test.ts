// the stream before the local DingTalk: connecting and not, pushes and acks, frames that nobody ordered
import { afterEach, describe, expect, it } from 'vitest'
import type { Push } from '../../bot/dingtalk/stream/port.ts'
import { MINUTE, SECOND } from '../../shared/time.ts'
import { TOPIC_CARD, TOPIC_ROBOT } from '../helpers/dingtalk/local.ts'
import { createStage, OPEN, SECRET, type Stage } from './stream-stage.ts'

let stage: Stage
afterEach(() => stage.end())

describe('connecting', () => {
  it('asks the gateway for callbacks only, opens the socket and says so', async () => {
    stage = await createStage()
    const { local, stream } = stage
    expect(stream.status()).toMatchObject({ state: 'waiting', connections: 0, reconnects: 0 })
    const connection = await stage.connect()
    const [call] = local.calls(OPEN)
    expect(call?.json).toEqual({
      ...{ clientId: local.options.clientId, clientSecret: SECRET, ua: expect.stringMatching(/^\S+\/\S+$/) },
      subscriptions: [TOPIC_ROBOT, TOPIC_CARD].map(topic => ({ type: 'CALLBACK', topic })),
    })
    expect(call?.headers.accept).toBe('application/json')
    expect(connection.subscriptions.map(({ type }) => type)).toEqual(['CALLBACK', 'CALLBACK'])
    expect(stream.status()).toMatchObject({ state: 'connected', connections: 1, reconnects: 0, frames: 0 })
    expect(stream.status().connectedAt).toBe(new Date(stage.moving.now()).toISOString())
    expect(stage.seen.map(({ state }) => state)).toEqual(['connecting', 'connected'])
    await stream.close()
    await stream.close()
    expect((await local.closed(connection)).closeCode).toBe(1000)
    expect(stage.seen.at(-1)).toMatchObject({ state: 'closed' })
  })

  it('tells wrong credentials as permanent, and asks again after five minutes', async () => {
    stage = await createStage()
    stage.spoil('status', { status: 401, body: { code: 'authFailed', message: '鉴权失败' } })
    stage.stream.start()
    await stage.trouble('auth')
    expect(stage.stream.status()).toMatchObject({ state: 'waiting', trouble: { permanent: true } })
    await stage.moving.pass(5 * MINUTE - SECOND)
    expect(stage.tries()).toBe(1)
    await stage.moving.pass(SECOND)
    await stage.until(() => stage.state() === 'connected')
    expect(stage.tries()).toBe(2)
    expect(stage.stream.status().trouble).toBeUndefined()
  })

  it.each([
    ['status', 'unavailable'],
    ['busy', 'unavailable'],
    ['empty', 'empty'],
    ['html', 'proxy'],
    ['reset', 'unreachable'],
  ] as const)('backs off when the gateway answers with %s', async (kind, code) => {
    stage = await createStage()
    stage.spoil(kind, { times: 2 })
    stage.stream.start()
    await stage.trouble(code)
    expect(stage.stream.status()).toMatchObject({ state: 'waiting', trouble: { permanent: false } })
    await stage.moving.pass(SECOND)
    await stage.until(() => stage.dials() === 2 && stage.state() === 'waiting')
    await stage.moving.pass(SECOND)
    await stage.until(() => stage.state() === 'connected')
  })

  it('waits longer after a limit or a ban', async () => {
    stage = await createStage()
    stage.spoil('qps')
    stage.spoil('ip-ban')
    stage.stream.start()
    await stage.trouble('rate')
    await stage.moving.pass(MINUTE)
    await stage.trouble('banned')
    await stage.moving.pass(5 * MINUTE - SECOND)
    expect(stage.tries()).toBe(2)
    await stage.moving.pass(SECOND)
    await stage.until(() => stage.state() === 'connected')
  })

  it('gives up a gateway that says nothing after ten seconds', async () => {
    stage = await createStage()
    stage.spoil('hang')
    stage.stream.start()
    await stage.until(() => stage.dials() === 1)
    expect(stage.state()).toBe('connecting')
    stage.moving.advance(10 * SECOND)
    await stage.trouble('gateway-timeout')
    await stage.until(() => stage.local.calls(OPEN)[0]?.aborted)
  })

  it('gives up an upgrade that says nothing after ten seconds, and tells one that is refused or cut', async () => {
    stage = await createStage()
    stage.spoilUpgrade('hang')
    stage.spoilUpgrade('status', { status: 502 })
    stage.spoilUpgrade('reset')
    stage.stream.start()
    await stage.until(() => stage.local.calls('GET /connect').length === 1)
    stage.moving.advance(10 * SECOND)
    await stage.trouble('upgrade-timeout')
    stage.moving.advance(SECOND)
    await stage.trouble('upgrade-refused')
    stage.moving.advance(SECOND)
    await stage.trouble('upgrade-failed')
    stage.moving.advance(SECOND)
    await stage.until(() => stage.state() === 'connected')
    expect(stage.tries()).toBe(4)
  })

  it('is refused with a ticket that was used, and takes a new one', async () => {
    stage = await createStage()
    const { ticket } = await stage.connect()
    const endpoint = `${stage.local.base.replace('http', 'ws')}/connect`
    stage.spoil('status', { status: 200, body: { endpoint, ticket } })
    stage.local.kill(stage.newest())
    await stage.until(() => stage.state() === 'waiting')
    stage.moving.advance(SECOND)
    await stage.trouble('upgrade-refused')
    stage.moving.advance(SECOND)
    await stage.until(() => stage.state() === 'connected')
    expect(stage.newest().ticket).not.toBe(ticket)
    expect(stage.stream.status().reconnects).toBe(1)
  })

  it('does not run faster than its back-off when every connection is dropped at once', async () => {
    stage = await createStage({ stream: { random: () => 0.999_999 } })
    stage.spoilUpgrade('accept-then-drop', { times: 8 })
    stage.stream.start()
    for (const [n, waitMs] of [1, 2, 4, 8, 16, 32, 60, 60].map(s => s * SECOND).entries()) {
      await stage.until(() => stage.local.allConnections().length === n + 1 && stage.state() === 'waiting')
      stage.moving.advance(waitMs - 50)
      expect(stage.state()).toBe('waiting')
      stage.moving.advance(50)
      expect(stage.state()).toBe('connecting')
    }
    await stage.until(() => stage.state() === 'connected')
    expect(stage.tries()).toBe(9)
    // only a stable minute makes it forget
    stage.moving.advance(MINUTE)
    stage.local.kill(stage.newest())
    await stage.until(() => stage.state() === 'waiting')
    stage.moving.advance(SECOND)
    await stage.until(() => stage.state() === 'connected')
    expect(stage.tries()).toBe(10)
  })
})

describe('a push', () => {
  it('is handed over parsed and acked on the connection that it came by', async () => {
    stage = await createStage()
    await stage.connect()
    const { ack } = await stage.local.pushMessage('预热 /data')
    expect(ack).toMatchObject({ code: 200, data: { response: null } })
    expect(stage.pushes).toMatchObject([{ topic: TOPIC_ROBOT, data: { text: { content: ' 预热 /data' } } }])
    expect(stage.pushes[0]?.messageId).toBe(ack?.messageId)
    expect(stage.stream.status()).toMatchObject({ frames: 1, acks: 1, ackMs: 0, lateAcks: 0, unacked: 0 })
  })

  it('of a card is acked with what the handler answers', async () => {
    stage = await createStage({ stream: { onPush: async () => ({ cardData: { cardParamMap: { a: '1' } } }) } })
    await stage.connect()
    const { ack } = await stage.local.pushFrame({ type: 'CALLBACK', topic: TOPIC_CARD, data: {} }).done
    expect(ack?.data).toEqual({ response: { cardData: { cardParamMap: { a: '1' } } } })
  })

  it('whose handler takes long is acked in time, and once', async () => {
    const finish: (() => void)[] = []
    const onPush = (): Promise<unknown> => new Promise(resolve => finish.push(() => resolve('late')))
    stage = await createStage({ stream: { onPush } })
    await stage.connect()
    const push = stage.local.postMessage('状态')
    await stage.until(() => finish.length === 1)
    stage.moving.advance(999)
    expect(stage.stream.status().acks).toBe(0)
    stage.moving.advance(1)
    expect((await push.done).ack).toMatchObject({ code: 200, latencyMs: 1_000, data: { response: null } })
    finish[0]?.()
    await stage.local.ping(stage.newest())
    expect(stage.stream.status()).toMatchObject({ acks: 1, lateAcks: 1, ackMs: 1_000 })
    expect(stage.local.orphanAcks).toEqual([])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('our own mistake')
      },
    ],
    ['rejects', () => Promise.reject(new Error('our own mistake'))],
    ['answers what is no JSON', async () => 1n],
  ])('whose handler %s is not acked and comes again', async (_how, fail: (push: Push) => Promise<unknown>) => {
    let times = 0
    const onPush = (push: Push): Promise<unknown> => (times++ === 0 ? fail(push) : Promise.resolve())
    stage = await createStage({ local: { retryMs: 20 * SECOND }, stream: { onPush } })
    await stage.connect()
    const push = stage.local.postMessage('状态')
    await stage.until(() => stage.stream.status().unacked === 1)
    expect(stage.stream.status().acks).toBe(0)
    stage.moving.advance(stage.local.options.retryMs)
    expect(await push.done).toMatchObject({ attempts: 2, ack: { code: 200 } })
    expect(stage.state()).toBe('connected')
    expect(stage.tries()).toBe(1)
  })

  it('too many at once is left un-acked and counted', async () => {
    const finish: (() => void)[] = []
    const onPush = (): Promise<unknown> => new Promise<void>(resolve => finish.push(resolve))
    stage = await createStage({ stream: { onPush } })
    await stage.connect()
    for (let n = 0; n < 1_003; n += 1) stage.local.postMessage(`状态 ${n}`)
    await stage.until(() => stage.stream.status().frames === 1_003)
    expect(finish).toHaveLength(1_000)
    expect(stage.stream.status()).toMatchObject({ unacked: 3, acks: 0 })
    for (const end of finish) end()
    await stage.until(() => stage.stream.status().acks === 1_000)
    expect(stage.said.filter(line => line.includes('too many pushes'))).toHaveLength(1)
    const again = stage.local.postMessage('状态')
    await stage.until(() => finish.length === 1_001)
    finish[1_000]?.()
    expect((await again.done).ack?.code).toBe(200)
  })
})

describe('a frame', () => {
  it('of a ping is echoed', async () => {
    stage = await createStage()
    const connection = await stage.connect()
    expect((await stage.local.ping(connection)).same).toBe(true)
    expect(stage.stream.status()).toMatchObject({ frames: 1, acks: 0 })
    expect(stage.local.orphanAcks).toEqual([])
  })

  it('of the system or an event is ignored, but counts', async () => {
    stage = await createStage()
    const connection = await stage.connect()
    for (const topic of ['CONNECTED', 'REGISTERED', 'KEEPALIVE', 'whatever']) stage.local.sendSystem(connection, topic)
    const event = stage.local.pushFrame({ type: 'EVENT', topic: '*', data: { a: 1 }, on: connection.id })
    expect((await event.done).ack).toMatchObject({ code: 200 })
    expect(stage.stream.status()).toMatchObject({ state: 'connected', frames: 5, rubbish: 0 })
    expect(stage.pushes).toEqual([])
  })

  it('of rubbish is counted, logged once, and hurts nobody', async () => {
    stage = await createStage()
    const connection = await stage.connect()
    const texts = ['{not json', '', 'null', '[]', '{}', '7', '{"type":"CALLBACK"}', '{"type":"NEW","headers":{}}']
    for (const text of texts) stage.local.sendRaw(connection, text)
    stage.local.sendRaw(connection, `{"type":"CALLBACK","headers":{"topic":"error"},"data":"x"}`)
    stage.local.sendRaw(connection, `{"type":"CALLBACK","headers":{"topic":"${TOPIC_ROBOT}x","messageId":"m"}}`)
    stage.local.sendRaw(connection, JSON.stringify({ type: 'NEW', data: 'x'.repeat(200 * 1024) }))
    stage.local.sendBinary(connection, Buffer.from([0, 255, 254, 1]))
    stage.local.sendRaw(connection, '{"type":"SYSTEM","headers":null}')
    stage.local.sendRaw(connection, '{"type":"SYSTEM","headers":{"topic":"ping"}}')
    const large = 'x'.repeat(200 * 1024)
    await stage.local.pushFrame({ type: 'CALLBACK', topic: TOPIC_ROBOT, data: { large } }).done
    expect(stage.pushes).toMatchObject([{ data: { large } }])
    expect(stage.stream.status()).toMatchObject({
      state: 'connected',
      rubbish: texts.length + 4,
      frames: texts.length + 7,
    })
    expect(stage.tries()).toBe(1)
    expect(stage.said.filter(line => line.includes('not understood'))).toHaveLength(1)
  })

  it('without an id is handed over, though it cannot be acked', async () => {
    stage = await createStage()
    const connection = await stage.connect()
    stage.local.sendRaw(connection, `{"type":"CALLBACK","headers":{"topic":"${TOPIC_ROBOT}"},"data":"{bad"}`)
    await stage.until(() => stage.stream.status().unacked === 1)
    expect(stage.pushes).toEqual([{ topic: TOPIC_ROBOT, messageId: '', data: undefined }])
  })

  it('too large to be one ends the connection, and another is made', async () => {
    stage = await createStage()
    const connection = await stage.connect()
    stage.local.sendRaw(connection, 'x'.repeat(2 * 1024 * 1024))
    await stage.trouble('dropped')
    stage.moving.advance(SECOND)
    await stage.until(() => stage.state() === 'connected')
  })

  it('heard by a listener that throws changes nothing', async () => {
    stage = await createStage()
    stage.stream.onStatus(() => {
      throw new Error('a bad listener')
    })
    const forget = stage.stream.onStatus(() => stage.seen.splice(0))
    forget()
    await stage.connect()
    expect(stage.seen.length).toBeGreaterThan(0)
    expect((await stage.local.pushMessage('状态')).ack?.code).toBe(200)
  })
})
