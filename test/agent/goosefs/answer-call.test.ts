// small asks against the simulated GooseFS of either brand, what the CLI refuses, and what it must never be handed
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type AnswerDeps, answerCall } from '../../../agent/goosefs/answer-call.ts'
import { brandOf, CALL_ARGV } from '../../../agent/goosefs/argv.ts'
import { createCli } from '../../../agent/goosefs/cli.ts'
import { readNamespaceLine } from '../../../agent/goosefs/read-namespaces.ts'
import { readRefusal } from '../../../agent/goosefs/read-refusal.ts'
import { readWorkers } from '../../../agent/goosefs/read-report.ts'
import { readStat } from '../../../agent/goosefs/read-stat.ts'
import { type CallAnswer, ClusterCall } from '../../../shared/call.ts'
import { createLog } from '../../../shared/log.ts'
import { createWorld, usePlayground } from './world.ts'

usePlayground()

const PATIENCE_MS = 20_000
const capture = (name: string): string[] =>
  readFileSync(join(import.meta.dirname, '../../fixtures/cli', `${name}.out`), 'utf8').split('\n')
const EXITED = { reason: 'exited', code: 255 } as const

/** Asks as the agent does, and tells all that was written down. */
function createRoom(knobs: Record<string, string> = {}, more: { bin?: string; webs?: AnswerDeps['webs'] } = {}) {
  const world = createWorld(knobs, more.bin)
  const dir = join(world.dir, 'asks')
  const heard: string[] = []
  const note = (fields: object, message: string): void => void heard.push(JSON.stringify({ message, ...fields }))
  const log = createLog({ debug: note, info: note, warn: note, error: note }, value => value)
  const { driver, bin, clock } = world
  const cli = createCli({ driver, dir, bin, clock, log, graceMs: 200 })
  let made = 0
  return {
    ...{ world, dir, heard },
    async ask(ask: ClusterCall, timeoutMs = PATIENCE_MS, signal = new AbortController().signal): Promise<CallAnswer> {
      made += 1
      const { webs } = more
      const deps = { ...{ cli, dir, brand: brandOf(bin) }, now: clock.now, ...(webs && { webs }) }
      return answerCall(deps, ClusterCall.parse(ask), { name: `call-${made}`, timeoutMs, signal })
    },
    left: () => (existsSync(dir) ? readdirSync(dir) : []),
  }
}

/** A program that stands for the CLI. */
function createStub(script: string): string {
  const { dir } = createWorld({}, '/bin/true')
  mkdirSync(dir, { recursive: true })
  const file = join(dir, 'goosefs-stub')
  writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return file
}

const MOUNT = { verb: 'mount', manner: 'cli', readonly: false, shared: false, options: {} } as const

