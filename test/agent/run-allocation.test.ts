// one allocation against the simulated GooseFS: loads that succeed, fall short, stop, and outlive their agent
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { gatherEvidence } from '../../agent/goosefs/evidence.ts'
import { createLoadReader } from '../../agent/goosefs/read-load.ts'
import { createSharedWalks } from '../../agent/goosefs/shared-walks.ts'
import { runAllocation } from '../../agent/run-allocation.ts'
import { SILENT_LOG } from '../../shared/log.ts'
import { createWorld, toFacts, usePlayground } from './goosefs/world.ts'
import { until } from './until.ts'

usePlayground()

describe('load', () => {
  it('what was not cached is cached afterwards, in six calls', async () => {
    const world = createWorld()
    world.goosefs('playground', 'put', '/data/set', '--bytes', '1000', '--files', '5')
    const one = world.allocation({ path: '/data//set/' })
    const ending = await runAllocation(one.deps)
    expect(toFacts(ending)).toEqual({
      exit: { reason: 'exited', code: 0 },
      before: [5, 0, 0],
      after: [5, 5, 100],
      missing: [],
      missingByCause: {},
      missingTotal: 0,
    })
    expect(ending.lines).toMatchObject({ started: 5, loaded: 5 })
    expect(one.output()).toMatch(/^Allow up to \d+ active jobs\n/)
    expect(ending.outputBytes).toBe(Buffer.byteLength(one.output()))
    expect(ending.findings).toMatchObject({ quiet: true, workers: { live: 1, silent: 0 }, cost: { calls: 5 } })
    expect(world.calls()).toEqual([
      'fs ls -R -Dgoosefs.user.file.metadata.sync.interval=0 /data//set/',
      'fsadmin report capacity',
      'fs distributedLoad --replication 1 /data//set/',
      'fsadmin report jobservice',
      'fs ls -R -Dgoosefs.user.file.metadata.sync.interval=0 /data//set/',
      'fsadmin report capacity',
    ])
    expect(
      // how often progress is told depends on how fast the machine is
      one.said.flatMap(report => {
        if (report.type === 'progress') return []
        return report.type === 'step' ? `${report.step.name}${report.step.endedAt ? '.' : ''}` : report.type
      }),
    ).toEqual([
      'started',
      'measure',
      'measure.',
      'measured',
      'guard',
      'guard.',
      'load',
      'load.',
      'quiet',
      'quiet.',
      'verify',
      'verify.',
      'workers',
      'workers.',
    ])
  })

  it('a second load finds everything cached', async () => {
    const world = createWorld()
    world.goosefs('playground', 'put', '/a/b', '--bytes', '10', '--files', '2')
    await runAllocation(world.allocation({ path: '/a' }).deps)
    const ending = await runAllocation(world.allocation({ path: '/a' }).deps)
    expect(toFacts(ending)).toMatchObject({ before: [2, 2, 100], after: [2, 2, 100], missingTotal: 0 })
    expect(ending.lines).toMatchObject({ alreadyCached: 2, loaded: 0 })
  })

  it('exit 0 with failed files is told by name and cause', async () => {
    const world = createWorld({ FAIL: '*part-00001' })
    world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '3')
    const one = world.allocation({ path: '/a' })
    const ending = await runAllocation(one.deps)
    expect(ending.exit).toEqual({ reason: 'exited', code: 0 })
    expect(ending.findings).toMatchObject({ missingTotal: 1, missing: [{ path: '/a/part-00001' }] })
    expect(one.missing()).toMatch(/^\/a\/part-00001\t[\w-]+\n$/)
    expect(ending.missingBytes).toBe(Buffer.byteLength(one.missing()))
  })

  it('a file that gets no last word is missing when it is not cached', async () => {
    const world = createWorld({ SILENT: '*part-00002' })
    world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '3')
    const ending = await runAllocation(world.allocation({ path: '/a' }).deps)
    expect(ending.exit.code).toBe(0)
    expect(ending.findings).toMatchObject({ missingByCause: { unknown: 1 }, after: { cachedFiles: 2 } })
  })

  it('more data than the cache holds: no space', async () => {
    const world = createWorld({ QUOTA: '3000', BLOCK: '1000' })
    world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '5')
    const ending = await runAllocation(world.allocation({ path: '/a', options: { force: true } }).deps)
    expect(ending.findings?.missingByCause).toEqual({ 'no-space': 2 })
  })

  it('a path that does not exist is loaded all the same: the words are the CLI’s own', async () => {
    const world = createWorld()
    const one = world.allocation({ path: '/nope' })
    const ending = await runAllocation(one.deps)
    expect(ending.exit).toEqual({ reason: 'exited', code: 255 })
    expect(one.output()).toContain('Path "/nope" does not exist.')
    expect(ending.findings).toMatchObject({
      missing: [{ path: '/nope', cause: 'no-such-path' }],
      missingTotal: 1,
      after: { files: 0 },
    })
    expect(one.missing()).toBe('/nope\tno-such-path\n')
  })

  it('an empty directory has nothing to load', async () => {
    const world = createWorld()
    world.goosefs('playground', 'mkdir', '/empty')
    const ending = await runAllocation(world.allocation({ path: '/empty' }).deps)
    expect(toFacts(ending)).toMatchObject({ exit: { code: 0 }, after: [0, 0, 0], missingTotal: 0 })
  })

  it('objects that came or changed behind the cache are loaded too', async () => {
    const world = createWorld()
    world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '2')
    await runAllocation(world.allocation({ path: '/a' }).deps)
    world.goosefs('playground', 'put', '/a/new', '--bytes', '7')
    world.goosefs('playground', 'replace', '/a/part-00000', '--bytes', '1001')
    const ending = await runAllocation(world.allocation({ path: '/a' }).deps)
    expect(toFacts(ending)).toMatchObject({ before: [3, 1, expect.any(Number)], after: [3, 3, 100], missingTotal: 0 })
  })

  it.each([
    ['job master away', { JOBMASTER: 'down' }, 'job-service-down'],
    ['no job worker', { JOBWORKER: 'none' }, 'no-job-worker'],
  ])('%s', async (_, knobs, cause) => {
    const world = createWorld(knobs)
    world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '3')
    const ending = await runAllocation(world.allocation({ path: '/a' }).deps)
    expect(ending.findings).toMatchObject({ missingTotal: 3, missingByCause: { [cause]: 3 } })
  })

  it('the master is away: nothing could be measured, and why', async () => {
    const world = createWorld({ MASTER: 'down' })
    const ending = await runAllocation(world.allocation({ path: '/a' }).deps)
    expect(ending.findings?.trouble?.cause).toBe('master-unreachable')
    expect(ending.findings?.after).toBeUndefined()
  })

  it('a CLI that does not exist', async () => {
    const world = createWorld({}, '/nowhere/goosefs')
    const ending = await runAllocation(world.allocation({ path: '/a' }).deps)
    expect(ending.exit.reason).toBe('spawn-failed')
    expect(ending.findings?.trouble?.cause).toBe('cli-missing')
  })

  it('a worker that is silent serves nothing', async () => {
    const world = createWorld()
    world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '2')
    await runAllocation(world.allocation({ path: '/a' }).deps)
    const later = createWorld({ WORKER: 'lost' })
    later.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '2')
    const ending = await runAllocation(later.allocation({ path: '/a' }).deps)
    expect(ending.findings).toMatchObject({ missingTotal: 2, missingByCause: { 'worker-lost': 2 } })
  })

  it('more copies than there are workers are missing, although the CLI calls the files loaded', async () => {
    const world = createWorld()
    world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '2')
    await runAllocation(world.allocation({ path: '/a' }).deps)
    const copies = workersLive(world) + 1
    const ending = await runAllocation(world.allocation({ path: '/a', options: { replication: copies } }).deps)
    expect(ending.lines).toMatchObject({ alreadyCached: 2, failed: 0 })
    expect(ending.findings).toMatchObject({ missingTotal: 2, missingByCause: { replicas: 2 } })
  })

  it('unverified: the command alone', async () => {
    const world = createWorld()
    world.goosefs('playground', 'put', '/a', '--bytes', '10')
    const ending = await runAllocation(
      world.allocation({ path: '/a', verify: false, options: { replication: 1, activeJobs: 7 } }).deps,
    )
    expect(ending.findings).toBeUndefined()
    expect(world.calls()).toEqual(['fs distributedLoad --replication 1 --active-jobs 7 /a'])
  })

  it('a dry run only measures', async () => {
    const world = createWorld()
    world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '3')
    const ending = await runAllocation(world.allocation({ path: '/a', options: { dryRun: true } }).deps)
    expect(ending.estimate).toMatchObject({ files: 3, bytes: 3000, missingBytes: 3000, missingFiles: 3 })
    expect(world.calls()).toHaveLength(2)
  })

  it('followers get their cut', async () => {
    const world = createWorld({ FAIL: '/a/x/*' })
    world.goosefs('playground', 'put', '/a/x', '--bytes', '10', '--files', '2')
    world.goosefs('playground', 'put', '/a/y', '--bytes', '10', '--files', '3')
    const task = (n: number) => `00000000-0000-7000-8000-00000000000${n}`
    const one = world.allocation({ path: '/a', followers: [{ task: task(1), path: '/a/x' }] })
    const running = runAllocation(one.deps)
    await until('the first step', () => one.said.length > 1)
    one.join({ task: task(2), path: '/a//y/' })
    const ending = await running
    expect(ending.cuts.map(cut => [cut.task, cut.findings.missingTotal, cut.findings.after?.files])).toEqual([
      [task(1), 2, 2],
      [task(2), 0, 3],
    ])
    expect(ending.findings?.missingTotal).toBe(2)
  })
})

