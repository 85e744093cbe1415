// calls of the daemon on the agent: a few at once, each within its time, in parts, and dropped with the socket
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createAgent } from '../../agent/agent.ts'
import { type CallsDeps, createCalls, toParts } from '../../agent/calls.ts'
import type { CallAnswer } from '../../shared/call.ts'
import { createIds } from '../../shared/ids.ts'
import { SILENT_LOG } from '../../shared/log.ts'
import { createClock } from '../../shared/time.ts'
import { LARGEST_FRAME_BYTES } from '../../shared/wire.ts'
import { createHandClock } from '../engine/room.ts'
import { type FakeDaemon, startFakeDaemon } from '../helpers/fake-daemon.ts'
import { scratch } from './scratch.ts'
import { until } from './until.ts'

const ids = createIds()
const newId = (): string => ids.next(Date.now())
const STAT = { verb: 'stat', path: '/a' } as const
const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** A whole agent without a CLI, whose answers a test gives. */
async function agentOf(daemon: FakeDaemon, answerCall: CallsDeps['answer']) {
  const dir = join(scratch(), 'agent')
  mkdirSync(dir, { recursive: true })
  const description = {
    ...{ id: newId(), name: 'a', cluster: 'c', version: '0', host: 'h', pid: 1, capacity: { work: 1, read: 1 } },
    capabilities: { bin: 'goosefs', found: true, simulated: false, loadFlags: [] },
    calls: [],
  }
  const agent = await createAgent({
    ...{ dir, url: daemon.url, token: undefined, describe: async () => description, capacity: { work: 1, read: 1 } },
    endRuns: async () => {},
    run: () => Promise.reject(new Error('nothing is run here')),
    ...{ answerCall, clock: createClock({ unref: true }), log: SILENT_LOG, random: Math.random },
    backoff: { minMs: 5, maxMs: 50 },
  })
  onTestFinished(() => agent.close())
  await until('the agent to connect', () => daemon.sockets.size > 0 && daemon.hellos.length > 0)
}

async function daemonOf(): Promise<FakeDaemon> {
  const daemon = await startFakeDaemon()
  onTestFinished(() => daemon.close())
  return daemon
}

/** Calls over a connection that a test looks into, with a clock that it moves. */
function createRoom() {
  const hand = createHandClock()
  const begun: { name: string; timeoutMs: number; signal: AbortSignal; end: (answer: CallAnswer) => void }[] = []
  const said: { call: string; answer: CallAnswer; more: boolean }[] = []
  const line = { up: true, bufferedBytes: 0 }
  const calls = createCalls({
    answer: (_, within) => new Promise(end => void begun.push({ ...within, end })),
    say: message => line.up && message.type === 'called' && said.push(message) > 0,
    bufferedBytes: () => line.bufferedBytes,
    ...{ clock: hand.clock, log: SILENT_LOG },
  })
  return { ...hand, calls, begun, said, line }
}

test('a call is answered through the socket, also when the CLI cannot be run', async () => {
  const daemon = await daemonOf()
  await agentOf(daemon, async ask => {
    if (ask.verb === 'workers') throw new Error('spawn failed: secretKey=s3cr3t')
    return { ok: true, facts: { path: '/a', directory: true } }
  })
  const [first, second] = [newId(), newId()]
  daemon.say({ type: 'call', call: first, ask: STAT })
  daemon.say({ type: 'call', call: second, ask: { verb: 'workers' } })
  await until('both answers', () => daemon.called.length === 2)
  const of = (call: string) => daemon.called.find(said => said.call === call)
  expect(of(first)).toMatchObject({ more: false, answer: { ok: true, facts: { path: '/a' } } })
  expect(of(second)).toMatchObject({ more: false, answer: { ok: false, why: 'failed' } })
  expect(JSON.stringify(daemon.called)).not.toContain('s3cr3t')
})

test('a long answer comes in frames that either end takes, in order', async () => {
  const daemon = await daemonOf()
  const lines = Array.from({ length: 30_000 }, (_, index) => `/数据/${index}/${'x'.repeat(60)}`)
  await agentOf(daemon, async () => ({ ok: true, lines }))
  daemon.say({ type: 'call', call: newId(), ask: { verb: 'files', path: '/', most: 50_000 } })
  await until('the last part', () => daemon.called.at(-1)?.more === false)
  expect(daemon.called.length).toBeGreaterThan(3)
  expect(daemon.called.flatMap(({ answer }) => (answer.ok ? (answer.lines ?? []) : []))).toEqual(lines)
})

