// servers that went away while a load ran, failed jobs of the engine, and what left the cache meanwhile
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readFailure, readFailures } from '../../../agent/goosefs/engine-failures.ts'
import { WATCH_LIMITS } from '../../../agent/goosefs/watch-limits.ts'
import { runAllocation } from '../../../agent/run-allocation.ts'
import { createClusterWeb, type FakeJob } from './cluster-web.ts'
import { createWorld, toFacts, usePlayground } from './world.ts'

usePlayground()

const worker = { host: 'w', capacity: 10_000_000, used: 0 }
const NEEDS_TWO =
  'Failed to find enough block workers to replicate to. Needed 2 but only found 1. Available workers without the block: [w]'

/** A load of three files of which the last gets no word and is not cached; `during` happens while it runs. */
async function loadWith(
  knobs: Record<string, string>,
  during: (told: Awaited<ReturnType<typeof createClusterWeb>>['told']) => void,
) {
  const world = createWorld(knobs)
  world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '3')
  const web = await createClusterWeb({
    master: { since: 1, workers: [worker] },
    jobMaster: {
      since: 1,
      workers: [{ host: 'j' }],
      jobs: new Map([[7, { path: '/a/part-00000', status: 'FAILED', error: 'NoSuchKey' }]]),
    },
  })
  const one = world.allocation({ path: '/a' })
  const say: typeof one.deps.say = report => {
    if (report.type === 'step' && report.step.name === 'load' && report.step.endedAt === undefined) during(web.told)
  }
  return await runAllocation({ ...one.deps, webs: web.webs, say })
}

const SILENT = { SILENT: '*part-00002' }

describe('a file of which nothing is known', () => {
  it.each<[string, Parameters<typeof loadWith>[1], string, string[]]>([
    ['nothing happened', () => {}, 'unknown', []],
    [
      'the job master came anew',
      told => {
        told.jobMaster = { since: 2, workers: [] }
      },
      'job-service-down',
      ['job-master'],
    ],
    [
      'the job master is gone',
      told => void Object.assign(told, { jobMaster: undefined }),
      'job-service-down',
      ['job-master'],
    ],
    [
      'the job worker came anew',
      told => {
        told.jobMaster = { since: 1, workers: [{ host: 'j', since: 5 }] }
      },
      'no-job-worker',
      ['job-worker'],
    ],
    [
      'the master came anew',
      told => {
        told.master = { since: 2, workers: [worker] }
      },
      'master-unreachable',
      ['master'],
    ],
  ])('%s', async (_, during, cause, restarted) => {
    const ending = await loadWith(SILENT, during)
    expect(ending.findings?.missing).toEqual([{ path: '/a/part-00002', cause }])
    expect(ending.findings?.restarted ?? []).toEqual(restarted)
  })

  it('has the cause of its own failed job, whatever went away', async () => {
    const job: FakeJob = {
      path: '/a/part-00002',
      status: 'FAILED',
      error: '/u/a (Permission denied) (Zero Copy GrpcDataReader)',
    }
    const ending = await loadWith(SILENT, told => {
      told.jobMaster = { since: 2, workers: [], jobs: new Map([[8, job]]) }
    })
    expect(ending.findings?.missingByCause).toEqual({ permission: 1 })
  })

  it('an older failed job explains nothing', async () => {
    const ending = await loadWith({ SILENT: '*part-00000' }, () => {})
    expect(ending.findings?.missingByCause).toEqual({ unknown: 1 })
  })
})

it('a worker that dies when everything was loaded: not cached', async () => {
  const ending = await loadWith({}, told => {
    told.master = { since: 1, workers: [{ ...worker, silent: 30 }] }
  })
  expect(ending.findings).toMatchObject({
    ...{ workers: { live: 1, silent: 1 }, restarted: ['worker'] },
    ...{ missingTotal: 3, missingByCause: { 'worker-lost': 3 } },
  })
})

