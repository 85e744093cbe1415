// starts one cluster for all test files of a run, and stops it afterwards unless it ran before
import { createRealCluster } from './real-cluster.ts'

export async function setup(): Promise<() => Promise<void>> {
  const cluster = await createRealCluster()
  return () => cluster.down()
}
