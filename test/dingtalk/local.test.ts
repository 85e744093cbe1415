// the local DingTalk speaks the real protocol: the official SDK is its client here, only its gateway call is another
import { DWClient, type DWClientDownStream } from 'dingtalk-stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import {
  CARD_TEMPLATE,
  createLocalDingTalk,
  createMovingClock,
  GROUP,
  type LocalDingTalk,
  type LocalOptions,
  TOPIC_CARD,
  TOPIC_ROBOT,
} from '../helpers/dingtalk/local.ts'

type Opening = { endpoint: string; ticket: string }
/** The SDK, with the one member overridden that has no setting. */
class LocalClient extends DWClient {
  readonly base: string
  constructor(local: LocalDingTalk) {
    const { clientId, clientSecret } = local.options
    super({ clientId, clientSecret, autoReconnect: false, subscriptions: [] } as never)
    this.base = local.base
  }
  override async getEndpoint() {
    const { clientId, clientSecret, subscriptions } = this.config
    const { endpoint, ticket } = await openGateway(this.base, { clientId, clientSecret, subscriptions, ua: '' })
    ;(this as unknown as { dw_url: string }).dw_url = `${endpoint}?ticket=${ticket}`
    return this
  }
}

async function openGateway(base: string, body: unknown): Promise<Opening> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  const answer = await fetch(`${base}/v1.0/gateway/connections/open`, init)
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Opening
}

let local: LocalDingTalk
const clients: DWClient[] = []
const clock = createMovingClock()

beforeEach(() => {
  for (const name of ['info', 'warn'] as const) vi.spyOn(console, name).mockImplementation(() => {})
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect()
  await local.close()
  vi.restoreAllMocks()
})
async function start(options: Partial<LocalOptions> = {}): Promise<LocalDingTalk> {
  local = await createLocalDingTalk({ clock, ...options })
  return local
}
type Listener = (frame: DWClientDownStream, client: DWClient) => void
/** Connects the SDK with listeners by topic. */
async function connect(listeners: Record<string, Listener>): Promise<DWClient> {
  const client = new LocalClient(local)
  clients.push(client)
  for (const [topic, listener] of Object.entries(listeners)) {
    client.registerCallbackListener(topic, frame => listener(frame, client))
  }
  const opened = local.nextConnection()
  await client.connect()
  await opened
  return client
}
const ackAll: Listener = ({ headers }, client) => client.socketCallBackResponse(headers.messageId, null)
const deaf: Listener = () => {}

