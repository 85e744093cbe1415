// registrations over the engine: what they meet, what is read of them, what is removed, and the index of the state
import { describe, expect, it } from 'vitest'
import type { LiveEvent } from '../../bot/engine/operations/port.ts'
import { ANN, BOB, EXIT_0, findings, measured, ROOT, VIC } from '../core/world.ts'
import { createEngineRoom } from './room.ts'

const NEVER = new AbortController().signal
const load = (paths: string[]) => ({ action: 'load' as const, paths, options: {} })
const unit = (label: string, path: string) => ({ label, action: 'load' as const, path, options: {} })
const refused = (code: string) => expect.objectContaining({ code })

async function createRunning() {
  const room = createEngineRoom()
  await room.connect()
  const { job, tasks } = await room.operations.registerJob(ANN, { name: 'n', groups: [unit('one', '/a')] })
  const allocation = await room.start(tasks[0]?.id ?? '')
  return { room, ops: room.operations, job, taskId: tasks[0]?.id ?? '', allocation }
}

describe('a submission that may meet an earlier one', () => {
  it('meets its own kind in the same frame', async () => {
    const room = createEngineRoom()
    const ask = () => room.operations.submitJob(ANN, load(['/a', '/b']), { resume: true, view: 'alluxio' })
    const [first, second] = await Promise.all([ask(), ask()])
    expect(room.saved).toHaveLength(1)
    expect(first).not.toHaveProperty('met')
    expect(second).toMatchObject({ met: 'open', job: { id: first.job.id }, tasks: [], repeated: false })
    expect(room.state.jobs.size).toBe(1)
  })

  it('takes the earlier one up, and what was asked is read in its order', async () => {
    const { room, ops, job, allocation } = await createRunning()
    await room.end(allocation, { exit: EXIT_0, findings: findings({ after: measured(3, 1), missingTotal: 2 }) })
    const document = { Job: { ID: 'n' } }
    const again = await ops.submitJob(ANN, { ...load(['/other']), name: 'n' }, { resume: true, document })
    expect(again).toMatchObject({ met: 'resumed', job: { id: job.id, status: 'queued' } })
    await ops.stopJob(ANN, job.id, 'nomad')
    const rows = await ops.listSubmissions(VIC, { name: 'n' })
    expect(rows.map(row => [row.kind, row.version, row.view])).toEqual([
      ['submit', 0, 'native'],
      ['submit', 1, 'native'],
      ['stop', 1, 'nomad'],
    ])
    expect(rows[1]).toMatchObject({ id: again.submissionId, document, by: 'ann' })
    expect(await ops.listSubmissions(VIC, { ref: job.id })).toEqual(rows)
    expect(await ops.listSubmissions(VIC, { id: again.submissionId ?? '' })).toEqual([rows[1]])
    expect(await ops.listSubmissions(VIC, { name: 'nobody' })).toEqual([])
  })
})

describe('attempts and names', () => {
  it('show each attempt with its neighbours and the ask that it came from', async () => {
    const { room, ops, job, taskId, allocation } = await createRunning()
    await room.end(allocation)
    await ops.retryJob(ANN, job.id, 'all')
    const second = await room.start(taskId)
    const [one, two] = await ops.listAllocations(VIC, { name: 'n' })
    expect(one).toMatchObject({ id: allocation, attempt: 1, stage: 'full', label: 'one', next: second, agent: 'a1' })
    expect(two).toMatchObject({ id: second, attempt: 2, stage: 'incr', previous: allocation, status: 'running' })
    expect(two?.submission).toMatchObject({ version: 0, jobId: job.id })
    for (const of of [{ ref: job.id }, { agentId: room.agent.id }, {}])
      expect((await ops.listAllocations(VIC, of)).map(row => row.id)).toEqual([allocation, second])
    expect(await ops.listAllocations(VIC, { id: second.toUpperCase() })).toEqual([two])
    expect(await ops.listAllocations(VIC, { agentId: job.id })).toEqual([])
  })

  it('show a name that is used again as one', async () => {
    const { room, ops, job, allocation } = await createRunning()
    await room.end(allocation)
    const groups = [unit('one', '/a'), unit('two', '/b')]
    const later = await ops.registerJob(ANN, { name: 'n', groups })
    await ops.registerJob(ANN, { name: 'm', groups: [] })
    const { items } = await ops.listNames(VIC, { prefix: 'n' })
    expect(items.map(one => one.jobs.map(row => row.id))).toEqual([[job.id, later.job.id]])
    expect(items[0]?.tasks.map(one => [one.label, room.state.tasks.get(one.task.id)?.jobId])).toEqual([
      ['one', later.job.id],
      ['two', later.job.id],
    ])
    expect((await ops.listNames(VIC, {})).items.map(one => one.name)).toEqual(['m', 'n'])
    const page = await ops.listNames(VIC, { reverse: true, limit: 1 })
    expect([page.items[0]?.name, page.next]).toEqual(['n', 'n'])
    expect((await ops.listNames(VIC, { reverse: true, limit: 1, after: 'n' })).items[0]?.name).toBe('m')
  })
})

