// agents that come and go, report late and twice, refuse, are silent; and time that is over
import { describe, expect, test } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { DAY, MINUTE, SECOND } from '../../shared/time.ts'
import { ANN, createWorld, describeAgent, ending, findings, measured, START } from './world.ts'

const types = (answer: { events: readonly { type: string }[] }) => answer.events.map(event => event.type)

describe('hello', () => {
  test('what was started and is not there is lost at once, what was only placed stays placed', () => {
    const world = createWorld()
    const agent = world.agent({ work: 3 })
    const [a, b, c] = world.submit(['/a', '/b', '/c'], { action: 'free' }).taskIds as [string, string, string]
    world.start(a)
    world.report(agent.id, { type: 'accepted', allocation: world.run(b).id })
    world.hello(agent, [])
    expect([a, b, c].map(id => world.task(id).status)).toEqual(['lost', 'lost', 'queued'])
    expect(world.run(c)).toMatchObject({ status: 'queued', attempt: 1 })
  })

  test('a lost load is placed again, at most twice', () => {
    const world = createWorld()
    const agent = world.agent()
    const [a] = world.submit(['/a']).taskIds
    for (const attempt of [1, 2, 3]) {
      expect(world.task(a!)).toMatchObject({ status: 'queued', attempts: attempt })
      world.start(a!)
      world.hello(agent, [])
    }
    expect(world.task(a!)).toMatchObject({ status: 'lost', attempts: 3, exit: { reason: 'lost' } })
  })

  test('of two leaders lost at once neither is given what followed the other', () => {
    const world = createWorld()
    const agent = world.agent()
    const [inner] = world.submit(['/a/b']).taskIds as [string]
    const [follower] = world.submit(['/a/b/c']).taskIds as [string]
    const [outer] = world.submit(['/a']).taskIds as [string]
    for (let loss = 1; loss <= 3; loss += 1) {
      expect(world.task(follower)).toMatchObject({ attachedTo: inner })
      for (const id of [inner, outer]) world.start(id)
      world.hello(agent, [])
    }
    expect([inner, outer].map(id => world.task(id).status)).toEqual(['lost', 'lost'])
    expect(world.task(follower)).toMatchObject({ status: 'queued', attempts: 1 })
    expect(world.task(follower).attachedTo).toBeUndefined()
    world.start(follower)
    world.end(follower)
    expect(world.task(follower).status).toBe('succeeded')
  })

  test('one that returns before its run was placed again is believed, after that its run is stopped', () => {
    const world = createWorld()
    const agent = world.agent({ name: 'one' })
    const [a] = world.submit(['/a']).taskIds
    world.start(a!)
    const first = world.run(a!).id
    world.gone(agent.id)
    world.wait(2 * MINUTE)
    expect(world.task(a!)).toMatchObject({ status: 'queued', waiting: true })
    world.hello(agent, [{ allocation: first, state: 'running' }])
    expect(world.task(a!)).toMatchObject({ status: 'running', attempts: 1, allocationId: first })
    world.gone(agent.id)
    world.wait(2 * MINUTE)
    world.agent({ name: 'two' })
    expect(world.task(a!)).toMatchObject({ attempts: 2 })
    expect(world.hello(agent, [{ allocation: first, state: 'running' }]).stop).toEqual([first])
    world.report(agent.id, { type: 'ended', allocation: first, ending: ending() })
    expect(world.allocation(first).status).toBe('succeeded')
    expect(world.task(a!).status).toBe('queued')
  })

  test('what is wanted ended or unknown is stopped there, what has ended may be forgotten', () => {
    const world = createWorld()
    const agent = world.agent()
    const { taskIds, jobId } = world.submit(['/a', '/b'])
    const [a, b] = taskIds.map(id => world.run(id).id) as [string, string]
    for (const id of taskIds) world.start(id)
    world.end(taskIds[0]!)
    world.ask({ type: 'job.stop', actor: ANN, jobId })
    const unknown = world.ids.next(START)
    const answer = world.hello(agent, [
      { allocation: a, state: 'ended' },
      { allocation: b, state: 'running' },
      { allocation: unknown, state: 'running' },
    ])
    expect(answer).toMatchObject({ forget: [a], stop: [b, unknown], acknowledged: 5 })
  })

  test('a lost run of a job that was stopped meanwhile does not come back', () => {
    const world = createWorld()
    const agent = world.agent({ work: 1 })
    const { jobId, taskIds } = world.submit(['/a', '/b'], { action: 'free' })
    const { id } = world.run(taskIds[0]!)
    world.start(taskIds[0]!)
    world.gone(agent.id)
    world.wait(2 * MINUTE)
    world.ask({ type: 'job.stop', actor: ANN, jobId })
    expect(world.hello(agent, [{ allocation: id, state: 'running' }]).stop).toEqual([id])
    expect(world.job(jobId)).toMatchObject({ status: 'lost', counts: { lost: 1, stopped: 1 } })
  })

  test('a run whose loss was reported and taken is over for good, whatever hello calls it', () => {
    const world = createWorld()
    const agent = world.agent()
    const [a] = world.submit(['/a'], { action: 'free' }).taskIds as [string]
    const { id } = world.run(a)
    world.start(a)
    world.end(a, { exit: { reason: 'lost' }, outputBytes: 7 })
    expect(world.task(a).status).toBe('lost')
    expect(world.allocation(id)).toMatchObject({ status: 'lost', outputBytes: 7 })
    expect(world.hello(agent, [{ allocation: id, state: 'ended' }])).toMatchObject({ forget: [id], stop: [] })
    expect(world.task(a).status).toBe('lost')
    expect(world.hello(agent, [{ allocation: id, state: 'running' }])).toMatchObject({ forget: [], stop: [id] })
    for (const report of [
      { type: 'started', allocation: id } as const,
      { type: 'ended', allocation: id, ending: ending() } as const,
    ])
      expect(types(world.report(agent.id, report))).toEqual(['agent.taken'])
    expect(world.task(a).status).toBe('lost')
  })

  test('a run given up for silence that has ended meanwhile is kept until its report comes, and ends by it', () => {
    const world = createWorld()
    const agent = world.agent()
    const [a, b] = world.submit(['/a', '/b'], { action: 'free' }).taskIds as [string, string]
    for (const id of [a, b]) world.start(id)
    const [first, second] = [world.run(a).id, world.run(b).id]
    world.gone(agent.id)
    world.wait(2 * MINUTE)
    const said = [first, second].map(allocation => ({ allocation, state: 'ended' as const }))
    expect(world.hello(agent, said)).toMatchObject({ forget: [], stop: [] })
    expect(world.task(a).status).toBe('lost')
    world.end(a)
    expect(world.task(a).status).toBe('succeeded')
    world.end(b, { exit: { reason: 'lost' }, outputBytes: 5 })
    expect(world.task(b).status).toBe('lost')
    expect(world.hello(agent, said)).toMatchObject({ forget: [first, second], stop: [] })
  })

  test('another identity under a live name is refused and both are named; the same one replaces its connection', () => {
    const world = createWorld()
    const agent = world.agent({ name: 'x' })
    const other = describeAgent(world.ids.next(START), { name: 'x' })
    expect(() => world.hello(other)).toThrow(AppError)
    expect(() => world.hello(other)).toThrow(new RegExp(`${agent.id}.*${other.id}`))
    world.hello(agent, [], { connection: 'newer' })
    world.ask({ type: 'agent.gone', agentId: agent.id, connection: 'older' })
    expect(world.state.agents.get(agent.id)?.connected).toBe(true)
    world.gone(agent.id)
    world.hello(other)
    expect(world.state.agents.get(other.id)?.connected).toBe(true)
  })
})