describe('the official SDK', () => {
  it('connects with its own subscriptions and echoes pings', async () => {
    await start()
    await connect({ [TOPIC_ROBOT]: ackAll })
    expect(local.connections()).toMatchObject([
      { state: 'open', subscriptions: [{ type: 'CALLBACK', topic: TOPIC_ROBOT }], openedAt: clock.now() },
    ])
    expect((await local.ping(local.connections()[0]?.id ?? '')).same).toBe(true)
  })

  it('gets a robot message as the platform writes it, and its ack is taken', async () => {
    await start()
    const frames: DWClientDownStream[] = []
    await connect({
      [TOPIC_ROBOT]: (frame, client) => {
        frames.push(frame)
        ackAll(frame, client)
      },
    })
    const result = await local.pushMessage('预热 /data/a', { staffId: '0147', nick: '张三', isAdmin: true })
    expect(result).toMatchObject({
      attempts: 1,
      dropped: false,
      timeout: false,
      ack: { code: 200, data: { response: null } },
    })
    expect(result.pushedOn).toEqual([local.connections()[0]?.id])
    const [frame] = frames
    expect(frame).toMatchObject({ specVersion: '1.0', type: 'CALLBACK', headers: { topic: TOPIC_ROBOT } })
    expect(typeof frame?.headers['time']).toBe('string')
    const payload = JSON.parse(frame?.data ?? '')
    expect(payload).toMatchObject({
      ...{ conversationId: GROUP, conversationType: '2', msgtype: 'text', text: { content: ' 预热 /data/a' } },
      ...{ senderStaffId: '0147', senderNick: '张三', isAdmin: true, robotCode: local.options.robotCode },
      sessionWebhookExpiredTime: clock.now() + 5_400_000,
    })
    expect(local.orphanAcks).toEqual([])
  })

  it('gets what it did not ack again, as the same message in another push', async () => {
    await start()
    const frames: DWClientDownStream[] = []
    await connect({ [TOPIC_ROBOT]: frame => void frames.push(frame) })
    const push = local.postMessage('状态')
    await local.until(() => frames.length === 1)
    clock.advance(local.options.retryMs)
    await local.until(() => frames.length === 2)
    const [first, second] = frames
    expect(second?.headers.messageId).not.toBe(first?.headers.messageId)
    expect(second?.data).toBe(first?.data)
    clients[0]?.socketCallBackResponse(first?.headers.messageId ?? '', null)
    await local.next('orphan')
    clients[0]?.socketCallBackResponse(second?.headers.messageId ?? '', null)
    expect(await push.done).toMatchObject({ attempts: 2, timeout: false })
    expect(local.orphanAcks).toMatchObject([{ messageId: first?.headers.messageId, why: 'expired' }])
  })

  it('gets no message more often than the attempts, and none when nobody may have it', async () => {
    await start({ maxAttempts: 2 })
    expect(await local.pushMessage('状态')).toMatchObject({ dropped: true, attempts: 1, pushedOn: [] })
    await connect({ [TOPIC_CARD]: deaf })
    expect(await local.pushMessage('状态')).toMatchObject({ dropped: true })
    await connect({ [TOPIC_ROBOT]: deaf })
    const push = local.postMessage('状态')
    clock.advance(3 * local.options.retryMs)
    expect(await push.done).toMatchObject({ attempts: 2, timeout: true, dropped: false })
  })

  it('acks on another connection, and that is told', async () => {
    await start({ random: () => 0 })
    let id = ''
    await connect({
      [TOPIC_ROBOT]: ({ headers }) => {
        id = headers.messageId
      },
    })
    const other = await connect({ [TOPIC_ROBOT]: deaf })
    const push = local.postMessage('状态')
    await local.until(() => id !== '')
    other.socketCallBackResponse(id, null)
    await push.done
    expect(local.wrongConnection).toMatchObject([{ messageId: id }])
  })

  it('answers a click within the deadline, and who clicked sees the answer', async () => {
    await start()
    await connect({
      [TOPIC_CARD]: ({ headers, data }, client) => {
        const { params } = JSON.parse(JSON.parse(data).content).cardPrivateData
        const cardData = { cardParamMap: { detail: `${params.action} ${params.job}` } }
        client.socketCallBackResponse(headers.messageId, { cardUpdateOptions: { updateCardDataByKey: true }, cardData })
      },
    })
    await openCard()
    expect(await local.click('job-1', { action: 'cancel', job: '1' }, '0147')).toMatchObject({
      answered: true,
      timeout: false,
    })
    expect(local.view(GROUP, '0147')[0]?.variables).toEqual({ title: '预热', detail: 'cancel 1' })
    expect(local.view(GROUP, '0258')[0]?.variables).toEqual({ title: '预热', detail: '排队中' })
  })

  it('answers a click too late, and nothing happens', async () => {
    await start()
    let id = ''
    await connect({
      [TOPIC_CARD]: ({ headers }) => {
        id = headers.messageId
      },
    })
    await openCard()
    const result = local.click('job-1', { action: 'cancel' }, '0147')
    await local.until(() => id !== '')
    clock.advance(2_000)
    expect(await result).toMatchObject({ answered: false, timeout: true, dropped: false })
    clients[0]?.socketCallBackResponse(id, { cardData: { cardParamMap: { detail: 'late' } } })
    await local.next('orphan')
    expect(local.view(GROUP, '0147')[0]?.text).toBe('排队中')
  })

  it('is drained: nothing is delivered to it any more, and after ten seconds it is cut', async () => {
    await start()
    const client = await connect({ [TOPIC_ROBOT]: ackAll })
    const [connection] = local.connections()
    const over = local.disconnect(connection?.id ?? '', { messageId: false, specVersion: false })
    await local.until(() => !client.connected)
    expect(await local.pushMessage('状态')).toMatchObject({ dropped: true })
    expect((await local.ping(connection?.id ?? '')).same).toBe(true)
    clock.advance(local.options.drainMs)
    await over
    expect(connection?.state).toBe('closed')
    expect(local.connections()).toEqual([])
  })

  it('redelivers events that are answered later', async () => {
    await start()
    const answers = ['LATER', 'SUCCESS']
    const client = new LocalClient(local)
    clients.push(client)
    client.config.subscriptions.push({ type: 'EVENT', topic: '*' })
    client.registerAllEventListener(() => ({ status: answers.shift() as never }))
    await client.connect()
    await local.connected()
    const push = local.pushEvent('user_add_org', { userId: ['1'] })
    await local.nextAck()
    clock.advance(local.options.eventDeadlineMs)
    expect(await push.done).toMatchObject({ attempts: 2, ack: { data: { status: 'SUCCESS' } } })
  })
})

