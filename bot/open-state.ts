// opens the state, the output and the engine over them; what is opened last is closed first
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { lockDirectory } from '../process/lock.ts'
import { createIds } from '../shared/ids.ts'
import type { Log } from '../shared/log.ts'
import type { Scope } from '../shared/scope.ts'
import { type Clock, createClock, SECOND } from '../shared/time.ts'
import type { Published } from './core/events.ts'
import { createState, type Settings } from './core/state.ts'
import { createBus } from './engine/bus.ts'
import { createEngine } from './engine/engine.ts'
import type { StreamId } from './engine/ports.ts'
import { fillState, newestId } from './engine/restore.ts'
import { createSlotTally } from './engine/slot-tally.ts'
import { createTally } from './engine/tally.ts'
import { createAuditBook } from './store/audit-book.ts'
import { createJournal } from './store/journal.ts'
import { createOutputFiles } from './store/output-files.ts'
import { RECORD_PARSERS } from './store/records.ts'
import type { Told } from './told.ts'

/** `clock`: the real one, unless somebody wants time to pass otherwise. */
type Around = { readonly log: Log; readonly scope: Scope; readonly clock?: Clock }

/**
 * Takes the data directory and opens everything that judges and keeps. Throws DirectoryInUse, StateDamaged, or what the
 * system says of the directory.
 */
export async function openState(told: Told, { log, scope, clock = createClock() }: Around) {
  const { config } = told
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const lock = await lockDirectory(config.dataDir)
  scope.add(() => lock.release())
  const store = createJournal({ dir: join(config.dataDir, 'state'), tables: RECORD_PARSERS, log })
  scope.add(() => store.close())
  const output = createOutputFiles({ dir: join(config.dataDir, 'output') })
  scope.add(() => output.close())
  const audit = createAuditBook({ dir: join(config.dataDir, 'audit'), keepDays: config.keepDays, log })
  scope.add(() => audit.close())
  const state = createState()
  fillState(state, await store.load())
  const frames = createBus<Published>(log)
  const growth = createBus<StreamId>(log)
  const settings = toSettings(told)
  const engine = createEngine({ state, store, clock, ids: createIds(newestId(state)), settings, bus: frames, log })
  scope.add(() => engine.close())
  const runs = createTally(frames, state)
  const slots = createSlotTally(frames)
  const tally = () => ({ ...runs(), ...slots() })
  return { state, output, audit, clock, frames, growth, settings, engine, tally, storeCounts: store.counts }
}

export type Opened = Awaited<ReturnType<typeof openState>>

function toSettings({ config, file }: Told): Settings {
  return {
    verify: config.verify === 'on',
    graceMs: config.agentGraceSeconds * SECOND,
    keepDays: config.keepDays,
    keepJobs: config.keepJobs,
    clusters: file.clusters.map(cluster => cluster.name),
    guard: file.guard,
    robot: config.alertToken !== undefined,
    ...(file.notify?.routes !== undefined && { routes: file.notify.routes }),
    ...(file.schedules !== undefined && { schedules: file.schedules }),
    ...(file.defaultCluster !== undefined && { defaultCluster: file.defaultCluster }),
  }
}
