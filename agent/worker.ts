// which allocations live here, and how many more may: takes orders, runs them, resumes them, forgets them
import { ACTIONS } from '../shared/actions.ts'
import type { Id } from '../shared/ids.ts'
import type { Log } from '../shared/log.ts'
import { isWithin, toNamespacePath } from '../shared/path.ts'
import { type Clock, SECOND } from '../shared/time.ts'
import type { Follower, LiveAllocation, Report, RunOrder } from '../shared/wire.ts'
import type { AllocationRecord, Ledger } from './ledger.ts'
import { carryOut, createLife, type Life, type Port } from './life.ts'
import type { Outbox } from './outbox.ts'
import { toReason } from './spool.ts'
import type { Streams } from './streams.ts'

export type WorkerDeps = {
  readonly ledger: Ledger
  readonly outbox: Pick<Outbox, 'say' | 'holds'>
  readonly streams: Pick<Streams, 'follow' | 'finish' | 'sent' | 'forget'>
  readonly clock: Clock
  readonly log: Log
  readonly capacity: { readonly work: number; readonly read: number }
  readonly hasRoom: () => Promise<boolean>
  /** Runs one allocation to its end. */
  readonly run: (port: Port) => ReturnType<typeof carryOut>
}

export type Worker = {
  /** Goes on with what an earlier process left here. */
  recover(): Promise<void>
  /** Accepts or refuses; an order that is known already changes nothing. */
  take(order: RunOrder): Promise<void>
  stop(allocation: Id): void
  follow(allocation: Id, follower: Follower): void
  /** The daemon has everything of these. */
  forget(allocations: readonly Id[]): Promise<void>
  live(): LiveAllocation[]
  /** Takes nothing new and notes no more ends: what runs goes on, and the next process takes it over. */
  close(): void
}

type Work = WorkerDeps & { lives: Map<Id, Life>; refused: Set<Id>; closed: boolean }

const LOADS: ReadonlySet<RunOrder['action']> = new Set<RunOrder['action']>(['load', 'forceload'])

/** So many refusals are remembered, in case an order is repeated. */
const MOST_REFUSED = 10_000
const OUTPUT_FIRST_MS = 2 * SECOND

/** Makes the worker; nothing runs before `recover` or `take`. */
export function createWorker(deps: WorkerDeps): Worker {
  const work: Work = { ...deps, lives: new Map(), refused: new Set(), closed: false }
  return {
    async recover() {
      for (const record of await deps.ledger.readAll()) resume(work, record)
    },
    take: order => take(work, order),
    stop: allocation => work.lives.get(allocation)?.stop('stop'),
    follow: (allocation, follower) => work.lives.get(allocation)?.join(follower),
    async forget(allocations) {
      for (const allocation of allocations) await forget(work, allocation)
    },
    live: () => [...work.lives].map(([allocation, life]) => ({ allocation, state: life.state })),
    close() {
      work.closed = true
      for (const life of work.lives.values()) life.close()
    },
  }
}

async function take(work: Work, order: RunOrder): Promise<void> {
  const { allocation } = order
  if (work.lives.has(allocation) || work.refused.has(allocation)) return
  const obstacle = obstacleOf(work, order)
  if (obstacle !== undefined) return refuse(work, allocation, obstacle)
  const life = enter(work, { order, acceptedAt: work.clock.now(), streams: {} })
  try {
    if (!(await work.hasRoom())) throw new Error("the agent's directory is full")
    await life.keep()
  } catch (thrown) {
    work.lives.delete(allocation)
    life.close()
    // what was written of it must not be taken for an accepted one after a restart
    await work.ledger.remove(allocation).catch(() => {})
    return refuse(work, allocation, toReason(thrown))
  }
  work.outbox.say({ type: 'accepted', allocation })
  void begin(work, life)
}

function obstacleOf(work: Work, order: RunOrder): string | undefined {
  if (work.closed) return 'the agent is stopping'
  const { lane } = ACTIONS[order.action]
  const busy = [...work.lives.values()].filter(
    life => life.state !== 'ended' && ACTIONS[life.record.order.action].lane === lane,
  )
  return busy.length < work.capacity[lane] ? undefined : `all ${work.capacity[lane]} places for ${lane} are taken`
}

function refuse(work: Work, allocation: Id, reason: string): void {
  if (work.refused.size >= MOST_REFUSED) work.refused.clear()
  work.refused.add(allocation)
  work.log.info('an allocation was refused', { allocation, reason })
  work.outbox.say({ type: 'refused', allocation, reason, moveOn: true })
}

function resume(work: Work, record: AllocationRecord): void {
  const { allocation } = record.order
  const life = enter(work, record)
  for (const kind of ['output', 'missing'] as const) {
    const path = record.streams[kind]
    if (path !== undefined) work.streams.follow(allocation, kind, path)
  }
  // said again when a crash may have come between the record and the outbox: twice is once
  if (!work.outbox.holds('accepted', allocation)) work.outbox.say({ type: 'accepted', allocation })
  if (record.ending === undefined) return void begin(work, life)
  work.streams.finish(allocation, { output: record.ending.outputBytes, missing: record.ending.missingBytes })
  if (!work.outbox.holds('ended', allocation)) {
    work.outbox.say({ type: 'ended', allocation, ending: record.ending })
  }
}

function enter(work: Work, record: AllocationRecord): Life {
  const life = createLife({ ...work, record })
  work.lives.set(record.order.allocation, life)
  return life
}

async function begin(work: Work, life: Life): Promise<void> {
  const { allocation } = life.record.order
  const say = (report: Report): void => work.outbox.say(report)
  const { run, log } = work
  const overlaps = () => [...work.lives.values()].some(other => other !== life && isInTheWay(other, life))
  const ending = await carryOut(life, { run, say, follow: work.streams.follow, overlaps, log })
  if (work.closed) return
  await life.end(ending)
  work.streams.finish(allocation, { output: ending.outputBytes, missing: ending.missingBytes })
  // the last words come after the last bytes where that takes no time: then the daemon can let go at once
  await Promise.race([work.streams.sent(allocation), new Promise<void>(go => work.clock.after(OUTPUT_FIRST_MS, go))])
  work.outbox.say({ type: 'ended', allocation, ending })
}

/** Whether a load works where another one does. One that is to end itself, or only looks, is in nobody's way. */
function isInTheWay({ record: { order }, state, stopRequested }: Life, mine: Life): boolean {
  if (state === 'ended' || stopRequested.aborted || order.options.dryRun === true || !LOADS.has(order.action))
    return false
  const [there, here] = [toNamespacePath(order.path), toNamespacePath(mine.record.order.path)]
  return isWithin(there, here) || isWithin(here, there)
}

async function forget(work: Work, allocation: Id): Promise<void> {
  const life = work.lives.get(allocation)
  if (life === undefined) return
  if (life.state !== 'ended') {
    return work.log.warn('the daemon wants an allocation forgotten that has not ended', { allocation })
  }
  work.lives.delete(allocation)
  life.close()
  await work.streams.forget(allocation)
  await work.ledger.remove(allocation).catch(thrown => {
    work.log.warn('what is left of an allocation cannot be removed', { allocation, reason: toReason(thrown) })
  })
}
