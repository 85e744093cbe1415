// behind a proxy: stream and sends go through the tunnel that the environment names, and past it where it says so
import { createServer, type Server } from 'node:http'
import { connect, createServer as createPlainServer, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSender } from '../../bot/dingtalk/send/sender.ts'
import { openGateway } from '../../bot/dingtalk/stream/gateway.ts'
import { openLine } from '../../bot/dingtalk/stream/sdk.ts'
import { createStream } from '../../bot/dingtalk/stream/stream.ts'
import type { LetterPart } from '../../shared/chat.ts'
import { SILENT_LOG } from '../../shared/log.ts'
import { createClock } from '../../shared/time.ts'
import { until } from '../agent/until.ts'
import { createHandClock } from '../engine/room.ts'
import { createLocalDingTalk, type LocalDingTalk } from '../helpers/dingtalk/local.ts'

const part: LetterPart = { format: 'text', title: '通知', text: '通知', mentions: [] }
let local: LocalDingTalk
let proxy: Awaited<ReturnType<typeof createTunnels>>

beforeEach(async () => {
  local = await createLocalDingTalk()
  proxy = await createTunnels()
})

afterEach(async () => {
  for (const name of ['http_proxy', 'no_proxy']) delete process.env[name]
  await proxy.close()
  await local.close()
})

/** A proxy that tunnels, and keeps where to. */
async function createTunnels() {
  const targets: string[] = []
  const open = new Set<Socket>()
  const server: Server = createServer((_request, response) => response.writeHead(501).end())
  server.on('connect', ({ url = '' }, client: Socket) => {
    targets.push(url)
    const [host, port] = url.split(':')
    const far = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      far.pipe(client).pipe(far)
    })
    for (const [socket, other] of [
      [client, far],
      [far, client],
    ] as const) {
      open.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        open.delete(socket)
        other.destroy()
      })
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    targets,
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    close() {
      for (const socket of open) socket.destroy()
      return new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}

/** A proxy that takes connections and never says a word. */
async function createMute() {
  const open = new Set<Socket>()
  const server = createPlainServer(socket => {
    open.add(socket.resume())
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    open: () => open.size,
    close: () => new Promise<void>(resolve => server.close(() => resolve())),
  }
}

/** Connects, and sends one message by the custom robot. */
async function useBoth(): Promise<void> {
  const { clientId, clientSecret } = local.options
  const clock = createClock()
  const stream = createStream({
    ...{ clientId, clientSecret, apiBase: local.base, topics: ['/v1.0/im/bot/messages/get'] },
    ...{ onPush: async () => null, ackWithinMs: () => 1_000, clock, random: () => 0, log: SILENT_LOG },
  })
  local.addRobot('robot-token')
  const bases = { apiBase: local.base, oapiBase: local.base }
  const sender = createSender({ ...bases, alertToken: 'robot-token', clock, log: SILENT_LOG })
  stream.start()
  await local.connected(1)
  expect(await sender.robot(part, 'once')).toMatchObject({ class: 'sent' })
  await stream.close()
  sender.close()
}

test('the gateway, the socket and a send each take a tunnel of their own', async () => {
  process.env['http_proxy'] = proxy.url
  await useBoth()
  const { host } = new URL(local.base)
  expect(proxy.targets).toEqual([host, host, host])
})

test('hosts that NO_PROXY names are reached directly', async () => {
  process.env['http_proxy'] = proxy.url
  process.env['no_proxy'] = '127.0.0.1'
  await useBoth()
  expect(proxy.targets).toEqual([])
})

test('whether a message arrived is not known when its tunnel breaks after it was sent', async () => {
  process.env['http_proxy'] = proxy.url
  local.addRobot('robot-token')
  local.fault({ route: 'POST /robot/send', kind: 'reset', times: 1, late: true })
  const bases = { apiBase: local.base, oapiBase: local.base }
  const sender = createSender({ ...bases, alertToken: 'robot-token', clock: createClock(), log: SILENT_LOG })
  expect(await sender.robot(part, 'once')).toMatchObject({ class: 'unknown' })
  sender.close()
})

test('a proxy that takes connections and says nothing is not waited for, and nothing of it is left open', async () => {
  const mute = await createMute()
  process.env['http_proxy'] = mute.url
  const hand = createHandClock()
  const bases = { apiBase: local.base, oapiBase: local.base }
  const sender = createSender({ ...bases, alertToken: 'robot-token', clock: hand.clock, log: SILENT_LOG })
  const sending = sender.robot(part, 'once')
  await until('the send at the proxy', () => mute.open() === 1)
  hand.move(10_000)
  expect(await sending).toMatchObject({ class: 'busy', code: 'no-answer' })
  await until('the end of the send', () => mute.open() === 0)

  const closing = sender.robot(part, 'again')
  await until('the next send at the proxy', () => mute.open() === 1)
  sender.close()
  expect(await closing).toMatchObject({ class: 'busy', code: 'closing' })

  const { clientId, clientSecret } = local.options
  const deps = { clientId, clientSecret, apiBase: local.base, topics: [], clock: hand.clock }
  const opening = openGateway(deps, new AbortController().signal)
  await until('the gateway at the proxy', () => mute.open() === 1)
  hand.move(10_000)
  expect(await opening).toEqual({ ok: false, code: 'gateway-timeout' })

  let gone = false
  const events = { onOpen() {}, onFrame() {}, onBeat() {}, onPong() {}, onRefused() {}, onError() {}, onFault() {} }
  const line = await openLine(`${local.base.replace('http', 'ws')}/connect?ticket=t`, {
    ...events,
    onGone: () => {
      gone = true
    },
  })
  await until('the socket at the proxy', () => mute.open() === 1)
  line.cut()
  await until('the end of the socket', () => gone && mute.open() === 0)
  await mute.close()
})

test('a proxy that is away is a trouble of the connection, not of the process', async () => {
  process.env['http_proxy'] = proxy.url
  await proxy.close()
  local.addRobot('robot-token')
  const bases = { apiBase: local.base, oapiBase: local.base }
  const sender = createSender({ ...bases, alertToken: 'robot-token', clock: createClock(), log: SILENT_LOG })
  expect(await sender.robot(part, 'once')).toMatchObject({ class: 'busy' })
  sender.close()
})