describe('reports', () => {
  test('each number counts once, and nothing comes back from an end', () => {
    const world = createWorld()
    const agent = world.agent()
    const [a] = world.submit(['/a']).taskIds
    const { id } = world.run(a!)
    world.start(a!)
    world.end(a!)
    const again = world.ask({
      type: 'agent.report',
      agentId: agent.id,
      n: 3,
      report: { type: 'started', allocation: id },
    })
    expect(again).toMatchObject({ acknowledged: 3, events: [] })
    expect(types(world.report(agent.id, { type: 'started', allocation: id }))).toEqual(['agent.taken'])
    expect(types(world.report(agent.id, { type: 'ended', allocation: id, ending: ending() }))).toEqual(['agent.taken'])
  })

  test('a gap in the numbers is refused and nothing of it is taken; hello lines the numbers up', () => {
    const world = createWorld()
    const agent = world.agent()
    const [a] = world.submit(['/a']).taskIds as [string]
    const { id } = world.run(a)
    const say = (n: number) =>
      world.ask({ type: 'agent.report', agentId: agent.id, n, report: { type: 'started', allocation: id } })
    expect(() => say(2)).toThrow(expect.objectContaining({ code: 'CONFLICT' }))
    expect(world.state.agents.get(agent.id)?.taken).toBe(0)
    expect(world.task(a).status).toBe('queued')
    expect(world.hello(agent, [], { nextNumber: 5 }).acknowledged).toBe(4)
    expect(() => say(6)).toThrow(AppError)
    expect(say(5).acknowledged).toBe(5)
    expect(world.task(a).status).toBe('running')
    expect(world.hello(agent, [{ allocation: id, state: 'running' }], { nextNumber: 3 }).acknowledged).toBe(5)
  })

  test('what ended while its report was lost on the way does not run for ever', () => {
    const world = createWorld()
    const agent = world.agent()
    const [a] = world.submit(['/a'], { action: 'free' }).taskIds as [string]
    world.start(a)
    const live = [{ allocation: world.run(a).id, state: 'ended' as const }]
    world.hello(agent, live)
    expect(world.task(a).status).toBe('running')
    world.hello(agent, live, { nextNumber: 9 })
    expect(world.task(a).status).toBe('lost')
  })

  test('a refused placement moves to another agent, waits when there is none, and ends when nobody else may', () => {
    const world = createWorld()
    const one = world.agent({ name: 'one' })
    const [a, b] = world.submit(['/a', '/b'], { action: 'metadata' }).taskIds as [string, string]
    world.report(one.id, { type: 'refused', allocation: world.run(a).id, reason: 'full', moveOn: true })
    expect(world.task(a)).toMatchObject({ status: 'queued', waiting: true })
    expect(world.nextDue()).toBe(START + 20 * SECOND)
    world.wait(20 * SECOND)
    expect(world.task(a)).toMatchObject({ attempts: 2, waiting: false })
    world.report(one.id, { type: 'refused', allocation: world.run(b).id, reason: 'no such program', moveOn: false })
    expect(world.task(b)).toMatchObject({ status: 'failed', exit: { reason: 'refused', message: 'no such program' } })
    const two = world.agent({ name: 'two' })
    world.report(one.id, { type: 'refused', allocation: world.run(a).id, reason: 'full', moveOn: true })
    expect(world.run(a).agentId).toBe(two.id)
  })

  test('a run of which its agent knows that it never started is repeated even when it may not be', () => {
    const world = createWorld()
    world.agent()
    const [a] = world.submit(['/a'], { action: 'free' }).taskIds
    world.end(a!, { exit: { reason: 'lost' }, started: false })
    expect(world.task(a!)).toMatchObject({ status: 'queued', attempts: 2 })
    world.start(a!)
    world.end(a!, { exit: { reason: 'lost' } })
    expect(world.task(a!).status).toBe('lost')
  })
})