it('a worker that dies when everything was loaded and is back, emptied, before anybody looks at it: listed again', async () => {
  const world = createWorld()
  world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '3')
  const web = await createClusterWeb({
    master: { since: 1, workers: [worker] },
    jobMaster: { since: 1, workers: [{ host: 'j' }] },
  })
  const one = world.allocation({ path: '/a' })
  const listings: string[] = []
  const say: typeof one.deps.say = report => {
    if (report.type !== 'step' || report.step.name !== 'verify' || report.step.endedAt === undefined) return
    listings.push(report.step.startedAt)
    if (listings.length > 1) return
    world.goosefs('fs', 'free', '/a/part-00001')
    web.told.master = { since: 1, workers: [{ ...worker, since: 2 }] }
  }
  const ending = await runAllocation({ ...one.deps, webs: web.webs, say })
  expect(listings).toHaveLength(2)
  expect(ending.findings).toMatchObject({
    ...{ after: { files: 3, cachedFiles: 2 }, restarted: ['worker'] },
    ...{ missing: [{ path: '/a/part-00001', cause: 'worker-lost' }], missingTotal: 1 },
  })
})

it('copies that the engine could not make are missing, although the CLI tells of success', async () => {
  const world = createWorld({ ERA: 'F', WORKERS: '2' })
  world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '2')
  const jobs = new Map<number, FakeJob>()
  const workers = [worker, { ...worker, host: 'v' }]
  const web = await createClusterWeb({ master: { since: 1, workers }, jobMaster: { since: 1, workers, jobs } })
  const one = world.allocation({ path: '/a', options: { replication: 2 } })
  const say: typeof one.deps.say = report => {
    if (report.type === 'step' && report.step.name === 'load')
      jobs.set(9, { path: '/a/part-00001', status: 'FAILED', error: NEEDS_TWO })
  }
  const ending = await runAllocation({ ...one.deps, webs: web.webs, say })
  expect(ending.findings?.missing).toEqual([{ path: '/a/part-00001', cause: 'replicas' }])
})

describe('failed jobs', () => {
  it('below the path and younger than the load, with the words of the youngest', async () => {
    const job = (path: string, error: string, status = 'FAILED'): FakeJob => ({ path, error, status })
    const jobs = new Map([
      [1, job('/a/old', 'x')],
      [2, job('/a/1', 'first')],
      [3, job('/a/1', 'second')],
      [4, job('/ab/1', 'x')],
      [5, job('/a/2', '', 'COMPLETED')],
    ])
    const { base } = await createClusterWeb({ jobMaster: { since: 1, workers: [], jobs } })
    expect([...(await readFailures(base, { path: '/a/', newerThan: 1 }))]).toEqual([['/a/1', 'second']])
    expect((await readFailures(`${base}/none`, { path: '/a', newerThan: 0 })).size).toBe(0)
  })

  it('of a batch each task speaks for its own file', () => {
    const task = (path: string, status: string) => ({
      ...{ status, errorMessage: 'NoSuchKey' },
      description: `[LoadTask{FilePath=${path}, blockId=1, workerNetAddress=w}]`,
    })
    const children = [task('/a/1', 'FAILED'), task('/a/2', 'COMPLETED')]
    const batch = { id: 1, name: 'BatchedJob', status: 'FAILED', errorMessage: 'all', affectedPaths: ['/a/1', '/a/2'] }
    expect(readFailure({ ...batch, children })).toEqual([['/a/1', 'NoSuchKey']])
    expect(readFailure(batch)).toEqual([
      ['/a/1', 'all'],
      ['/a/2', 'all'],
    ])
  })

  it('of one file it is that file, whatever its name looks like in a description', () => {
    const path = '/a/[in]/{brackets}, blockId=2'
    const child = { status: 'FAILED', errorMessage: 'denied', description: `[LoadTask{FilePath=${path}, blockId=1}]` }
    const job = { id: 1, name: 'Load', status: 'FAILED', errorMessage: 'denied', affectedPaths: [path] }
    expect(readFailure({ ...job, children: [child] })).toEqual([[path, 'denied']])
  })
})

