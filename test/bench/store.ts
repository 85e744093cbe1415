// what an update of the state costs as the state grows, beside lowdb's own file and a bare durable append

import { constants } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Low } from 'lowdb'
import { JSONFile } from 'lowdb/node'
import type { Change } from '../../bot/engine/ports.ts'
import { createJournal } from '../../bot/store/journal.ts'

export type BenchRow = {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly ratio: number
  readonly note: string
}

const SIZES = [1_000, 10_000, 100_000] as const
const ROUNDS = 3
const WRITERS = 16
const UPDATES = 4_000
const JSON_FILE_UPDATES: Readonly<Record<number, number>> = { 1000: 100, 10000: 20, 100000: 3 }

/** A record of about half a kilobyte, like a task's. */
function toRecord(n: number, version: number): Record<string, unknown> {
  return {
    id: `0197a000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`,
    path: `/warehouse/db.db/table_${n}/dt=2025-06-${(n % 28) + 1}`,
    status: 'running',
    version,
    steps: Array.from({ length: 4 }, (_, step) => ({ name: `step-${step}`, startedAt: '2025-06-01T00:00:00.000Z' })),
    counts: { loaded: version, failed: 0, total: 1_000 },
  }
}

const toChange = (n: number, version: number): Change => ({
  table: 'tasks',
  key: String(n),
  value: toRecord(n, version),
})

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

type Cost = { readonly wallUs: number; readonly cpuUs: number; readonly blockMs: number }

/** Runs `update` and answers its mean cost, and the longest stretch in which nothing else could run. */
async function measure(count: number, run: () => Promise<void>): Promise<Cost> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  await run()
  const wallUs = ((performance.now() - startedAt) * 1_000) / count
  const used = process.cpuUsage(cpu)
  delay.disable()
  return { wallUs, cpuUs: (used.user + used.system) / count, blockMs: delay.max / 1e6 }
}

async function inRoom<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'gander-bench-'))
  try {
    return await work(dir)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

function benchJournal(size: number): Promise<Cost> {
  return inRoom(async dir => {
    const journal = createJournal({ dir, tables: { tasks: value => value }, reserveBytes: 0 })
    await journal.load()
    for (let n = 0; n < size; n += 1_000) {
      await journal.save(Array.from({ length: 1_000 }, (_, at) => toChange(n + at, 0)))
    }
    await journal.settled()
    const write = async (writer: number) => {
      for (let n = 0; n < UPDATES / WRITERS; n++) await journal.save([toChange((n * 7919 + writer) % size, n)])
    }
    const cost = await measure(UPDATES, async () => {
      await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)))
    })
    await journal.close()
    return cost
  })
}

function benchJsonFile(size: number): Promise<Cost> {
  return inRoom(async dir => {
    const tasks = Object.fromEntries(Array.from({ length: size }, (_, n) => [n, toRecord(n, 0)]))
    const db = new Low<{ tasks: Record<string, unknown> }>(new JSONFile(join(dir, 'db.json')), { tasks })
    await db.write()
    const count = JSON_FILE_UPDATES[size] ?? 1
    return measure(count, async () => {
      for (let n = 0; n < count; n++) {
        await db.update(data => {
          data.tasks[n] = toRecord(n, n)
        })
      }
    })
  })
}

/** The least that a durable update can cost here: 500 bytes appended to a file opened for synchronous writing. */
function benchAppend(): Promise<Cost> {
  return inRoom(async dir => {
    const { O_APPEND, O_CREAT, O_DSYNC, O_WRONLY } = constants
    const file = await open(join(dir, 'append'), O_WRONLY | O_CREAT | O_APPEND | O_DSYNC)
    const bytes = Buffer.alloc(500, 0x61)
    try {
      return await measure(500, async () => {
        for (let n = 0; n < 500; n++) await file.write(bytes)
      })
    } finally {
      await file.close()
    }
  })
}

type Round = {
  readonly append: Cost
  readonly journal: ReadonlyMap<number, Cost>
  readonly file: ReadonlyMap<number, Cost>
}

async function runRound(): Promise<Round> {
  const journal = new Map<number, Cost>()
  const file = new Map<number, Cost>()
  const append = await benchAppend()
  for (const size of SIZES) {
    journal.set(size, await benchJournal(size))
    file.set(size, await benchJsonFile(size))
  }
  return { append, journal, file }
}

/** Measures all kinds side by side, in three interleaved rounds, and answers medians and the median of each ratio. */
export async function benchStore(): Promise<BenchRow[]> {
  // One that does not count: the first run pays for compiling.
  await benchJournal(1_000)
  const rounds: Round[] = []
  for (let round = 0; round < ROUNDS; round++) rounds.push(await runRound())
  const of = (pick: (round: Round) => number) => median(rounds.map(pick))
  const at = (costs: ReadonlyMap<number, Cost>, size: number) => costs.get(size) ?? { wallUs: 0, cpuUs: 0, blockMs: 0 }
  const round = (value: number) => Math.round(value * 100) / 100
  return SIZES.flatMap(size => [
    {
      name: `journal, ${size} records: processor time of an update`,
      value: round(of(one => at(one.journal, size).cpuUs)),
      unit: 'µs',
      ratio: round(of(one => at(one.journal, size).cpuUs / at(one.journal, SIZES[0]).cpuUs)),
      note: `against ${SIZES[0]} records; ${WRITERS} writers; flat is 1`,
    },
    {
      name: `journal, ${size} records: durable updates`,
      value: round(of(one => 1e6 / at(one.journal, size).wallUs)),
      unit: '1/s',
      ratio: round(of(one => one.append.wallUs / at(one.journal, size).wallUs)),
      note: 'against bare synchronous appends, one at a time',
    },
    {
      name: `journal, ${size} records: longest block of the event loop`,
      value: round(of(one => at(one.journal, size).blockMs)),
      unit: 'ms',
      ratio: round(of(one => at(one.journal, size).blockMs / at(one.file, size).blockMs)),
      note: 'against JSONFile',
    },
    {
      name: `lowdb JSONFile, ${size} records: time of an update`,
      value: round(of(one => at(one.file, size).wallUs)),
      unit: 'µs',
      ratio: round(of(one => at(one.file, size).wallUs / at(one.journal, size).wallUs)),
      note: 'against the journal; JSONFile forces nothing to the disk',
    },
  ])
}
