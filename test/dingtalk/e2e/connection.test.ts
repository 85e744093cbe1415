// the shipped daemon's connection to DingTalk: how it comes about, what it survives, how it ends, what operators see of it
//
// What only time shows is proven with real sockets and a clock that is moved, since the daemon adds nothing there:
//
// | scenario                                     | proven below test/ in                                              |
// | -------------------------------------------- | ------------------------------------------------------------------ |
// | hang of the gateway or the upgrade, given up | dingtalk/stream.test.ts, "gives up a gateway that says nothing …"  |
// | 401 asked again after five minutes           | dingtalk/stream.test.ts, "tells wrong credentials as permanent …"  |
// | half-open, found by two missed pongs         | dingtalk/stream-life.test.ts, "half-open is found out …"           |
// | silence with pongs, two idle hours           | dingtalk/stream-life.test.ts, "silently, with pongs, …"            |
// | accept-then-drop within the back-off         | dingtalk/stream.test.ts, "does not run faster than its back-off …" |
// | renewal after six hours, a jump of the clock | dingtalk/stream-life.test.ts, "a healthy connection"               |
// | a handler that throws or takes too long      | dingtalk/stream.test.ts, "a push"                                  |
// | updates of a running card, 10 s apart        | notify/cards-dingtalk.test.ts, "is one card, which moves …"        |
// | halfway message after half an hour           | notify/notifier.test.ts, "a load that takes long …"                |
// | sign vectors, each refusal of the robot      | dingtalk/send.test.ts, "the custom robot"                          |
// | every part below 20,000 bytes, nothing lost  | notify/split.test.ts                                               |
// | 130101: 60 s, doubled up to ten minutes      | core/chat-post.test.ts, "is blocked for longer each time …"        |
// | letters older than a day                     | core/chat-post.test.ts, "that nobody took within a day …"          |
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../../agent/until.ts'
import {
  ALERT_SECRET,
  ALERT_TOKEN,
  type ChatStack,
  CLIENT_SECRET,
  createChatStack,
  LOOKER,
} from '../../helpers/chat-stack.ts'
import { TOPIC_CARD, TOPIC_ROBOT } from '../../helpers/dingtalk/local.ts'

const OPEN = 'POST /v1.0/gateway/connections/open'
const WRONG = 'another-secret-that-nobody-may-read-Zz1'

let chat: ChatStack

beforeAll(async () => {
  chat = await createChatStack({ local: { drainMs: 1_500, retryMs: 500 }, stack: { agents: 0, start: false } })
})
afterAll(() => chat.close())

type Check = { readonly name: string; readonly ok: boolean | null; readonly answer: string; readonly remedy?: string }

/** What an operator sees, and how the command ends. */
async function doctor(): Promise<{ code: number; text: string; rows: Check[] }> {
  const [told, { stdout }] = await Promise.all([chat.stack.gander(['doctor']), chat.stack.gander(['doctor', '--json'])])
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Check)
  const text = told.stdout + told.stderr
  expect(chat.leaksIn(text + stdout)).toEqual([])
  expect(text).not.toContain(WRONG)
  return { code: told.code, text, rows }
}
const find = (rows: readonly Check[], name: string) => rows.find(row => row.name === name)