describe('forceload and metadata', () => {
  it('metadata, then load, into one output; seven calls and the probe', async () => {
    const world = createWorld()
    world.goosefs('playground', 'put', '/a', '--bytes', '10', '--files', '2')
    await world.prober.capabilities()
    const probing = world.calls().length
    const ending = await runAllocation(world.allocation({ path: '/a', action: 'forceload' }).deps)
    expect(toFacts(ending)).toMatchObject({ exit: { code: 0 }, after: [2, 2, 100] })
    expect(
      world
        .calls()
        .slice(probing)
        .filter(call => /loadMetadata|distributedLoad/.test(call)),
    ).toEqual(['fs loadMetadata -R -F /a', 'fs distributedLoad --replication 1 /a'])
    expect(world.calls().length - probing).toBe(7)
  })

  it('a failed first stage does not keep the second from running', async () => {
    const world = createWorld()
    const one = world.allocation({ path: '/nope', action: 'forceload' })
    const ending = await runAllocation(one.deps)
    expect(one.output().match(/Path "\/nope" does not exist\./g)).toHaveLength(2)
    expect(ending.notes.join()).toContain('metadata could not be refreshed')
    expect(ending.lines).toMatchObject({ loaded: 0 })
  })

  it('a CLI without -F is refreshed by a listing, and its output stays empty', async () => {
    const world = createWorld({ ERA: 'B', BRAND: 'Alluxio', STRICT25: '1' })
    world.goosefs('playground', 'put', '/a', '--bytes', '10', '--files', '2')
    expect(await world.prober.capabilities()).toMatchObject({
      loadMetadata: true,
      loadMetadataForce: false,
      simulated: true,
      found: true,
    })
    const one = world.allocation({ path: '/a', action: 'metadata' })
    const ending = await runAllocation(one.deps)
    expect(ending).toMatchObject({ exit: { reason: 'exited', code: 0 }, outputBytes: 0 })
    expect(ending.notes.join()).toContain('2 entries')
  })
})

