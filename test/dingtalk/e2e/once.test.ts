// what is said to the shipped daemon is done once and told once: redelivered, over a restart and a kill, over ways that end
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { until } from '../../agent/until.ts'
import { ALERT_TOKEN, BOSS, type ChatStack, createChatStack, LI } from '../../helpers/chat-stack.ts'

vi.setConfig({ testTimeout: 60_000 })

const SESSION = 'POST /robot/sendBySession'

let chat: ChatStack

beforeAll(async () => {
  chat = await createChatStack({ local: { retryMs: 500, maxAttempts: 20 }, yaml: 'chat: { confirmAbove: 2 }' })
  await Promise.all([
    chat.stack.put('/once/a', 1, '4k'),
    chat.stack.put('/once/b', 1, '4k'),
    chat.stack.put('/once/named', 2, '4k'),
  ])
})
afterAll(() => chat.close())

/** Jobs that have exactly this name: of a command that was carried out twice there are two, or one with two tasks. */
async function named(name: string): Promise<{ id: string; counts: { total: number } }[]> {
  const { json } = await chat.stack.api('GET', '/api/v1/jobs?limit=100')
  return (json.items as { id: string; name: string; counts: { total: number } }[]).filter(job => job.name === name)
}
const numberOf = (text: string): string | undefined => /#(\d+)/.exec(text)?.[1]
/** A load for an agent that never comes, so that nothing else is told of it. */
const waiting = (name: string): string => `预热 /once/${name} 集群=nowhere 名称=${name}`

describe('a result', () => {
  test('goes on by the next way that is open, once: session, robot API, custom robot', async () => {
    const { local } = chat
    const group = chat.room('cidExpired==')
    const direct = chat.room(local.directOf(LI.staffId), { conversationType: '1' })
    const before = local.robotView(ALERT_TOKEN).length
    // a session that ends within five minutes is not begun with
    expect(await group.ask('预热 /once/a', BOSS, { sessionTtlMs: 240_000 })).toContain('已受理')
    expect(local.view(group.id)[0]?.kind).toBe('api')
    expect(await group.ask('状态', BOSS)).toBeDefined()
    expect(local.view(group.id)[1]?.kind).toBe('webhook')
    expect(await direct.ask('预热 /once/b', LI)).toContain('已受理')
    // the platform ends them before their time
    local.expireSessions()
    local.deny('/v1.0/robot/oToMessages')
    const [told, fallen] = await Promise.all([
      group.hear('the result'),
      until('the result', () => local.robotView(ALERT_TOKEN)[before], 25_000),
    ])
    expect(told.kind).toBe('api')
    expect(told.title).toContain('通知：预热完成')
    expect(fallen.title).toContain('通知：预热完成')
    expect(local.calls('POST /v1.0/robot/oToMessages/batchSend').map(({ status }) => status)).toEqual([403])
    // a mended permission changes nothing any more
    local.allow('/v1.0/robot/oToMessages')
    await chat.drained()
    for (const room of [group, direct]) expect(room.unheard()).toEqual([])
    expect(local.robotView(ALERT_TOKEN)).toHaveLength(before + 1)
  })

  test('of a named job is one text of the robot, although the daemon was killed within its five seconds', async () => {
    const before = chat.local.robotView(ALERT_TOKEN).length
    const { id } = await chat.stack.submit({ action: 'load', paths: ['/once/named'], name: 'nightly' })
    await chat.stack.ended(id)
    await chat.restart('SIGKILL')
    const line = await until('the text', () => chat.local.robotView(ALERT_TOKEN)[before], 25_000)
    expect(line).toMatchObject({ msgtype: 'text' })
    expect(line.text).toBe('通知:GooseFSDistributeLoad success for task nightly\npath: /once/named 2/2')
    await chat.drained()
    await chat.restart('SIGKILL')
    await chat.stack.api('GET', `/api/v1/jobs/${id}`)
    await chat.drained()
    expect(chat.local.robotView(ALERT_TOKEN)).toHaveLength(before + 1)
  })
})

