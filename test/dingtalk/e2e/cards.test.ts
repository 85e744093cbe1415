// the card of a job as the group sees it: made instead of a text, brought up to date, its buttons, and what goes without it
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { until } from '../../agent/until.ts'
import {
  BOSS,
  type ChatStack,
  createChatStack,
  LI,
  LOOKER,
  type Person,
  type Room,
  STRANGER,
  ZHANG,
} from '../../helpers/chat-stack.ts'
import { CARD_TEMPLATE, type Fault, type Line } from '../../helpers/dingtalk/local.ts'

vi.setConfig({ testTimeout: 60_000 })

const CREATE = 'POST /v1.0/card/instances/createAndDeliver'
const FLOOR_MS = 2_000

let chat: ChatStack

beforeAll(async () => {
  chat = await createChatStack({ cards: true })
  await Promise.all(['/card/a', '/card/b', '/card/c', '/card/d'].map(path => chat.stack.put(path, 3, '4k')))
})
afterAll(() => chat.close())

type Card = Line & { readonly variables: Readonly<Record<string, string>>; readonly outTrackId: string }

/** What is asked for becomes a card; it is live. */
async function cardOf(room: Room, text: string, by: Person = ZHANG): Promise<Card> {
  room.say(text, by)
  const line = await room.hear('a card')
  expect(line.kind).toBe('card')
  return line as Card
}
const now = (room: Room, { outTrackId }: Card) =>
  chat.local.view(room.id).find(line => line.outTrackId === outTrackId) as Card
const shows = (room: Room, card: Card, ...states: readonly string[]) =>
  until(
    `${states} on ${card.outTrackId}`,
    () => states.includes(now(room, card).variables['status'] ?? '') && now(room, card),
    25_000,
  )
const jobOf = async (card: Card): Promise<{ id: string; status: string; desired: string }> =>
  (await chat.stack.api('GET', `/api/v1/jobs/${card.variables['jobId']}`)).json
const press = async (card: Card, action: string, { staffId }: Person) => {
  const job = card.variables['jobId']
  const clicked = await chat.local.click(card.outTrackId, { action, job }, staffId)
  const { cardData } = (clicked.response ?? {}) as { cardData?: { cardParamMap?: Record<string, string> } }
  return { ...clicked, shown: cardData?.cardParamMap ?? {} }
}
const gapsOf = ({ updatedAt = [] }: Line): number[] =>
  updatedAt.slice(1).map((at, index) => at - (updatedAt[index] ?? 0))

