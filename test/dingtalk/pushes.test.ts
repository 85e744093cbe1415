// what is pushed, taken in: kept before it is acked, clicks answered in time, foreign and empty messages told once
import { expect, test } from 'vitest'
import { CLICKS, createPushes, MESSAGES } from '../../bot/dingtalk/pushes.ts'
import { createLog } from '../../shared/log.ts'
import { DAY, SECOND } from '../../shared/time.ts'
import { createMovingClock } from '../helpers/dingtalk/local.ts'

type Given = Partial<Parameters<typeof createPushes>[0]>

function createRoom(given: Given = {}) {
  const clock = createMovingClock()
  const said: string[] = []
  const quota: string[] = []
  const hear = (_: unknown, message: string): void => void said.push(message)
  const pushes = createPushes({
    ...{ robotCode: 'ours', bases: [], clock, onOverQuota: code => void quota.push(code) },
    hear: async () => ({ repeated: false }),
    click: async () => ({ detail: '已停止' }),
    log: createLog({ debug: hear, info: hear, warn: hear, error: hear }, value => value),
    ...given,
  })
  const take = (topic: string, data: unknown): Promise<unknown> => pushes.take({ topic, messageId: 'm', data })
  return { clock, said, quota, pushes, take }
}

const message = (more: object = {}) => ({
  ...{ msgId: 'msg1', conversationId: 'cid1', conversationType: '2', robotCode: 'ours', msgtype: 'text' },
  ...{ text: { content: '状态' }, senderStaffId: 's1', senderNick: '张三', ...more },
})

const click = {
  ...{ outTrackId: 'card1', userId: 's1', userIdType: 1 },
  value: JSON.stringify({ cardPrivateData: { params: { action: 'cancel', job: '1' } } }),
}

const shown = (response: unknown): unknown =>
  (response as { cardData: { cardParamMap: unknown } }).cardData.cardParamMap

test('a message that cannot be kept is not acked', async () => {
  const full = createRoom({ hear: () => Promise.reject(new Error('full')) })
  await expect(full.take(MESSAGES, message())).rejects.toThrow('full')
  expect(full.pushes.counts).toMatchObject({ heard: 0 })
  const room = createRoom({ hear: async ({ key }) => ({ repeated: key === 'ours msg2' }) })
  expect(await room.take(MESSAGES, message())).toBeNull()
  await room.take(MESSAGES, message({ msgId: 'msg2' }))
  expect(room.pushes.counts).toMatchObject({ heard: 2, repeated: 1 })
})

test('a click is answered with what came of it, and with a word of patience when that takes long', async () => {
  const quick = createRoom()
  expect(shown(await quick.take(CLICKS, click))).toEqual({ detail: '已停止' })
  expect(quick.clock.waiting).toBe(0)
  const slow = createRoom({ click: () => new Promise(() => {}) })
  const answer = slow.take(CLICKS, click)
  slow.clock.advance(1.5 * SECOND)
  expect(shown(await answer)).toEqual({ detail: '处理中…' })
  const broken = createRoom({ click: () => Promise.reject(new Error('ours')) })
  expect(shown(await broken.take(CLICKS, click))).toEqual({ detail: '内部错误，请改用文字命令' })
  expect(await broken.take(CLICKS, { nothing: true })).toBeNull()
})

test('messages for other robots are told once each, a used-up quota once a day', async () => {
  const room = createRoom()
  for (const robotCode of ['other', 'other', 'third']) await room.take(MESSAGES, message({ robotCode }))
  expect(room.said.filter(line => line.includes('another robot'))).toHaveLength(2)
  const empty = message({ text: undefined, errorCode: 20001, errorMessage: 'over quota' })
  for (let n = 0; n < 3; n += 1) await room.take(MESSAGES, empty)
  expect(room.quota).toEqual(['20001'])
  await room.clock.advance(DAY)
  await room.take(MESSAGES, empty)
  expect(room.quota).toEqual(['20001', '20001'])
  expect(room.pushes.counts).toEqual({ heard: 0, repeated: 0, quotaRefusals: 4, foreign: 3 })
})