describe('what left the cache while the load ran', () => {
  it('is counted: cached before, unchanged, and gone from the cache', async () => {
    const world = createWorld()
    world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '3')
    world.goosefs('fs', 'distributedLoad', '/a')
    const one = world.allocation({ path: '/a' })
    const say: typeof one.deps.say = report => {
      if (report.type === 'step' && report.step.name === 'load' && report.step.endedAt !== undefined)
        world.goosefs('fs', 'free', '/a/part-00001')
    }
    const ending = await runAllocation({ ...one.deps, say })
    expect(toFacts(ending)).toMatchObject({ before: [3, 3, 100], after: [3, 2, 66] })
    expect(ending.findings?.dropped).toEqual({ files: 1, bytes: 1000 })
  })

  it('is counted too when this load had brought it in', async () => {
    const world = createWorld()
    world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '3')
    const one = world.allocation({ path: '/a' })
    const say: typeof one.deps.say = report => {
      if (report.type === 'step' && report.step.name === 'load' && report.step.endedAt !== undefined)
        world.goosefs('fs', 'free', '/a/part-00001')
    }
    const ending = await runAllocation({ ...one.deps, say })
    expect(ending.findings).toMatchObject({ missingTotal: 1, dropped: { files: 1, bytes: 1000 } })
  })

  it('a file that never came is not', async () => {
    const world = createWorld({ FAIL: '*part-00001' })
    world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '3')
    const ending = await runAllocation(world.allocation({ path: '/a' }).deps)
    expect(ending.findings?.missingTotal).toBe(1)
    expect(ending.findings?.dropped).toBeUndefined()
  })
})

it('what the cluster knows is measured without asking the object store', async () => {
  const world = createWorld()
  world.goosefs('playground', 'put', '/a', '--bytes', '1000', '--files', '2')
  const ending = await runAllocation(
    world.allocation({ path: '/a', action: 'forceload', options: { freshness: 'known' } }).deps,
  )
  expect(ending.findings).toMatchObject({ before: { fresh: false }, after: { fresh: false, cachedFiles: 2 } })
  const calls = world.calls()
  expect(calls.filter(call => call.startsWith('fs ls'))).toEqual(['fs ls -R /a', 'fs ls -R /a'])
  expect(calls).toContain('fs loadMetadata -R -F /a')
})

const UNAUTHENTICATED =
  'alluxio.exception.status.UnauthenticatedException: Channel: 4513bd78 is not authenticated for call: alluxio.grpc.file'

/** A load whose first calls, as many as `times`, are turned away; also the loads that came through. */
async function loadTurnedAway(times: number, message = UNAUTHENTICATED) {
  const world = createWorld()
  world.goosefs('playground', 'put', '/a', '--bytes', '10', '--files', '3')
  const [bin, turned] = [join(world.dir, 'turned'), join(world.dir, 'turned-away')]
  const turn = `echo x >> "${turned}"; [ $(wc -l < "${turned}") -le ${times} ] && { echo '${message}'; exit 255; }`
  writeFileSync(bin, `#!/bin/sh\n[ "$2" = distributedLoad ] && { ${turn}; }\nexec "${world.bin}" "$@"\n`, {
    mode: 0o755,
  })
  const { deps } = world.allocation({ path: '/a' })
  const ending = await runAllocation({ ...deps, config: { ...deps.config, bin } }, { ...WATCH_LIMITS, againMs: [1, 1] })
  return { ending, loads: world.calls().filter(call => call.startsWith('fs distributedLoad')).length }
}

describe('a load that the master turns away', () => {
  it.each([
    [1, UNAUTHENTICATED],
    [2, 'Failed after 1 attempts: alluxio.exception.status.UnavailableException: Channel shutdown invoked'],
  ])('%d times is begun again, in the same run', async (times, message) => {
    const { ending, loads } = await loadTurnedAway(times, message)
    expect(loads).toBe(1)
    expect(ending).toMatchObject({ exit: { reason: 'exited', code: 0 }, findings: { after: { cachedFiles: 3 } } })
    expect(ending.notes.join('\n')).toContain(`the load was turned away at once and begun again: ${message}`)
  })

  it('is not begun again without end', async () => {
    const { ending, loads } = await loadTurnedAway(3)
    expect(loads).toBe(0)
    expect(ending).toMatchObject({
      exit: { reason: 'exited', code: 255 },
      findings: { missingByCause: { 'master-unreachable': 3 } },
    })
  })
})
