// stopping, trying again, limits of time, and loads that follow another one
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Job, Task } from '../../shared/job.ts'
import { until } from '../agent/until.ts'
import { createStack, type Stack } from '../helpers/stack.ts'

let stack: Stack

beforeAll(async () => {
  stack = await createStack({ agentEnv: { GANDER_AGENT_CONCURRENCY: '1' } })
})
afterAll(() => stack.close())

const engineJobs = async (status: string): Promise<number> =>
  (await stack.goosefs('job', 'ls')).split('\n').filter(line => line.includes(status)).length

/** A load that cannot go on: all its files are with the engine, whose worker is paused. */
async function heldLoad(path: string, body: Record<string, unknown> = {}): Promise<Task> {
  await stack.knob('jobworker=paused')
  const { id } = await stack.submit({ action: 'load', paths: [path], ...body })
  await until('its files are with the engine', async () => {
    const running = (await engineJobs('RUNNING')) + (await engineJobs('CREATED'))
    return running >= 5 && stack.processes('distributedLoad', path).length > 0
  })
  return stack.task(id)
}

const stop = async (id: string): Promise<Job> => {
  const { status, json } = await stack.api('POST', `/api/v1/jobs/${id}/stop`)
  expect(status).toBe(202)
  return json
}

describe('stop', () => {
  test('in the middle: the processes are gone, the engine is told, and the answer says what was taken back', async () => {
    await stack.put('/middle', 5)
    const task = await heldLoad('/middle')
    const client = stack.gander(['wait', task.job])
    const cancelled = await engineJobs('CANCELED')
    expect(await stop(task.job)).toMatchObject({ desired: 'stop' })
    expect(await stack.ended(task.job)).toMatchObject({ status: 'stopped', counts: { stopped: 1, total: 1 } })
    expect(stack.processes('distributedLoad', '/middle')).toEqual([])
    expect((await engineJobs('CANCELED')) - cancelled).toBe(5)
    expect((await engineJobs('RUNNING')) + (await engineJobs('CREATED'))).toBe(0)
    const ended = await stack.task(task.job)
    expect(ended).toMatchObject({
      ...{ id: task.id, status: 'stopped', desired: 'stop', attempts: 1, exit: { reason: 'stopped' } },
      cancel: { cancelled: 5, remaining: 0, known: true },
    })
    expect((await client).code).toBe(4)
    const status = await stack.api('GET', `/api/v1/status/${task.id}`)
    expect(status.json.status).toMatch(/^signal: (terminated|killed)$/)
    // twice is once
    expect((await stop(task.job)).status).toBe('stopped')
    await stack.knob('jobworker=')
    // and it can be asked for again, in the same job
    const retry = await stack.gander(['retry', task.job, '--all'])
    const again = await stack.ended(task.job)
    expect(again, retry.stderr).toMatchObject({ status: 'succeeded', verdict: { kind: 'cached' } })
    expect(await stack.task(task.job)).toMatchObject({ id: task.id, attempts: 2, status: 'succeeded', desired: 'run' })
  })

  test('one that waits for its place ends at once and never runs', async () => {
    await stack.put('/first', 5)
    await stack.put('/second', 5)
    const first = await heldLoad('/first')
    const second = await stack.submit({ action: 'load', paths: ['/second'] })
    expect(second.status).toBe('queued')
    expect((await stop(second.id)).status).toBe('stopped')
    const task = await stack.task(second.id)
    expect(task).toMatchObject({ status: 'stopped', attempts: 0 })
    expect((await stack.api('GET', `/api/v1/status/${task.id}`)).json.status).toBe('signal: terminated')
    expect((await stack.api('GET', `/api/v1/output/${task.id}`)).text).toBe('')
    await stack.knob('jobworker=')
    expect((await stack.ended(first.job)).status).toBe('succeeded')
    expect(await stack.goosefs('fs', 'ls', '-R', '/second')).not.toContain('100%')
  })
})