describe('messages', () => {
  it('come in every type, without content over the quota, and with whatever a test lays over them', async () => {
    await start()
    const payloadOf = (given: Parameters<LocalDingTalk['message']>[0]) => local.message(given).payload
    const direct = payloadOf({ conversationType: '1', text: '帮助', staffId: '9' })
    expect(direct).toMatchObject({ conversationId: local.directOf('9'), text: { content: '帮助' } })
    expect(direct).not.toHaveProperty('conversationTitle')
    expect(payloadOf({ msgtype: 'richText', text: '/a' })).toMatchObject({ content: { richText: [{ text: '/a' }] } })
    expect(payloadOf({ msgtype: 'file' })).toMatchObject({ msgtype: 'file', content: { fileName: 'a.txt' } })
    const over = payloadOf({ text: 'x', overQuota: true })
    expect(over).toMatchObject({ errorCode: 20001, errorMessage: expect.any(String) })
    expect(over).not.toHaveProperty('text')
    expect(payloadOf({ staffId: '', msgId: 'm', robotCode: 'other', fields: { createAt: '1' } })).toMatchObject({
      ...{ senderStaffId: '', msgId: 'm', robotCode: 'other', createAt: '1' },
    })
  })
})

describe('the door of the socket', () => {
  it('takes a ticket once, and none that is unknown or older than ninety seconds', async () => {
    await start()
    const good = await ticket()
    expect(await knock(good)).toBe(101)
    expect(await knock(good)).toBe(401)
    expect(await knock('never-given')).toBe(401)
    const old = await ticket()
    clock.advance(90_001)
    expect(await knock(old)).toBe(401)
    expect(local.connections()).toHaveLength(1)
    expect(local.calls('GET /connect').map(({ status }) => status)).toEqual([101, 401, 401, 401])
  })

  it('refuses, cuts, hangs, or drops whom it let in, so many times', async () => {
    await start()
    local.fault({ route: 'GET /connect', kind: 'status', status: 503 })
    expect(await knock(await ticket())).toBe(503)
    local.fault({ route: 'GET /connect', kind: 'reset' })
    expect(await knock(await ticket())).toBe('ECONNRESET')
    local.fault({ route: 'GET /connect', kind: 'accept-then-drop', times: 2 })
    for (let round = 0; round < 2; round += 1) {
      const gone = local.nextClose()
      expect(await knock(await ticket())).toBe(101)
      expect((await gone).closeCode).toBe(1006)
    }
    local.fault({ route: 'GET /connect', kind: 'hang' })
    const asked = local.nextCall('GET /connect')
    const socket = new WebSocket(`${local.base.replace('http', 'ws')}/connect?ticket=${await ticket()}`)
    socket.on('error', () => {})
    await asked
    expect(socket.readyState).toBe(WebSocket.CONNECTING)
    expect(local.connections()).toEqual([])
    socket.terminate()
    expect(await knock(await ticket())).toBe(101)
  })
})