describe('a message', () => {
  test('that is pushed again before its ack came is carried out and answered once', async () => {
    const room = chat.room('cidUnacked==')
    const before = await chat.metric('gander_chat_repeated_total')
    process.kill(chat.stack.daemon.pid, 'SIGSTOP')
    const push = room.say(waiting('unacked'))
    await chat.local.until(() => push.attempts >= 2)
    process.kill(chat.stack.daemon.pid, 'SIGCONT')
    const { ack, attempts } = await push.done
    expect(ack?.code).toBe(200)
    expect(attempts).toBeGreaterThanOrEqual(2)
    expect((await room.hear()).text).toContain('已受理')
    await until(
      'all of its pushes',
      async () => (await chat.metric('gander_chat_repeated_total')) - before === attempts - 1,
    )
    await chat.drained()
    expect(room.unheard()).toEqual([])
    expect(await named('unacked')).toMatchObject([{ counts: { total: 1 } }])
    // the acks of the pushes before the last came after their time
    expect(new Set(chat.local.orphanAcks.map(({ why }) => why))).toEqual(new Set(['expired']))
  })

  test('that is pushed again after its ack, twice at once, is answered once', async () => {
    const room = chat.room('cidAcked==')
    const { payload } = chat.local.message({ conversationId: 'cidAcked==', text: waiting('acked') })
    for (const push of [chat.local.postPayload(payload), chat.local.postPayload(payload)])
      expect((await push.done).ack?.code).toBe(200)
    await chat.local.postPayload(payload).done
    expect((await room.hear()).text).toContain('已受理')
    await chat.drained()
    expect(room.unheard()).toEqual([])
    expect(await named('acked')).toMatchObject([{ counts: { total: 1 } }])
  })

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'answered, then pushed again after %s, is known: nothing is done or said again',
    async signal => {
      const room = chat.room(`cidAnswered-${signal}==`)
      const text = waiting(`answered-${signal}`)
      const { payload } = chat.local.message({ conversationId: room.id, text })
      await chat.local.postPayload(payload).done
      const accepted = await room.hear()
      await chat.drained()
      await chat.restart(signal)
      expect((await chat.local.postPayload(payload).done).ack?.code).toBe(200)
      expect(await chat.metric('gander_chat_repeated_total')).toBeGreaterThanOrEqual(1)
      // what is said next has the next answer
      const ours = numberOf(accepted.text)
      expect(await room.ask(`状态 ${ours}`)).toContain(`answered-${signal}`)
      expect(room.unheard()).toEqual([])
      expect(await named(`answered-${signal}`)).toMatchObject([{ counts: { total: 1 } }])
    },
  )

  test('done and not answered before a kill is answered after it, with what was done', async () => {
    const room = chat.room('cidUnanswered==')
    const { payload } = chat.local.message({ conversationId: room.id, text: waiting('unanswered') })
    const hangs = chat.local.nextCall(SESSION)
    chat.local.fault({ route: SESSION, kind: 'hang' })
    await chat.local.postPayload(payload).done
    await hangs
    const [job] = await named('unanswered')
    await chat.restart('SIGKILL')
    await chat.local.postPayload(payload).done
    expect((await room.hear()).text).toContain('已受理')
    await chat.drained()
    expect(room.unheard()).toEqual([])
    expect(await named('unanswered')).toMatchObject([{ id: job?.id, counts: { total: 1 } }])
  })

  test('killed as soon as it was acked is done once all the same', async () => {
    const room = chat.room('cidKilled==')
    const { payload } = chat.local.message({ conversationId: room.id, text: waiting('killed') })
    const acked = chat.local.nextAck()
    chat.local.postPayload(payload)
    await acked
    process.kill(chat.stack.daemon.pid, 'SIGKILL')
    await chat.restart('SIGKILL')
    await chat.local.postPayload(payload).done
    expect((await room.hear()).text).toContain('已受理')
    await chat.drained()
    expect(await named('killed')).toMatchObject([{ counts: { total: 1 } }])
    // sent just before the kill and noted by nobody, it is said again: twice is better than never
    expect(new Set(room.unheard().map(({ title }) => title)).size).toBeLessThan(2)
  })

  test('whose answer no way took is answered by the session of whoever speaks next, in order, also after a kill', async () => {
    const { local } = chat
    const room = chat.room('cidReopened==')
    const refused = { errcode: 300001, errmsg: 'session 不存在' }
    local.deny('/v1.0/robot/groupMessages')
    local.fault({ route: SESSION, kind: 'status', status: 200, body: refused })
    const api = 'POST /v1.0/robot/groupMessages/send'
    const before = local.calls(api).length
    await room.say(waiting('reopened')).done
    await until('the last refusal', () => local.calls(api)[before]?.status === 403)
    await chat.restart('SIGKILL')
    room.say('我是谁', BOSS)
    expect((await room.hear()).text).toContain('已受理')
    expect((await room.hear()).text).toContain('boss')
    await chat.drained()
    local.allow('/v1.0/robot/groupMessages')
    expect(room.unheard()).toEqual([])
    expect(await named('reopened')).toMatchObject([{ counts: { total: 1 } }])
  })

  test('a question does not outlive the process; the answer repeats the command', async () => {
    const room = chat.room('cidQuestion==')
    const code = /确认 (\w{4})/.exec(await room.ask('释放 /once/b', BOSS))?.[1]
    await chat.drained()
    await chat.restart('SIGKILL')
    const told = await room.ask(`确认 ${code}`, BOSS)
    expect(told).toContain('服务重启过')
    expect(told).toContain('释放 /once/b')
  })
})

describe('two robots of one message', () => {
  test('carry it out both, each in its own process; what is for another robot is left to it', async () => {
    const room = chat.room('cidRobots==')
    const asked = (robotCode: string | undefined, name: string) =>
      chat.local.message({ conversationId: room.id, msgId: 'msgForBoth==', text: waiting(name), ...toCode(robotCode) })
    const first = asked(undefined, 'robots').payload
    const second = asked('dingother', 'robots').payload
    await chat.local.postPayload(first).done
    await chat.local.postPayload(second).done
    expect((await room.hear()).text).toContain('已受理')
    await chat.drained()
    expect(await named('robots')).toMatchObject([{ counts: { total: 1 } }])
    const told = () => chat.stack.daemon.lines().filter(({ robotCode }) => robotCode === 'dingother')
    expect(told()).toHaveLength(1)
    // the same state, as the other robot
    await chat.restart('SIGTERM', { DINGTALK_ROBOT_CODE: 'dingother' })
    const other = asked('dingother', 'robots-other').payload
    await chat.local.postPayload(other).done
    expect((await room.hear()).text).toContain('已受理')
    expect(await named('robots-other')).toMatchObject([{ counts: { total: 1 } }])
    await chat.restart()
  })
})

const toCode = (robotCode: string | undefined) => (robotCode === undefined ? {} : { robotCode })
