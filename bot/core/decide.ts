// what an ask means: events, or one clear sentence why not
import type { Command, CommandType, Context, Decision } from './commands.ts'
import { decideDrain, decideGone, decideHello, decideStarted } from './decide/hello.ts'
import { decideCompanion, decideHeard, decidePolicy } from './decide/memory.ts'
import { decideReport } from './decide/report.ts'
import { decideRetry } from './decide/retry.ts'
import { decidePurge, decideStopJob, decideStopTask } from './decide/stop.ts'
import { decideSubmit } from './decide/submit.ts'
import { decideCreateToken, decideRevokeToken } from './decide/tokens.ts'
import { removeOld } from './retention.ts'
import type { State } from './state.ts'

type Deciders = {
  readonly [Type in CommandType]: (
    state: State,
    command: Extract<Command, { type: Type }>,
    context: Context,
  ) => Decision
}

const DECIDERS: Deciders = {
  'job.submit': decideSubmit,
  'job.stop': decideStopJob,
  'task.stop': decideStopTask,
  'job.retry': decideRetry,
  'job.purge': decidePurge,
  'policy.set': decidePolicy,
  'companion.named': decideCompanion,
  'companion.heard': decideHeard,
  'agent.hello': decideHello,
  'agent.gone': decideGone,
  'agent.report': decideReport,
  'agent.drain': decideDrain,
  'token.create': decideCreateToken,
  'token.revoke': decideRevokeToken,
  'daemon.started': decideStarted,
  tick: (state, _command, context) => ({ events: removeOld(state, context), answer: {} }),
}

/**
 * Judges one ask against the state: what happens because of it, and what the asker learns.
 * Throws AppError for the asker's mistakes; the state is only read.
 */
export function decide(state: State, command: Command, context: Context): Decision {
  const judge = DECIDERS[command.type] as (state: State, command: Command, context: Context) => Decision
  return judge(state, command, context)
}
