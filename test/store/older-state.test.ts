// a state directory of the time before jobs knew their submissions, indexes and least paths, and before anybody talked
import { expect, test } from 'vitest'
import { createState, type State, TABLE_NAMES } from '../../bot/core/state.ts'
import type { Change } from '../../bot/engine/ports.ts'
import { fillState } from '../../bot/engine/restore.ts'
import { createJournal } from '../../bot/store/journal.ts'
import { RECORD_PARSERS } from '../../bot/store/records.ts'
import { createClockwork, firing, slotAt, toScheduleDraft } from '../core/clock.ts'
import { failed, GROUP, hear, OTHER, toDraft, typed } from '../core/talk.ts'
import { createWorld, ending, findings, measured, must, ROOT, type World } from '../core/world.ts'
import { createRoom } from '../helpers/room.ts'

const NEWER = ['createIndex', 'modifyIndex', 'leastKey', 'restarts', 'stage', 'label', 'samples', 'nextSchedule']
const KNOWN = ['jobs', 'tasks', 'allocations', 'agents', 'keys', 'tokens', 'counters'] as const

// an agent of that time told of no calls
function toOlderField([name, value]: [string, unknown]): [string, unknown] {
  if (name !== 'description') return [name, value]
  return [name, Object.fromEntries(Object.entries(value as object).filter(([field]) => field !== 'calls'))]
}

// as that time wrote them
function toOlder(state: State): Change[] {
  return KNOWN.flatMap(table =>
    Array.from(state[table].rows() as Iterable<{ id: string }>, row => {
      const fields = Object.entries(row).filter(([name]) => !NEWER.includes(name))
      return { table, key: row.id, value: Object.fromEntries(fields.map(toOlderField)) }
    }),
  )
}

function createHistory() {
  const world = createWorld()
  world.agent({ name: 'a' })
  const first = world.submit(['/b', '/a//x/'], { name: 'n', idempotency: { key: 'k', fingerprint: 'f' } })
  const [one, two] = first.taskIds
  world.start(one!)
  world.end(one!)
  world.start(two!)
  world.end(two!, { findings: findings({ after: measured(3, 1), missingTotal: 2 }) })
  const open = world.submit(['/c'])
  world.start(open.taskIds[0]!)
  world.submit([], { action: 'report' })
  return { world, first, open }
}

const NEVER_HERE: readonly string[] = ['tokens', 'policies', 'companions']

// a row of each kind, with everything that it can have
function talk(world: World, jobId: string, taskId: string): void {
  for (const key of ['m1', 'm2', 'm3']) hear(world, key)
  hear(world, 'm4', { conversation: { id: 'd1', kind: 'direct' } })
  world.ask({ type: 'job.retry', actor: typed('m1', { as: ROOT }), jobId, only: 'all' })
  world.submit(['/c'], { actor: typed('m2'), name: 'c' })
  const question = { code: 'A7K2', line: '释放 /a' }
  const letters = [toDraft('one'), toDraft('two', { card: jobId })]
  world.ask({ type: 'message.answered', key: 'm3', letters, question, toldUnlisted: true })
  const [letterId] = Array.from(world.state.letters.rows(), row => row.id)
  for (let n = 0; n < 2; n += 1)
    world.ask({ type: 'letter.tried', letterId: must(letterId), sending: { channel: 'robot', outcome: 'sending' } })
  const sending = { channel: 'robot', outcome: failed('rate') } as const
  world.ask({ type: 'letter.tried', letterId: must(letterId), sending, waitMs: 5, close: true })
  for (const [id, place] of [
    ['c1', GROUP],
    ['c2', OTHER],
  ] as const)
    world.ask({ type: 'card.opened', card: { id, jobId, place, shown: { percent: '1' } } })
  world.wait(31 * 60_000)
  world.end(taskId)
}

