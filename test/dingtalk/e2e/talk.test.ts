// what people say to the shipped daemon in DingTalk, and what they hear: asked for, refused, confirmed, told at the end
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { AuditEntry } from '../../../bot/engine/ports.ts'
import { BOSS, type ChatStack, createChatStack, LI, LOOKER, STRANGER, ZHANG } from '../../helpers/chat-stack.ts'

const GROUPS = [
  'cidLoad==',
  'cidAgain==',
  'cidAbsent==',
  'cidFree==',
  'cidRoles==',
  'cidTwo==',
  'cidReads==',
  'cidOver==',
  'cidOther==',
]

// several wait for the five seconds that an end has to last, on a machine that others use too
vi.setConfig({ testTimeout: 60_000 })

const LONG = `/talk/long${'/很长的名字'.repeat(120)}`

let chat: ChatStack
const jobsOf = async (path: string) => {
  const { json } = await chat.stack.api('GET', `/api/v1/jobs?limit=100`)
  const items = json.items as { id: string; number: number; action: string }[]
  const tasks = await Promise.all(items.map(async job => ({ job, tasks: await chat.stack.tasks(job.id) })))
  return tasks.filter(({ tasks: own }) => own.some(task => task.path === path)).map(({ job }) => job)
}

beforeAll(async () => {
  chat = await createChatStack({
    yaml: `chat: { confirmAbove: 2, groups: [${GROUPS.map(id => `"${id}"`).join(', ')}] }`,
    env: { GANDER_PUBLIC_URL: 'http://gander.example' },
  })
  const { stack } = chat
  await Promise.all([
    stack.put('/talk/a', 3, '4k'),
    stack.put('/talk/one', 1, '4k'),
    stack.put('/talk/two', 2, '4k'),
    stack.put('/talk/old', 2, '4k'),
    stack.put(LONG, 6, '1k'),
    stack.put('/near/part-2024', 1, '4k'),
  ])
})
afterAll(() => chat.close())

