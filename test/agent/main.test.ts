// the agent's program as it is shipped: what it prints, how it leaves, what outlives it
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { carriersOf } from '../../agent/processes.ts'
import { createIds } from '../../shared/ids.ts'
import { type FakeDaemon, startFakeDaemon } from '../helpers/fake-daemon.ts'
import { fixture, scratch } from './scratch.ts'
import { isRunning, until } from './until.ts'

const built = fileURLToPath(new URL('../../dist/agent/main.js', import.meta.url))
const TOKEN = 'a-token-that-nobody-may-see'
const ids = createIds()
let program = ''

// a copy, since another test run may build dist anew at any time
beforeEach(() => {
  program = join(scratch(), 'main.mjs')
  copyFileSync(built, program)
})

async function call(environment: Record<string, string>, ...args: string[]) {
  const env = { PATH: process.env['PATH'], ...environment }
  return promisify(execFile)(process.execPath, [program, ...args], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (failed: { code: number; stdout: string; stderr: string }) => failed,
  )
}

type Started = { child: ChildProcess; words: () => string; gone: Promise<number | null> }
function begin(daemon: FakeDaemon, dir: string, environment: Record<string, string> = {}): Started {
  const env = {
    ...{ PATH: process.env['PATH'], GANDER_DAEMON_URL: daemon.url, GANDER_AGENT_DIR: dir, GANDER_AGENT_TOKEN: TOKEN },
    ...{ GOOSEFS_BIN: fixture('slow-cli'), LOG_LEVEL: 'debug', GANDER_AGENT_NAME: 'tester' },
    ...environment,
  }
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let words = ''
  child.stderr?.on('data', data => {
    words += String(data)
  })
  const gone = once(child, 'exit').then(([code]) => code as number | null)
  onTestFinished(() => void child.kill('SIGKILL'))
  return { child, words: () => words, gone }
}

async function daemonOf(): Promise<FakeDaemon> {
  const daemon = await startFakeDaemon({ token: TOKEN })
  onTestFinished(() => daemon.close())
  return daemon
}

const LISTING = Array.from({ length: 100 }, (_, index) => `entry ${index + 1}\n`).join('')

test('--help, --version and --check say what they should', async () => {
  expect((await call({}, '--help')).stdout).toContain('usage:')
  expect((await call({}, '--version')).stdout).toMatch(/^\d+\.\d+\.\d+/)
  const { code, stdout } = await call({ GANDER_AGENT_TOKEN: TOKEN, GOOSEFS_BIN: 'alluxio' }, '--check')
  expect(code).toBe(0)
  expect(stdout).toContain('GANDER_AGENT_TOKEN=***\n')
  expect(stdout).toContain('GOOSEFS_BIN=alluxio\n')
})

test('every mistake of the configuration is told at once, exit 78', async () => {
  const wrong = { GANDER_DAEMON_URL: 'ftp://x', GANDER_AGENT_CONCURRENCY: '0', LOG_LEVEL: 'loud' }
  for (const args of [['--check'], []]) {
    const { code, stderr } = await call(wrong, ...args)
    expect(code).toBe(78)
    for (const name of Object.keys(wrong)) expect(stderr).toContain(name)
  }
  expect((await call({}, '--surprise')).code).toBe(78)
})

test('a directory in use: exit 75, naming the other', async () => {
  const dir = join(scratch(), 'agent')
  const daemon = await daemonOf()
  const { child } = begin(daemon, dir)
  await until('the first agent', () => daemon.hellos.length > 0)
  const { code, stderr } = await call({ GANDER_AGENT_DIR: dir })
  expect(code).toBe(75)
  expect(stderr).toContain(`process ${child.pid}`)
})

test('a damaged identity: exit 74, and nothing is changed', async () => {
  const dir = scratch()
  writeFileSync(join(dir, 'identity'), 'nobody\n')
  const { code, stderr } = await call({ GANDER_AGENT_DIR: dir })
  expect(code).toBe(74)
  expect(stderr).toContain(join(dir, 'identity'))
  expect(readFileSync(join(dir, 'identity'), 'utf8')).toBe('nobody\n')
})

test('a directory that cannot be made: exit 74', async () => {
  const dir = scratch()
  writeFileSync(join(dir, 'file'), '')
  expect((await call({ GANDER_AGENT_DIR: join(dir, 'file', 'agent') })).code).toBe(74)
})

