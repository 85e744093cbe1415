// assembles the operations from what each group of verbs needs
import { createAccessOperations } from './access.ts'
import { createClusterOperations } from './clusters.ts'
import type { OperationsDeps } from './deps.ts'
import { createJobOperations } from './jobs.ts'
import { createLiveOperations } from './live.ts'
import { createOutputOperations } from './output.ts'
import type { Operations } from './port.ts'

/** Everything a caller can do, over one engine and its stores. */
export function createOperations(deps: OperationsDeps): Operations {
  const live = createLiveOperations(deps)
  const jobs = createJobOperations(deps, live)
  const output = createOutputOperations(deps)
  return {
    ...jobs,
    ...live,
    ...output,
    ...createClusterOperations(deps, { ...jobs, ...output }),
    ...createAccessOperations(deps),
  }
}