describe('what the CLI says', () => {
  it('reads TTL and pin of either version', () => {
    for (const version of ['2.5', '2.9'])
      expect(readStat(capture(`${version}/stat-file`))).toMatchObject({ ttlMs: -1, pinned: false })
    const info =
      'FileInfo{name=a, ttl=5, pinned=true, path=/a, ttl=5, pinned=true, ufsPath=/x, pinned=false, ttl=7, ttlAction=FREE, mode=1}'
    expect(readStat(['/a, ttl=5, pinned=true is a file path.', info])).toMatchObject({
      ttlMs: 7,
      ttlAction: 'FREE',
      pinned: false,
    })
    expect(readStat(['/a is a file path.', 'FileInfo{name=a, path=/a, mode=1}'])).toEqual({
      directory: false,
      path: '/a',
    })
  })

  it('reads namespaces', () => {
    const title = 'namespace     mountPoint    ufsPath    creationTime    wPolicy   rPolicy   TTL   ttlAction'
    const row =
      'ns1   /ns1   cosn://b-125/a b/   05-11-2021 11:00:02:134   CACHE_THROUGH   CACHE_PROMOTE   -1   DELETE  '
    expect([title, row].map(readNamespaceLine)).toEqual([
      undefined,
      { path: '/ns1', ufs: 'cosn://b-125/a b/', options: { wPolicy: 'CACHE_THROUGH', rPolicy: 'CACHE_PROMOTE' } },
    ])
  })

  it.each([
    ['2.5/mount-second-again', 'taken', 'Mount point /mnt2 already exists'],
    [
      '2.9/mount-second-again',
      'taken',
      'Mount point target path /mnt2 already exists in Alluxio namespace. Try mounting to another path.',
    ],
    ['2.5/mount-bad', 'absent', 'Ufs path /no/such/ufs does not exist'],
    ['2.9/mount-bad', 'absent', 'Ufs path /no/such/ufs does not exist'],
    ['2.9/unmount-again', 'absent', 'Failed to unmount: Path /mnt2 does not exist'],
    ['2.5/stat-missing', 'absent', 'Path "/nope" does not exist.'],
  ])('reads the refusal %s', (name, why, message) => {
    expect(readRefusal({ exit: EXITED, lines: capture(name) })).toEqual({ ok: false, why, message })
  })

  it.each([
    ['unsupported', ['decommissionWorker is an unknown command.', 'Usage: alluxio fsadmin [generic options]']],
    ['unsupported', ['Unsupported command ns', 'Usage: alluxio COMMAND']],
    ['unsupported', ['Failed to parse args for setTtl: Unrecognized option: --action', 'Usage: setTtl']],
    ['taken', ['Mount point cosn://b/ is a prefix of cosn://b/sub']],
    ['absent', ['Failed to unmount path /a. Please ensure the path is an existing mount point.']],
    ['absent', ['Path "/a already exists" does not exist.']],
    ['failed', ['SLF4J: Class path contains', 'Permission denied: user=x', 'more']],
    ['failed', []],
  ])('calls it %s', (why, lines) => {
    const refusal = readRefusal({ exit: EXITED, lines })
    expect(refusal.why).toBe(why)
    expect(refusal.message).toMatch(/^[^\n]{5,300}$/)
  })

  it('reads the chosen workers of 2.9', () => {
    expect(readWorkers(capture('2.9/report-capacity-worker-lost'))).toMatchObject([{ host: '127.0.0.1' }])
    expect(readWorkers(capture('2.9/report-capacity-live-worker-lost'))).toEqual([])
  })
})

describe('what it is handed', () => {
  it('is one table', () => {
    const ask = {
      path: '/m 中',
      ufs: 'cosn://b/',
      readonly: true,
      shared: true,
      options: { 'a.b': 'c=d e', secretKey: 'x' },
    }
    expect(CALL_ARGV.mount(ask)).toEqual([
      ...['fs', 'mount', '--readonly', '--shared', '--option', 'a.b=c=d e', '--option', 'secretKey=x'],
      ...['/m 中', 'cosn://b/'],
    ])
    expect(CALL_ARGV.createNamespace('m', { ...ask, options: { wPolicy: '3', secretKey: 'x', other: 'y' } })).toEqual([
      ...['ns', 'create', 'm', 'cosn://b/', '--readonly', '--shared'],
      ...['--wPolicy', '3', '--secret', 'secretKey=x', '--attribute', 'other=y'],
    ])
    // the CLI's default would delete
    expect(CALL_ARGV.setTtl('/a', 5)).toEqual(['fs', 'setTtl', '--action', 'free', '/a', '5'])
  })

  it.each<[string, ClusterCall]>([
    ['a path that is an option', { verb: 'stat', path: '-Xmx1g' }],
    ['a path that is a wildcard', { verb: 'pin', path: '/a*' }],
    ['a path with a line end', { verb: 'set-ttl', path: '/a\n/b', ms: 1 }],
    ['an address for a path', { verb: 'lines', path: 'cosn://b/a', most: 5 }],
    ['an option for an address', { ...MOUNT, path: '/a', ufs: '-Dx=y' }],
    ['a password in an address', { ...MOUNT, path: '/a', ufs: 's3://me:s3cr3t@b/x' }],
    ['an option of the JVM', { ...MOUNT, path: '/a', ufs: 'cosn://b/', options: { '-Dx': 's3cr3t' } }],
    ['an option with a line end', { ...MOUNT, path: '/a', ufs: 'cosn://b/', options: { x: 's3cr3t\n' } }],
    ['a namespace that is an option', { ...MOUNT, manner: 'ns', path: '/-rf', ufs: 'cosn://b/' }],
    ['one to be deleted', { verb: 'unmount', manner: 'ns', path: '//-rf/' }],
    [
      'an option for a policy',
      { ...MOUNT, manner: 'ns', path: '/n', ufs: 'cosn://b/', options: { wPolicy: '--readonly' } },
    ],
    ['an option for a worker', { verb: 'remove-worker', address: '-agentlib' }],
    ['two workers', { verb: 'remove-worker', address: 'a,b' }],
  ])('is never %s', async (_, ask) => {
    const { ask: say, world } = createRoom()
    const answer = await say(ask)
    expect(answer).toMatchObject({ ok: false, why: 'failed' })
    expect(JSON.stringify(answer)).not.toContain('s3cr3t')
    expect(() => world.calls()).toThrow()
  })
})