test('connects, says that it is ready, keeps its identity, hides its token, leaves with 0', async () => {
  const dir = join(scratch(), 'agent')
  const daemon = await daemonOf()
  const first = begin(daemon, dir)
  const [message] = await once(first.child, 'message')
  expect(message).toBe('ready')
  first.child.kill('SIGTERM')
  expect(await first.gone).toBe(0)
  const second = begin(daemon, dir)
  await until('the second', () => daemon.hellos.length >= 2)
  expect(daemon.hellos[1]?.agent.id).toBe(daemon.hellos[0]?.agent.id)
  expect(daemon.hellos[1]?.agent).toMatchObject({ name: 'tester', cluster: 'default', capacity: { work: 2, read: 1 } })
  second.child.kill('SIGTERM')
  expect(await second.gone).toBe(0)
  for (const { words } of [first, second]) {
    expect(words()).not.toContain(TOKEN)
    for (const line of words().trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ program: 'gander-agent' })
  }
})

test.each(['SIGKILL', 'SIGTERM'] as const)('a run outlives an agent that ends by %s, byte for byte', async signal => {
  const dir = join(scratch(), 'agent')
  const daemon = await daemonOf()
  const first = begin(daemon, dir)
  await until('the first agent', () => daemon.hellos.length > 0)
  const allocation = ids.next(Date.now())
  daemon.order({ allocation, action: 'list', path: '/a' })
  await until('some output', () => daemon.sizeOf(allocation) > 0)
  first.child.kill(signal)
  await first.gone
  expect(daemon.ending(allocation)).toBeUndefined()
  begin(daemon, dir)
  const ending = await until('the end', () => daemon.ending(allocation))
  expect(ending.exit).toEqual({ reason: 'exited', code: 0 })
  await until('all output', () => daemon.sizeOf(allocation) >= LISTING.length)
  expect(daemon.bytesOf(allocation).toString()).toBe(LISTING)
  expect(daemon.complaints).toEqual([])
  daemon.say({ type: 'forget', allocations: [allocation] })
  await until('the files to go', () => !existsSync(join(dir, 'allocations', allocation)))
})

test('a program that is not there is told as a problem, and what asks for it ends', async () => {
  const dir = join(scratch(), 'agent')
  const daemon = await daemonOf()
  begin(daemon, dir, { GOOSEFS_BIN: '/no/such/goosefs' })
  await until('hello', () => daemon.hellos.length > 0)
  expect(daemon.hellos[0]?.agent.capabilities).toMatchObject({ bin: '/no/such/goosefs', found: false })
  const allocation = ids.next(Date.now())
  daemon.order({ allocation, action: 'list', path: '/a' })
  const ending = await until('the end', () => daemon.ending(allocation))
  expect(ending.exit.reason).toBe('spawn-failed')
})

test('a stop is heard while the CLI is still being asked what it can do', async () => {
  const dir = join(scratch(), 'agent')
  const bin = join(scratch(), 'goosefs')
  writeFileSync(bin, '#!/bin/sh\nexec sleep 50\n')
  chmodSync(bin, 0o755)
  const daemon = await daemonOf()
  const { child, gone } = begin(daemon, dir, { GOOSEFS_BIN: bin })
  await until('hello', () => daemon.hellos.length > 0)
  const [list, load] = [ids.next(Date.now()), ids.next(Date.now())]
  daemon.order({ allocation: list, action: 'list', path: '/a' })
  daemon.order({ allocation: load, action: 'load', path: '/a' })
  await until('both', () =>
    [list, load].every(one => daemon.reports.some(({ report }) => 'allocation' in report && report.allocation === one)),
  )
  for (const allocation of [list, load]) daemon.say({ type: 'stop', allocation })
  for (const allocation of [list, load]) {
    expect((await until('the end', () => daemon.ending(allocation))).exit.reason).toBe('stopped')
  }
  // the probe outlives the agent
  child.kill('SIGTERM')
  expect(await gone).toBe(0)
  for (const pid of await probesOf(dir)) process.kill(pid, 'SIGKILL')
})

async function probesOf(dir: string): Promise<number[]> {
  const names = readdirSync(join(dir, 'probe'))
  return (await Promise.all(names.map(name => carriersOf(join(dir, 'probe', name))))).flat()
}

test('the agent stays small while 100 MB flow', async () => {
  const dir = join(scratch(), 'agent')
  const bin = join(scratch(), 'goosefs')
  writeFileSync(
    bin,
    '#!/bin/sh\ncase "$*" in *ls*) yes "a line of the listing" | head -c 100000000 ;; *) exit 255 ;; esac\n',
  )
  chmodSync(bin, 0o755)
  mkdirSync(dir)
  const daemon = await daemonOf()
  const { child } = begin(daemon, dir, { GOOSEFS_BIN: bin })
  await until('hello', () => daemon.hellos.length > 0)
  const allocation = ids.next(Date.now())
  daemon.order({ allocation, action: 'list', path: '/a' })
  await until('all of it', () => daemon.sizeOf(allocation) === 100_000_000, 25_000)
  expect(isRunning(child.pid ?? 0)).toBe(true)
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]
  expect(Number(peak) / 1024).toBeLessThan(200)
})