describe.concurrent('what is asked for', () => {
  test('预热 in a group: acked the first time, 已受理, at the end 通知 with before and after', async () => {
    const room = chat.room('cidLoad==')
    const { ack, attempts } = await room.say('预热 /talk/a').done
    expect([ack?.code, attempts]).toEqual([200, 1])
    const accepted = await room.hear()
    const number = /#(\d+)/.exec(accepted.title)?.[1]
    expect(accepted.kind).toBe('webhook')
    expect(accepted.text).toContain(`已受理 #${number} 预热 1 个路径（集群 default）`)
    expect(accepted.text).toContain('http://gander.example/')
    const told = await room.hear('the result')
    expect(told).toMatchObject({ kind: 'webhook', title: `通知：预热完成 #${number}`, mentions: [] })
    expect(told.text).toMatch(new RegExp(`^### 通知：预热完成 #${number}`))
    expect(told.text).toContain('/talk/a')
    expect(told.text).toMatch(/0% → \*\*100%\*\*（3 个文件，12(\.0)? KB/)
    expect(told.text).toContain('张三 · 钉钉')
    expect(room.unheard()).toEqual([])
  })

  test('of what is cached already: one line says so', async () => {
    const room = chat.room('cidAgain==')
    const { id } = await chat.stack.submit({ action: 'load', paths: ['/talk/one'] })
    await chat.stack.ended(id)
    expect(await room.ask('预热 /talk/one')).toContain('已受理')
    expect((await room.hear('the result')).text).toContain('全部已在缓存，未加载新文件')
  })

  test('of a path that does not exist: 告警 with the nearest sibling, and the asker is woken', async () => {
    const room = chat.room('cidAbsent==')
    expect(await room.ask('预热 /near/part-2025')).toContain('已受理')
    const told = await room.hear('the result')
    expect(told.title).toMatch(/^告警：预热失败 #\d+$/)
    expect(told.text).toContain('路径不存在，最接近的是 /near/part-2024')
    expect(told.mentions).toEqual([ZHANG.staffId])
  })

  test('two results within five seconds are one message', async () => {
    const room = chat.room('cidTwo==')
    const asked = [await room.ask('预热 /talk/two/x 名称=壹 集群=nowhere', LI)]
    asked.push(await room.ask('预热 /talk/two/y 集群=nowhere', LI))
    // stopped by hand, so that they end together however busy the machine is
    const numbers = asked.map(text => /#(\d+)/.exec(text)?.[1])
    await Promise.all(numbers.map(number => chat.stack.api('POST', `/api/v1/jobs/${number}/stop`)))
    const told = await room.hear('the results')
    expect(told.title).toBe('通知：2 个任务结束')
    for (const word of ['/talk/two/x', '/talk/two/y', '壹', '已停止']) expect(told.text).toContain(word)
    expect(room.unheard()).toEqual([])
  })

  test('释放 asks with what it would do, and is done on 确认 alone', async () => {
    const room = chat.room('cidFree==')
    const { id } = await chat.stack.submit({ action: 'load', paths: ['/talk/old'] })
    await chat.stack.ended(id)
    const asked = await room.ask('释放 /talk/old')
    expect(asked).toContain('将释放缓存中的 8')
    const first = /确认 (\w{4})/.exec(asked)?.[1] ?? ''
    // another one's yes is none, and a no is kept
    expect(await room.ask(`确认 ${first}`, LI)).toContain('没有等待确认的问题')
    expect(await room.ask('取消')).toContain('已取消')
    expect(await room.ask(`确认 ${first}`)).toContain('已经取消')
    expect(await chat.stack.goosefs('fs', 'ls', '/talk/old')).toContain('100%')
    const code = /确认 (\w{4})/.exec(await room.ask('释放 /talk/old'))?.[1]
    expect(await room.ask(`确认 ${code}`)).toMatch(/已受理 #\d+ 释放 1 个路径/)
    const told = await room.hear('the result')
    expect(told.title).toMatch(/^通知：释放完成 #\d+$/)
    expect(await chat.stack.goosefs('fs', 'ls', '/talk/old')).toContain(' 0%')
    const done = await jobsOf('/talk/old')
    expect(done.filter(({ action }) => action === 'free')).toHaveLength(1)
  })

  test('of more paths than confirmAbove is asked about, whatever it does', async () => {
    const room = chat.room('cidOver==')
    const asked = await room.ask('预热 /talk/x /talk/y /talk/z')
    expect(asked).toContain('要预热 3 个路径')
    expect(await jobsOf('/talk/x')).toEqual([])
    expect(await room.ask('no')).toContain('已取消')
  })
})

describe.concurrent('who asks', () => {
  test('a viewer looks and no more; only who asked, or an admin, stops; a nickname is worth nothing', async () => {
    const room = chat.room('cidRoles==')
    expect(await room.ask('预热 /talk/denied', LOOKER)).toContain(
      '需要操作（operator）或管理（admin）角色，你的角色是查看（viewer）',
    )
    expect(await room.ask('释放 /talk/denied', LOOKER)).toContain('viewer')
    // called as an operator is, and known by nobody
    const stranger = await room.ask('预热 /talk/denied', STRANGER)
    expect(stranger).toContain('gander.yaml')
    expect(stranger).toContain(STRANGER.staffId)
    expect(await room.ask('预热 /talk/denied', { staffId: '', nick: '张三' })).toContain('staffId')
    expect(await room.ask('我是谁', STRANGER)).toContain(STRANGER.staffId)
    expect(await jobsOf('/talk/denied')).toEqual([])
    // both wait for an agent that is not there, so that they can be stopped
    const accepted = await room.ask('预热 /talk/waits 集群=nowhere')
    expect(accepted).toContain('等待代理：集群 nowhere 没有在线代理')
    const mine = /#(\d+)/.exec(accepted)?.[1]
    const { number } = await chat.stack.submit({ action: 'load', paths: ['/talk/http'], cluster: 'nowhere' })
    expect(await room.ask(`停止 ${mine}`, LI)).toContain('只有本人或管理员（admin）可以停止')
    const code = /确认 (\w{4})/.exec(await room.ask(`停止 ${mine}`))?.[1]
    expect(await room.ask(`确认 ${code}`)).toContain(`已停止 #${mine}`)
    const byBoss = /确认 (\w{4})/.exec(await room.ask(`停止 ${number}`, BOSS))?.[1]
    expect(await room.ask(`确认 ${byBoss}`, BOSS)).toContain(`已停止 #${number}`)
    // what a person stopped is no alarm
    expect((await room.hear('the result')).title).toBe(`通知：已停止 #${mine}`)
  })

  test('an unlisted group is told so once, and nothing is done there', async () => {
    const room = chat.room('cidUnlisted==')
    expect(await room.ask('预热 /talk/unlisted')).toContain('cidUnlisted==')
    await room.say('预热 /talk/unlisted').done
    await room.say('状态').done
    // a direct chat is always heard; its answer comes after what would have been said there
    const direct = chat.room(chat.local.directOf(ZHANG.staffId), { conversationType: '1' })
    expect(await direct.ask('我是谁')).toContain('zhang')
    await chat.drained()
    expect(room.unheard()).toEqual([])
    expect(await jobsOf('/talk/unlisted')).toEqual([])
  })

  test('a picture is answered with a line', async () => {
    const room = chat.room(chat.local.directOf(LI.staffId), { conversationType: '1' })
    expect(await room.ask('', LI, { msgtype: 'picture' })).toContain('文字')
  })
})

describe.concurrent('what is looked at', () => {
  test('each looking command has its answer, in the order of asking where nothing is slow', async () => {
    const room = chat.room('cidReads==')
    const agents = await room.ask('代理', LOOKER)
    expect(agents).toContain('agent-0')
    expect(agents).toMatch(/钉钉连接\*\*：钉钉已连接，\d+ 秒前收到数据，重连 \d+ 次/)
    expect(await room.ask('报告', LOOKER)).toContain('容量')
    expect(await room.ask('列表 /talk', LOOKER)).toContain('two')
    expect(await room.ask('占比 /talk/a /talk/two', LOOKER)).toMatch(/\/talk\/a/)
    expect(await room.ask('状态', LOOKER)).toContain('没有正在进行的任务')
    expect(await room.ask('日志 1', LOOKER)).toContain('/talk/')
    expect(await room.ask('帮助', LOOKER)).not.toContain('预热')
  })

  test('what is longer than one message are several, each with its number', async () => {
    const room = chat.room('cidOther==')
    const paths = Array.from({ length: 6 }, (_, at) => `${LONG}/part-0000${at}`)
    room.say(`占比 ${paths.join(' ')}`, BOSS)
    await room.hear()
    room.say('确认', BOSS)
    const first = await room.hear()
    expect(first.title).toMatch(/\(1\/\d\)$/)
    const parts = Number(/\/(\d)\)$/.exec(first.title)?.[1])
    const texts = [first.text]
    for (let at = 1; at < parts; at += 1) texts.push((await room.hear()).text)
    for (const path of paths) expect(texts.join('\n')).toContain(path)
    expect(room.unheard()).toEqual([])
  })
})

test('what was changed and refused in chat is in the book, with the conversation', async () => {
  const { json } = await chat.stack.api('GET', '/api/v1/audit?limit=1000')
  const entries = (json.items as AuditEntry[]).filter(({ view }) => view === 'chat')
  expect(entries).toContainEqual(
    expect.objectContaining({
      ...{ user: 'zhang', role: 'operator', via: 'chat', view: 'chat', status: 200 },
      ...{ what: '预热 /talk/a', from: 'conversation cidLoad==' },
    }),
  )
  const [refused, ...others] = entries.filter(({ user }) => user === 'looker')
  expect(refused).toMatchObject({ code: 'FORBIDDEN', status: 403 })
  expect(others.every(({ status }) => status === 403)).toBe(true)
  expect(entries.filter(({ what }) => /^(代理|报告|列表|占比|状态|帮助|我是谁)/.test(what))).toEqual([])
  expect(chat.leaksIn(JSON.stringify(entries))).toEqual([])
})
