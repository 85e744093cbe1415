// one allocation while it lives here: its record, its state, who wants it stopped, who follows it
import { ACTIONS } from '../shared/actions.ts'
import { NO_LINES } from '../shared/allocation.ts'
import { toError } from '../shared/errors.ts'
import type { Log } from '../shared/log.ts'
import { type Clock, SECOND } from '../shared/time.ts'
import type { Ending, Follower, LiveAllocation, Report, StreamLength } from '../shared/wire.ts'
import type { AllocationDeps, StopReason } from './allocation-deps.ts'
import type { AllocationRecord, Ledger } from './ledger.ts'
import { toReason } from './spool.ts'

/** What an allocation's run sees of its life. */
export type Port = Pick<
  AllocationDeps,
  'order' | 'dir' | 'log' | 'say' | 'stopRequested' | 'onFollower' | 'stream' | 'overlaps'
>

export type Life = {
  readonly record: AllocationRecord
  readonly dir: string
  state: LiveAllocation['state']
  readonly stopRequested: AbortSignal
  stop(reason: StopReason): void
  join(follower: Follower): void
  onFollower(listener: (follower: Follower) => void): () => void
  setStream(kind: StreamLength['kind'], path: string): void
  /** Writes the record; throws the system's error. */
  keep(): Promise<void>
  /** Notes its end: it must not be run again after a restart. */
  end(ending: Ending): Promise<void>
  close(): void
}

type LifeDeps = { readonly record: AllocationRecord; readonly ledger: Ledger; readonly clock: Clock; readonly log: Log }

/** How long list and report may hold their place when nothing is said; who waits for an answer gives up much earlier. */
const READ_TIMEOUT_SECONDS = 600

/** Makes the life of an accepted or resumed allocation. A stop that an earlier process noted is noted still. */
export function createLife(deps: LifeDeps): Life {
  const { record, ledger, log } = deps
  const { allocation } = record.order
  const abort = new AbortController()
  const listeners = new Set<(follower: Follower) => void>()
  const known = new Set(record.order.followers.map(follower => follower.task))
  const joined: Follower[] = []
  // a wish that cannot be written is still done; only a crash right now would forget it, and the daemon says it again
  const note = (): void => void ledger.write(record).catch(thrown => complain(thrown))
  const complain = (thrown: unknown): void =>
    log.warn('the record of an allocation cannot be written', { allocation, reason: toReason(thrown) })
  if (record.stop !== undefined) abort.abort(record.stop)
  const cancelTimeout = armTimeout(deps, () => stop('timeout'))

  function stop(reason: StopReason): void {
    if (abort.signal.aborted || record.ending !== undefined) return
    record.stop = reason
    note()
    abort.abort(reason)
  }
  return {
    record,
    dir: ledger.dirOf(allocation),
    state: record.ending === undefined ? 'accepted' : 'ended',
    stopRequested: abort.signal,
    stop,
    join(follower) {
      if (known.has(follower.task) || record.ending !== undefined) return
      known.add(follower.task)
      joined.push(follower)
      record.order.followers.push(follower)
      note()
      for (const listener of listeners) listener(follower)
    },
    onFollower(listener) {
      for (const follower of joined) listener(follower)
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    setStream(kind, path) {
      if (record.streams[kind] === path) return
      record.streams[kind] = path
      note()
    },
    keep: () => ledger.write(record),
    async end(ending) {
      cancelTimeout()
      record.ending = ending
      await ledger.write(record).catch(complain)
      this.state = 'ended'
    },
    close: cancelTimeout,
  }
}

type Hands = {
  readonly run: (port: Port) => Promise<Ending>
  readonly say: (report: Report) => void
  readonly follow: (allocation: string, kind: StreamLength['kind'], path: string) => void
  readonly overlaps: () => boolean
  readonly log: Log
}

/** Runs an allocation to its end. Our own mistakes end it as lost, so that the daemon is never left waiting. */
export async function carryOut(life: Life, hands: Hands): Promise<Ending> {
  // followers that join later come through onFollower, not by growing the order under its reader's hands
  const order = structuredClone(life.record.order)
  const given = new Set(order.followers.map(follower => follower.task))
  const log = hands.log.child({ allocation: order.allocation, action: order.action })
  try {
    return await hands.run({
      order,
      dir: life.dir,
      log,
      stopRequested: life.stopRequested,
      overlaps: hands.overlaps,
      onFollower: listener => life.onFollower(follower => given.has(follower.task) || listener(follower)),
      say(report) {
        if (report.type === 'started') life.state = 'running'
        hands.say(report)
      },
      stream(kind, path) {
        life.setStream(kind, path)
        hands.follow(order.allocation, kind, path)
      },
    })
  } catch (thrown) {
    const error = toError(thrown)
    log.error('an allocation ended by a mistake of ours', { error })
    const exit = { reason: 'lost' as const, message: `the agent failed: ${error.message}` }
    return { exit, started: true, lines: NO_LINES, cuts: [], outputBytes: 0, missingBytes: 0, notes: [] }
  }
}

function armTimeout(deps: LifeDeps, onTime: () => void): () => void {
  const { order, acceptedAt, ending } = deps.record
  const fallback = ACTIONS[order.action].lane === 'read' ? READ_TIMEOUT_SECONDS : undefined
  const seconds = order.options.timeoutSeconds ?? fallback
  if (seconds === undefined || ending !== undefined) return () => {}
  return deps.clock.after(acceptedAt + seconds * SECOND - deps.clock.now(), onTime)
}
