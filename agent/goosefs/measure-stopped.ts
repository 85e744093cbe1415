// what a stopped load has loaded: one plain listing of what the cluster knows, in little time
import { toInstant } from '../../shared/time.ts'
import { syncDirectory, toReason } from '../spool.ts'
import type { Bench, StepEnd } from './bench.ts'
import { CALL_LIMITS } from './call-limits.ts'
import type { WalkResult } from './entrants.ts'
import { createListWriter, type Listed, toMeasurement } from './list-file.ts'
import { listName, type Measured } from './measure.ts'

/** The listing's own key: that of a whole load is left alone, since that one may still be wanted after a restart. */
export const STOPPED_LIST = 'after-stop'

/**
 * Lists the order's path, without asking the object store: whoever stopped
 * the load waits for this. A listing that fails or takes longer than a minute is a note, not a failure.
 */
export async function measureStopped(bench: Bench): Promise<StepEnd<Measured>> {
  const at = toInstant(bench.deps.clock.now())
  const own = new AbortController()
  // the allocation's own signal says stop already
  const disarm = bench.deps.clock.after(CALL_LIMITS.stoppedWalk.timeoutMs, () => own.abort())
  try {
    const { walk, listed } = await list(bench, own.signal)
    if (walk.state !== 'listed') return { data: { state: walk.state }, calls: walk.calls, notes: [toNote(walk)] }
    const measurement = toMeasurement(listed.totals, { at, fresh: false, complete: walk.unread === undefined })
    return { data: { state: 'listed', measurement }, calls: walk.calls }
  } catch (thrown) {
    const message = `the listing could not be kept: ${toReason(thrown)}`
    return { data: { state: 'failed' }, notes: [toNote({ state: 'failed', calls: 0, cause: 'unknown', message })] }
  } finally {
    disarm()
  }
}

async function list(bench: Bench, signal: AbortSignal): Promise<{ walk: WalkResult; listed: Listed }> {
  const { deps } = bench
  const writer = createListWriter(bench.file(listName(STOPPED_LIST)))
  const { path } = deps.order
  const walk = await deps.shared
    .walk({ path, fresh: false, begin: writer.restart, entry: writer.add, signal })
    .catch(async thrown => {
      await writer.close()
      throw thrown
    })
  const listed = await writer.close()
  await syncDirectory(deps.dir)
  return { walk, listed }
}

function toNote(walk: WalkResult): string {
  const why = { stopped: 'it took too long', missing: 'the path is gone', cut: 'the tree is too large', listed: '' }
  return `what was loaded so far was not measured: ${walk.state === 'failed' ? walk.message : why[walk.state]}`
}
