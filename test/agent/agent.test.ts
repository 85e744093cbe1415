// the agent against the treaty, in one process: orders, streams, reports, cuts, refusals
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Agent, type AgentDeps, createAgent } from '../../agent/agent.ts'
import { createExecaDriver } from '../../agent/driver-execa.ts'
import { endRunsBelow } from '../../agent/leftovers.ts'
import type { Port } from '../../agent/life.ts'
import type { AgentDescription } from '../../shared/agent.ts'
import { createIds } from '../../shared/ids.ts'
import { createLog, type Log } from '../../shared/log.ts'
import { createClock } from '../../shared/time.ts'
import type { Ending, Report } from '../../shared/wire.ts'
import { type Bending, type FakeDaemon, startFakeDaemon } from '../helpers/fake-daemon.ts'
import { fixture, scratch } from './scratch.ts'
import { createSimpleRun } from './simple-run.ts'
import { until } from './until.ts'

const clock = createClock({ unref: true })
const ids = createIds()
const newId = (): string => ids.next(Date.now())
const driver = createExecaDriver({ clock, environment: process.env })
const simpleRun = createSimpleRun(driver)

const ENDING: Ending = {
  exit: { reason: 'exited', code: 0 },
  ...{ started: true, cuts: [], outputBytes: 0, missingBytes: 0, notes: [] },
}

function description(): AgentDescription {
  return {
    ...{ id: '018f0000-0000-7000-8000-000000000001', name: 'a', cluster: 'c', version: '0', host: 'h', pid: 1 },
    ...{
      capacity: { work: 2, read: 1 },
      calls: [],
      capabilities: { bin: 'goosefs', found: true, simulated: false, loadFlags: [] },
    },
  }
}

async function daemonOf(bend: Bending = {}): Promise<FakeDaemon> {
  const daemon = await startFakeDaemon(bend)
  onTestFinished(() => daemon.close())
  return daemon
}

type Heard = { level: string; message: string; fields: Record<string, unknown> }
function listeningLog(): { log: Log; heard: Heard[] } {
  const heard: Heard[] = []
  const at = (level: string) => (fields: object, message: string) =>
    void heard.push({ level, message, fields: { ...fields } })
  const sink = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  return { heard, log: createLog(sink, value => value) }
}

async function agentOf(
  daemon: FakeDaemon,
  more: Partial<AgentDeps> = {},
): Promise<Agent & { dir: string; heard: Heard[] }> {
  const dir = more.dir ?? join(scratch(), 'agent')
  mkdirSync(dir, { recursive: true })
  const { log, heard } = listeningLog()
  const agent = await createAgent({
    ...{ dir, url: daemon.url, token: undefined, describe: async () => description(), capacity: { work: 2, read: 1 } },
    ...{
      endRuns: below => endRunsBelow(below, { driver, graceMs: 200 }),
      run: simpleRun,
      answerCall: async () => ({ ok: true }),
      clock,
      log,
      random: Math.random,
      backoff: { minMs: 5, maxMs: 50 },
    },
    ...more,
  })
  onTestFinished(() => agent.close())
  return { ...agent, dir, heard }
}

const connected = (daemon: FakeDaemon, times = 1): Promise<true> =>
  until('the agent to connect', () => daemon.hellos.length >= times && daemon.sockets.size > 0 && true)
const typesOf = (daemon: FakeDaemon, allocation: string): string[] =>
  daemon.reports.flatMap(({ report }) =>
    'allocation' in report && report.allocation === allocation ? [report.type] : [],
  )
const ended = (daemon: FakeDaemon, allocation: string): Promise<Ending> =>
  until('the end of an allocation', () => daemon.ending(allocation))

function refusalOf(daemon: FakeDaemon, allocation: string): Extract<Report, { type: 'refused' }> | undefined {
  return daemon.reports
    .map(({ report }) => report)
    .find(report => report.type === 'refused' && report.allocation === allocation) as
    | Extract<Report, { type: 'refused' }>
    | undefined
}

test('an order is accepted, run, told byte for byte and forgotten', async () => {
  const daemon = await daemonOf({ token: 'secret-of-agents' })
  const agent = await agentOf(daemon, { token: 'secret-of-agents' })
  await connected(daemon)
  const allocation = newId()
  daemon.order({ allocation, path: fixture('exit-3') })
  expect((await ended(daemon, allocation)).exit).toEqual({ reason: 'exited', code: 3 })
  expect(typesOf(daemon, allocation)).toEqual(['accepted', 'started', 'ended'])
  expect(daemon.bytesOf(allocation).toString()).toBe('to stdout\nto stderr\n')
  daemon.say({ type: 'forget', allocations: [allocation] })
  await until('the files to go', () => !existsSync(join(agent.dir, 'allocations', allocation)))
  expect(daemon.complaints).toEqual([])
})