describe('a connection', () => {
  it('falls silent: its pongs stay healthy, and what is pushed on it is lost', async () => {
    await start({ robotRetry: false })
    const socket = await join()
    const frames = framesOf(socket)
    const [connection] = await local.connected()
    local.silence(connection?.id ?? '')
    const push = local.postMessage('状态')
    expect(push.pushedOn).toEqual([connection?.id])
    socket.ping()
    await new Promise(resolve => socket.once('pong', resolve))
    clock.advance(local.options.retryMs)
    expect(await push.done).toMatchObject({ timeout: true, dropped: false })
    expect(frames).toEqual([])
    expect(connection).toMatchObject({ state: 'silent', clientPings: 1 })
    socket.close(1000)
    expect(await local.closed(connection?.id ?? '')).toMatchObject({ closeCode: 1000 })
  })

  it('is half open: nothing comes and nothing is answered, but nobody closes', async () => {
    await start()
    const socket = await join()
    const [connection] = await local.connected()
    let pongs = 0
    socket.on('pong', () => {
      pongs += 1
    })
    local.halfOpen(connection?.id ?? '')
    socket.ping()
    const other = await join()
    other.ping()
    await new Promise(resolve => other.once('pong', resolve))
    expect(pongs).toBe(0)
    expect(local.connections()).toMatchObject([{ state: 'half-open', clientPings: 0 }, { state: 'open' }])
  })

  it('is killed, and its channel may still be taken for alive', async () => {
    await start({ deadChannelMs: 5_000, robotRetry: false })
    const socket = await join()
    const [connection] = await local.connected()
    const code = new Promise<number>(resolve => socket.once('close', resolve))
    local.kill(connection?.id ?? '')
    expect(await code).toBe(1006)
    await local.closed(connection?.id ?? '')
    expect(connection?.state).toBe('dead')
    expect(local.postMessage('状态')).toMatchObject({ dropped: false, pushedOn: [connection?.id] })
    clock.advance(5_000)
    expect(local.postMessage('状态')).toMatchObject({ dropped: true })
  })

  it('gets whatever a test wants to send', async () => {
    await start()
    const socket = await join()
    const [{ id } = { id: '' }] = await local.connected()
    const frames = framesOf(socket)
    local.sendRaw(id, '{not json')
    local.sendBinary(id, Buffer.from([0, 1, 2]))
    local.sendSystem(id, 'KEEPALIVE')
    local.sendRaw(id, 'x'.repeat(200 * 1024))
    local.pushFrame({ type: 'STRANGE', topic: '/none', data: {}, on: id })
    await local.until(() => frames.length === 5)
    expect(frames.map(frame => frame.length)).toEqual([9, 3, frames[2]?.length, 204_800, frames[4]?.length])
    expect(JSON.parse(frames[2] ?? '')).toMatchObject({ type: 'SYSTEM', headers: { topic: 'KEEPALIVE' } })
    expect(JSON.parse(frames[4] ?? '')).toMatchObject({ type: 'STRANGE', headers: { topic: '/none' }, data: '{}' })
    socket.send('{not json')
    await local.until(() => local.badFrames.length === 1)
    const lost = local.next('orphan')
    socket.send(JSON.stringify({ code: 200, headers: { messageId: 'never-sent' }, message: 'OK', data: '{}' }))
    expect((await lost).orphan).toMatchObject({ messageId: 'never-sent', why: 'unknown' })
  })

  it('is pinged by the platform when that is asked for, and the time passes as a test moves it', async () => {
    await start({ pingEveryMs: 30_000 })
    await connect({ [TOPIC_ROBOT]: ackAll })
    for (let round = 0; round < 3; round += 1) {
      const echo = local.next('echo')
      clock.advance(30_000)
      expect((await echo).same).toBe(true)
    }
  })
})

it('nothing is left when it is closed, whatever hangs', async () => {
  await start()
  const timersBefore = clock.waiting
  await join()
  local.fault({ route: 'GET /gettoken', kind: 'hang' })
  const asked = local.nextCall('GET /gettoken')
  const hanging = fetch(`${local.base}/gettoken`).catch((error: Error) => error)
  await asked
  const push = local.postMessage('状态')
  const never = local.nextLine()
  await local.close()
  expect(await hanging).toBeInstanceOf(Error)
  expect(await push.done).toMatchObject({ timeout: true })
  await expect(never).rejects.toThrow('closed')
  expect(clock.waiting).toBe(timersBefore)
  await expect(fetch(local.base)).rejects.toThrow()
  await start()
})

async function ticket(): Promise<string> {
  const { clientId, clientSecret } = local.options
  const subscriptions = [{ type: 'CALLBACK', topic: TOPIC_ROBOT }]
  return (await openGateway(local.base, { clientId, clientSecret, subscriptions })).ticket
}
/** What comes of an upgrade: its status, or the code of the error. */
async function knock(given: string): Promise<number | string | undefined> {
  const socket = new WebSocket(`${local.base.replace('http', 'ws')}/connect?ticket=${given}`)
  return new Promise(resolve => {
    socket.on('open', () => resolve(101))
    socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode))
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
  })
}
async function join(): Promise<WebSocket> {
  const socket = new WebSocket(`${local.base.replace('http', 'ws')}/connect?ticket=${await ticket()}`)
  await new Promise(resolve => socket.once('open', resolve))
  socket.on('error', () => {})
  return socket
}
function framesOf(socket: WebSocket): string[] {
  const frames: string[] = []
  socket.on('message', data => frames.push(String(data)))
  return frames
}

/** A card in the group, as a program with a token opens it. */
async function openCard(): Promise<void> {
  local.addGroup(GROUP)
  const { clientId: appKey, clientSecret: appSecret, robotCode } = local.options
  await post('/v1.0/oauth2/accessToken', { appKey, appSecret })
  await post('/v1.0/card/instances/createAndDeliver', {
    ...{ cardTemplateId: CARD_TEMPLATE, outTrackId: 'job-1', callbackType: 'STREAM' },
    cardData: { cardParamMap: { title: '预热', detail: '排队中' } },
    openSpaceId: `dtv1.card//IM_GROUP.${GROUP}`,
    imGroupOpenDeliverModel: { robotCode },
  })
}
async function post(path: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json', 'x-acs-dingtalk-access-token': local.tokenNow() }
  const answer = await fetch(local.base + path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(await answer.text())
}
