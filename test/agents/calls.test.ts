// asking a cluster's agents: who is picked, whose answer counts, and what is told when there is none
import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { type Candidate, createClusterCalls } from '../../bot/agents/calls.ts'
import { createHub } from '../../bot/agents/hub.ts'
import { createMemoryOutput } from '../../bot/store/memory.ts'
import type { CallAnswer, ClusterCall } from '../../shared/call.ts'
import { SILENT_LOG } from '../../shared/log.ts'
import { createClock } from '../../shared/time.ts'
import { type DaemonMessage, SOCKET_PATH, WIRE_VERSION } from '../../shared/wire.ts'
import { until } from '../agent/until.ts'
import { createHandClock } from '../engine/room.ts'
import { serveHub } from './serve-hub.ts'

type Called = Extract<DaemonMessage, { type: 'call' }>

const MOUNTS: ClusterCall = { verb: 'mounts', manner: 'cli' }
const PIN: ClusterCall = { verb: 'pin', path: '/a' }
const idOf = (at: number): string => `018f0000-0000-7000-8000-00000000000${at}`
const one = (at: number, busy = 0): Candidate => ({ id: idOf(at), name: `a${at}`, busy })

/** Calls over agents that a test plays. */
function createRoom(candidates: readonly Candidate[] | string = [one(1)]) {
  const hand = createHandClock()
  const sent: { to: string; said: Called }[] = []
  const away = new Set<string>()
  const calls = createClusterCalls({
    candidates: () => candidates,
    send: (to, said) => !away.has(to) && said.type === 'call' && sent.push({ to, said }) > 0,
    clock: hand.clock,
  })
  const answer = (at: number, given: CallAnswer, { more = false, from = sent[at]?.to ?? '' } = {}): void =>
    calls.take(from, { type: 'called', call: sent[at]?.said.call ?? '', answer: given, more })
  return { ...hand, calls, sent, away, answer }
}

it('joins the parts of an answer in their order', async () => {
  const { calls, answer, sent, delays } = createRoom()
  const asked = calls.call('c', { verb: 'lines', path: '/a', most: 9 })
  answer(0, { ok: true, lines: ['1', '2'] }, { more: true })
  answer(0, { ok: true, lines: ['3'] }, { more: true })
  answer(0, { ok: true, lines: [] })
  expect(await asked).toEqual({ ok: true, lines: ['1', '2', '3'] })
  expect(sent[0]?.said.ask).toEqual({ verb: 'lines', path: '/a', most: 9 })
  // no timer is left
  expect(delays()).toEqual([])
})

it('answers what the CLI refused, and never more lines than were asked for', async () => {
  const { calls, answer } = createRoom()
  const refusal: CallAnswer = { ok: false, why: 'taken', message: 'it is there' }
  const first = calls.call('c', PIN)
  const second = calls.call('c', { verb: 'lines', path: '/a', most: 1 })
  answer(0, refusal)
  answer(1, { ok: true, lines: ['1', '2'] }, { more: true })
  expect(await first).toEqual(refusal)
  expect(await second).toMatchObject({ ok: false, why: 'too-many' })
})

it('believes only the agent that was asked, and once', async () => {
  const { calls, answer } = createRoom([one(1), one(2)])
  const asked = calls.call('c', MOUNTS)
  answer(0, { ok: true, mounts: [{ path: '/evil', ufs: 'x', options: {} }] }, { from: idOf(2) })
  answer(0, { ok: true, mounts: [] })
  answer(0, { ok: false, why: 'failed', message: 'late' })
  expect(await asked).toEqual({ ok: true, mounts: [] })
})

it('picks the least busy, counts what it was asked, and passes over one that is away', async () => {
  const { calls, sent, away, answer } = createRoom([one(1, 2), one(2, 0), one(3, 1)])
  const asked = [1, 2, 3].map(() => calls.call('c', MOUNTS))
  expect(sent.map(({ to }) => to)).toEqual([idOf(2), idOf(2), idOf(3)])
  away.add(idOf(2))
  asked.push(calls.call('c', MOUNTS))
  expect(sent[3]?.to).toBe(idOf(1))
  for (const at of sent.keys()) answer(at, { ok: true })
  await Promise.all(asked)
})

it.each<[string, readonly Candidate[] | string, ClusterCall, RegExp]>([
  [
    'nobody is there',
    'no agent of cluster c is connected',
    MOUNTS,
    /^The call mounts of cluster c failed: no agent of cluster c is connected\.$/,
  ],
  ['nobody hears', [one(5)], MOUNTS, /^The call mounts of cluster c failed: no agent of cluster c is connected\.$/],
])('says so when %s', async (_, candidates, ask, sentence) => {
  const { calls, away } = createRoom(candidates)
  away.add(idOf(5))
  await expect(calls.call('c', ask)).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
    message: expect.stringMatching(sentence),
  })
})

