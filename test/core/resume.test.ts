// submissions that meet what is there: taken up again, left to what is open, without any units
import { describe, expect, test } from 'vitest'
import { MOST_ASKS } from '../../bot/core/evolve/jobs.ts'
import { ANN, BOB, codeOf, createWorld, ending, findings, measured, must, ROOT, type SubmitMore, VIC } from './world.ts'

const PARTLY = ending({
  findings: findings({ after: measured(3, 1), missingTotal: 2, missingByCause: { unknown: 2 } }),
})

/** A world with one agent and a load of these paths, of which the first has succeeded and the others have failed. */
function createFailed(paths: readonly string[], more: SubmitMore = {}) {
  const world = createWorld()
  world.agent({ work: 9 })
  const { jobId, taskIds } = world.submit(paths, more)
  for (const [at, id] of taskIds.entries()) {
    world.start(id)
    world.end(id, at === 0 && paths.length > 1 ? ending() : PARTLY)
  }
  return { world, jobId, taskIds }
}

describe('resume', () => {
  test('runs what is unfinished of the earlier job again, in that job', () => {
    const { world, jobId, taskIds } = createFailed(['/a', '/b'])
    expect(world.job(jobId).status).toBe('partial')
    const again = world.submit(['/b', '/a'], { resume: true, view: 'alluxio', document: { paths: ['/b', '/a'] } })
    expect(again).toMatchObject({ jobId, taskIds: [taskIds[1]], met: 'resumed' })
    expect(world.task(taskIds[1]!)).toMatchObject({ attempts: 2, status: 'queued' })
    expect(world.task(taskIds[0]!).attempts).toBe(1)
    const rows = [...world.state.submissions.find('job', jobId)]
    expect(rows.map(row => [row.kind, row.version, row.view])).toEqual([
      ['submit', 0, 'native'],
      ['submit', 1, 'alluxio'],
    ])
    expect(rows[1]).toMatchObject({ id: again.submissionId, document: { paths: ['/b', '/a'] } })
  })

  test.each([
    ['other order', ['/b', '/a'], true],
    ['slashes', ['/a//', '//b'], true],
    ['a path twice', ['/a', '/b', '/a/'], true],
    ['fewer', ['/a'], false],
    ['more', ['/a', '/b', '/c'], false],
    ['others', ['/a', '/c'], false],
    ['below', ['/a/x', '/b'], false],
  ])('the same paths by another name: %s', (_name, paths, isSame) => {
    const { world, jobId } = createFailed(['/a', '/b'], { name: 'n' })
    const again = world.submit(paths, { resume: true, name: 'other' })
    expect([again.jobId === jobId, again.met]).toEqual([isSame, isSame ? 'resumed' : undefined])
  })

  test.each<[string, SubmitMore, boolean]>([
    ['with its metadata', { action: 'forceload' }, true],
    ['free', { action: 'free' }, false],
    ['in another cluster', { cluster: 'elsewhere' }, false],
    ['of the same name and other paths', { name: 'n', asks: [{ action: 'load', path: '/z', options: {} }] }, true],
    ['by nobody who may', { actor: ROOT }, true],
    ['without the wish', { resume: false }, false],
  ])('a load %s', (_name, more, isSame) => {
    const { world, jobId } = createFailed(['/a'], { name: 'n' })
    expect(world.submit(['/a'], { resume: true, ...more }).jobId === jobId).toBe(isSame)
  })

  test('a load joined by one with metadata is still a load', () => {
    const { world, jobId, taskIds } = createFailed(['/a', '/b'], { name: 'n' })
    world.ask({ type: 'job.retry', actor: ANN, jobId, only: 'failed' })
    const [more] = world.submit(['/c'], { name: 'n', action: 'forceload' }).taskIds
    for (const id of [taskIds[1]!, more!]) {
      world.start(id)
      world.end(id, PARTLY)
    }
    expect(world.job(jobId)).toMatchObject({ action: 'mixed', status: 'partial' })
    expect(world.submit(['/x'], { name: 'n', resume: true })).toMatchObject({ jobId, met: 'resumed' })
  })

  test('what has succeeded since is loaded anew', () => {
    const { world, jobId } = createFailed(['/a'], { name: 'n' })
    const later = world.submit(['/a'], { name: 'n' })
    world.start(later.taskIds[0]!)
    world.end(later.taskIds[0]!)
    const again = world.submit(['/a'], { name: 'n', resume: true })
    expect([jobId, later.jobId]).not.toContain(again.jobId)
    expect(again.met).toBeUndefined()
  })

  test('by somebody who may not change it is refused, and nothing changes', () => {
    const { world, jobId } = createFailed(['/a'])
    const before = [world.job(jobId), world.state.submissions.size]
    expect(codeOf(() => world.submit(['/a'], { resume: true, actor: BOB }))).toBe('FORBIDDEN')
    expect(codeOf(() => world.submit(['/a'], { resume: true, actor: VIC }))).toBe('FORBIDDEN')
    expect([world.job(jobId), world.state.submissions.size]).toEqual(before)
  })

  test('what is open is left alone, also while it is being stopped', () => {
    const world = createWorld()
    world.agent()
    const { jobId, taskIds } = world.submit(['/a'])
    const open = { jobId, met: 'open', taskIds: [], events: [] }
    expect(world.submit(['/a/'], { resume: true, actor: BOB })).toMatchObject(open)
    world.start(taskIds[0]!)
    world.ask({ type: 'job.stop', actor: ANN, jobId })
    expect(world.submit(['/a'], { resume: true })).toMatchObject(open)
    world.end(taskIds[0]!, { exit: { reason: 'stopped' } })
    expect(world.submit(['/a'], { resume: true })).toMatchObject({ jobId, met: 'resumed', taskIds })
    expect(world.job(jobId)).toMatchObject({ desired: 'run', status: 'queued' })
  })

  test('a key names what was taken up', () => {
    const { world, jobId, taskIds } = createFailed(['/a'])
    const idempotency = { key: 'k', fingerprint: 'f' }
    expect(world.submit(['/a'], { resume: true, idempotency }).met).toBe('resumed')
    world.start(taskIds[0]!)
    world.end(taskIds[0]!)
    expect(world.submit(['/a'], { resume: true, idempotency })).toMatchObject({ jobId, taskIds, repeated: true })
  })
})

