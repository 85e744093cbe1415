// what to do about each cause for which a file is not cached
import type { Cause } from '../shared/verdict.ts'

/** One next step for each cause, in the operator's words. */
export const NEXT_STEPS: Readonly<Record<Cause, string>> = {
  'no-space': 'free what is not needed (gander free PATH), or give the workers more cache',
  'no-such-path': 'check the spelling and the mount; try --refresh when it is new in the store',
  permission: 'give the user of the agent the right to read it',
  gone: 'nothing: it was removed meanwhile; --refresh forgets it',
  changed: 'load again: it was replaced while it was loaded',
  'not-seen': 'load with --refresh: the listing did not show it yet',
  'worker-lost': 'bring the worker back, then gander retry',
  'no-job-worker': 'start a job worker, then gander retry',
  'job-service-down': 'start the job master, then gander retry',
  'master-unreachable': 'bring the master back, then gander retry',
  incomplete: 'wait until its writer has closed it, then gander retry',
  replicas: 'ask for fewer copies than there are workers',
  stalled: 'look at the job workers (gander report), then gander retry',
  'refused-by-cli': 'read what the CLI said (gander logs)',
  'cli-missing': 'install the CLI on the agent, or set GOOSEFS_BIN there (gander doctor)',
  unknown: 'read what the CLI said (gander logs)',
}
