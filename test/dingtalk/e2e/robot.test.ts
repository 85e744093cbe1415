// the custom robot of the shipped daemon: its securities, its twenty a minute, its long texts, and what doctor says of it
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createClock } from '../../../shared/time.ts'
import { until } from '../../agent/until.ts'
import { ALERT_SECRET, ALERT_TOKEN, type ChatStack, createChatStack } from '../../helpers/chat-stack.ts'
import type { RobotSettings } from '../../helpers/dingtalk/local.ts'

const SEND = 'POST /robot/send'
const MOST_BYTES = 20_000
const HOUR_MS = 3_600_000

const platform = { aheadMs: 0 }
const real = createClock()
let chat: ChatStack

beforeAll(async () => {
  const clock = { ...real, now: () => real.now() + platform.aheadMs }
  chat = await createChatStack({ local: { clock }, stack: { agents: 0 } })
})
afterAll(() => chat.close())

type Check = { readonly name: string; readonly ok: boolean | null; readonly answer: string; readonly remedy?: string }

/** `gander doctor`, and what it says of the robot. */
async function doctor(stack: ChatStack, ...more: readonly string[]) {
  const { code, stdout, stderr } = await stack.stack.gander(['doctor', '--json', ...more])
  expect(stack.leaksIn(stdout + stderr)).toEqual([])
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Check)
  const of = (name: string) => rows.find(row => row.name === name)
  return { code, rows, robot: of('dingtalk custom robot'), sent: of('dingtalk custom robot test') ?? rows.at(-1) }
}
const said = () => chat.local.robotView(ALERT_TOKEN)

describe('doctor --send', () => {
  const safe: RobotSettings = { secret: ALERT_SECRET, keywords: ['通知', '告警'] }

  afterEach(() => {
    platform.aheadMs = 0
    chat.local.addRobot(ALERT_TOKEN, safe)
  })

  test('passes signature and keywords, and is seen in the group', async () => {
    expect((await doctor(chat)).robot).toMatchObject({ ok: null, answer: 'not used yet' })
    expect(said()).toEqual([])
    const { sent } = await doctor(chat, '--send')
    expect(sent).toMatchObject({ ok: true, answer: 'test message sent' })
    expect(said()).toMatchObject([{ text: expect.stringContaining('测试：Gander 自检') }])
    const [call] = chat.local.calls(SEND)
    expect(Object.keys(call?.query ?? {})).toEqual(['access_token', 'timestamp', 'sign'])
    expect((await doctor(chat)).robot).toMatchObject({ ok: true, answer: expect.stringContaining('last message sent') })
  })

  const REFUSALS: readonly (readonly [string, () => void, RegExp])[] = [
    [
      'a secret that is wrong',
      () => chat.local.addRobot(ALERT_TOKEN, { secret: 'SECx' }),
      /GOOSEFS_DINGTALK_ALERT_SECRET/,
    ],
    ['keywords that are others', () => chat.local.addRobot(ALERT_TOKEN, { ...safe, keywords: ['监控'] }), /keyword/i],
    ['another address', () => chat.local.addRobot(ALERT_TOKEN, { ...safe, ipList: ['10.0.0.0/8'] }), /\bIP\b/],
    ['a robot that is off', () => chat.local.addRobot(ALERT_TOKEN, { ...safe, stopped: true }), /stopped|disabled/i],
    ['a clock that is off', () => Object.assign(platform, { aheadMs: 2 * HOUR_MS }), /clock/i],
  ]
  test.each(REFUSALS)('says what to do about %s', async (_, arrange, remedy) => {
    arrange()
    const { code, sent } = await doctor(chat, '--send')
    expect(code).toBe(1)
    expect(sent).toMatchObject({ ok: false, answer: expect.stringMatching(/^config \(\d+\)$/) })
    expect(sent?.remedy).toMatch(remedy)
  })

  test('knows that it works again', async () => {
    expect((await doctor(chat)).robot).toMatchObject({ ok: false, remedy: expect.stringContaining('--send') })
    expect((await doctor(chat, '--send')).sent).toMatchObject({ ok: true })
    expect(await doctor(chat)).toMatchObject({ robot: { ok: true } })
  })
})

test('the text of a named job is cut to what the platform takes; when its answer is lost, it is seen once', async () => {
  const before = said().length
  const calls = chat.local.calls(SEND).length
  chat.local.fault({ route: SEND, kind: 'reset', late: true })
  const paths = Array.from({ length: 300 }, (_, at) => `/robot/${'很长的名字'.repeat(5)}/${at}`)
  const { id } = await chat.stack.submit({ action: 'load', paths, name: '夜间', cluster: 'nowhere' })
  expect((await chat.stack.api('POST', `/api/v1/jobs/${id}/stop`)).status).toBe(202)
  await until('the second call', () => chat.local.calls(SEND).length === calls + 2)
  await chat.drained()
  const [line, ...others] = said().slice(before)
  expect(others).toEqual([])
  expect(line?.text).toMatch(/^告警:GooseFSDistributeLoad failed for task 夜间\npath: \/robot\/.*\/0 0\/0\n/)
  expect(line?.text).toMatch(/\.\.\.$/)
  const sent = chat.local.calls(SEND).slice(calls)
  for (const { raw } of sent) {
    expect(raw.length).toBeLessThanOrEqual(MOST_BYTES)
    expect(raw.length).toBeGreaterThan(MOST_BYTES - 1_000)
  }
  const uuids = sent.map(({ json }) => (json as { msgUuid: string }).msgUuid)
  expect(uuids[0]).toMatch(/./)
  expect(new Set(uuids).size).toBe(1)
})

describe('speed', () => {
  let fast: ChatStack
  beforeAll(async () => {
    fast = await createChatStack({ stack: { agents: 0 } })
  })
  afterAll(() => fast.close())
  const send = () => fast.stack.api('POST', '/api/v1/doctor/sends')
  /** Nothing but the alarm does. */
  const waits = ({ metric }: ChatStack) =>
    until('the alarm that waits', async () => (await metric('gander_chat_letters_waiting')) === 1)
  const peak = () => fast.local.peakPerMinute(ALERT_TOKEN)

  test('is eighteen a minute, also over a kill; the next one waits', async () => {
    for (let at = 0; at < 18; at += 1) await send()
    expect(peak()).toEqual({ accepted: 18, attempted: 18 })
    const overQuota = fast.local.message({ overQuota: true })
    await fast.local.postPayload(overQuota.payload).done
    await waits(fast)
    await fast.restart('SIGKILL')
    expect(await fast.room('cidFast==').ask('我是谁')).toContain('zhang')
    await waits(fast)
    expect(peak()).toEqual({ accepted: 18, attempted: 18 })
  })

  test('that the platform refuses is a pause, shown by doctor and kept over a kill; nothing is lost', async () => {
    chat.local.fault({
      ...{ route: SEND, kind: 'status', status: 200 },
      body: { errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' },
    })
    await chat.local.postPayload(chat.local.message({ overQuota: true }).payload).done
    await until('the refusal', async () => (await doctor(chat)).robot?.answer.includes('130101') === true)
    const calls = chat.local.calls(SEND).length
    await chat.restart('SIGKILL')
    const { robot } = await doctor(chat)
    expect(robot).toMatchObject({ ok: false, answer: expect.stringMatching(/rate \(130101\).*sends nothing before/) })
    expect(await chat.room('cidPause==').ask('我是谁')).toContain('zhang')
    await waits(chat)
    expect(chat.local.calls(SEND)).toHaveLength(calls)
  })
})