test('an answer without its socket is dropped, and the next connection hears nothing of it', async () => {
  const daemon = await daemonOf()
  const ends: ((answer: CallAnswer) => void)[] = []
  await agentOf(daemon, () => new Promise(end => void ends.push(end)))
  daemon.say({ type: 'call', call: newId(), ask: STAT })
  await until('the call', () => ends.length === 1)
  daemon.cut()
  await until('the socket to go', () => daemon.sockets.size === 0)
  ends[0]?.({ ok: true })
  await until('the agent to come back', () => daemon.hellos.length === 2 && daemon.sockets.size === 1)
  const again = newId()
  daemon.say({ type: 'call', call: again, ask: STAT })
  await until('the second call', () => ends.length === 2)
  ends[1]?.({ ok: true })
  await until('its answer', () => daemon.called.length > 0)
  expect(daemon.called.map(({ call }) => call)).toEqual([again])
})

test('four run at once, the others wait in order, and one that is repeated is one', async () => {
  const { calls, begun, said } = createRoom()
  const asked = Array.from({ length: 6 }, newId)
  for (const call of asked) calls.take(call, STAT)
  for (const call of asked) calls.take(call, STAT)
  expect(begun.map(({ name }) => name)).toEqual(asked.slice(0, 4))
  begun[1]?.end({ ok: true })
  await settled()
  expect(begun.map(({ name }) => name)).toEqual(asked.slice(0, 5))
  for (const { end } of begun) end({ ok: true })
  await settled()
  begun[5]?.end({ ok: true })
  await settled()
  expect(said.map(({ call }) => call).sort()).toEqual([...asked].sort())
})

test('the wait behind others is part of the time, and what did not begin never does', async () => {
  const { calls, begun, said, move } = createRoom()
  for (let times = 0; times < 4; times += 1) calls.take(newId(), { verb: 'files', path: '/', most: 1 })
  const [third, late] = [newId(), newId()]
  calls.take(third, STAT)
  move(10_000)
  begun[0]?.end({ ok: true })
  await settled()
  expect(begun.at(-1)).toMatchObject({ name: third, timeoutMs: 20_000 })
  calls.take(late, STAT)
  move(30_000)
  await settled()
  expect(said.at(-1)).toMatchObject({ call: late, answer: { ok: false, why: 'timeout' } })
  for (const { end } of begun) end({ ok: true })
  await settled()
  expect(begun.map(({ name }) => name)).not.toContain(late)
})

test('what waits when the socket is lost never begins', async () => {
  const { calls, begun, said } = createRoom()
  for (let times = 0; times < 6; times += 1) calls.take(newId(), STAT)
  calls.forget()
  for (const { end } of begun) end({ ok: true })
  await settled()
  expect([begun.length, said.length]).toEqual([4, 0])
})

test('a full socket is waited for, and closing ends everything', async () => {
  const { calls, begun, said, line, move } = createRoom()
  line.bufferedBytes = 2 ** 30
  calls.take(newId(), STAT)
  begun[0]?.end({ ok: true })
  await settled()
  expect(said).toEqual([])
  line.bufferedBytes = 0
  move(1_000)
  await settled()
  expect(said).toHaveLength(1)
  calls.take(newId(), STAT)
  const closed = calls.close()
  expect(begun[1]?.signal.aborted).toBe(true)
  begun[1]?.end({ ok: true })
  await closed
  calls.take(newId(), STAT)
  expect([said.length, begun.length]).toEqual([1, 2])
})

test('every part is far below the largest frame', () => {
  // the worst that JSON makes of a line
  const lines = Array.from({ length: 40 }, () => '\u0001'.repeat(64 * 1024))
  const mounts = Array.from({ length: 3_000 }, (_, at) => ({ path: `/m${at}`, ufs: 'x'.repeat(500), options: {} }))
  const parts = [...toParts({ ok: true, lines }), ...toParts({ ok: true, mounts })]
  expect(parts.length).toBeGreaterThan(40)
  for (const part of parts) expect(Buffer.byteLength(JSON.stringify(part))).toBeLessThan(LARGEST_FRAME_BYTES * 0.6)
  expect(toParts({ ok: true })).toEqual([{ ok: true }])
})
