// what ended since this process began, counted as it is told: loads by what they brought, runs by how long they took
import { SECOND, toMs } from '../../shared/time.ts'
import type { Published } from '../core/events.ts'
import type { AllocationRow, State } from '../core/state.ts'
import type { Bus } from './bus.ts'
import type { LoadCount, RunCount } from './operations/port.ts'

/** Upper bounds in seconds: a listing takes one, a large load hours. */
const RUN_BUCKETS: readonly number[] = [0.5, 1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400]

export type Tally = { readonly loads: readonly LoadCount[]; readonly runs: readonly RunCount[] }

/**
 * Listens to the frames. Each attempt counts once, with what was measured around it; a path that follows another one's
 * load brought nothing itself. Without a measurement the lines of the CLI say how many files, and nobody how many bytes.
 */
export function createTally(frames: Bus<Published>, state: State): () => Tally {
  const loads = new Map<string, LoadCount>()
  const runs = new Map<string, RunCount>()
  frames.subscribe(({ events }) => {
    for (const event of events) {
      if (event.type !== 'allocation.ended' && event.type !== 'allocation.lost') continue
      const row = state.allocations.get(event.allocationId)
      if (row === undefined) continue
      const run = `${row.action} ${row.status}`
      runs.set(run, withRun(runs.get(run) ?? noRun(row), row))
      const cluster = state.tasks.get(row.taskId)?.cluster
      if (cluster === undefined || event.type === 'allocation.lost' || !isLoad(row)) continue
      loads.set(cluster, withLoad(loads.get(cluster) ?? noLoad(cluster), row))
    }
  })
  return () => ({ loads: [...loads.values()], runs: [...runs.values()] })
}

function isLoad({ action }: AllocationRow): boolean {
  return action === 'load' || action === 'forceload'
}

function noLoad(cluster: string): LoadCount {
  return { cluster, bytes: 0, loaded: 0, alreadyCached: 0, missing: 0 }
}

function withLoad(count: LoadCount, { findings, lines }: AllocationRow): LoadCount {
  const { before, after } = findings ?? {}
  if (after === undefined || before === undefined) {
    return {
      ...count,
      loaded: count.loaded + (lines?.loaded ?? 0),
      alreadyCached: count.alreadyCached + (lines?.alreadyCached ?? 0),
      missing: count.missing + Math.max(lines?.failed ?? 0, lines?.attemptsFailed ?? 0),
    }
  }
  const already = Math.min(before.cachedFiles, after.cachedFiles)
  return {
    ...count,
    bytes: count.bytes + Math.max(0, after.cachedBytes - before.cachedBytes),
    loaded: count.loaded + after.cachedFiles - already,
    alreadyCached: count.alreadyCached + already,
    missing: count.missing + (findings?.missingTotal ?? 0),
  }
}

function noRun({ action, status }: AllocationRow): RunCount {
  return { action, status, count: 0, seconds: 0, buckets: RUN_BUCKETS.map(bound => ({ seconds: bound, count: 0 })) }
}

// what never began took no time
function withRun(count: RunCount, { startedAt, endedAt }: AllocationRow): RunCount {
  if (startedAt === undefined || endedAt === undefined) return count
  const seconds = Math.max(0, toMs(endedAt) - toMs(startedAt)) / SECOND
  return {
    ...count,
    count: count.count + 1,
    seconds: count.seconds + seconds,
    buckets: count.buckets.map(bucket => (seconds <= bucket.seconds ? { ...bucket, count: bucket.count + 1 } : bucket)),
  }
}
