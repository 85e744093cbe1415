// assembles the operations from what each group of verbs needs
import { createAccessOperations } from './access.ts'
import { createAdoption } from './adopt.ts'
import { createCatalogOperations } from './catalog.ts'
import { createClusterOperations } from './clusters.ts'
import { createCompanionOperations } from './companions.ts'
import type { OperationsDeps } from './deps.ts'
import { createExpansion } from './expand.ts'
import { createFeatureOperations } from './features.ts'
import { createJobOperations } from './jobs.ts'
import { createLiveOperations } from './live.ts'
import { createOutputOperations } from './output.ts'
import type { Operations } from './port.ts'
import { createRegistryOperations } from './registry.ts'
import { createScheduleOperations } from './schedules.ts'

/** Everything a caller can do, over one engine and its stores. */
export function createOperations(deps: OperationsDeps): Operations {
  const live = createLiveOperations(deps)
  const jobs = createJobOperations(deps, live)
  const output = createOutputOperations(deps)
  const catalog = createCatalogOperations(deps)
  return {
    ...jobs,
    ...live,
    ...output,
    ...createRegistryOperations(deps),
    ...createAdoption(deps),
    ...createClusterOperations(deps, { ...jobs, ...output }),
    ...catalog,
    ...createExpansion({ ...deps, catalog }),
    ...createFeatureOperations(deps),
    ...createCompanionOperations(deps),
    ...createScheduleOperations(deps),
    ...createAccessOperations(deps),
  }
}
