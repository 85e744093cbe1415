// clicks that cannot be carried out: on cards that nobody here knows, by people who may not, for what no button does
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../agent/until.ts'
import { BOSS, type ChatStack, createChatStack, LOOKER, STRANGER } from '../../helpers/chat-stack.ts'
import { TOPIC_CARD } from '../../helpers/dingtalk/local.ts'

let chat: ChatStack
beforeAll(async () => {
  chat = await createChatStack({ cards: true, stack: { agents: 0 } })
})
afterAll(() => chat?.close())

type Shown = { readonly detail?: string; readonly showCancel?: string; readonly showRetry?: string }

/** What the card shows to the one who clicked. The platform pushes whatever it is made to. */
async function click(outTrackId: string, action: string, more: Record<string, unknown> = {}): Promise<Shown> {
  const value = JSON.stringify({ cardPrivateData: { params: { action, job: '1' } } })
  const data = { outTrackId, userId: BOSS.staffId, userIdType: 1, value, ...more }
  const { ack } = await chat.local.pushFrame({ type: 'CALLBACK', topic: TOPIC_CARD, data }).done
  if (ack === undefined) throw new Error('a click was not answered')
  return (ack.data as { response: { cardData: { cardParamMap: Shown } } }).response.cardData.cardParamMap
}

test('a card that is not known here keeps its buttons, and the log says why that may be', async () => {
  for (const id of ['gander-019a0000-0000-7000-8000-000000000000-1', '__proto__', 'x'.repeat(10_000)])
    expect(await click(id, 'cancel')).toEqual({ detail: expect.stringContaining('不认识这张卡片') })
  const told = chat.stack.daemon.lines().filter(({ msg }) => msg === 'a click on a card that is not known here')
  expect(told).toHaveLength(3)
  expect(told[0]?.['hint']).toContain('another daemon')
})

test('whoever may not is refused, and nothing happens to the job', async () => {
  const group = chat.room('cidClicks==')
  group.say('预热 /data/clicked')
  const line = await group.hear('the card')
  const id = line.outTrackId ?? ''
  await until('the card to be known', async () => !(await click(id, 'nothing')).detail?.includes('不认识'))
  expect(await click(id, 'cancel', { userId: STRANGER.staffId })).toEqual({
    detail: expect.stringContaining('不认识你'),
  })
  expect(await click(id, 'cancel', { userId: LOOKER.staffId })).toEqual({ detail: expect.stringContaining('viewer') })
  // an id of another kind is nobody's staffId
  expect(await click(id, 'cancel', { userIdType: 2 })).toEqual({ detail: expect.stringContaining('staffId') })
  expect(await click(id, 'constructor')).toEqual({ detail: '没有按钮 "constructor"' })
  const { json } = await chat.stack.api('GET', '/api/v1/jobs/1')
  expect(json.status).toBe('queued')
})