describe.each([
  ['GooseFS', { ERA: 'B' }],
  ['Alluxio', { ERA: 'F', BRAND: 'Alluxio' }],
])('%s', (_, knobs) => {
  it('mounts, lists and unmounts, and says what is in the way', async () => {
    const { ask, left, world } = createRoom(knobs)
    const options = { 'fs.cosn.userinfo.secretKey': 's3cr3t', region: 'ap-1' }
    const mount = { ...MOUNT, path: '/新 盘', ufs: 'cosn://other-1/x y', readonly: true, options }
    expect(await ask(mount)).toEqual({ ok: true })
    const table = await ask({ verb: 'mounts', manner: 'cli' })
    expect(table).toMatchObject({
      mounts: [
        {
          ...{ path: '/新 盘', ufs: 'cosn://other-1/x y', type: 'cos', readonly: true, shared: false },
          options: { 'fs.cosn.userinfo.secretKey': '******', region: 'ap-1' },
        },
        { path: '/', readonly: false, options: {} },
      ],
    })
    expect(await ask(mount)).toMatchObject({ ok: false, why: 'taken' })
    expect(await ask({ ...mount, path: '/b' })).toMatchObject({ ok: false, why: 'taken' })
    expect(await ask({ ...mount, path: '/c', ufs: '/no/such' })).toMatchObject({ ok: false, why: 'absent' })
    expect(await ask({ verb: 'unmount', manner: 'cli', path: '/新 盘' })).toEqual({ ok: true })
    expect(await ask({ verb: 'unmount', manner: 'cli', path: '/新 盘' })).toMatchObject({ ok: false, why: 'absent' })
    expect(left()).toEqual([])
    expect(JSON.parse(world.goosefs('playground', 'state')).mounts).toEqual({ '/': 'cosn://playground-1250000000/' })
  })

  it('sets, tells and removes TTL and pin', async () => {
    const { ask, world } = createRoom(knobs)
    world.goosefs('playground', 'put', '/d/文 件', '--bytes', '10')
    const facts = async (path: string) => {
      const answer = await ask({ verb: 'stat', path })
      return answer.ok ? answer.facts : answer.why
    }
    expect(await facts('/d/文 件')).toEqual({ path: '/d/文 件', directory: false, pinned: false })
    expect(await ask({ verb: 'set-ttl', path: '/d/文 件', ms: 60_000 })).toEqual({ ok: true })
    expect(await ask({ verb: 'pin', path: '/d' })).toEqual({ ok: true })
    expect(await facts('/d/文 件')).toEqual({
      ...{ path: '/d/文 件', directory: false, ttlMs: 60_000, ttlAction: 'FREE', pinned: true },
    })
    expect(await ask({ verb: 'unset-ttl', path: '/d/文 件' })).toEqual({ ok: true })
    expect(await ask({ verb: 'unpin', path: '/d' })).toEqual({ ok: true })
    expect(await facts('/d')).toEqual({ path: '/d', directory: true, pinned: false })
    expect(await facts('/none')).toBe('absent')
    expect(await ask({ verb: 'set-ttl', path: '/none', ms: 1 })).toMatchObject({ why: 'absent' })
  })

  it('sets a rule of what only the under storage knows so far', async () => {
    const { ask, world } = createRoom(knobs)
    world.goosefs('playground', 'put', '/new/file', '--bytes', '10')
    expect(await ask({ verb: 'set-ttl', path: '/new/file', ms: 60_000 })).toEqual({ ok: true })
    expect(await ask({ verb: 'stat', path: '/new/file' })).toMatchObject({ facts: { ttlMs: 60_000 } })
  })

  it('tells workers, lines and files, and never more than was asked for', async () => {
    const { ask, world } = createRoom({ ...knobs, WORKERS: '2' })
    world.goosefs('playground', 'put', '/list', '--text', '/a\n\n/b c\n/中文')
    world.goosefs('playground', 'put', '/t', '--bytes', '10', '--files', '3')
    world.goosefs('playground', 'put', '/t/sub/z', '--bytes', '10')
    expect(await ask({ verb: 'lines', path: '/list', most: 4 })).toEqual({
      ok: true,
      lines: ['/a', '', '/b c', '/中文'],
    })
    expect(await ask({ verb: 'lines', path: '/list', most: 3 })).toMatchObject({ ok: false, why: 'too-many' })
    expect(await ask({ verb: 'lines', path: '/t', most: 3 })).toMatchObject({ ok: false, why: 'failed' })
    const files = await ask({ verb: 'files', path: '/t', most: 4 })
    expect(files.ok && files.lines?.sort()).toEqual(['/t/part-00000', '/t/part-00001', '/t/part-00002', '/t/sub/z'])
    expect(await ask({ verb: 'files', path: '/t', most: 3 })).toMatchObject({ ok: false, why: 'too-many' })
    expect(await ask({ verb: 'files', path: '/none', most: 3 })).toMatchObject({ ok: false, why: 'absent' })
    const names = await ask({ verb: 'names', path: '/t', most: 4 })
    expect(names.ok && names.lines?.sort()).toEqual(['part-00000', 'part-00001', 'part-00002', 'sub'])
    expect(await ask({ verb: 'names', path: '/t', most: 3 })).toMatchObject({ ok: false, why: 'too-many' })
    expect(await ask({ verb: 'names', path: '/none', most: 3 })).toMatchObject({ ok: false, why: 'absent' })
    expect(await ask({ verb: 'workers' })).toMatchObject({
      workers: [
        { host: '127.0.0.1', live: true, heartbeatSeconds: 0 },
        { host: '127.0.0.2', live: true },
      ],
    })
    expect(await ask({ verb: 'remove-worker', address: '127.0.0.1:30000' })).toMatchObject({ why: 'unsupported' })
  })
})

