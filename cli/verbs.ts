// the table of verbs, in the order of the help
import type { Verb } from './verb.ts'
import { agents } from './verbs/agents.ts'
import { audit } from './verbs/audit.ts'
import { cached } from './verbs/cached.ts'
import { toCompletion } from './verbs/completion.ts'
import { doctor } from './verbs/doctor.ts'
import { jobs, status } from './verbs/jobs.ts'
import { forceload, free, load, metadata } from './verbs/load.ts'
import { logs } from './verbs/logs.ts'
import { ls } from './verbs/ls.ts'
import { report } from './verbs/report.ts'
import { schedule } from './verbs/schedule.ts'
import { token } from './verbs/token.ts'
import { retry, stop, wait } from './verbs/wait.ts'

export const VERBS: readonly Verb[] = [
  ...[load, forceload, metadata, free],
  ...[ls, cached, report],
  ...[jobs, status, wait, logs, stop, retry],
  ...[schedule],
  ...[agents, token, audit, doctor],
  toCompletion(() => VERBS),
]
