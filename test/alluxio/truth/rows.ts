// every scenario, in the order of the table
import { BEHIND } from './rows/behind.ts'
import { JOB_MASTER } from './rows/job-master.ts'
import { JOB_WORKER } from './rows/job-worker.ts'
import { KILLED } from './rows/killed.ts'
import { MASTER } from './rows/master.ts'
import { WORKER } from './rows/worker.ts'
import type { Scenario } from './scenario.ts'

const ROWS = [BEHIND, JOB_WORKER, JOB_MASTER, MASTER, WORKER, KILLED]

export const SCENARIOS: readonly Scenario[] = ROWS.flat().sort((a, b) => a.row - b.row)