describe('the other actions', () => {
  it.each([
    ['list', {}, 'fs ls /a'],
    ['list', { recursive: true }, 'fs ls -R /a'],
    ['free', {}, 'fs free -f /a'],
    ['metadata', {}, 'fs loadMetadata -R -F /a'],
    ['report', {}, 'fsadmin report'],
  ] as const)('%s %o', async (action, options, call) => {
    const world = createWorld()
    world.goosefs('playground', 'put', '/a', '--bytes', '10', '--files', '2')
    const ending = await runAllocation(
      world.allocation({ path: action === 'report' ? '' : '/a', action, options }).deps,
    )
    expect(ending.exit).toEqual({ reason: 'exited', code: 0 })
    expect(world.calls().at(-1)).toBe(call)
  })
})

describe('a disk that cannot keep what the agent writes', () => {
  it('the journal: the steps are told all the same', async () => {
    const world = createWorld()
    world.goosefs('playground', 'put', '/a', '--bytes', '10', '--files', '2')
    const one = world.allocation({ path: '/a' })
    mkdirSync(join(one.home, 'steps.jsonl'))
    const ending = await runAllocation(one.deps)
    expect(toFacts(ending)).toMatchObject({ exit: { code: 0 }, after: [2, 2, 100] })
    expect(ending.notes.join()).toContain('could not note its steps')
  })

  it('a list: the measurement has failed, and why', async () => {
    const world = createWorld()
    world.goosefs('playground', 'put', '/a', '--bytes', '10', '--files', '2')
    const one = world.allocation({ path: '/a' })
    mkdirSync(join(one.home, 'list-after'))
    const ending = await runAllocation(one.deps)
    expect(ending.exit).toEqual({ reason: 'exited', code: 0 })
    expect(ending.findings?.trouble?.message).toContain('the listing could not be kept')
  })

  it('the list of missing files: they are counted all the same', async () => {
    const world = createWorld({ FAIL: '*part-00001' })
    world.goosefs('playground', 'put', '/a', '--bytes', '10', '--files', '2')
    const one = world.allocation({ path: '/a' })
    mkdirSync(join(one.home, 'missing.tsv'))
    const ending = await runAllocation(one.deps)
    expect(ending).toMatchObject({ findings: { missingTotal: 1 }, missingBytes: 0 })
    expect(ending.notes.join()).toContain('the list of missing files could not be written')
  })
})

