// what an ask means: events, or one clear sentence why not
import type { Command, CommandType, Context, Decision } from './commands.ts'
import { decideAnswered, decideHeardMessage, onceAMessage } from './decide/chat.ts'
import { decideDue, decideLooked } from './decide/due.ts'
import { decideDrain, decideGone, decideHello, decideStarted } from './decide/hello.ts'
import { decideCompanion, decideHeard, decidePolicy } from './decide/memory.ts'
import { decideOpened, decideSeal, decideShown, decideTried, decideWrite } from './decide/post.ts'
import { decideReport } from './decide/report.ts'
import { decideRetry } from './decide/retry.ts'
import { decideBackfill, decideRun } from './decide/run.ts'
import { decidePause, decidePutSchedule, decideRemoveSchedule } from './decide/schedules.ts'
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
  'message.heard': decideHeardMessage,
  'message.answered': decideAnswered,
  'letter.write': decideWrite,
  'letter.seal': decideSeal,
  'letter.tried': decideTried,
  'card.opened': decideOpened,
  'card.shown': decideShown,
  'schedule.put': decidePutSchedule,
  'schedule.remove': decideRemoveSchedule,
  'schedule.pause': decidePause,
  'schedule.run': decideRun,
  'schedule.backfill': decideBackfill,
  'schedule.due': decideDue,
  'slot.looked': decideLooked,
  'slots.wake': () => ({ events: [], answer: {} }),
  tick: (state, _command, context) => ({ events: removeOld(state, context), answer: {} }),
}

/**
 * Judges one ask against the state: what happens because of it, and what the asker learns.
 * What one message asks for happens once. Throws AppError for the asker's mistakes; the state is only read.
 */
export function decide(state: State, command: Command, context: Context): Decision {
  const judge = DECIDERS[command.type] as (state: State, command: Command, context: Context) => Decision
  return onceAMessage(state, command, () => judge(state, command, context))
}
