// an action as steps: which calls are made, in which order, and what each one leaves for the next

import type { Capabilities } from '../../shared/agent.ts'
import type { Exit } from '../../shared/allocation.ts'
import type { Cause } from '../../shared/verdict.ts'
import { ACTION_ARGV } from './argv.ts'
import { type Bench, type StepEnd, type StepRow, unlessStopped } from './bench.ts'
import type { Measured } from './measure.ts'

/**
 * CLI calls of each action on one path (a shared call counts for the ask that began it):
 *
 * | step     | load | forceload | metadata | free | list | report | dry run | call |
 * | -------- | ---- | --------- | -------- | ---- | ---- | ------ | ------- | ---- |
 * | measure  | 1    | 1         |          |      |      |        | 1       | `fs ls -R` over refreshed metadata, shared |
 * | guard    | 0–1  | 0–1       |          |      |      |        |         | 0 over the master's web or when nothing is missing, else `fsadmin report capacity`, shared by the tasks of half a minute |
 * | metadata |      | 1         | 1        |      |      |        |         | `fs loadMetadata -R -F`, or the same listing where the CLI lacks it |
 * | load     | 1    | 1         |          |      |      |        |         | `fs distributedLoad` |
 * | quiet    | 0–1  | 0–1       |          |      |      |        |         | 0 over the job master's web, else `fsadmin report jobservice` |
 * | verify   | 1    | 1         |          |      |      |        |         | as measure |
 * | workers  | 0–1  | 0–1       |          |      |      |        | 0–1     | 0 over the master's web, else `fsadmin report capacity`, taken after the listing and shared by the tasks that wait (dry run: as guard) |
 * | own      |      |           |          | 1    | 1    | 1      |         | the action's command |
 * | in all   | ≤ 6  | ≤ 7       | 1        | 1    | 1    | 1      | ≤ 2     | |
 *
 * More only when the world is in disorder: a load that is turned away at once is begun again (up to three times), a silent
 * one is sampled (`fs du -s`), a stopped one takes its engine jobs back,
 * a busy engine is asked again, and so is a report in which no worker was heard of since the listing (up to three times),
 * a worker that went away and came back makes the last listing and the look at the workers happen twice,
 * up to five empty files that are not persisted are looked at (`fs stat`), a path that lists as empty costs one `fs ls -d`
 * more each time (it may be closed), a tree too large to list costs `du` and `count`.
 */
export const STEPS = {
  before: { key: 'before', name: 'measure' },
  refresh: { key: 'metadata', name: 'refresh' },
  metadata: { key: 'metadata', name: 'metadata' },
  load: { key: 'load', name: 'load' },
  cancel: { key: 'cancel', name: 'cancel' },
  quiet: { key: 'quiet', name: 'quiet' },
  after: { key: 'after', name: 'verify' },
  afterStop: { key: 'after-stop', name: 'verify' },
  workers: { key: 'workers', name: 'workers' },
  afterAgain: { key: 'after-again', name: 'verify' },
  workersAfterStop: { key: 'workers-after-stop', name: 'workers' },
  workersAgain: { key: 'workers-again', name: 'workers' },
  free: { key: 'free', name: 'free' },
  list: { key: 'list', name: 'list' },
  report: { key: 'report', name: 'report' },
} as const satisfies Readonly<Record<string, StepRow>>

export type { LoadOutcome } from './load-outcome.ts'

/** The action's command: its words are the allocation's output. */
export async function runOwn(bench: Bench, row: StepRow, args: readonly string[]): Promise<Exit> {
  return await bench.step(row, async begun => {
    const { exit } = await bench.cli({
      name: row.key,
      args,
      signal: bench.signal,
      output: { path: bench.outputPath, from: begun.from },
    })
    return { data: exit, exit, calls: 1 }
  })
}

/**
 * The metadata anew: `loadMetadata -R -F` where the CLI knows it. Elsewhere a listing that asks the object store about
 * every entry does the same; only its count is kept, since it is not what the command would have printed.
 */
export async function runMetadata(bench: Bench, row: StepRow, before?: Measured): Promise<Exit> {
  const { path } = bench.deps.order
  const capabilities = await unlessStopped(bench, bench.deps.capabilities())
  if (capabilities === undefined) return { reason: bench.stopReason() === 'timeout' ? 'timeout' : 'stopped' }
  if (knowsForcedMetadata(capabilities)) {
    const args = ACTION_ARGV.metadata(path)
    // the refresh of a plain load is not what was asked for: its words stay out of the output
    if (row.name === 'metadata') return await runOwn(bench, row, args)
    return await bench.step(row, async () => {
      const { exit } = await bench.cli({ name: row.key, args, signal: bench.signal, repeatable: true })
      return { data: exit, exit, calls: 1 }
    })
  }
  const files = before?.state === 'listed' ? before.measurement?.files : undefined
  return await bench.step(row, async () =>
    files === undefined ? await refreshByListing(bench) : refreshedAlready(files),
  )
}

function knowsForcedMetadata(capabilities: Capabilities): boolean {
  return capabilities.loadMetadata !== false && capabilities.loadMetadataForce !== false
}

// the listing before a verified load asked the object store about every entry a moment ago
function refreshedAlready(files: number): StepEnd<Exit> {
  const exit: Exit = { reason: 'exited', code: 0 }
  return { data: exit, exit, calls: 0, notes: [toNote(`${files} files`)] }
}

function toNote(what: string): string {
  return `this CLI knows no "loadMetadata -F": ${what} were refreshed by listing them`
}

async function refreshByListing(bench: Bench): Promise<StepEnd<Exit>> {
  let entries = 0
  const walk = await bench.deps.shared.walk({
    path: bench.deps.order.path,
    fresh: true,
    begin: () => {
      entries = 0
    },
    entry: () => {
      entries += 1
    },
    signal: bench.signal,
  })
  const exit = toExit(bench, walk)
  const notes = [toNote(`${entries} entries`)]
  return { data: exit, exit, calls: walk.calls, notes: exit.code === 0 ? notes : [] }
}

type Walked = { readonly state: string; readonly message?: string; readonly cause?: Cause }

function toExit(bench: Bench, walk: Walked): Exit {
  if (walk.state === 'listed' || walk.state === 'cut') return { reason: 'exited', code: 0 }
  if (walk.state === 'stopped') return { reason: bench.stopReason() === 'timeout' ? 'timeout' : 'stopped' }
  if (walk.cause === 'cli-missing')
    return { reason: 'spawn-failed', ...(walk.message === undefined ? {} : { message: walk.message }) }
  const message = walk.message ?? `Path "${bench.deps.order.path}" does not exist.`
  return { reason: 'exited', code: 255, message }
}