it('counts what lies at and below a path, as the under storage has it now', async () => {
  const { ask, world } = createRoom()
  const size = async (path: string) => {
    const answer = await ask({ verb: 'size', path })
    return answer.ok ? answer.size : answer.why
  }
  world.goosefs('playground', 'put', '/t/a', '--bytes', '10')
  world.goosefs('fs', 'ls', '-R', '/t')
  expect(await size('/t/_SUCCESS')).toBe('absent')
  // behind the back of a cache that has listed the directory before
  world.goosefs('playground', 'put', '/t/_SUCCESS', '--bytes', '0')
  world.goosefs('playground', 'put', '/t/sub/b', '--bytes', '5')
  expect(await size('/t/_SUCCESS')).toEqual({ bytes: 0, files: 1 })
  expect(await size('/t')).toEqual({ bytes: 15, files: 3 })
})

it('speaks of namespaces where the mount table is made of them', async () => {
  const { ask } = createRoom()
  const options = { secretKey: 's3cr3t', wPolicy: '3' }
  expect(await ask({ ...MOUNT, manner: 'ns', path: '/n', ufs: 'cosn://n/', options })).toEqual({ ok: true })
  expect(await ask({ verb: 'mounts', manner: 'ns' })).toMatchObject({ mounts: [{ path: '/n', ufs: 'cosn://n/' }] })
  expect(await ask({ verb: 'unmount', manner: 'ns', path: '/n' })).toEqual({ ok: true })
  const stock = createRoom({ BRAND: 'Alluxio' })
  expect(await stock.ask({ verb: 'mounts', manner: 'ns' })).toMatchObject({ ok: false, why: 'unsupported' })
})