describe('time', () => {
  test('silence longer than the grace period loses what runs there; a restarted daemon counts it anew', () => {
    const world = createWorld()
    const agent = world.agent()
    const [a] = world.submit(['/a']).taskIds
    world.start(a!)
    world.gone(agent.id)
    world.wait(119 * SECOND)
    world.ask({ type: 'daemon.started' })
    expect(world.nextDue()).toBe(START + 239 * SECOND)
    world.wait(119 * SECOND)
    expect(world.task(a!).status).toBe('running')
    world.wait(SECOND)
    expect(world.task(a!)).toMatchObject({ status: 'queued', lostAgain: 1, waiting: true })
  })

  test('a time limit counts from the start, stops the run, and reads as timeout', () => {
    const world = createWorld()
    world.agent()
    const [a] = world.submit(['/a'], { options: { timeoutSeconds: 60 } }).taskIds
    world.wait(MINUTE)
    world.start(a!)
    expect(world.nextDue()).toBe(START + 2 * MINUTE)
    expect(types(world.wait(MINUTE))).toEqual(['allocation.stop-requested'])
    expect(world.nextDue()).toBeUndefined()
    world.end(a!, { exit: { reason: 'stopped' }, findings: findings({ after: measured(3, 1) }) })
    expect(world.task(a!)).toMatchObject({ status: 'failed', exit: { reason: 'timeout' }, verdict: { kind: 'partly' } })
  })

  test('causes that pass are waited for, twice', () => {
    const world = createWorld()
    world.agent()
    const [a] = world.submit(['/a']).taskIds
    const bad = {
      findings: findings({ after: measured(3, 1), missingTotal: 2, missingByCause: { 'no-job-worker': 2 } as const }),
    }
    for (const waitMs of [MINUTE, 5 * MINUTE]) {
      world.start(a!)
      world.end(a!, bad)
      expect(world.task(a!)).toMatchObject({ status: 'queued', waiting: true })
      expect(world.nextDue()).toBe(world.now + waitMs)
      world.wait(waitMs - 1)
      expect(world.task(a!).waiting).toBe(true)
      world.wait(1)
    }
    expect(world.task(a!).attempts).toBe(3)
    world.start(a!)
    world.end(a!, bad)
    expect(world.task(a!)).toMatchObject({ status: 'failed', verdict: { kind: 'partly' } })
  })

  test('but not when half an hour has passed since the first', () => {
    const world = createWorld()
    world.agent()
    const [a] = world.submit(['/a']).taskIds
    const bad = {
      findings: findings({ trouble: { cause: 'master-unreachable', message: 'm' } }),
      exit: { reason: 'exited', code: 255 } as const,
    }
    world.start(a!)
    world.end(a!, bad)
    world.wait(30 * MINUTE)
    world.start(a!)
    world.end(a!, bad)
    expect(world.task(a!)).toMatchObject({ status: 'failed', attempts: 2 })
  })

  test('old history and agents go, a bounded number at a time', () => {
    const world = createWorld({ settings: { keepDays: 1, keepJobs: 2 } })
    const agent = world.agent()
    const jobs = ['/a', '/b', '/c'].map(path => {
      const { jobId, taskIds } = world.submit([path], { idempotency: { key: path, fingerprint: path } })
      world.start(taskIds[0]!)
      world.end(taskIds[0]!)
      return jobId
    })
    expect(world.nextDue()).toBe(0)
    const { events } = world.wait(0)
    expect(events).toMatchObject([{ type: 'job.removed', jobId: jobs[0], allocationIds: [expect.any(String)] }])
    expect([world.state.tasks.size, world.state.allocations.size, world.state.keys.size]).toEqual([2, 2, 2])
    world.gone(agent.id)
    world.wait(3 * DAY)
    expect([world.state.jobs.size, world.state.tasks.size, world.state.agents.size]).toEqual([0, 0, 0])
    expect(world.nextDue()).toBeUndefined()
  })
})

describe('placement', () => {
  test('the least loaded ready agent, lanes apart, jobs in turn', () => {
    const world = createWorld()
    const small = world.agent({ name: 'small', work: 1 })
    const big = world.agent({ name: 'big', work: 3 })
    world.agent({ name: 'blind', found: false })
    const many = world.submit(['/1', '/2', '/3', '/4', '/5', '/6'])
    const at = many.taskIds.slice(0, 4).map(id => world.run(id).agentId)
    expect(at.filter(id => id === small.id)).toHaveLength(1)
    expect(at.filter(id => id === big.id)).toHaveLength(3)
    const [list] = world.submit(['/l'], { action: 'list' }).taskIds
    expect(world.task(list!).waiting).toBe(false)
    const [late] = world.submit(['/late']).taskIds
    world.start(many.taskIds[0]!)
    world.end(many.taskIds[0]!)
    expect(world.task(late!).waiting).toBe(false)
    expect(world.task(many.taskIds[4]!).waiting).toBe(true)
  })
})
