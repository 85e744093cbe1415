// cards as people see them: engine, postman, keeper and sender against the local DingTalk
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSender } from '../../bot/dingtalk/send/sender.ts'
import type { CardKeeper } from '../../bot/notify/cards/keeper.ts'
import { createPostman, type Postman } from '../../bot/notify/postman.ts'
import { createLog } from '../../shared/log.ts'
import { HOUR, MINUTE, SECOND } from '../../shared/time.ts'
import { createEngineRoom } from '../engine/room.ts'
import {
  CARD_TEMPLATE,
  createLocalDingTalk,
  GROUP as LOCAL_GROUP,
  type LocalDingTalk,
} from '../helpers/dingtalk/local.ts'
import { AT_DIRECT, type CardsRoom, createCardsRoom, GROUP, STAFF } from './cards-room.ts'

const OPEN = 'POST /v1.0/card/instances/createAndDeliver'
const UPDATE = 'PUT /v1.0/card/instances'

let local: LocalDingTalk
let stage: CardsRoom
let lines: string[]
let sender: ReturnType<typeof createSender>
let posts: { readonly keeper: CardKeeper; readonly postman: Postman }[]

beforeEach(async () => {
  const room = createEngineRoom()
  local = await createLocalDingTalk({ clock: room.clock, groups: [{ id: GROUP, title: '数据平台群' }], users: [STAFF] })
  local.addTemplate('draft.schema', { published: false })
  stage = await createCardsRoom({ room, session: id => local.openSession(id, 5 * HOUR).url })
  lines = []
  posts = []
  sender = openSender(CARD_TEMPLATE)
})
afterEach(async () => {
  for (const { keeper, postman } of posts) {
    await keeper.close()
    await postman.close()
  }
  await stage.close()
  sender.close()
  await local.close()
})

function openSender(cardTemplateId: string) {
  const write = (fields: unknown, message: string): void => void lines.push(JSON.stringify({ message, fields }))
  const log = createLog({ debug: write, info: write, warn: write, error: write }, value => value)
  const { clientId, clientSecret } = local.options
  const bases = { apiBase: local.base, oapiBase: local.base }
  return createSender({ ...bases, clientId, clientSecret, cardTemplateId, clock: stage.clock, log })
}

/** What the daemon starts: a keeper of cards and a postman. */
function open() {
  const { card, session, group, people } = sender
  const keeper = stage.keeper({ ways: card, templateId: CARD_TEMPLATE })
  const ways = stage.counted({ session, group, people })
  const postman = createPostman({
    office: stage.office,
    ways,
    openCard: keeper.openCard,
    clock: stage.clock,
    log: stage.log,
  })
  keeper.start()
  postman.start()
  posts.push({ keeper, postman })
  return { keeper, postman }
}

async function ask(place?: string) {
  const asked = await stage.ask(undefined, place)
  await stage.letter(asked.jobId, place)
  await stage.pass(2 * SECOND)
  return { ...asked, taskId: asked.taskIds[0] ?? '' }
}

const seen = (id = GROUP) => local.view(id).map(({ kind, variables }) => [kind, variables?.['status']])

describe('a job asked for in a group', () => {
  it('is one card, which moves a few times and then shows the end', async () => {
    open()
    const { taskId } = await ask()
    expect(local.view(GROUP)).toMatchObject([
      { kind: 'card', variables: { status: 'QUEUED', title: '预热 #1', percent: '0' }, updates: 0 },
    ])
    const allocation = await stage.room.start(taskId)
    for (let percent = 0; percent <= 98; percent += 1) {
      await stage.progress(allocation, percent)
      await stage.pass(SECOND)
    }
    const [running] = local.view(GROUP)
    expect(running?.variables).toMatchObject({ status: 'RUNNING', title: '预热 #1' })
    expect(Number(running?.variables?.['percent'])).toBeGreaterThan(70)
    expect(running?.updates).toBeGreaterThanOrEqual(3)
    expect(running?.updates).toBeLessThanOrEqual(10)
    await stage.end(allocation)
    await stage.pass(3 * SECOND)
    const [line, ...others] = local.view(GROUP)
    expect(others).toEqual([])
    expect(line?.variables).toMatchObject({
      ...{ status: 'OK', percent: '100', showCancel: 'false', showRetry: 'false', jobId: '1', operator: '张三' },
    })
    const times = line?.updatedAt ?? []
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0))
    expect(Math.min(...gaps.slice(0, -1))).toBeGreaterThanOrEqual(10 * SECOND)
    expect(gaps.at(-1)).toBeGreaterThanOrEqual(2 * SECOND)
    expect(local.calls(UPDATE)).toHaveLength(times.length)
  })

  it('shows its end after a crash in between', async () => {
    const { keeper, postman } = open()
    const { taskId } = await ask()
    const allocation = await stage.room.start(taskId)
    await stage.pass(12 * SECOND)
    expect(seen()).toEqual([['card', 'RUNNING']])
    await keeper.close()
    await postman.close()
    await stage.end(allocation)
    await stage.pass(MINUTE, MINUTE)
    expect(seen()).toEqual([['card', 'RUNNING']])
    open()
    await stage.pass(3 * SECOND)
    expect(seen()).toEqual([['card', 'OK']])
  })

  it('shows its end although DingTalk had trouble', async () => {
    open()
    const { taskId } = await ask()
    const allocation = await stage.room.start(taskId)
    local.fault({ route: UPDATE, kind: 'qps' })
    local.fault({ route: UPDATE, kind: 'busy' })
    local.fault({ route: UPDATE, kind: 'reset', late: true })
    local.fault({ route: UPDATE, kind: 'status', status: 503 })
    await stage.end(allocation)
    await stage.pass(MINUTE)
    expect(seen()).toEqual([['card', 'OK']])
    expect(stage.office.cards()).toEqual([])
    expect(local.calls(UPDATE).length).toBeGreaterThanOrEqual(5)
  })
})

