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