test('an order that is repeated runs once, also after its end', async () => {
  const daemon = await daemonOf()
  await agentOf(daemon)
  await connected(daemon)
  const [first, second] = [newId(), newId()]
  for (let times = 0; times < 3; times += 1) daemon.order({ allocation: first, path: fixture('exit-3') })
  await ended(daemon, first)
  daemon.order({ allocation: first, path: fixture('exit-3') })
  daemon.order({ allocation: second, path: fixture('exit-3') })
  await ended(daemon, second)
  expect(typesOf(daemon, first)).toEqual(['accepted', 'started', 'ended'])
})

test('a run hears whether another live load works on its path, a parent or a child', async () => {
  const daemon = await daemonOf()
  const ports = new Map<string, Port>()
  const run = (port: Port): Promise<Ending> => {
    ports.set(port.order.path, port)
    return new Promise(end => port.stopRequested.addEventListener('abort', () => end(ENDING)))
  }
  await agentOf(daemon, { run, capacity: { work: 9, read: 1 } })
  await connected(daemon)
  const orders = { parent: '/a', child: '/a//b/', sibling: '/ab', dry: '/ab/c', freed: '/ab/d' }
  const allocations = Object.fromEntries(Object.keys(orders).map(key => [key, newId()]))
  for (const [key, path] of Object.entries(orders)) {
    const action = key === 'freed' ? 'free' : 'load'
    daemon.order({ allocation: allocations[key] ?? '', path, action, options: key === 'dry' ? { dryRun: true } : {} })
  }
  await until('all of them', () => ports.size === Object.keys(orders).length)
  const overlapping = () => Object.values(orders).filter(path => ports.get(path)?.overlaps() === true)
  expect(overlapping()).toEqual(['/a', '/a//b/', '/ab/c', '/ab/d'])
  // one that is to end itself keeps nobody from taking its jobs back
  daemon.say({ type: 'stop', allocation: allocations['child'] ?? '' })
  await ended(daemon, allocations['child'] ?? '')
  expect(overlapping()).toEqual(['/a//b/', '/ab/c', '/ab/d'])
})

test('more than there are places for is refused and may move on; reading has a place of its own', async () => {
  const daemon = await daemonOf()
  await agentOf(daemon)
  await connected(daemon)
  const [a, b, c, list] = [newId(), newId(), newId(), newId()]
  for (const allocation of [a, b, c]) daemon.order({ allocation, path: fixture('forever') })
  daemon.order({ allocation: list, action: 'list', path: fixture('exit-3') })
  await ended(daemon, list)
  expect(refusalOf(daemon, c)).toMatchObject({ moveOn: true, reason: 'all 2 places for work are taken' })
  for (const allocation of [a, b]) daemon.say({ type: 'stop', allocation })
  for (const allocation of [a, b]) expect((await ended(daemon, allocation)).exit.reason).toBe('stopped')
})

test('a time limit ends a run', async () => {
  const daemon = await daemonOf()
  await agentOf(daemon)
  await connected(daemon)
  const allocation = newId()
  daemon.order({ allocation, path: fixture('forever'), options: { timeoutSeconds: 1 } })
  expect((await ended(daemon, allocation)).exit).toMatchObject({ reason: 'timeout', code: 143 })
})

test('followers are told once, whenever they join', async () => {
  const daemon = await daemonOf()
  const seen: string[] = []
  let finish: () => void = () => {}
  await agentOf(daemon, {
    run: async (port: Port) => {
      seen.push(...port.order.followers.map(follower => follower.path))
      port.onFollower(follower => seen.push(follower.path))
      await new Promise<void>(resolve => {
        finish = resolve
      })
      return ENDING
    },
  })
  await connected(daemon)
  const [allocation, one, two] = [newId(), newId(), newId()]
  daemon.order({ allocation, followers: [{ task: one, path: '/a/1' }] })
  for (let times = 0; times < 2; times += 1) {
    daemon.say({ type: 'follow', allocation, follower: { task: one, path: '/a/1' } })
    daemon.say({ type: 'follow', allocation, follower: { task: two, path: '/a/2' } })
  }
  await until('both followers', () => seen.length >= 2 && typesOf(daemon, allocation).includes('accepted'))
  finish()
  await ended(daemon, allocation)
  expect(seen).toEqual(['/a/1', '/a/2'])
})

test('a mistake of ours ends the allocation as lost', async () => {
  const daemon = await daemonOf()
  await agentOf(daemon, { run: () => Promise.reject(new Error('a bug')) })
  await connected(daemon)
  const allocation = newId()
  daemon.order({ allocation })
  expect((await ended(daemon, allocation)).exit).toEqual({ reason: 'lost', message: 'the agent failed: a bug' })
})