test('is read, and goes on as if nothing had been missing', async () => {
  const { dir, remove } = await createRoom()
  const { world, first, open } = createHistory()
  const writer = createJournal({ dir, tables: RECORD_PARSERS })
  await writer.load()
  await writer.save(toOlder(world.state))
  await writer.close()

  const store = createJournal({ dir, tables: RECORD_PARSERS })
  const state = createState()
  fillState(state, await store.load())
  const index = world.state.counters.get('counters')?.index
  expect(state.jobs.get(first.jobId)).toMatchObject({ leastKey: '/a/x', createIndex: index, modifyIndex: index })
  expect(state.tasks.get(open.taskIds[0]!)).toMatchObject({ status: 'running', restarts: 0 })
  expect([...state.allocations.rows()].map(row => [row.stage, row.createIndex])).toContainEqual(['full', index])
  expect([...state.jobs.rows()].map(row => row.leastKey)).toEqual(['/a/x', '/c', ''])
  expect(Array.from(state.agents.rows(), row => row.description.calls)).toEqual([[]])
  expect([state.submissions.size, state.warmed.size]).toEqual([0, 0])
  const said = [state.messages, state.conversations, state.notices, state.letters, state.cards, state.meters]
  expect(said.map(table => table.size)).toEqual([0, 0, 0, 0, 0, 0])

  // its rows are as good as those of today
  const later = createWorld({ state, seed: 2 })
  const again = later.submit(['/a/x', '/b/'], { resume: true })
  expect(again).toMatchObject({ jobId: first.jobId, met: 'resumed', taskIds: [first.taskIds[1]] })
  expect([...state.submissions.rows()]).toMatchObject([{ version: 0, name: 'n' }])
  expect(state.jobs.get(first.jobId)).toMatchObject({ createIndex: index, modifyIndex: (index ?? 0) + 1 })
  later.end(open.taskIds[0]!, ending())
  expect(later.task(open.taskIds[0]!).status).toBe('succeeded')
  hear(later, 'm1')
  later.ask({ type: 'job.retry', actor: typed('m1', { as: ROOT }), jobId: open.jobId, only: 'all' })
  expect(later.job(open.jobId).askers).toHaveLength(1)
  later.wait(0)
  await store.close()
  await remove()
})

/** Schedules with slots of every kind, and notices about them. */
function keepTime(world: World): void {
  const idempotency = { key: 'k', fingerprint: 'f' }
  world.ask({ type: 'schedule.put', actor: ROOT, draft: toScheduleDraft(), idempotency })
  const waitFor = { path: '/m', withinMinutes: 5, everySeconds: 60, stableMinutes: 3, otherwise: 'skip' } as const
  for (const rules of [
    { waitFor, readyBy: '08:30', misfireWithinSeconds: 9 },
    { overlap: 'queue' },
    { notify: 'always' },
  ] as const) {
    hear(world, `of ${JSON.stringify(rules)}`)
    const actor = typed(`of ${JSON.stringify(rules)}`)
    const quietHours = { from: '01:00', to: '02:00', mode: 'skip' } as const
    const timing = { ...toScheduleDraft().timing, quietHours, startAt: slotAt(0), endAt: slotAt(99), jitterSeconds: 3 }
    const clock = createClockwork(world, rules, { actor, draft: { timing, description: 'd', document: { a: 1 } } })
    clock.due([firing(1), firing(2, { marker: '/m', readyBy: slotAt(3) })], { others: { count: 3, since: slotAt(-3) } })
    for (const slot of clock.slots()) world.ask({ type: 'slot.looked', slotId: slot.id, look: { bytes: 1, files: 1 } })
    clock.due([firing(3, { quiet: { until: slotAt(9), mode: 'wait' } })])
    clock.due([firing(4, { plan: { problem: 'bad' } })], { lateMs: 1_000_000 })
    world.ask({ type: 'schedule.run', actor: ROOT, scheduleId: clock.scheduleId, firing: firing(5) })
  }
}

test('schedules of the time before their course had a row of its own go on where they stood', async () => {
  const { dir, remove } = await createRoom()
  const { world } = createHistory()
  keepTime(world)
  const before = [...world.state.courses.rows()]
  const older = (['schedules', 'slots', 'jobs', 'counters'] as const).flatMap(table =>
    Array.from(world.state[table].rows() as Iterable<{ id: string }>, row => {
      return { table, key: row.id, value: table === 'schedules' ? { ...row, ...world.state.courses.get(row.id) } : row }
    }),
  )
  const writer = createJournal({ dir, tables: RECORD_PARSERS })
  await writer.load()
  await writer.save(older)
  await writer.close()

  const store = createJournal({ dir, tables: RECORD_PARSERS })
  const state = createState()
  fillState(state, await store.load())
  await store.close()
  await remove()
  expect(before.length).toBeGreaterThan(2)
  for (const { id, runs, through, lastSlotId } of before) {
    const { updatedAt } = must(world.state.schedules.get(id))
    const since = through < updatedAt ? updatedAt : through
    expect(must(state.courses.get(id))).toMatchObject({ runs, through: since })
    expect(state.courses.get(id)?.lastSlotId).toBe(lastSlotId)
    expect(state.schedules.get(id)).not.toHaveProperty('through')
  }
})

test('rows of today are read as they were written', () => {
  const { world, first, open } = createHistory()
  talk(world, first.jobId, open.taskIds[0]!)
  keepTime(world)
  for (const name of TABLE_NAMES.filter(name => !NEVER_HERE.includes(name)))
    expect([name, world.state[name].size]).not.toEqual([name, 0])
  for (const name of TABLE_NAMES)
    for (const row of world.state[name].rows())
      expect(RECORD_PARSERS[name](JSON.parse(JSON.stringify(row)))).toEqual(row)
})