it('a tree too large to list is measured by totals, which ask the object store nothing', async () => {
  const world = createWorld()
  world.goosefs('playground', 'put', '/a', '--bytes', '10', '--files', '30')
  const { driver, bin, clock, dir } = world
  const tools = { driver, bin, clock, log: SILENT_LOG, graceMs: 200 }
  const shared = createSharedWalks({ ...tools, dir: join(dir, 'small'), limits: { entries: 20 } })
  const ending = await runAllocation({ ...world.allocation({ path: '/a' }).deps, shared })
  expect(ending.findings?.after).toMatchObject({ files: 30, fresh: false, complete: false })
  await shared.close()
})

it('files that only the list of failed ones names have the cause that the lines give', async () => {
  const world = createWorld({ ERA: 'D', FAIL: '/a/*' })
  world.goosefs('playground', 'put', '/a', '--bytes', '10', '--files', '45')
  const one = world.allocation({ path: '/a' })
  await runAllocation(one.deps)
  const cwd = join(one.home, 'load')
  const words = { path: one.streams['output'] ?? '', from: 0, cwd }
  const read = createLoadReader()
  for (const line of one.output().split('\n')) read.line(line)
  read.end()
  expect(read.summary().csvPath).toContain('_failures.csv')
  const evidence = await gatherEvidence(words, read.summary())
  const causes = Array.from({ length: 45 }, (_, n) => evidence.causeOf(`/a/part-${String(n).padStart(5, '0')}`))
  const [cause] = causes
  expect(cause).toBeDefined()
  expect(new Set(causes)).toEqual(new Set([cause]))
  // the list names every failure, so it does not explain other files
  expect(evidence.foreignCauseOf('/a/other')).toBeUndefined()
  const elsewhere = await gatherEvidence({ ...words, cwd: one.home }, read.summary())
  expect(elsewhere.causeOf('/a/part-00015')).toBeUndefined()
  expect(elsewhere.foreignCauseOf('/a/part-00015')).toBe(cause)
})

