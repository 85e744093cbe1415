// the only place that changes anything: takes asks as a batch, judges, saves one frame, then tells
import { backoffMs } from '../../shared/backoff.ts'
import { AppError, toError } from '../../shared/errors.ts'
import type { Ids } from '../../shared/ids.ts'
import type { Log } from '../../shared/log.ts'
import { type Clock, MINUTE, SECOND } from '../../shared/time.ts'
import type { Answer, Command } from '../core/commands.ts'
import type { Published } from '../core/events.ts'
import { nextDue } from '../core/reconcile.ts'
import type { Settings, State } from '../core/state.ts'
import type { Bus } from './bus.ts'
import { createFrame, type Frame } from './frame.ts'
import type { StateStore } from './ports.ts'
import { createSlotWaker } from './slot-waker.ts'

export type EngineDeps = {
  readonly state: State
  readonly store: StateStore
  readonly clock: Clock
  readonly ids: Ids
  readonly settings: Settings
  readonly bus: Bus<Published>
  readonly log: Log
}

export type Engine = {
  /** Carries one command out. Resolves when what follows from it is on disk and told; rejects with the asker's mistake. */
  dispatch(command: Command): Promise<Answer>
  /** Lets what was taken in finish, refuses everything later, stops the timer. */
  close(): Promise<void>
}

type Waiting = {
  readonly command: Command
  readonly resolve: (answer: Answer) => void
  readonly reject: (cause: Error) => void
}

/** Commands of one frame: enough for group commit, few enough that nobody waits long for a neighbour. */
const LARGEST_BATCH = 256
const LONGEST_NAP_MS = MINUTE

/**
 * These may use the store's reserve when the disk is full, so that what runs can end and people hear of it: without them what
 * was sent would be sent again. A message is heard too, since it may be that something is to be stopped.
 */
const PRIORITY: ReadonlySet<Command['type']> = new Set([
  'job.stop',
  'job.purge',
  'task.stop',
  'agent.report',
  'agent.hello',
  'agent.gone',
  'daemon.started',
  'message.heard',
  'message.answered',
  'letter.write',
  'letter.seal',
  'letter.tried',
  'card.opened',
  'card.shown',
  'schedule.pause',
  'tick',
])

/** Makes the engine. It starts with the first command (`daemon.started`). */
export function createEngine(deps: EngineDeps): Engine {
  const waiting: Waiting[] = []
  let working: Promise<void> | undefined
  let closed = false
  // saves that failed in a row: what is due then waits a little longer each time
  let failures = 0
  const waker = createSlotWaker(deps)
  let disarm = (): void => {}

  const wake = (): void => {
    working ??= work().finally(() => {
      working = undefined
      if (waiting.length > 0) wake()
    })
  }

  async function work(): Promise<void> {
    // everything asked in this turn of the event loop shares the frame
    await Promise.resolve()
    while (waiting.length > 0) {
      const batch = takeBatch(waiting)
      const isUrgent = isPriority(batch[0])
      const isSaved = await carryOut(deps, batch, isUrgent)
      failures = isSaved ? 0 : failures + 1
      if (!isUrgent) waker.heed(isSaved)
      else if (isSaved && !closed && waker.isDue()) wakeSlots()
    }
    arm()
  }

  // what an urgent frame let go begins in one of its own, which must not use the reserve
  function wakeSlots(): void {
    if (waiting.some(({ command }) => command.type === 'slots.wake')) return
    dispatch({ type: 'slots.wake' }).catch(cause => deps.log.debug('slots that waited could not begin', { cause }))
  }

  function arm(): void {
    disarm()
    if (closed) return
    const due = nextDue(deps.state, deps.settings)
    const left = Math.min(...[due === undefined ? [] : due - deps.clock.now(), waker.delayMs() ?? []].flat())
    if (left === Number.POSITIVE_INFINITY) return
    const rest = failures === 0 ? 0 : backoffMs(failures - 1, { minMs: SECOND, maxMs: LONGEST_NAP_MS }, 1)
    const delayMs = Math.min(Math.max(rest, left), LONGEST_NAP_MS)
    disarm = deps.clock.after(delayMs, () => {
      dispatch({ type: 'tick' }).catch(cause => deps.log.error('the timer failed', { cause }))
    })
  }

  function dispatch(command: Command): Promise<Answer> {
    if (closed) return Promise.reject(new AppError('STOPPING', 'The daemon is stopping and takes nothing new.'))
    return new Promise((resolve, reject) => {
      waiting.push({ command, resolve, reject })
      wake()
    })
  }

  return {
    dispatch,
    async close() {
      closed = true
      disarm()
      await working
    },
  }
}

// a run of asks of the same priority: ordinary ones must not share a frame that may use the reserve
function takeBatch(waiting: Waiting[]): Waiting[] {
  const priority = isPriority(waiting[0])
  let length = 1
  while (length < waiting.length && length < LARGEST_BATCH && isPriority(waiting[length]) === priority) length += 1
  return waiting.splice(0, length)
}

function isPriority(asked: Waiting | undefined): boolean {
  return asked !== undefined && PRIORITY.has(asked.command.type)
}

// false when the frame could not be saved
async function carryOut(deps: EngineDeps, batch: readonly Waiting[], isUrgent: boolean): Promise<boolean> {
  const frame = createFrame(deps, { now: deps.clock.now(), isUrgent })
  const answered = batch.map(asked => ({ ...asked, answer: judge(frame, asked, deps.log) }))
  const saved = await save(deps, frame, isUrgent)
  for (const { answer, resolve, reject } of answered) {
    if (answer instanceof Error) reject(answer)
    else if (saved instanceof Error) reject(saved)
    else resolve(answer)
  }
  return saved === undefined
}

function judge(frame: Frame, asked: Waiting, log: Log): Answer | Error {
  try {
    return frame.apply(asked.command)
  } catch (thrown) {
    const cause = toError(thrown)
    if (!(cause instanceof AppError)) log.error('a command failed', { command: asked.command.type, cause })
    return cause
  }
}

// nobody hears of what is not on disk: a failed save drops the draft
async function save(deps: EngineDeps, frame: Frame, priority: boolean): Promise<Error | undefined> {
  const changes = frame.changes()
  if (changes.length === 0) return undefined
  try {
    await deps.store.save(changes, { priority })
  } catch (thrown) {
    deps.log.error('the state could not be saved', { cause: toError(thrown) })
    return toError(thrown)
  }
  const published = frame.merge()
  deps.bus.publish(published)
  return undefined
}