test('20 MB arrive whole while the line is cut at random', async () => {
  const daemon = await daemonOf()
  await agentOf(daemon)
  await connected(daemon)
  const allocation = newId()
  const bytes = 20_000_000
  daemon.order({ allocation, path: `${fixture('flood')} ${bytes} 7` })
  let cuts = 0
  let inFlight = 0
  for (let mark = 0; daemon.sizeOf(allocation) < bytes; ) {
    mark = Math.min(bytes, mark + Math.floor(Math.random() * 3_000_000))
    await until('more bytes', () => daemon.sizeOf(allocation) >= mark)
    if (daemon.sizeOf(allocation) < bytes) inFlight += 1
    daemon.cut()
    cuts += 1
    await connected(daemon, cuts + 1)
  }
  expect((await ended(daemon, allocation)).exit).toEqual({ reason: 'exited', code: 7 })
  const expected = createHash('sha256')
  let text = ''
  for (let n = 1; text.length < bytes; n += 1) text += `${n}\n`
  expected.update(text.slice(0, bytes))
  expect(daemon.shaOf(allocation)).toBe(expected.digest('hex'))
  expect(inFlight).toBeGreaterThan(0)
  expect(daemon.complaints).toEqual([])
})

test('reports are said again until they are acknowledged, in order and once', async () => {
  const daemon = await daemonOf({ stubborn: true })
  const agent = await agentOf(daemon)
  await connected(daemon)
  const allocation = newId()
  daemon.order({ allocation, path: fixture('exit-3') })
  await ended(daemon, allocation)
  daemon.cut()
  await connected(daemon, 2)
  daemon.bend.stubborn = false
  const next = newId()
  daemon.order({ allocation: next, path: fixture('exit-3') })
  await ended(daemon, next)
  expect(daemon.reports.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6])
  await agent.close()
})

test('a run outlives its agent, and the next one takes it over', async () => {
  const daemon = await daemonOf()
  const first = await agentOf(daemon)
  await connected(daemon)
  const allocation = newId()
  daemon.order({ allocation, path: `${fixture('slow-lines')} 40` })
  await until('some output', () => daemon.sizeOf(allocation) > 0)
  await first.close()
  expect(daemon.ending(allocation)).toBeUndefined()
  await agentOf(daemon, { dir: first.dir })
  expect((await ended(daemon, allocation)).exit).toEqual({ reason: 'exited', code: 0 })
  expect(daemon.hellos[1]?.live).toEqual([{ allocation, state: 'accepted' }])
  const lines = Array.from({ length: 40 }, (_, index) => `line ${index + 1}\n`).join('')
  expect(daemon.bytesOf(allocation).toString()).toBe(lines)
})

test('an end that was not heard of is told by the next agent, without a second run', async () => {
  const daemon = await daemonOf({ deaf: true })
  const first = await agentOf(daemon)
  await connected(daemon)
  const allocation = newId()
  daemon.order({ allocation, path: fixture('exit-3') })
  const record = join(first.dir, 'allocations', allocation, 'allocation.json')
  await until('the run to end', () => existsSync(record) && /"ending"/.test(readFileSync(record, 'utf8')))
  await first.close()
  daemon.bend.deaf = false
  await agentOf(daemon, { dir: first.dir, run: () => Promise.reject(new Error('must not run')) })
  expect((await ended(daemon, allocation)).exit).toEqual({ reason: 'exited', code: 3 })
  await until('the output', () => daemon.sizeOf(allocation) > 0)
  expect(daemon.bytesOf(allocation).toString()).toBe('to stdout\nto stderr\n')
})

test('a wrong token is said once, with what to do, and tried again without a storm', async () => {
  const daemon = await daemonOf({ token: 'right' })
  const agent = await agentOf(daemon, { token: 'wrong' })
  await until('some tries', () => daemon.dialled >= 4)
  const words = agent.heard.filter(({ level }) => level === 'warn')
  expect(words).toHaveLength(1)
  expect(words[0]?.fields).toMatchObject({ status: 401, remedy: expect.stringContaining('GANDER_AGENT_TOKEN') })
  daemon.bend.token = 'wrong'
  await connected(daemon)
})

