// results through the real sender to a local DingTalk: what the group sees, who is woken, what falls back, how fast
import { afterEach, describe, expect, test } from 'vitest'
import { createSender } from '../../bot/dingtalk/send/sender.ts'
import { createLog } from '../../shared/log.ts'
import { HOUR, MINUTE, SECOND, toInstant } from '../../shared/time.ts'
import { toHeard, typed } from '../core/talk.ts'
import { ROOT } from '../core/world.ts'
import { createLocalDingTalk, GROUP, type LocalDingTalk } from '../helpers/dingtalk/local.ts'
import { calm, createStage, draft, MISSING, ROBOT } from './stage.ts'

const TOKEN = 'alert-token-0123456789abcdef'
const SECRET = 'SEC0123456789abcdef'
const PLACE = `conversation ${GROUP}`

type Robot = Parameters<LocalDingTalk['addRobot']>[1]
const undo: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one()
})

/** A group in which somebody speaks, a custom robot, and all ways configured. */
async function open(robot: Robot = { secret: SECRET }) {
  const made: { local?: LocalDingTalk } = {}
  const lines: string[] = []
  const write = (fields: unknown, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`)
  const log = createLog({ debug: write, info: write, warn: write, error: write }, value => value)
  const stage = await createStage({
    ways: async (_all, clock) => {
      const local = await createLocalDingTalk({ clock, groups: [{ id: GROUP, title: '数据平台群' }], users: ['0147'] })
      made.local = local
      undo.push(() => local.close())
      local.addRobot(TOKEN, robot)
      const { clientId, clientSecret } = local.options
      const sender = createSender({
        ...{ apiBase: local.base, oapiBase: local.base, clientId, clientSecret, clock, log },
        ...{ alertToken: TOKEN, alertSecret: SECRET },
      })
      undo.push(() => sender.close())
      return sender
    },
  })
  undo.push(() => stage.close())
  const local = made.local
  if (local === undefined) throw new Error('there is no local DingTalk')
  const { room } = stage
  let serial = 0
  return {
    ...{ stage, local, room, lines },
    async hear(ttlMs = 90 * MINUTE) {
      const { url } = local.openSession(GROUP, ttlMs)
      const session = { url, expiresAt: toInstant(room.clock.now() + ttlMs) }
      serial += 1
      await room.messageDesk.heard(toHeard(`m${serial}`, { conversation: { id: GROUP, kind: 'group' }, session }))
    },
    async run(path: string, last = {}) {
      serial += 1
      const actor = typed(`m${serial}`, { as: ROOT, place: PLACE, staffId: '0147' })
      const { job } = await room.operations.submitJob(actor, { action: 'load', paths: [path], options: {} })
      await stage.end(job, last)
      return job
    },
    /** Waits for sockets alone: the clock stands. */
    async until(isSo: () => boolean) {
      const deadline = Date.now() + 20_000
      while (!isSo() && Date.now() < deadline) await calm()
      expect(isSo()).toBe(true)
    },
    /** Moves the clock until so much is there to see; sockets have their turn between. */
    async seen<Of>(look: () => Of | undefined, stepMs: number = SECOND): Promise<Of> {
      const until = Date.now() + 20_000
      for (;;) {
        const found = look()
        if (found !== undefined) return found
        if (Date.now() > until) throw new Error('it was never to be seen')
        await calm()
        room.move(stepMs)
      }
    },
  }
}

const atLeast =
  <Of>(list: () => readonly Of[], count: number) =>
  (): readonly Of[] | undefined =>
    list().length >= count ? list() : undefined

describe('a result', () => {
  test('stands in the group; an alarm wakes who asked', async () => {
    const { hear, run, local, seen } = await open()
    await hear()
    const job = await run('/a', MISSING)
    const [line] = await seen(atLeast(() => local.view(GROUP), 1))
    expect(line).toMatchObject({ kind: 'webhook', title: `告警：预热未完成 #${job.number}`, mentions: ['0147'] })
    expect(line?.text).toContain('底层文件已不存在：3 个')
  })

  test('goes by the robot’s API when the session is over, and by the custom robot when that is refused', async () => {
    const { hear, stage, run, local, seen } = await open()
    await hear(6 * MINUTE)
    await stage.pass(2 * MINUTE, 10 * SECOND)
    await run('/a')
    expect((await seen(atLeast(() => local.view(GROUP), 1)))[0]?.kind).toBe('api')
    local.deny('/v1.0/robot/')
    const job = await run('/b')
    const [line] = await seen(atLeast(() => local.robotView(TOKEN), 1))
    expect(line?.title).toBe(`通知：预热完成 #${job.number}`)
    expect(local.view(GROUP)).toHaveLength(1)
  })

  test('that a session refused before its time goes by the API, once', async () => {
    const { hear, run, local, seen } = await open()
    await hear()
    local.expireSessions()
    await run('/a')
    await seen(atLeast(() => local.view(GROUP), 1))
    await calm()
    expect(local.view(GROUP).map(({ kind }) => kind)).toEqual(['api'])
  })
})