it('keeps secrets to itself when the CLI repeats them', async () => {
  const bin = createStub('echo "mount command: $*"; echo "cannot use $6 of s3://id:s3cr3t@b"; exit 255')
  const { ask, left, heard } = createRoom({}, { bin })
  const answer = await ask({ ...MOUNT, path: '/m', ufs: 's3://b/', options: { region: 'a', 'account.key': 's3cr3t' } })
  expect(answer).toMatchObject({ ok: false, why: 'failed', message: expect.stringContaining('account.key=******') })
  expect(JSON.stringify([answer, heard])).not.toContain('s3cr3t')
  expect(left()).toEqual([])
})

it('ends a CLI that hangs, and one that is not wanted any more', async () => {
  const { ask, left, world } = createRoom({ HANG: 'stat,pin' })
  expect(await ask({ verb: 'stat', path: '/' }, 300)).toMatchObject({ ok: false, why: 'timeout' })
  const stop = new AbortController()
  const pinning = ask({ verb: 'pin', path: '/' }, PATIENCE_MS, stop.signal)
  stop.abort()
  expect(await pinning).toMatchObject({ ok: false })
  expect(left()).toEqual([])
  expect(JSON.parse(world.goosefs('playground', 'state')).pins).toEqual([])
})

it('calls a CLI that cannot be started by its name', async () => {
  const { ask } = createRoom({}, { bin: '/no/such/goosefs' })
  expect(await ask({ verb: 'workers' })).toMatchObject({
    why: 'failed',
    message: expect.stringContaining('/no/such/goosefs'),
  })
})

it('takes a worker for removed once the master says so, and does not wait for its clients', async () => {
  const bin = createStub(
    'echo "Decommissioning worker $4"; echo "Set worker $4 decommissioned on master"; exec sleep 600',
  )
  const { ask } = createRoom({}, { bin })
  expect(await ask({ verb: 'remove-worker', address: 'w1:30000' })).toEqual({ ok: true })
  const unknown = createStub('echo "Worker w9 is not known by the master. Please check the hostname"; exit 255')
  expect(await createRoom({}, { bin: unknown }).ask({ verb: 'remove-worker', address: 'w9' })).toMatchObject({
    why: 'absent',
  })
})

it('reads the workers from the web of the master where it answers', async () => {
  const worker = (host: string) => ({
    ...{ address: { host, rpcPort: 29999, webPort: 30000 }, lastContactSec: 2, capacityBytes: 10, usedBytes: 4 },
  })
  const server = createServer((_, response) =>
    response.end(JSON.stringify({ startTimeMs: 1, workers: [worker('a')], lostWorkers: [worker('b')] })),
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const masterWeb = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { ask, world } = createRoom({}, { webs: async () => ({ masterWeb }) })
  const rest = { port: 29999, webPort: 30000, heartbeatSeconds: 2, capacityBytes: 10, usedBytes: 4 }
  expect(await ask({ verb: 'workers' })).toEqual({
    ...{
      ok: true,
      workers: [
        { host: 'a', live: true, ...rest },
        { host: 'b', live: false, ...rest },
      ],
    },
  })
  expect(() => world.calls()).toThrow()
})