describe('a card', () => {
  test('stands for 已受理, follows its job through failure and 重试, and shows the end', async () => {
    const room = chat.room('cidCard==')
    await chat.stack.knob('fail=/card/a*')
    const card = await cardOf(room, '预热 /card/a 名称=夜间')
    expect(card.variables).toMatchObject({
      ...{ title: expect.stringMatching(/^预热 #\d+ 夜间$/), operator: '张三', showCancel: 'true', showRetry: 'false' },
      ...{ percent: expect.stringMatching(/^\d\d?$/), status: expect.stringMatching(/^(QUEUED|RUNNING)$/) },
    })
    expect(Object.values(card.variables).every(value => value !== '')).toBe(true)
    const failed = await shows(room, card, 'FAILED')
    expect(failed.variables).toMatchObject({ showCancel: 'false', showRetry: 'true' })
    await chat.stack.knob('fail=', 'jobworker=paused')
    expect(await press(card, 'retry', LOOKER)).toMatchObject({
      ...{ answered: true, shown: { detail: expect.stringContaining('viewer') } },
    })
    expect((await jobOf(card)).status).toBe('failed')
    expect(await press(card, 'retry', ZHANG)).toMatchObject({ answered: true })
    const again = await shows(room, card, 'QUEUED', 'RUNNING')
    expect(again.variables).toMatchObject({ showCancel: 'true', showRetry: 'false' })
    await chat.stack.knob('jobworker=')
    const ended = await shows(room, card, 'OK')
    expect(ended.variables).toMatchObject({ percent: '100', showCancel: 'false', showRetry: 'false' })
    expect(ended.updates).toBeGreaterThanOrEqual(3)
    expect(Math.min(...gapsOf(ended))).toBeGreaterThanOrEqual(FLOOR_MS)
    // a card wakes nobody: the end is told besides, and 已受理 is not
    await until('the result', () => /^通知：预热完成 #\d+ 夜间$/.test(chat.local.view(room.id).at(-1)?.title ?? ''))
    const texts = chat.local.view(room.id).filter(({ kind }) => kind !== 'card')
    expect(chat.local.view(room.id)).toHaveLength(texts.length + 1)
    for (const { title } of texts) expect(title).toMatch(/^(告警|通知)：预热/)
  })

  test('has a button that stops for who may, and refuses the others', async () => {
    const room = chat.room('cidButton==')
    await chat.stack.knob('jobworker=paused')
    const card = await cardOf(room, '预热 /card/b')
    await until('its start', async () => (await jobOf(card)).status === 'running')
    for (const [person, why] of [
      [LOOKER, 'viewer'],
      [LI, '只有本人或管理员（admin）'],
      [STRANGER, 'gander.yaml'],
    ] as const) {
      const { answered, shown } = await press(card, 'cancel', person)
      expect(answered).toBe(true)
      expect(shown['detail'], person.nick).toContain(why)
    }
    expect((await press(card, 'destroy-all', BOSS)).shown['detail']).toContain('没有按钮')
    expect(await jobOf(card)).toMatchObject({ status: 'running', desired: 'run' })
    // what came with the click is only a key: the card tells which job
    const { answered, response } = await chat.local.click(
      card.outTrackId,
      { action: 'cancel', job: '1' },
      ZHANG.staffId,
    )
    expect(answered).toBe(true)
    expect(JSON.stringify(response)).toMatch(/正在停止|已停止/)
    expect(await jobOf(card)).toMatchObject({ desired: 'stop' })
    expect((await shows(room, card, 'CANCELLED')).variables).toMatchObject({ showCancel: 'false' })
    expect((await press(card, 'cancel', ZHANG)).shown['detail']).toContain('已经结束')
    await chat.stack.knob('jobworker=')
  })

  test('left in the middle by a kill shows the end after the start, without another card', async () => {
    const room = chat.room(chat.local.directOf(LI.staffId), { conversationType: '1' })
    await chat.stack.knob('jobworker=paused')
    const card = await cardOf(room, '预热 /card/c', LI)
    await until('its start', async () => (await jobOf(card)).status === 'running')
    await chat.stack.daemon.end('SIGKILL')
    await chat.stack.knob('jobworker=')
    await until('the end of the load', () => chat.stack.processes('distributedLoad', '/card/c').length === 0)
    expect(now(room, card).variables['status']).not.toBe('OK')
    await chat.restart()
    expect((await shows(room, card, 'OK')).variables).toMatchObject({ percent: '100', showCancel: 'false' })
    expect(chat.local.cards().filter(({ variables }) => variables['jobId'] === card.variables['jobId'])).toHaveLength(1)
  })
})

describe('a card that DingTalk does not make is one text', () => {
  const WHY: readonly (readonly [string, (() => unknown) | Omit<Fault, 'route'>])[] = [
    ['templateUnpublished', () => chat.local.addTemplate(CARD_TEMPLATE, { published: false })],
    ['403', { kind: 'qps' }],
    ['500', { kind: 'busy' }],
  ]
  test.each(WHY)('%s', async (name, why) => {
    const room = chat.room(`cidWithout-${name}==`)
    const before = chat.local.calls(CREATE).length
    if (typeof why === 'function') why()
    else chat.local.fault({ route: CREATE, ...why })
    expect(await room.ask('预热 /card/waits 集群=nowhere')).toContain('已受理')
    // the place is left alone for a while
    expect(await room.ask('预热 /card/waits2 集群=nowhere')).toContain('已受理')
    await chat.drained()
    chat.local.addTemplate(CARD_TEMPLATE, { published: true })
    expect(chat.local.view(room.id).map(({ kind }) => kind)).toEqual(['webhook', 'webhook'])
    expect(chat.local.calls(CREATE).length - before).toBe(1)
  })

  test('which doctor tells, with what to do; a start is a new chance', async () => {
    const { stdout } = await chat.stack.gander(['doctor', '--json'])
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as { name: string })
    expect(rows.find(({ name }) => name === 'dingtalk cards')).toMatchObject({
      ...{ ok: false, answer: '3 places get text instead (param.templateUnpublished)' },
      remedy: expect.stringMatching(/publish/i),
    })
    expect(chat.leaksIn(stdout)).toEqual([])
    await chat.restart()
    await cardOf(chat.room('cidWithout-again=='), '预热 /card/waits3 集群=nowhere')
  })
})