describe('letters that nothing took', () => {
  test('go over the session of whoever speaks next, in order, each once', async () => {
    const { hear, stage, local, room, until } = await open()
    await hear()
    local.expireSessions()
    local.deny('/v1.0/robot/')
    const { letters } = stage.office
    for (const title of ['first', 'second']) await stage.office.write(draft(title, { kind: 'answer', place: PLACE }))
    await until(() => letters().length === 2 && letters().every(({ closed }) => closed.length === 2))
    room.move(SECOND)
    await hear()
    await until(() => letters().length === 0)
    const lines = local.view(GROUP).map(({ kind, title }) => `${kind} ${title}`)
    expect(lines).toEqual(['webhook first', 'webhook second'])
  })

  const OUTAGES: readonly [string, (local: LocalDingTalk) => unknown][] = [
    ['the token is not given', local => local.fault({ route: /accessToken/, kind: 'busy', times: 1_000 })],
    ['no answer comes from anywhere', local => local.fault({ route: /./, kind: 'reset', times: 1_000 })],
    [
      'something between answers in its place',
      local => local.fault({ route: /./, kind: 'status', status: 502, body: '<html>', times: 1_000 }),
    ],
  ]
  test.each(OUTAGES)('while %s go within a minute of its end, however long it was', async (_, begin) => {
    const { stage, local, room, until } = await open()
    begin(local)
    await stage.office.write(draft('one', { kind: 'answer', place: PLACE }))
    const letter = () => stage.office.letters()[0]
    const begun = room.clock.now()
    for (let tries = 1; room.clock.now() - begun < 30 * MINUTE; tries += 1) {
      await until(() => letter()?.tries === tries)
      const restMs = Date.parse(letter()?.notBefore ?? '') - room.clock.now()
      expect(restMs).toBeGreaterThan(0)
      expect(restMs).toBeLessThanOrEqual(MINUTE)
      if (room.clock.now() + restMs - begun >= 30 * MINUTE) local.clearFaults()
      room.move(restMs)
    }
    await until(() => stage.office.letters().length === 0)
    expect(local.view(GROUP).map(({ title }) => title)).toEqual(['one'])
  })
})