describe('retry', () => {
  test('only what failed, or all', async () => {
    await stack.put('/fails', 3)
    await stack.put('/works', 3)
    await stack.knob('fail=/fails/*')
    const { id } = await stack.submit({ action: 'load', paths: ['/works', '/fails'] })
    expect(await stack.ended(id)).toMatchObject({ status: 'partial', counts: { succeeded: 1, failed: 1 } })
    await stack.knob('fail=')
    await stack.api('POST', `/api/v1/jobs/${id}/retry`)
    expect(await stack.ended(id)).toMatchObject({ status: 'succeeded', counts: { succeeded: 2 } })
    expect((await stack.tasks(id)).map(task => [task.path, task.attempts])).toEqual([
      ['/works', 1],
      ['/fails', 2],
    ])
    await stack.api('POST', `/api/v1/jobs/${id}/retry`, { only: 'all' })
    await stack.ended(id)
    expect((await stack.tasks(id)).map(task => [task.attempts, task.verdict?.kind])).toEqual([
      [2, 'nothing-new'],
      [3, 'nothing-new'],
    ])
  })
})

describe('timeoutSeconds', () => {
  test('ends the run and takes its engine jobs back', async () => {
    await stack.put('/slow', 5)
    const task = await heldLoad('/slow', { options: { timeoutSeconds: 2 } })
    const job = await stack.ended(task.job)
    await stack.knob('jobworker=')
    expect(job.status).toBe('failed')
    const ended = await stack.task(task.job)
    expect(ended).toMatchObject({ status: 'failed', attempts: 1, exit: { reason: 'timeout' } })
    expect(ended.cancel).toMatchObject({ cancelled: 5, remaining: 0 })
    expect((await stack.api('GET', `/api/v1/status/${task.id}`)).json.status).toBe('signal: killed')
    expect(stack.processes('distributedLoad', '/slow')).toEqual([])
  })
})

describe('a path that is already being loaded', () => {
  test('is followed: same path and a part of it get verdicts of their own', async () => {
    await stack.put('/tree/a', 3)
    await stack.put('/tree/b', 2)
    await stack.knob('fail=/tree/a/part-00001')
    const leader = await heldLoad('/tree')
    const client = stack.gander(['load', '--json', '/tree/', '/tree/a', '/tree/b'])
    const [job] = await until('the second ask', async () => {
      const { items } = (await stack.api('GET', '/api/v1/jobs?limit=1')).json as { items: Job[] }
      return items[0]?.id === leader.job ? undefined : items
    })
    const followers = await stack.tasks(job?.id ?? '')
    expect(followers.map(task => task.attachedTo)).toEqual([leader.id, leader.id, leader.id])
    await stack.knob('jobworker=')
    expect((await client).code).toBe(3)
    await stack.knob('fail=')
    const kinds = (await stack.tasks(job?.id ?? '')).map(task => [task.path, task.verdict?.kind, task.attempts])
    // they asked when the load was under way already: what failed is tried again for them, under the parent among them
    expect(kinds).toEqual([
      ['/tree/', 'partly', 1],
      ['/tree/a', 'partly', 0],
      ['/tree/b', 'cached', 0],
    ])
    const [, part] = await stack.tasks(job?.id ?? '')
    expect(part?.verdict).toMatchObject({
      after: { files: 3, cachedFiles: 2 },
      missing: [{ path: '/tree/a/part-00001', cause: 'gone' }],
    })
    expect((await stack.task(leader.job)).verdict).toMatchObject({ kind: 'partly', after: { files: 5 } })
    expect(part?.verdict?.missingTotal).toBe(1)
  })

  test('a stopped leader hands over to its follower', async () => {
    await stack.put('/handed', 5)
    const leader = await heldLoad('/handed')
    const { id } = await stack.submit({ action: 'load', paths: ['/handed'] })
    expect((await stack.task(id)).attachedTo).toBe(leader.id)
    await stop(leader.job)
    expect((await stack.ended(leader.job)).status).toBe('stopped')
    await stack.knob('jobworker=')
    expect(await stack.ended(id)).toMatchObject({ status: 'succeeded', verdict: { kind: 'cached' } })
    expect(await stack.task(id)).toMatchObject({ attempts: 1, status: 'succeeded' })
  })

  test('a stopped follower leaves its leader alone', async () => {
    await stack.put('/led', 5)
    const leader = await heldLoad('/led')
    const { id } = await stack.submit({ action: 'load', paths: ['/led/part-00001'] })
    await stop(id)
    expect((await stack.ended(id)).status).toBe('stopped')
    await stack.knob('jobworker=')
    expect(await stack.ended(leader.job)).toMatchObject({ status: 'succeeded', verdict: { kind: 'cached' } })
  })
})
