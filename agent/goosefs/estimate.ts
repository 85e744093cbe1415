// what a load would have to do, found out without loading
import type { Estimate } from '../../shared/verdict.ts'
import type { Ending } from '../../shared/wire.ts'
import type { Bench } from './bench.ts'
import { askWorkers, toWorkers } from './cluster-facts.ts'
import { toNeed } from './guard.ts'
import { toEnding } from './load-ending.ts'
import type { Measured } from './measure.ts'
import { STEPS } from './steps.ts'

/** A dry run: what a load would have to do, and what would be free afterwards. */
export async function estimated(bench: Bench, before: Measured | undefined): Promise<Ending> {
  const measurement = before?.measurement
  if (measurement === undefined || before?.state === 'missing') {
    const message = before?.trouble?.message ?? `Path "${bench.deps.order.path}" does not exist.`
    return await toEnding(bench, { exit: { reason: 'exited', code: 255, message } })
  }
  const answer = await bench.step(STEPS.workers, async () => {
    const { workers, calls } = await askWorkers(bench.deps)
    return { data: workers === undefined ? undefined : toWorkers(workers), calls }
  })
  const missingBytes = measurement.bytes - measurement.cachedBytes
  const { files, cachedFiles, complete } = measurement
  const need = toNeed(measurement, bench.deps.order.options.replication ?? 1)
  const estimate: Estimate = {
    ...{ files, bytes: measurement.bytes, missingBytes },
    ...(complete && { missingFiles: files - cachedFiles }),
    ...(answer === undefined ? {} : { freeAfterBytes: answer.capacityBytes - answer.usedBytes - need.missing }),
  }
  return { ...(await toEnding(bench, { exit: { reason: 'exited', code: 0 } })), estimate }
}