it('gives up after its time, and says what is not known', async () => {
  const { calls, move, answer } = createRoom()
  const looking = calls.call('c', MOUNTS)
  const changing = calls.call('c', PIN)
  const hasty = calls.call('c', PIN, 2_000)
  const told = Promise.allSettled([looking, changing, hasty])
  move(2_000)
  move(33_000)
  answer(0, { ok: true, mounts: [] })
  const messages = (await told).map(({ status, ...rest }) => `${status} ${'reason' in rest ? rest.reason.message : ''}`)
  expect(messages).toEqual([
    'rejected The call mounts of cluster c failed: agent a1 did not answer within 35 s.',
    'rejected The call pin of cluster c failed: agent a1 did not answer within 35 s; whether it was done is not known.',
    'rejected The call pin of cluster c failed: agent a1 did not answer within 2 s; whether it was done is not known.',
  ])
})

it('loses with its socket only what that agent was asked', async () => {
  const { calls, answer, delays } = createRoom([one(1), one(2)])
  const first = calls.call('c', PIN)
  const second = calls.call('c', MOUNTS)
  calls.gone(idOf(1))
  await expect(first).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
    message:
      'The call pin failed: the connection to agent a1 was lost before it answered; whether it was done is not known.',
  })
  answer(1, { ok: true, mounts: [] })
  await expect(second).resolves.toEqual({ ok: true, mounts: [] })
  expect(delays()).toEqual([])
})

it('nobody waits when the daemon goes, and nothing more is asked', async () => {
  const { calls, sent, delays, answer } = createRoom()
  const [looking, changing] = [calls.call('c', MOUNTS), calls.call('c', PIN)]
  calls.leave()
  await expect(looking).rejects.toMatchObject({ code: 'STOPPING', message: 'The daemon is stopping.' })
  await expect(changing).rejects.toMatchObject({
    message: 'The daemon is stopping; whether it was done is not known.',
  })
  await expect(calls.call('c', MOUNTS)).rejects.toMatchObject({ code: 'STOPPING' })
  answer(0, { ok: true, mounts: [] })
  expect(sent).toHaveLength(2)
  expect(delays()).toEqual([])
})

/** A real socket, with the hub at its other end. */
async function openHub() {
  const clock = createClock({ unref: true })
  const calls = createClusterCalls({ candidates: () => [one(1)], send: (id, said) => hub.send(id, said), clock })
  const door = {
    ...{ output: createMemoryOutput(), grown: () => {}, holds: () => false, finalLength: () => undefined },
    hello: async () => ({ acknowledged: 0, forget: [], stop: [] }),
    ...{ gone: async () => {}, report: async () => {} },
  }
  const hub = createHub({ door, calls, admits: () => true, clock, log: SILENT_LOG })
  const port = await serveHub(hub)
  /** An agent that tells what it hears, and says what it is told to. */
  const dial = async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${SOCKET_PATH}`)
    const heard: DaemonMessage[] = []
    socket.on('message', data => heard.push(JSON.parse(String(data))))
    onTestFinished(() => socket.terminate())
    await once(socket, 'open')
    const agent = {
      ...{ id: idOf(1), name: 'a1', cluster: 'c', version: '1', host: 'h', pid: 1, capacity: { work: 1, read: 1 } },
      capabilities: { bin: 'goosefs', found: true, simulated: false, loadFlags: [] },
    }
    socket.send(JSON.stringify({ type: 'hello', version: WIRE_VERSION, agent, live: [], streams: [], nextNumber: 1 }))
    await until('the welcome', () => heard.some(said => said.type === 'welcome'))
    const call = () => until('a call', () => heard.find(said => said.type === 'call'))
    const say = (message: object) => socket.send(JSON.stringify(message))
    return { socket, call, say }
  }
  return { calls, dial }
}

it('goes through the real socket, and a lost or replaced one is told at once', async () => {
  const { calls, dial } = await openHub()
  const first = await dial()
  const asked = calls.call('c', MOUNTS)
  const { call } = await first.call()
  first.say({ type: 'called', call, answer: { ok: true, mounts: [] }, more: false })
  expect(await asked).toEqual({ ok: true, mounts: [] })
  const replaced = calls.call('c', PIN)
  const [outcome, second] = await Promise.all([replaced.catch((thrown: Error) => thrown.message), dial()])
  expect(outcome).toMatch(/was lost before it answered/)
  const lost = calls.call('c', PIN)
  await second.call()
  second.socket.terminate()
  await expect(lost).rejects.toMatchObject({ code: 'COMMAND_FAILED' })
})
