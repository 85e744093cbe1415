// whatever is saved while journals rotate and snapshots are written is what is read back

import { readdir } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Change } from '../../bot/engine/ports.ts'
import { realFiles } from '../../bot/store/files.ts'
import { writeSnapshot } from '../../bot/store/snapshot.ts'
import { createTables } from '../../bot/store/tracked.ts'
import { toPlain } from '../contract/state-store.ts'
import { createFaultyFiles, createRoom, type Faults, noRoom, openJournal } from '../helpers/room.ts'

let room: Awaited<ReturnType<typeof createRoom>>
beforeEach(async () => {
  room = await createRoom()
})
afterEach(() => room.remove())

type Model = Map<string, unknown>
function applyTo(model: Model, changes: readonly Change[]): void {
  for (const { table, key, value } of changes) {
    if (value === null) model.delete(`${table}/${key}`)
    else model.set(`${table}/${key}`, value)
  }
}
const toModel = (tables: ReadonlyMap<string, ReadonlyMap<string, unknown>>): Model =>
  new Map([...tables].flatMap(([table, rows]) => [...rows].map(([key, value]) => [`${table}/${key}`, value] as const)))

const change: fc.Arbitrary<Change> = fc.record({
  table: fc.constantFrom('jobs', 'tasks'),
  key: fc.integer({ min: 0, max: 12 }).map(String),
  value: fc.oneof(fc.constant(null), fc.record({ n: fc.integer(), text: fc.string({ unit: 'binary' }) })),
})
const save = fc.record({ changes: fc.array(change, { maxLength: 5 }), fails: fc.boolean(), together: fc.boolean() })

test('any history of saves, some failing, some at once, is read back as it was acknowledged', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(save, { maxLength: 25 }), { maxLength: 4 }), async sessions => {
      const { dir, remove } = await createRoom()
      const model: Model = new Map()
      try {
        for (const session of sessions) {
          const faults: Faults = {}
          const journal = openJournal(dir, { rotateBytes: 150, files: createFaultyFiles(faults) })
          expect(toModel(await journal.load())).toEqual(model)
          let open: Promise<void>[] = []
          for (const { changes, fails, together } of session) {
            if (fails) {
              await Promise.all(open)
              open = []
              faults.before = (operation, path) => {
                if (operation === 'write' && path.includes('journal-')) throw noRoom()
              }
              // A save of nothing, or one that is undone within itself, writes nothing and cannot fail.
              const isSaved = await journal.save(changes).then(
                () => true,
                () => false,
              )
              expect(isSaved).toBe(changes.length === 0)
              delete faults.before
              continue
            }
            open.push(journal.save(changes))
            applyTo(model, changes)
            if (!together) await Promise.all(open)
          }
          await Promise.all(open)
          await journal.close()
        }
        const journal = openJournal(dir)
        expect(toModel(await journal.load())).toEqual(model)
        await journal.close()
      } finally {
        await remove()
      }
    }),
    { numRuns: 60 },
  )
})

test('a snapshot of tables that change while it is written, with the journal since on top, is the state', async () => {
  const start = fc.array(change, { maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(start, fc.array(change, { minLength: 1, maxLength: 200 }), async (before, during) => {
      const tables = createTables(['jobs', 'tasks'])
      const put = ({ table, key, value }: Change) => tables.get(table)?.put(key, value)
      before.forEach(put)
      const written: Buffer[] = []
      const left = [...during]
      const files = {
        ...realFiles,
        open: async () => ({
          ...({} as Awaited<ReturnType<typeof realFiles.open>>),
          write: async (bytes: Uint8Array) => {
            written.push(Buffer.from(bytes))
            // Between two frames everything may change.
            for (const one of left.splice(0, 40)) put(one)
            return { bytesWritten: bytes.length, buffer: bytes }
          },
          datasync: async () => {},
          close: async () => {},
        }),
      } as unknown as typeof realFiles
      await writeSnapshot({ files, path: 'nowhere', generation: 1, tables, isAborted: () => false, rowsPerFrame: 3 })
      for (const one of left) put(one)
      const model: Model = new Map()
      const lines = Buffer.concat(written).toString().trimEnd().split('\n')
      const frames = lines.map(line => JSON.parse(line.slice(line.indexOf(' ', 9) + 1)) as unknown)
      const rows = frames.filter(Array.isArray).flat(1) as [string, string, unknown][]
      expect(frames.at(-1)).toEqual({ rows: rows.length })
      applyTo(
        model,
        rows.map(([table, key, value]) => ({ table, key, value })),
      )
      applyTo(model, during)
      expect(model).toEqual(toModel(tables))
    }),
    { numRuns: 200 },
  )
})

test('a thousand saves side by side through many rotations are all there, and old files are gone', async () => {
  const journal = openJournal(room.dir, { rotateBytes: 5_000 })
  await journal.load()
  const names = new Set<string>()
  const expected: Record<string, unknown> = {}
  const write = async (writer: number) => {
    for (let n = 0; n < 50; n++) {
      const key = `w${writer}-${n % 10}`
      await journal.save([{ table: 'tasks', key, value: { writer, n } }])
      expected[key] = { writer, n }
      if (n % 10 === 0) for (const name of await readdir(room.dir)) names.add(name)
    }
  }
  await Promise.all(Array.from({ length: 20 }, (_, writer) => write(writer)))
  await journal.settled()
  expect((await readdir(room.dir)).length).toBe(2)
  await journal.close()
  expect([...names].filter(name => name.startsWith('journal')).length).toBeGreaterThan(2)
  const again = openJournal(room.dir)
  expect(toPlain(await again.load())['tasks']).toEqual(expected)
  await again.close()
})

test('closing while a snapshot is being written gives it up and loses nothing', async () => {
  const journal = openJournal(room.dir, { rotateBytes: 2_000 })
  await journal.load()
  const rows = Array.from({ length: 3_000 }, (_, n) => ({ table: 'jobs', key: `k${n}`, value: { n } }))
  await journal.save(rows)
  await journal.close()
  const again = openJournal(room.dir)
  expect((await again.load()).get('jobs')?.size).toBe(3_000)
  await again.close()
})

test('a snapshot gets its name only after the frame that was being written when its scan ended', async () => {
  const events: string[] = []
  const faults: Faults = {}
  const faulty = createFaultyFiles(faults)
  const files = {
    ...faulty,
    rename: async (from: string, to: string) => {
      events.push('snapshot named')
      await faulty.rename(from, to)
    },
  }
  const journal = openJournal(room.dir, { rotateBytes: 300, files })
  await journal.load()
  let late: Promise<void> | undefined
  faults.before = async (operation, path) => {
    if (operation === 'datasync' && path.endsWith('.tmp')) {
      late = journal.save([{ table: 'jobs', key: 'late', value: 'late' }])
      await nextTurn()
    } else if (operation === 'write' && path.includes('journal-') && late !== undefined) {
      // Time enough for a snapshot that does not wait.
      for (let turn = 0; turn < 100; turn++) await realFiles.list(room.dir)
      events.push('frame written')
    }
  }
  for (let n = 0; n < 20 && late === undefined; n++) await journal.save([{ table: 'jobs', key: `k${n}`, value: n }])
  await journal.settled()
  await late
  expect(events.slice(0, 2)).toEqual(['frame written', 'snapshot named'])
  await journal.close()
})
