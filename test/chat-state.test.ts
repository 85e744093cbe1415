// how the chat is, as doctor and people in a group are told
import { expect, test } from 'vitest'
import { type ChatParts, checkChat, toConnectionLine } from '../bot/chat-state.ts'
import type { StreamStatus } from '../bot/dingtalk/stream/port.ts'

const NOW = Date.parse('2026-03-01T08:00:00Z')
const CONNECTED: StreamStatus = {
  ...{ state: 'connected', since: '2026-03-01T07:00:00.000Z', connectedAt: '2026-03-01T07:00:00.000Z' },
  ...{ lastFrameAt: '2026-03-01T07:59:48.000Z', reconnects: 2, frames: 9, connections: 1 },
  ...{ acks: 9, lateAcks: 0, unacked: 0, rubbish: 0 },
}
const COUNTS = { heard: 5, repeated: 0, quotaRefusals: 0, foreign: 0 }

function toParts(more: Partial<ChatParts> = {}): ChatParts {
  return {
    office: { meter: () => undefined, letters: () => [], notices: () => [], givenUp: () => undefined },
    stream: { status: () => CONNECTED },
    counts: COUNTS,
    ...{ hasRobot: false, sends: new Map<string, number>(), now: () => NOW },
    ...more,
  }
}
const find = async (parts: ChatParts, name: string) => (await checkChat(parts)).find(check => check.name === name)

test('a connection is told with its age, its reconnects and what the quota refused', async () => {
  expect(await find(toParts(), 'dingtalk stream')).toEqual({
    ...{ name: 'dingtalk stream', ok: true },
    answer: 'connected since 2026-03-01T07:00:00.000Z, last heard 12 s ago, 2 reconnects, 0 refused for the quota',
  })
  expect(toConnectionLine(toParts())).toBe('钉钉已连接，12 秒前收到数据，重连 2 次，因额度用完被拒 0 次')
})

test('so is one that is away, with what to do', async () => {
  const trouble = { code: 'authFailed', zh: '凭证不对', en: 'copy the client secret again', permanent: true }
  const status: StreamStatus = { ...CONNECTED, state: 'waiting', connections: 0, trouble }
  const parts = toParts({ stream: { status: () => status }, counts: { ...COUNTS, quotaRefusals: 3 } })
  expect(await find(parts, 'dingtalk stream')).toEqual({
    ...{ name: 'dingtalk stream', ok: false, remedy: 'copy the client secret again' },
    answer:
      'waiting since 2026-03-01T07:00:00.000Z (authFailed), last heard 12 s ago, 2 reconnects, 3 refused for the quota',
  })
  expect(toConnectionLine(parts)).toBe('钉钉未连接，12 秒前收到数据，重连 2 次，因额度用完被拒 3 次：凭证不对')
})

test('what was given up after a day is told until the next start', async () => {
  expect(await find(toParts(), 'dingtalk messages')).toMatchObject({ ok: true, answer: '0 waiting to be sent' })
  const parts = toParts()
  const office = { ...parts.office, givenUp: () => ({ count: 2, at: '2026-03-01T06:00:00.000Z' }) }
  const check = await find({ ...parts, office }, 'dingtalk messages')
  expect(check).toMatchObject({
    ok: false,
    answer: '0 waiting to be sent; 2 given up after a day, the newest at 2026-03-01T06:00:00.000Z',
  })
})

test('cards are not used yet until one was made, and the robot API is untested until it was called', async () => {
  const status = { enabled: true, open: 0, degraded: [], opened: 0, updates: 0, failures: 0 }
  const parts = toParts({ cards: { status: () => status } })
  expect(await find(parts, 'dingtalk cards')).toMatchObject({ ok: null, answer: 'not used yet' })
  expect(await find(parts, 'dingtalk robot API')).toEqual({
    ...{ name: 'dingtalk robot API', ok: null, answer: 'not tested: nothing was sent through it yet' },
    remedy: 'make sure that the app has the permission qyapi_robot_sendmsg',
  })
  const last = (code?: string) => ({
    at: '2026-03-01T07:00:00.000Z',
    class: code ? 'config' : 'sent',
    ...(code && { code }),
  })
  const used = (code?: string) => ({
    ...parts,
    office: {
      ...parts.office,
      meter: (id: string) => ({ id, recent: [], blocks: 0, month: '2026-03', used: 1, last: last(code) }) as never,
    },
  })
  expect(await find(used(), 'dingtalk cards')).toMatchObject({ ok: true, answer: '0 open' })
  expect(await find(used(), 'dingtalk robot API')).toMatchObject({
    ok: true,
    answer: 'last message sent 2026-03-01T07:00:00.000Z',
  })
  expect(await find(used('Forbidden'), 'dingtalk robot API')).toMatchObject({
    ok: false,
    answer: 'last message config (Forbidden) at 2026-03-01T07:00:00.000Z',
  })
  expect(await find(used('Forbidden'), 'dingtalk cards')).toMatchObject({ ok: null, answer: 'not used yet' })
})