describe('the custom robot', () => {
  test('with keywords and a signature takes the text of a named job', async () => {
    const { stage, local, seen } = await open({ secret: SECRET, keywords: ['通知', '告警'] })
    await stage.run('/a', { name: 'nightly' })
    const [line] = await seen(atLeast(() => local.robotView(TOKEN), 1))
    expect(line?.text).toBe('通知:GooseFSDistributeLoad success for task nightly\npath: /a 0/0')
    const waits = stage.postman.test()
    await seen(atLeast(() => local.robotView(TOKEN), 2))
    expect(await waits).toMatchObject([{ outcome: { class: 'sent' } }])
  })

  test('sees a message once although the answer to the first try was lost', async () => {
    const { stage, local, seen } = await open()
    local.fault({ route: 'POST /robot/send', kind: 'reset', times: 1, late: true })
    await stage.run('/a', { name: 'nightly' })
    await seen(atLeast(() => local.robotView(TOKEN), 1))
    await seen(() => (stage.office.letters().length === 0 ? true : undefined))
    expect(local.robotView(TOKEN)).toHaveLength(1)
  })

  test('that others have used up for ten minutes takes in the end what was to be said, once', async () => {
    const { stage, local, room, until } = await open({})
    const [url, headers] = [`${local.base}/robot/send?access_token=${TOKEN}`, { 'content-type': 'application/json' }]
    for (let at = 0; at < 20; at += 1) {
      const body = JSON.stringify({ msgtype: 'text', text: { content: `of another ${at}` } })
      await fetch(url, { method: 'POST', headers, body })
    }
    await stage.office.write(draft('告警：x', { place: ROBOT, alarm: true }))
    const begin = room.clock.now()
    for (let tries = 1; room.clock.now() - begin < 10 * MINUTE; tries += 1) {
      await until(() => stage.office.letters()[0]?.tries === tries)
      expect(stage.office.letters()[0]?.last?.code).toBe('130101')
      room.move(Date.parse(stage.office.meter('robot')?.blockedUntil ?? '') - room.clock.now())
    }
    await until(() => stage.office.letters().length === 0)
    expect(local.robotView(TOKEN)).toHaveLength(21)
    expect(local.robotView(TOKEN)[20]?.title).toBe('告警：x')
    expect(room.clock.now() - begin).toBeLessThanOrEqual(15 * MINUTE)
  })

  test('takes what is too long for one message in several, also by the platform’s own measure, and nothing is lost', async () => {
    const { stage, local, until } = await open()
    const lines = Array.from({ length: 900 }, (_, at) => `- 第${at}条数据路径`)
    const tooLong = { errcode: 460101, errmsg: 'message too long, exceed 20000 bytes' }
    local.fault({ route: 'POST /robot/send', kind: 'status', status: 200, body: tooLong })
    const part = {
      format: 'markdown' as const,
      title: '告警：y',
      text: `### 告警：y\n${lines.join('\n')}`,
      mentions: [],
    }
    await stage.office.write(draft('y', { place: ROBOT, parts: [part] }))
    await until(() => stage.office.letters().length === 0)
    const calls = local.calls('POST /robot/send')
    for (const { raw } of calls) expect(raw.length).toBeLessThanOrEqual(20_000)
    const seen = local.robotView(TOKEN)
    expect(seen).toHaveLength(calls.length - 1)
    expect(seen.length).toBeGreaterThan(1)
    for (const { text } of seen) expect(text).toMatch(/^### 告警：y \(\d\/\d\)/)
    expect(seen.flatMap(({ text }) => text.match(/第\d+条数据路径/g) ?? [])).toEqual(lines.map(line => line.slice(2)))
  })

  test('whose minute is used up is told what ended meanwhile in one message, alarms first', async () => {
    const { stage, local, seen } = await open()
    for (let at = 0; at < 18; at += 1) await stage.office.write(draft(`n${at}`, { place: ROBOT }))
    await seen(
      atLeast(() => local.robotView(TOKEN), 18),
      100,
    )
    await stage.run('/good', { name: 'good' })
    await stage.pass(10 * SECOND)
    await stage.run('/bad', { name: 'bad' }, MISSING)
    const lines = await seen(atLeast(() => local.robotView(TOKEN), 19))
    expect(lines[18]?.text.match(/^(通知|告警)|task \w+/gm)).toEqual(['告警', 'task bad', '通知', 'task good'])
    expect(local.peakPerMinute(TOKEN)).toEqual({ accepted: 18, attempted: 18 })
  })

  test('is never sent more than it takes in a minute', async () => {
    const { stage, local, seen } = await open()
    for (let at = 0; at < 45; at += 1) await stage.office.write(draft(`n${at}`, { place: ROBOT }))
    await seen(
      atLeast(() => local.robotView(TOKEN), 45),
      500,
    )
    const { accepted, attempted } = local.peakPerMinute(TOKEN)
    expect([accepted, attempted]).toEqual([18, 18])
    expect(local.robotView(TOKEN)).toHaveLength(45)
  })
})

test('no secret is in the log, whatever fails', async () => {
  const { hear, run, local, lines, stage, seen } = await open({ secret: 'SEC-another' })
  await hear()
  local.expireSessions()
  local.deny('/v1.0/robot/')
  await run('/a')
  await seen(() => (stage.office.letters().some(({ closed }) => closed.length === 3) ? true : undefined))
  await stage.pass(HOUR, 10 * MINUTE)
  const all = [...lines, ...stage.lines].join('\n')
  expect(all).toContain('a message cannot be sent this way')
  for (const secret of [TOKEN, SECRET, local.options.clientSecret, 'session=', 'sign='])
    expect(all).not.toContain(secret)
})
