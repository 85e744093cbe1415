// with many jobs behind it, an ask looks at what it concerns
import { expect, it } from 'vitest'
import type { Command } from '../../bot/core/commands.ts'
import { nextDue } from '../../bot/core/reconcile.ts'
import { NOT_SAVED } from '../../bot/core/rows.ts'
import { nextWake } from '../../bot/core/slot-waits.ts'
import { createState, type JobRow, type State, TABLE_NAMES, type TaskRow } from '../../bot/core/state.ts'
import { createFrame } from '../../bot/engine/frame.ts'
import { NO_COUNTS } from '../../shared/job.ts'
import { toInstant } from '../../shared/time.ts'
import { ANN, describeAgent, ROOT, SETTINGS, START, seededIds, toSubmit } from '../core/world.ts'

const JOBS = 20_000
const ids = seededIds()
const at = toInstant(START)

function fill(state: State): JobRow {
  let last: JobRow | undefined
  for (let number = 1; number <= JOBS; number += 1) {
    const [id, taskId, path] = [ids.next(START), ids.next(START), `/p/${number}`]
    const what = { cluster: 'default', action: 'load', desired: 'run', status: 'failed' } as const
    const times = { createdAt: at, startedAt: at, endedAt: at, notes: [] }
    last = {
      ...{ ...what, ...times, ...NOT_SAVED, id, number, name: `n${number % 1_000}`, named: true },
      ...{ requester: 'ann', via: 'http', counts: { ...NO_COUNTS, total: 1, failed: 1 } },
      ...{ waiting: { work: 0, read: 0 }, live: 0, leastKey: path },
    }
    const task: TaskRow = {
      ...{ ...what, ...times, id: taskId, jobId: id, path, key: path, options: {}, verify: true, waiting: false },
      ...{ attempts: 1, lostAgain: 0, passedAgain: 0, restarts: 0, refusedBy: [] },
    }
    state.jobs.set(id, last)
    state.tasks.set(taskId, task)
    const submission = { jobId: id, name: last.name, cluster: 'default', kind: 'submit', view: 'native' } as const
    state.submissions.set(id, { ...submission, ...NOT_SAVED, id, version: number, by: 'ann', at })
    state.warmed.set(`default\n${path}`, { id: `default\n${path}`, cluster: 'default', path, jobId: id, at })
  }
  if (last === undefined) throw new Error('there is none')
  return last
}

/** The same state, counting what is looked at. */
function watch(state: State): { readonly watched: State; looked(): number } {
  let looked = 0
  function* count<Item>(items: Iterable<Item>): Iterable<Item> {
    for (const item of items) {
      looked += 1
      yield item
    }
  }
  const tables = TABLE_NAMES.map(name => {
    const table = state[name]
    const own = {
      find: (index: string, key: string) => count<unknown>(table.find(index, key)),
      keys: (index: string) => count(table.keys(index)),
      rows: () => count<unknown>(table.rows()),
    }
    return [name, Object.setPrototypeOf(own, table)]
  })
  return { watched: Object.fromEntries(tables), looked: () => looked }
}

it('does not walk everything', () => {
  const state = createState()
  const last = fill(state)
  const { watched, looked } = watch(state)
  const agent = describeAgent(ids.next(START), { work: 2 })
  const commands: Command[] = [
    { type: 'agent.hello', agent, live: [], nextNumber: 1, connection: 'c' },
    toSubmit(['/new/1', '/new/2', '/new/3']),
    toSubmit(['/p/500'], { name: 'fresh', resume: true }),
    toSubmit(['/q'], { name: 'fresh', skipOpen: true }),
    { type: 'job.retry', actor: ROOT, jobId: last.id, only: 'unfinished' },
    { type: 'job.stop', actor: ROOT, jobId: last.id },
    { type: 'job.purge', actor: ROOT, jobId: [...state.jobs.find('number', '7')][0]?.id ?? '' },
    { type: 'policy.set', actor: ANN, policy: { kind: 'ttl', cluster: 'default', path: '/a' }, value: '1d' },
    { type: 'tick' },
  ]
  for (const command of commands) {
    const before = looked()
    const world = { state: watched, ids, settings: { ...SETTINGS, keepJobs: 1_000_000 } }
    const frame = createFrame(world, { now: START, isUrgent: false })
    frame.apply(command)
    frame.changes()
    frame.merge()
    nextDue(watched, SETTINGS)
    nextWake(watched)
    expect(looked() - before, command.type).toBeLessThan(1_000)
  }
  expect(looked()).toBeGreaterThan(0)
})