describe('connecting', () => {
  test('wrong credentials: everything else works, and doctor says what to do', async () => {
    chat.stack.daemon.start({ DINGTALK_CLIENT_SECRET: WRONG })
    await chat.stack.daemonReady()
    await chat.local.until(() => chat.local.calls(OPEN).some(({ status }) => status === 401))
    const { rows, text, code } = await doctor()
    expect(code).toBe(1)
    expect(find(rows, 'dingtalk stream')).toMatchObject({
      ok: false,
      answer: expect.stringMatching(/^waiting .*\(auth\)/),
    })
    expect(find(rows, 'dingtalk stream')?.remedy).toContain('DINGTALK_CLIENT_SECRET')
    expect(find(rows, 'dingtalk token')).toMatchObject({ ok: false })
    expect(find(rows, 'dingtalk token')?.remedy).toContain('DINGTALK_CLIENT_SECRET')
    expect(text).toMatch(/bad +dingtalk stream/)
    expect(await chat.metric('gander_chat_connected')).toBe(0)
    expect((await chat.stack.api('GET', '/api/v1/jobs')).status).toBe(200)
    // asked once, and not again for minutes
    expect(chat.local.calls(OPEN)).toHaveLength(1)
    expect(await chat.stack.daemon.end()).toBe(0)
    expect(chat.stack.daemon.log()).not.toContain(WRONG)
  })

  test('a gateway that says nothing keeps the daemon neither from its work nor from ending', async () => {
    chat.local.fault({ route: OPEN, kind: 'hang' })
    const asked = chat.local.nextCall(OPEN)
    chat.stack.daemon.start()
    await Promise.all([asked, chat.stack.daemonReady()])
    expect(await chat.metric('gander_chat_connected')).toBe(0)
    expect(await chat.stack.daemon.end()).toBe(0)
  })

  test('503, then an empty answer, then all is well', async () => {
    const before = chat.local.calls(OPEN).length
    chat.local.fault({ route: OPEN, kind: 'status', status: 503 })
    chat.local.fault({ route: OPEN, kind: 'empty' })
    chat.stack.daemon.start()
    await chat.stack.daemonReady()
    const [connection] = await chat.local.connected()
    expect(chat.local.calls(OPEN).slice(before)).toHaveLength(3)
    expect(connection?.subscriptions).toEqual([TOPIC_ROBOT, TOPIC_CARD].map(topic => ({ type: 'CALLBACK', topic })))
    expect((await chat.local.ping(connection ?? '')).same).toBe(true)
    const { rows } = await doctor()
    expect(find(rows, 'dingtalk stream')).toMatchObject({ ok: true, answer: expect.stringMatching(/^connected since/) })
    expect(find(rows, 'dingtalk token')).toMatchObject({ ok: true })
    expect(find(rows, 'dingtalk custom robot')).toMatchObject({ ok: null })
    expect(find(rows, 'dingtalk cards')?.answer).toContain('DINGTALK_CARD_TEMPLATE_ID')
  })

  test('a ticket that was used is refused, and another one asked for', async () => {
    await chat.restart()
    const [connection] = chat.local.connections()
    const body = { endpoint: `${chat.local.base.replace('http', 'ws')}/connect`, ticket: connection?.ticket }
    chat.local.fault({ route: OPEN, kind: 'status', status: 200, body })
    const refused = chat.local.next('refused')
    chat.local.kill(connection ?? '')
    expect(await refused).toMatchObject({ status: 401, why: 'used ticket' })
    const [other] = await until('a connection', () => chat.local.connections().length > 0 && chat.local.connections())
    expect(other?.ticket).not.toBe(connection?.ticket)
    expect(await chat.room('cidTicket==').ask('我是谁')).toContain('zhang')
  })
})

