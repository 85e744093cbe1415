// the inbox: order within a conversation, several at once, slow looks beside, and a clean end
import { expect, test } from 'vitest'
import { createInbox } from '../../bot/chat/inbox.ts'
import { AppError } from '../../shared/errors.ts'
import { until } from '../agent/until.ts'
import { createDialogue } from './dialogue.ts'

const forever = () => undefined

/** Writes into the book wait until the test lets them. */
function createGate() {
  const waiting: (() => void)[] = []
  let isOpen = false
  let told = 0
  return {
    waiting,
    get told() {
      return told
    },
    record: () => {
      told += 1
      return isOpen ? Promise.resolve() : new Promise<void>(resolve => waiting.push(resolve))
    },
    open() {
      isOpen = true
      for (const go of waiting.splice(0)) go()
    },
  }
}

test('a conversation is answered in the order in which it spoke', async () => {
  const { hear, inbox, textsIn } = await createDialogue({ play: forever })
  for (let at = 1; at <= 30; at += 1) await hear(at % 2 === 0 ? '我是谁' : `预热 /p${at}`)
  await inbox.idle()
  const told = textsIn().map(text => /已受理 #(\d+)/.exec(text)?.[1] ?? 'who')
  expect(told).toEqual(Array.from({ length: 30 }, (_, at) => (at % 2 === 1 ? 'who' : String(at / 2 + 1))))
})

test('what asks a cluster holds nobody up, and is told when it is there', async () => {
  const { hear, answers, inbox, bend } = await createDialogue({ play: forever })
  await hear('列表 /a')
  await hear('占比 /b')
  await hear('报告')
  await hear('我是谁')
  await hear('预热 /c')
  const [first, second] = await answers(2)
  expect(first).toContain('**staffId**')
  expect(second).toContain('已受理')
  bend.play = () => ({})
  await inbox.close()
})

test('of one conversation only so many looks go on beside', async () => {
  const { hear, answers, textsIn, inbox, move } = await createDialogue({ play: forever })
  for (let at = 0; at < 9; at += 1) await hear(`列表 /a${at}`)
  await hear('我是谁')
  await hear('我是谁', { in: 'other' })
  await answers(1, 'other')
  expect(textsIn()).toEqual([])
  move(30_000)
  await answers(10)
  await inbox.idle()
})

test('sixteen conversations at once, one message of each, and none is forgotten', async () => {
  const gate = createGate()
  const { hear, inbox, textsIn } = await createDialogue({ play: forever, room: { record: gate.record } })
  for (let at = 0; at < 20; at += 1) {
    await hear(`预热 /a${at}`, { in: `c${at}` })
    await hear(`预热 /b${at}`, { in: `c${at}` })
  }
  await until('sixteen to wait', () => gate.waiting.length === 16)
  gate.open()
  await inbox.idle()
  for (let at = 0; at < 20; at += 1) expect(textsIn(`c${at}`)).toHaveLength(2)
})

test('a message that comes again while it is answered is not begun twice', async () => {
  const gate = createGate()
  const { hear, inbox, textsIn, answers } = await createDialogue({ room: { record: gate.record } })
  expect(await hear('预热 /a', { key: 'k' })).toEqual({ repeated: false })
  await until('it to be done', () => gate.waiting.length === 1)
  expect(await hear('预热 /a', { key: 'k' })).toEqual({ repeated: true })
  await hear('预热 /b', { in: 'other' })
  await until('the other to be done', () => gate.waiting.length === 2)
  gate.open()
  await hear('我是谁')
  await answers(2)
  await inbox.idle()
  expect(textsIn()).toHaveLength(2)
  expect(gate.told).toBe(2)
})

test('a conversation that talks on keeps no other waiting', async () => {
  const { hear, inbox, postOffice } = await createDialogue({ play: forever })
  const heard = Array.from({ length: 40 }, (_, at) => hear(`预热 /a${at}`, { in: `c${at % 17}` }))
  for (let at = 0; at < 40; at += 1) heard.push(hear('我是谁', { in: 'c0' }))
  heard.push(hear('我是谁', { in: 'late' }))
  await Promise.all(heard)
  await inbox.idle()
  expect(postOffice.letters()).toHaveLength(81)
})

test('the end of the process leaves what has no answer to the next one', async () => {
  const { hear, inbox, messageDesk, textsIn, restart, bend, state, end } = await createDialogue({ play: forever })
  await hear('列表 /a')
  const run = await until('the list to run', () => [...state.allocations.rows()].find(one => one.status === 'running'))
  await inbox.close()
  await inbox.close()
  expect(textsIn()).toEqual([])
  expect(messageDesk.open()).toHaveLength(1)
  await end(run.id)
  bend.play = () => ({ output: '' })
  await restart()
  expect(textsIn()).toEqual(['### 列表：/a\n\n空目录，没有任何条目'])
  expect(messageDesk.open()).toEqual([])
})

test('what cannot be kept is not taken in, so that it comes again', async () => {
  const { room, textsIn, says, jobs } = await createDialogue()
  const heard = async (): Promise<never> => {
    throw new AppError('STORAGE_FULL', 'The disk is full.')
  }
  const inbox = createInbox({ room: { ...room, desk: { ...room.desk, heard } } })
  const message = {
    key: 'k',
    text: '预热 /a',
    conversation: { id: 'cid', kind: 'group' as const },
    sender: { staffId: 's-ann', nick: 'ann' },
  }
  await expect(inbox.hear(message)).rejects.toThrow('The disk is full.')
  await inbox.idle()
  expect(textsIn()).toEqual([])
  expect(await says('预热 /a', { key: 'k' })).toContain('已受理 #1')
  expect(jobs()).toHaveLength(1)
})
