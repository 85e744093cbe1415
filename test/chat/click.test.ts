// buttons of cards: the same commands, no question, permission asked for anew
import { expect, test } from 'vitest'
import { createClicks } from '../../bot/chat/click.ts'
import { toNick } from '../../bot/chat/people.ts'
import { findings, measured } from '../core/world.ts'
import { createDialogue, type DialogueOptions } from './dialogue.ts'

const forever = () => undefined
const PARTLY = { ending: { findings: findings({ before: measured(3, 0), after: measured(3, 1), missingTotal: 2 }) } }

async function createCards(options: DialogueOptions & { readonly groups?: readonly string[] } = {}) {
  const dialogue = await createDialogue({ play: forever, ...options })
  const click = createClicks({ room: dialogue.room, groups: options.groups })
  await dialogue.says('预热 /a')
  const press = (action: string, by = 'ann', jobId = '1') =>
    click({ action, jobId, staffId: by === '' ? '' : `s-${by}`, nick: by, place: 'conversation cid' })
  return { ...dialogue, press }
}

test('a stop is done at once, once', async () => {
  const { press, jobs, records, textsIn } = await createCards()
  expect(await press('cancel')).toEqual({ text: '正在停止 #1，GooseFS 里排队的部分也会取消', done: true })
  expect(jobs()[0]?.desired).toBe('stop')
  expect(records.at(-1)).toEqual({ who: 'ann', what: '停止 1', status: 200 })
  expect(await press('retry')).toEqual({ text: '\\#1 正在停止，结束后才能重试', done: false })
  // a button says nothing in the conversation
  expect(textsIn()).toHaveLength(1)
})

test('a retry takes what failed; whoever pressed is told of the end', async () => {
  const { press, jobs, bend, settled } = await createCards({ play: () => PARTLY })
  bend.play = forever
  expect(await press('retry', 'root', jobs()[0]?.id)).toMatchObject({
    text: expect.stringContaining('已受理 #1 重试 1 个路径'),
    done: true,
  })
  await settled()
  expect(jobs()[0]?.askers?.map(({ staffId }) => staffId)).toEqual(['s-ann', 's-root'])
})

test.each([
  ['cancel', 'vic', '1', '这个命令需要操作（operator）或管理（admin）角色，你的角色是查看（viewer）'],
  ['cancel', 'bob', '1', '是 ann 的任务，只有本人或管理员（admin）可以停止'],
  ['cancel', 'ann', '99', '没有这个任务'],
  ['explode', 'ann', '1', '没有按钮 "explode"'],
  ['cancel', 'eve', '1', '我不认识你'],
  ['cancel', '', '1', '我不认识你'],
])('%s by %j of %s is refused', async (action, by, jobId, sentence) => {
  const { press, jobs } = await createCards()
  const { text, done } = await press(action, by, jobId)
  expect(text).toContain(sentence)
  expect(done).toBe(false)
  expect(jobs()[0]?.desired).toBe('run')
})

test('a group that is not listed any more has no buttons', async () => {
  const { room, jobs, says } = await createDialogue({ play: forever })
  await says('预热 /a')
  const click = createClicks({ room, groups: ['other'] })
  const pressed = { action: 'cancel', jobId: '1', staffId: 's-ann', nick: 'ann', place: 'conversation cid' }
  expect(await click(pressed)).toMatchObject({ done: false, text: expect.stringContaining('还没有开通') })
  expect(jobs()[0]?.desired).toBe('run')
})

test('whoever presses keeps the name under which they asked', () => {
  const userOf = (staffId: string) => (staffId === 's1' ? ({ name: 'zhang', role: 'operator' } as const) : undefined)
  const askers = [
    { staffId: 's1', nick: '张三' },
    { staffId: 's2', nick: '' },
    { staffId: '', nick: '外人' },
  ]
  expect(['s1', 's2', 's3', ''].map(id => toNick(id, askers, { userOf }))).toEqual(['张三', 's2', 's3', ''])
  expect(toNick('s1', [], { userOf })).toBe('zhang')
})