describe('a connection', () => {
  test('that is to be drained is replaced before it closes, and what is said meanwhile is answered', async () => {
    await chat.restart()
    const room = chat.room('cidDrain==')
    const [old] = chat.local.connections()
    const opened = chat.local.nextConnection()
    const over = chat.local.disconnect(old ?? '', { messageId: false, specVersion: false })
    const replacement = await opened
    expect(old?.state).toBe('draining')
    const { ack } = await room.say('我是谁').done
    expect(ack?.connectionId).toBe(replacement.id)
    expect((await room.hear()).text).toContain('zhang')
    await over
    expect(chat.local.connections().map(({ id }) => id)).toEqual([replacement.id])
    expect(await chat.metric('gander_chat_reconnects_total')).toBe(1)
    expect(await room.ask('代理', LOOKER)).toMatch(/钉钉连接\*\*：钉钉已连接，\d+ 秒前收到数据，重连 1 次/)
  })

  test('that is dropped as soon as it is accepted is tried again', async () => {
    await chat.restart()
    const before = chat.local.allConnections().length
    chat.local.fault({ route: 'GET /connect', kind: 'accept-then-drop' })
    chat.local.kill(chat.local.connections()[0] ?? '')
    await until('the third', () => chat.local.allConnections().length === before + 2)
    expect(await chat.room('cidDropped==').ask('我是谁')).toContain('zhang')
    expect(chat.local.allConnections()).toHaveLength(before + 2)
  })

  test('survives every rubbish, and so does the daemon', async () => {
    const [connection] = chat.local.connections()
    const { local } = chat
    const of = connection ?? ''
    for (const raw of ['{not json', '[]', 'null', '"x"', '{}', '{"headers":null,"type":7}', 'x'.repeat(200 * 1_024)])
      local.sendRaw(of, raw)
    local.sendBinary(of, Buffer.from([0, 255, 254, 1]))
    for (const topic of ['KEEPALIVE', 'CONNECTED', 'REGISTERED', 'nobody-knows']) local.sendSystem(of, topic)
    for (const data of ['{not json', '', 'null', '7', '[]', {}, { conversationId: 7 }, { msgId: {}, text: [] }])
      for (const topic of [TOPIC_ROBOT, TOPIC_CARD])
        await local.pushFrame({ type: 'CALLBACK', topic, data, on: connection?.id ?? '' }).done
    local.sendRaw(
      of,
      JSON.stringify({ type: 'CALLBACK', headers: { topic: '/v1.0/unknown', messageId: 'm1' }, data: '{}' }),
    )
    local.sendRaw(of, JSON.stringify({ type: 'NOBODY', headers: { topic: 'x', messageId: 'm2' }, data: '{}' }))
    const odd = [{ text: undefined }, { senderStaffId: undefined }, { msgId: undefined }, { conversationType: 2 }]
    for (const fields of odd)
      await local.postPayload(local.message({ conversationId: 'cidOdd==', text: '帮助', fields }).payload).done
    // a session anywhere else is not called: the answer goes by the API
    const fields = { sessionWebhook: 'http://169.254.169.254/robot/sendBySession?session=x' }
    await local.postPayload(local.message({ conversationId: 'cidElsewhere==', text: '帮助', fields }).payload).done
    expect((await chat.room('cidElsewhere==').hear()).kind).toBe('api')
    const room = chat.room('cidAfter==')
    expect(await room.ask('我是谁')).toContain('zhang')
    expect(local.connections().map(({ id }) => id)).toEqual([connection?.id])
  })

  test('over the quota: one alarm on the custom robot, a count, and life goes on', async () => {
    const before = chat.local.robotView(ALERT_TOKEN).length
    const payload = () => chat.local.message({ conversationId: 'cidQuota==', overQuota: true }).payload
    for (const _ of [1, 2]) expect((await chat.local.postPayload(payload()).done).ack?.code).toBe(200)
    const alarm = await until('the alarm', () => chat.local.robotView(ALERT_TOKEN)[before])
    expect(alarm.text).toMatch(/^告警：钉钉调用额度已用完/)
    expect(await chat.metric('gander_chat_quota_refusals_total')).toBe(2)
    expect(await chat.room('cidQuota==').ask('我是谁')).toContain('zhang')
    await chat.drained()
    expect(chat.local.robotView(ALERT_TOKEN)).toHaveLength(before + 1)
  })
})

test('the numbers of the chat are in /metrics, without a secret', async () => {
  const { text } = await chat.stack.api('GET', '/metrics')
  expect(chat.leaksIn(text)).toEqual([])
  const value = (name: string): number =>
    Number(
      text
        .split('\n')
        .find(line => line.startsWith(`${name} `))
        ?.slice(name.length + 1),
    )
  expect(value('gander_chat_connected')).toBe(1)
  expect(value('gander_chat_letters_waiting')).toBe(0)
  expect(value('gander_chat_notices_waiting')).toBe(0)
  for (const name of ['gander_chat_frames_total', 'gander_chat_heard_total', 'gander_chat_reconnects_total'])
    expect(value(name), name).toBeGreaterThan(0)
  for (const name of ['gander_chat_ack_seconds', 'gander_chat_last_frame_age_seconds'])
    expect(value(name), name).toBeGreaterThanOrEqual(0)
  expect(value('gander_chat_sends_total{channel="session",outcome="sent"}')).toBeGreaterThan(0)
  expect(value('gander_chat_sends_total{channel="robot",outcome="sent"}')).toBe(1)
  expect(value('gander_chat_calls_this_month{channel="stream"}')).toBeGreaterThan(0)
})

test('what is searched for in every log would be found there', () => {
  const { ticket } = chat.local.connections()[0] ?? {}
  const session = chat.local.calls('POST /robot/sendBySession').at(-1)?.query['session']
  const token = chat.local.tokenNow()
  const told = [CLIENT_SECRET, ALERT_TOKEN, ALERT_SECRET, ticket, session, token, 'sign=abc']
  for (const secret of told) expect(chat.leaksIn(`{"level":"info"}\n{"message":"${secret}"}`)).toHaveLength(1)
})

test('the end says goodbye, so that nothing is pushed into the void', async () => {
  const [connection] = chat.local.connections()
  expect(await chat.stack.daemon.end()).toBe(0)
  expect(await chat.local.closed(connection ?? '')).toMatchObject({ closeCode: 1000 })
  expect(chat.local.connections()).toEqual([])
})