describe('one person', () => {
  it('gets a card too', async () => {
    open()
    await ask(AT_DIRECT)
    expect(seen(local.directOf(STAFF))).toEqual([['card', 'QUEUED']])
  })
})

describe('a card that DingTalk does not make', () => {
  it.each([
    ['for speed', 'qps', {}],
    ['for trouble of its own', 'busy', {}],
    [
      'for want of a permission',
      'status',
      { status: 403, body: { code: 'Forbidden.AccessDenied.AccessTokenPermissionDenied', message: 'no' } },
    ],
    ['because something else answered', 'html', {}],
  ] as const)('%s is a text, once', async (_name, kind, more) => {
    open()
    local.fault({ route: OPEN, kind, ...more })
    const { taskId } = await ask()
    await stage.end(await stage.room.start(taskId))
    await stage.pass(MINUTE)
    expect(seen()).toEqual([['webhook', undefined]])
    expect(local.cards()).toEqual([])
    expect(stage.office.letters()).toEqual([])
    expect(local.calls(OPEN)).toHaveLength(1)
  })

  it('because its template is not published is a text, once, as is the next', async () => {
    sender.close()
    sender = openSender('draft.schema')
    const { keeper } = open()
    await ask()
    await ask()
    expect(seen()).toEqual([
      ['webhook', undefined],
      ['webhook', undefined],
    ])
    expect(local.calls(OPEN)).toHaveLength(1)
    expect(keeper.status().degraded).toMatchObject([{ code: 'param.templateUnpublished' }])
    expect(keeper.status().degraded[0]).not.toHaveProperty('until')
  })

  it('for a group that it does not know is a text', async () => {
    open()
    expect(LOCAL_GROUP).toBe(GROUP)
    const place = 'staff nobody'
    const { jobId } = await stage.ask(undefined, place)
    await stage.letter(jobId, place)
    await stage.pass(2 * SECOND)
    expect(local.calls(OPEN)).toHaveLength(1)
    expect(stage.office.letters()).toMatchObject([{ closed: expect.arrayContaining(['card']) }])
  })
})

describe('a card whose making was not answered', () => {
  it('stands once, without a text', async () => {
    open()
    local.fault({ route: OPEN, kind: 'reset', late: true })
    const { taskId } = await ask()
    await stage.pass(5 * SECOND)
    expect(local.calls(OPEN)).toHaveLength(2)
    expect(seen()).toEqual([['card', 'QUEUED']])
    expect(stage.office.letters()).toEqual([])
    await stage.end(await stage.room.start(taskId))
    await stage.pass(5 * SECOND)
    expect(seen()).toEqual([['card', 'OK']])
  })

  it('three times is a text; the card that stands all the same shows the end', async () => {
    open()
    local.fault({ route: OPEN, kind: 'reset', late: true, times: 3 })
    const { taskId } = await ask()
    await stage.pass(8 * SECOND)
    // the first attempt was made, the others found its card: nobody was told so
    expect(seen().map(([kind]) => kind)).toEqual(['card', 'webhook'])
    await stage.end(await stage.room.start(taskId))
    await stage.pass(5 * SECOND)
    expect(seen()).toEqual([
      ['card', 'OK'],
      ['webhook', undefined],
    ])
    expect(stage.office.cards()).toEqual([])
  })

  it('three times is a text and nothing else, when there is no card', async () => {
    open()
    local.fault({ route: OPEN, kind: 'reset', times: 3 })
    await ask()
    await stage.pass(3 * MINUTE)
    expect(seen()).toEqual([['webhook', undefined]])
    expect(stage.office.cards()).toEqual([])
  })
})

describe('the log', () => {
  it('holds no secret', async () => {
    open()
    local.fault({ route: OPEN, kind: 'busy' })
    await ask()
    await stage.pass(MINUTE)
    const all = JSON.stringify([...lines, ...stage.heard])
    expect(all).toContain('no card could be made')
    for (const secret of [local.options.clientSecret, local.tokenNow(), 'session=']) expect(all).not.toContain(secret)
  })
})
