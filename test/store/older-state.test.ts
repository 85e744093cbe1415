// a state directory of the time before jobs knew their submissions, indexes and least paths
import { expect, test } from 'vitest'
import { createState, type State, TABLE_NAMES } from '../../bot/core/state.ts'
import type { Change } from '../../bot/engine/ports.ts'
import { fillState } from '../../bot/engine/restore.ts'
import { createJournal } from '../../bot/store/journal.ts'
import { RECORD_PARSERS } from '../../bot/store/records.ts'
import { createWorld, ending, findings, measured } from '../core/world.ts'
import { createRoom } from '../helpers/room.ts'

const NEWER = ['createIndex', 'modifyIndex', 'leastKey', 'restarts', 'stage', 'label', 'samples']
const KNOWN = ['jobs', 'tasks', 'allocations', 'agents', 'keys', 'tokens', 'counters'] as const

// as that time wrote them
function toOlder(state: State): Change[] {
  return KNOWN.flatMap(table =>
    Array.from(state[table].rows() as Iterable<{ id: string }>, row => {
      const fields = Object.entries(row).filter(([name]) => !NEWER.includes(name))
      return { table, key: row.id, value: Object.fromEntries(fields) }
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
  expect([state.submissions.size, state.warmed.size]).toEqual([0, 0])

  // its rows are as good as those of today
  const later = createWorld({ state, seed: 2 })
  const again = later.submit(['/a/x', '/b/'], { resume: true })
  expect(again).toMatchObject({ jobId: first.jobId, met: 'resumed', taskIds: [first.taskIds[1]] })
  expect([...state.submissions.rows()]).toMatchObject([{ version: 0, name: 'n' }])
  expect(state.jobs.get(first.jobId)).toMatchObject({ createIndex: index, modifyIndex: (index ?? 0) + 1 })
  later.end(open.taskIds[0]!, ending())
  expect(later.task(open.taskIds[0]!).status).toBe('succeeded')
  await store.close()
  await remove()
})

test('rows of today are read as they were written', () => {
  const { world } = createHistory()
  for (const name of TABLE_NAMES)
    for (const row of world.state[name].rows())
      expect(RECORD_PARSERS[name](JSON.parse(JSON.stringify(row)))).toEqual(row)
})