test.each([
  ['a version of tomorrow', { version: 99 }, 4002],
  ['no JSON', { welcomeText: 'hello' }, 4003],
  ['a message nobody knows', { welcomeText: '{"type":"surprise"}' }, 4003],
  ['another message than welcome', { welcomeText: '{"type":"ack","n":1}' }, 4003],
] as const)('hello answered by %s: closed, and tried again later', async (_, bend, code) => {
  const daemon = await daemonOf({ ...bend })
  const codes: number[] = []
  await agentOf(daemon)
  await until('the close', () => {
    for (const socket of daemon.sockets) socket.removeAllListeners('seen').once('close', closed => codes.push(closed))
    return codes.length > 0
  })
  expect(codes[0]).toBe(code)
  delete daemon.bend.version
  delete daemon.bend.welcomeText
  const allocation = newId()
  await until('an orderly connection', () => {
    if (daemon.reports.length === 0 && daemon.sockets.size > 0) daemon.order({ allocation, path: fixture('exit-3') })
    return daemon.ending(allocation)
  })
})

test.each([
  ['rubbish', 'rubbish'],
  ['a binary frame', new Uint8Array([1, 2, 3])],
  ['a frame too large', 'x'.repeat(2 * 1024 * 1024)],
])('%s after the welcome closes the line and hurts nobody', async (_, data) => {
  const daemon = await daemonOf()
  await agentOf(daemon)
  await connected(daemon)
  daemon.sayRaw(data)
  await connected(daemon, 2)
  const allocation = newId()
  daemon.order({ allocation, path: fixture('exit-3') })
  await ended(daemon, allocation)
})

test('a daemon that closes with a refusal is told in the log with its remedy', async () => {
  const daemon = await daemonOf({ closeWith: 4004 })
  const agent = await agentOf(daemon)
  const said = await until('a warning', () => agent.heard.find(({ level }) => level === 'warn'))
  expect(said.fields).toMatchObject({ code: 4004, remedy: expect.stringContaining('GANDER_AGENT_NAME') })
})

test('progress is thinned out, and what is final comes last', async () => {
  const daemon = await daemonOf()
  const progress = (filesDone: number): Report => ({
    ...{ type: 'progress', allocation, progress: { at: new Date(0).toISOString(), filesDone, source: 'lines' } },
  })
  const allocation = newId()
  await agentOf(daemon, {
    run: async port => {
      for (let done = 0; done < 1_000; done += 1) port.say(progress(done))
      return ENDING
    },
  })
  await connected(daemon)
  daemon.order({ allocation })
  await ended(daemon, allocation)
  expect(typesOf(daemon, allocation)).toEqual(['accepted', 'progress', 'ended'])
})

test('no more than the window is on its way to a daemon that stores nothing', async () => {
  const daemon = await daemonOf({ deaf: true })
  let received = 0
  await agentOf(daemon)
  await connected(daemon)
  for (const socket of daemon.sockets) {
    socket.on('message', (data, binary) => {
      if (binary) received += (data as Buffer).length - 25
    })
  }
  const allocation = newId()
  daemon.order({ allocation, path: `${fixture('flood')} 30000000 0` })
  await until('the window to fill', () => received >= 8 * 1024 * 1024)
  await ended(daemon, allocation)
  expect(received).toBeLessThanOrEqual(8 * 1024 * 1024 + 256 * 1024)
  daemon.bend.deaf = false
  daemon.cut()
  await until('all of it', () => daemon.sizeOf(allocation) === 30_000_000)
})

test('a directory that was not accepted is not taken for an allocation', async () => {
  const daemon = await daemonOf()
  const dir = join(scratch(), 'agent')
  const torn = newId()
  mkdirSync(join(dir, 'allocations', torn), { recursive: true })
  await agentOf(daemon, { dir })
  await connected(daemon)
  expect(daemon.hellos[0]?.live).toEqual([])
  expect(readdirSync(join(dir, 'allocations'))).toEqual([])
})

test('a record that cannot be understood: what runs there is ended, the files are set aside and it is said', async () => {
  const daemon = await daemonOf()
  const dir = join(scratch(), 'agent')
  const allocation = newId()
  const home = join(dir, 'allocations', allocation)
  mkdirSync(home, { recursive: true })
  const run = await driver.start({ dir: join(home, 'run'), argv: [fixture('forever')] })
  await until('its beginning', () => existsSync(run.outputPath) && readFileSync(run.outputPath, 'utf8') !== '')
  writeFileSync(join(home, 'allocation.json'), '{"order":')
  const { heard } = await agentOf(daemon, { dir })
  await connected(daemon)
  expect((await run.exited).reason).toBe('stopped')
  expect(daemon.hellos[0]?.live).toEqual([])
  const [aside] = readdirSync(join(dir, 'allocations'))
  expect(aside).toContain(`${allocation}.unreadable-`)
  expect(readFileSync(join(dir, 'allocations', aside ?? '', 'allocation.json'), 'utf8')).toBe('{"order":')
  expect(heard.some(({ level, message }) => level === 'error' && message.includes('set aside'))).toBe(true)
})
