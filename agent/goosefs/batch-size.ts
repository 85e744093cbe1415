// how many files one engine job loads, where the CLI can be told: Alluxio since 2.8
import { type Bench, unlessStopped } from './bench.ts'

const FLAG = '--batch-size'

/**
 * The batch size of a load as far as its CLI knows one. What cannot be told is noted and left out: the load itself is the same,
 * only its engine jobs are as large as the CLI makes them.
 */
export async function toBatchSize(bench: Bench): Promise<number | undefined> {
  const { batchSize } = bench.deps.order.options
  if (batchSize === undefined) return undefined
  const capabilities = await unlessStopped(bench, bench.deps.capabilities())
  if (capabilities === undefined) return undefined
  if (capabilities.loadFlags.includes(FLAG)) return batchSize
  bench.note(`this CLI knows no "${FLAG}": the batch size ${batchSize} was left out`)
  return undefined
}