describe('units that differ', () => {
  const unit = (label: string, path: string) => ({ action: 'load' as const, path, options: {}, label })
  const register = (asks: ReturnType<typeof unit>[]): SubmitMore => ({ name: 'n', asks, skipOpen: true, view: 'nomad' })

  test('are left where they are open and run again where they have ended', () => {
    const world = createWorld()
    world.agent({ work: 9 })
    const asks = [unit('one', '/a'), unit('two', '/b')]
    const first = world.submit([], register(asks))
    world.start(first.taskIds[0]!)
    world.end(first.taskIds[0]!)
    const second = world.submit([], register([unit('two', '/b//'), unit('one', '/a'), unit('new', '/c')]))
    expect(second.jobId).toBe(first.jobId)
    expect(second.taskIds[0]).toBe(first.taskIds[1])
    expect(first.taskIds).not.toContain(second.taskIds[1])
    expect(world.job(first.jobId).counts).toMatchObject({ total: 4, succeeded: 1 })
    expect(world.task(second.taskIds[1]!)).toMatchObject({ label: 'one', path: '/a' })
  })

  test('of one path under two labels are two units', () => {
    const world = createWorld()
    const first = world.submit([], register([unit('one', '/a')]))
    const [second] = world.submit([], register([unit('two', '/a')])).taskIds
    expect(world.task(second!)).toMatchObject({ label: 'two', attachedTo: first.taskIds[0] })
  })

  test('count the versions of a name, over its jobs; a stop has that of what it stops', () => {
    const world = createWorld()
    const { jobId } = world.submit([], register([unit('one', '/a')]))
    world.submit([], register([unit('one', '/a')]))
    world.ask({ type: 'job.stop', actor: ANN, jobId, view: 'nomad' })
    world.ask({ type: 'job.stop', actor: ANN, jobId })
    world.submit([], register([unit('one', '/a')]))
    const rows = [...world.state.submissions.find('name', 'n')]
    expect(rows.map(row => [row.kind, row.version])).toEqual([
      ['submit', 0],
      ['submit', 1],
      ['stop', 1],
      ['submit', 2],
    ])
    expect(world.state.jobs.size).toBe(2)
  })

  test('asked for without end keep the newest asks', () => {
    const world = createWorld()
    const asks = [unit('one', '/a')]
    for (let n = 0; n < MOST_ASKS + 20; n += 1) world.submit([], register(asks))
    const rows = [...world.state.submissions.rows()]
    expect([rows.length, rows[0]?.version, rows.at(-1)?.version]).toEqual([MOST_ASKS, 20, MOST_ASKS + 19])
  })

  test('a request to stop is written once', () => {
    const world = createWorld()
    world.agent()
    const { jobId, taskIds } = world.submit(['/a'])
    world.start(taskIds[0]!)
    for (let n = 0; n < 3; n += 1) world.ask({ type: 'job.stop', actor: ANN, jobId })
    expect([...world.state.submissions.find('job', jobId)].map(row => row.kind)).toEqual(['submit', 'stop'])
  })
})

describe('a job without units', () => {
  const none: SubmitMore = { asks: [], name: 'n', skipOpen: true }

  test('waits, takes what comes under its name, and is then what it does', () => {
    const world = createWorld()
    world.agent()
    const { jobId } = world.submit([], none)
    expect(world.job(jobId)).toMatchObject({ status: 'queued', action: 'mixed', counts: { total: 0 } })
    world.wait(365 * 24 * 3_600_000)
    expect(world.job(jobId).endedAt).toBeUndefined()
    const joined = world.submit(['/a'], { name: 'n', action: 'forceload' })
    expect(joined.jobId).toBe(jobId)
    expect(world.job(jobId).action).toBe('forceload')
    world.start(joined.taskIds[0]!)
    world.end(joined.taskIds[0]!)
    expect(world.job(jobId)).toMatchObject({ status: 'succeeded', endedAt: expect.any(String) })
  })

  test('ends when it is stopped; then its name is free', () => {
    const world = createWorld()
    const { jobId } = world.submit([], none)
    world.ask({ type: 'job.stop', actor: ANN, jobId })
    expect(world.job(jobId)).toMatchObject({ status: 'stopped', endedAt: expect.any(String) })
    expect(codeOf(() => world.ask({ type: 'job.retry', actor: ANN, jobId, only: 'all' }))).toBe('CONFLICT')
    expect(world.submit([], none).jobId).not.toBe(jobId)
  })

  test('is gone at once when it is removed', () => {
    const world = createWorld()
    const { jobId } = world.submit([], none)
    world.ask({ type: 'job.purge', actor: ANN, jobId })
    expect([world.state.jobs.size, world.state.submissions.size]).toEqual([0, 0])
    expect(must(world.history.at(-1)).events.at(-1)?.type).toBe('job.removed')
  })

  test('is no matter of viewers', () => {
    const world = createWorld()
    expect(codeOf(() => world.submit([], { ...none, actor: VIC }))).toBe('FORBIDDEN')
  })
})
