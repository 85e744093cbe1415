// every scenario, in the order of the table
import { BEHIND } from './rows/behind.ts'
import { COPIES } from './rows/copies.ts'
import { EVICTED } from './rows/evicted.ts'
import { INCOMPLETE } from './rows/incomplete.ts'
import { JOB_MASTER } from './rows/job-master.ts'
import { JOB_WORKER } from './rows/job-worker.ts'
import { KILLED } from './rows/killed.ts'
import { MASTER } from './rows/master.ts'
import { NAMES } from './rows/names.ts'
import { PROGRAM } from './rows/program.ts'
import { RIGHTS } from './rows/rights.ts'
import { SIZE } from './rows/size.ts'
import { SPACE } from './rows/space.ts'
import { STOP } from './rows/stop.ts'
import { TOGETHER } from './rows/together.ts'
import { WORDS } from './rows/words.ts'
import { WORKER } from './rows/worker.ts'
import type { Scenario } from './scenario.ts'

const ROWS = [
  BEHIND,
  EVICTED,
  RIGHTS,
  NAMES,
  TOGETHER,
  JOB_WORKER,
  JOB_MASTER,
  MASTER,
  WORKER,
  KILLED,
  COPIES,
  INCOMPLETE,
  PROGRAM,
  SIZE,
  SPACE,
  STOP,
  WORDS,
]

export const SCENARIOS: readonly Scenario[] = ROWS.flat().sort((a, b) => a.row - b.row)
