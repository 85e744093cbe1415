// fsadmin report metrics: counters and gauges by name

import { quota } from './cache.ts'
import { countJobs } from './jobservice.ts'
import type { Shell } from './shell.ts'
import { human, percentDown } from './words.ts'

const commas = (value: number): string => value.toLocaleString('en-US')

/** Names with `Bytes` give human sizes, throughputs end with `/MIN`, other numbers have commas. */
export async function printMetrics(shell: Shell): Promise<void> {
  const world = shell.journal.look()
  const jobs = countJobs(world)
  const size = quota(world)
  const rows: [string, string, string][] = [
    ['Cluster.BytesReadDomain', 'COUNTER', '0B'],
    ['Cluster.BytesReadDomainThroughput', 'GAUGE', '0B/MIN'],
    ['Cluster.BytesReadLocal', 'COUNTER', human(world.cachedBytes)],
    ['Cluster.BytesReadLocalThroughput', 'GAUGE', `${human(world.cachedBytes)}/MIN`],
    ['Cluster.BytesReadRemote', 'COUNTER', '0B'],
    ['Cluster.BytesReadRemoteThroughput', 'GAUGE', '0B/MIN'],
    ['Cluster.BytesReadUfsAll', 'COUNTER', human(world.readFromUfs)],
    ['Cluster.BytesReadUfsThroughput', 'GAUGE', `${human(world.readFromUfs)}/MIN`],
    ['Cluster.CapacityFree', 'GAUGE', commas(size - world.cachedBytes)],
    ['Cluster.CapacityTotal', 'GAUGE', commas(size)],
    ['Cluster.CapacityUsed', 'GAUGE', commas(world.cachedBytes)],
    ['Cluster.CapacityUsedPercent', 'GAUGE', String(percentDown(world.cachedBytes, size))],
    ['Cluster.Workers', 'GAUGE', shell.knob('workers') || '1'],
    ['Master.FilesCompleted', 'COUNTER', commas(jobs.COMPLETED)],
    ['Master.JobFailed', 'COUNTER', commas(jobs.FAILED)],
    ['Master.getStatus.User:root', 'TIMER', '12'],
    ['Master.system.status', 'GAUGE', 'IDLE'],
  ]
  for (const [name, type, value] of rows) await shell.out.line(`${name}  (Type: ${type}, Value: ${value})`)
}