describe('ends before its time', () => {
  it('stopped while the CLI is still being asked what it can do: at once', async () => {
    const world = createWorld()
    world.goosefs('playground', 'put', '/a', '--bytes', '10')
    const one = world.allocation({ path: '/a', verify: false })
    let asking = false
    const webs = () => {
      asking = true
      return new Promise<never>(() => {})
    }
    const running = runAllocation({ ...one.deps, webs })
    await until('the question', () => asking)
    one.stop.abort('stop')
    expect((await running).exit.reason).toBe('stopped')
  })

  it('stopped: the CLI is ended, and what it left with the engine is taken back', async () => {
    const world = createWorld({ SPEED: '1', SLOW: '5000' })
    world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '4')
    const one = world.allocation({ path: '/a' })
    const running = runAllocation(one.deps)
    await until('the load', () => one.said.some(report => report.type === 'progress'))
    one.stop.abort('stop')
    const ending = await running
    expect(ending.exit.reason).toBe('stopped')
    expect(ending.cancel?.cancelled).toBeGreaterThan(0)
    expect(ending.notes.join()).toMatch(/engine jobs of this load: [1-9]\d* cancelled/)
    const counts = world.goosefs('fsadmin', 'report', 'jobservice')
    expect(counts).toMatch(/CANCELED\s*Count: [1-9]/)
  })

  it('stopped while another load works on the same path: its jobs are left alone', async () => {
    const world = createWorld({ SPEED: '1', SLOW: '5000' })
    world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '4')
    const one = world.allocation({ path: '/a' })
    const running = runAllocation({ ...one.deps, overlaps: () => true })
    await until('the load', () => one.said.some(report => report.type === 'progress'))
    one.stop.abort('stop')
    const ending = await running
    expect(ending.exit.reason).toBe('stopped')
    expect(ending.cancel).toMatchObject({ cancelled: 0, remaining: expect.any(Number) })
    expect(ending.cancel?.remaining).toBeGreaterThan(0)
    expect(ending.notes.join()).toContain('another load of this agent works there')
    expect(world.calls().filter(call => call.startsWith('job cancel'))).toEqual([])
  })

  it('out of time', async () => {
    const world = createWorld({ HANG: '1' })
    world.goosefs('playground', 'put', '/a', '--bytes', '1000')
    const one = world.allocation({ path: '/a' })
    const running = runAllocation(one.deps)
    await until('the load', () => one.said.some(report => report.type === 'step' && report.step.name === 'load'))
    one.stop.abort('timeout')
    expect((await running).exit.reason).toBe('timeout')
  })

  it('nothing moves any more: given up as stalled', async () => {
    const world = createWorld({ HANG: '1' })
    world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '2')
    const ending = await runAllocation(world.allocation({ path: '/a' }).deps, {
      sampleMs: 50,
      stalledMs: 700,
      lookAgainMs: 50,
    })
    expect(ending.exit).toMatchObject({ reason: 'signalled', message: 'given up: stalled' })
    expect(ending.findings?.missingByCause).toEqual({ stalled: 2 })
  })

  it('silent lines: the cache itself is sampled', async () => {
    const world = createWorld({ ERA: 'F', SPEED: '1', SLOW: '300' })
    world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '12')
    const one = world.allocation({ path: '/a' })
    const ending = await runAllocation(one.deps, { sampleMs: 200, stalledMs: 60_000 })
    expect(ending.findings?.missingTotal).toBe(0)
    const samples = one.said.flatMap(report =>
      report.type === 'progress' && report.progress.source === 'sample' ? [report.progress] : [],
    )
    expect(samples.length).toBeGreaterThan(0)
    expect(samples.at(-1)?.bytesTotal).toBe(12_000)
  })
})

describe('resumed', () => {
  it('an ended allocation run again in its directory calls nothing', async () => {
    const world = createWorld()
    world.goosefs('playground', 'put', '/a', '--bytes', '10', '--files', '2')
    const one = world.allocation({ path: '/a' })
    const first = await runAllocation(one.deps)
    const calls = world.calls().length
    const second = await runAllocation(one.deps)
    expect(world.calls()).toHaveLength(calls)
    expect(second).toEqual(first)
  })

  it('the process that drives a load is killed: the load goes on, and the next one finds its ending', async () => {
    const world = createWorld({ SPEED: '1', SLOW: '300' })
    world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '8')
    const one = world.allocation({ path: '/a' })
    const told = {
      dir: one.home,
      shared: `${world.dir}/shared-first`,
      bin: world.bin,
      order: one.deps.order,
      environment: world.environment,
    }
    const drive = fileURLToPath(new URL('./goosefs/drive.ts', import.meta.url))
    const child = spawn(process.execPath, ['--import', 'tsx', drive, JSON.stringify(told)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.on('data', chunk => {
      said += chunk
    })
    await until('the load', () => said.includes('"progress"'))
    child.kill('SIGKILL')
    await once(child, 'exit')
    const ending = await runAllocation(one.deps)
    expect(toFacts(ending)).toMatchObject({
      exit: { reason: 'exited', code: 0 },
      before: [8, 0, 0],
      after: [8, 8, 100],
      missingTotal: 0,
    })
    expect(ending.lines).toMatchObject({ started: 8, loaded: 8 })
    expect(world.calls().filter(call => call.includes('distributedLoad'))).toHaveLength(1)
    expect(one.output().match(/Successfully loaded/g)).toHaveLength(8)
  })
})

function workersLive(world: ReturnType<typeof createWorld>): number {
  return Number(/Live Workers: (\d+)/.exec(world.goosefs('fsadmin', 'report', 'summary'))?.[1])
}
