// drives one allocation in a process of its own, so that a test can kill it: arguments are a JSON object
import { createExecaDriver } from '../../../agent/driver-execa.ts'
import { createSharedWalks } from '../../../agent/goosefs/shared-walks.ts'
import { runAllocation } from '../../../agent/run-allocation.ts'
import { SILENT_LOG } from '../../../shared/log.ts'
import { createClock } from '../../../shared/time.ts'
import type { RunOrder } from '../../../shared/wire.ts'

type Told = { dir: string; shared: string; bin: string; order: RunOrder; environment: Record<string, string> }

const { dir, shared, bin, order, environment } = JSON.parse(process.argv[2] ?? '') as Told
const clock = createClock()
const driver = createExecaDriver({ clock, environment })
const surroundings = { driver, bin, clock, log: SILENT_LOG, graceMs: 500 }
await runAllocation({
  order,
  dir,
  driver,
  config: { bin, graceMs: 500 },
  clock,
  log: SILENT_LOG,
  say: report => process.stdout.write(`${JSON.stringify(report)}\n`),
  stopRequested: new AbortController().signal,
  onFollower: () => () => {},
  overlaps: () => false,
  capabilities: async () => ({ bin, found: true, simulated: true, loadFlags: [] }),
  shared: createSharedWalks({ ...surroundings, dir: shared }),
  stream: () => {},
})
