// an ask that tells which state of a name it knows, and a stop of what has ended
import { describe, expect, it } from 'vitest'
import { countersOf } from '../../bot/core/state.ts'
import { ANN, createWorld, must, toSubmit, VIC } from './world.ts'

describe('an enforced index', () => {
  it('is that of the last ask about the name, stops included', () => {
    const world = createWorld()
    const submit = (enforceIndex: number) => world.ask({ ...toSubmit(['/a'], { name: 'x' }), enforceIndex })
    expect(() => submit(3)).toThrow('Enforcing job modify index 3: job does not exist')
    expect([...world.state.jobs.rows()]).toEqual([])
    const { jobId } = submit(0)
    const first = countersOf(world.state).index
    expect(() => submit(0)).toThrow('Enforcing job modify index 0: job already exists')
    expect(() => submit(first + 1)).toThrow(`conflicting job modify index: ${first}`)
    world.ask({ type: 'job.stop', actor: ANN, jobId: must(jobId) })
    expect(() => submit(first)).toThrow(`conflicting job modify index: ${countersOf(world.state).index}`)
    submit(countersOf(world.state).index)
    expect([...world.state.submissions.rows()].map(({ kind }) => kind)).toEqual(['submit', 'stop', 'submit'])
  })
})

describe('a stop of what has ended', () => {
  it('is kept once, and changes nothing else', () => {
    const world = createWorld()
    const jobId = must(world.ask(toSubmit(['/a'], { name: 'x' })).jobId)
    const stop = () => world.ask({ type: 'job.stop', actor: ANN, jobId, view: 'nomad' })
    stop()
    const job = world.state.jobs.get(jobId)
    expect(job?.endedAt).toBeDefined()
    stop()
    expect([...world.state.submissions.rows()].map(({ kind }) => kind)).toEqual(['submit', 'stop'])
    world.ask({ type: 'job.retry', actor: ANN, jobId, only: 'all' })
    expect(() => world.ask({ type: 'job.stop', actor: VIC, jobId })).toThrow('viewer')
    expect([...world.state.submissions.rows()]).toHaveLength(2)
  })
})
