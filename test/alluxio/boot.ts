// starts one cluster for all test files of a run, and stops it afterwards unless it ran before
import { SETTINGS } from './field.ts'
import { createRealCluster, type Version } from './real-cluster.ts'

export async function setup(): Promise<() => Promise<void>> {
  const cluster = await createRealCluster({
    ...SETTINGS,
    version: (process.env['GANDER_TRUTH_VERSION'] ?? '2.5') as Version,
  })
  return () => cluster.down()
}