describe('a job that is removed', () => {
  it('is seen by nobody any more, whatever they ask, while it still runs', async () => {
    const { room, ops, job, taskId, allocation } = await createRunning()
    await expect(ops.purgeJob(BOB, job.id)).rejects.toEqual(refused('FORBIDDEN'))
    await expect(ops.purgeJob(VIC, job.id)).rejects.toEqual(refused('FORBIDDEN'))
    await ops.purgeJob(ANN, String(job.number))
    expect(room.state.allocations.get(allocation)).toMatchObject({ desired: 'stop', status: 'running' })
    for (const ref of [job.id, String(job.number)]) {
      await expect(ops.getJob(VIC, ref)).rejects.toEqual(refused('JOB_NOT_FOUND'))
      await expect(ops.listTasks(VIC, ref, {})).rejects.toEqual(refused('JOB_NOT_FOUND'))
      await expect(ops.openOutput(VIC, { ref }, 'output')).rejects.toEqual(refused('JOB_NOT_FOUND'))
      await expect(ops.stopJob(ROOT, ref)).rejects.toEqual(refused('JOB_NOT_FOUND'))
      await expect(ops.retryJob(ROOT, ref, 'all')).rejects.toEqual(refused('JOB_NOT_FOUND'))
      await expect(ops.purgeJob(ROOT, ref)).rejects.toEqual(refused('JOB_NOT_FOUND'))
    }
    await expect(ops.stopTask(ROOT, taskId)).rejects.toEqual(refused('TASK_NOT_FOUND'))
    await expect(ops.openOutput(VIC, { taskId }, 'output')).rejects.toEqual(refused('TASK_NOT_FOUND'))
    const seen = [
      (await ops.listJobs(VIC, {})).items,
      (await ops.listJobs(VIC, { status: ['running'] })).items,
      (await ops.listJobs(VIC, { oldestFirst: true, does: ['load'] })).items,
      (await ops.findTasks(VIC, { taskId })).items,
      (await ops.findTasks(VIC, { name: 'n' })).items,
      await ops.listSubmissions(VIC, { name: 'n' }),
      await ops.listAllocations(VIC, {}),
      await ops.listAllocations(VIC, { id: allocation }),
      (await ops.listNames(VIC, {})).items,
    ]
    expect(seen.flat()).toEqual([])
    await room.end(allocation, { exit: { reason: 'stopped' } })
    expect([room.state.jobs.size, room.state.allocations.size, room.state.submissions.size]).toEqual([0, 0, 0])
  })

  it('lets go of who waits for it and who follows it', async () => {
    const { ops, job } = await createRunning()
    const heard: LiveEvent[] = []
    const followed = (async () => {
      for await (const event of ops.follow(VIC, { ref: job.id }, NEVER)) heard.push(event)
    })()
    const waited = ops.waitForJob(VIC, job.id, { waitMs: 3_600_000, signal: NEVER })
    const noticed = expect(waited).rejects.toEqual(refused('JOB_NOT_FOUND'))
    await ops.purgeJob(ANN, job.id)
    await noticed
    await followed
    expect(heard).toHaveLength(1)
  })

  it('may use the room that is kept for a full disk', async () => {
    const { room, ops, job } = await createRunning()
    const priorities: unknown[] = []
    const save = room.store.save
    room.store.save = async (changes, how) => {
      priorities.push(how?.priority)
      await save(changes, how)
    }
    await ops.purgeJob(ANN, job.id)
    expect(priorities).toEqual([true])
  })
})

describe('the index of the state', () => {
  it('goes up with every change, and rows know those at which they came and changed', async () => {
    const { room, ops, job, allocation } = await createRunning()
    const before = room.state.jobs.get(job.id)
    const at = ops.stateIndex()
    await room.end(allocation)
    const after = room.state.jobs.get(job.id)
    expect(ops.stateIndex()).toBeGreaterThan(at)
    expect(after?.createIndex).toBe(before?.createIndex)
    expect(after?.modifyIndex).toBe(ops.stateIndex())
    expect(room.state.allocations.get(allocation)?.modifyIndex).toBe(ops.stateIndex())
    // what is on disk says the same
    expect((await room.store.load()).get('jobs')?.get(job.id)).toEqual(after)
  })

  it('is waited for, and what users’ daemons tell does not raise it', async () => {
    const room = createEngineRoom()
    await room.engine.dispatch({ type: 'companion.named', user: 'ann', daemonId: 'd' })
    const at = room.operations.stateIndex()
    const waited = room.operations.waitForIndex(at, { waitMs: 3_600_000, signal: NEVER })
    const said = { entrypoints: ['http://x'], abnormal: [], lines: [] }
    await room.engine.dispatch({ type: 'companion.heard', daemonId: 'd', said })
    expect(room.operations.stateIndex()).toBe(at)
    expect(room.state.companions.get('ann')?.entrypoints).toEqual(['http://x'])
    await room.submit(['/a'])
    expect(await waited).toBe(at + 1)
    const late = room.operations.waitForIndex(at + 1, { waitMs: 1_000, signal: NEVER })
    room.move(1_000)
    expect(await late).toBe(at + 1)
  })
})
