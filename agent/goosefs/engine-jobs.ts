// the engine's own jobs for a path: are there unfinished ones, wait until there are none, take them back
import type { EngineCancel } from '../../shared/allocation.ts'
import { isWithin, toNamespacePath } from '../../shared/path.ts'
import type { Clock } from '../../shared/time.ts'
import { MINUTE, SECOND } from '../../shared/time.ts'
import type { EngineJobDetail } from './read-jobs.ts'

/** What is still to be done for a path; `known` is false when not everything could be looked at. */
export type Unfinished = {
  readonly known: boolean
  /** Unfinished jobs of this path. */
  readonly ids: readonly number[]
  /** Anything that falls while the engine works. */
  readonly left: number
  readonly calls: number
  /** Job workers, when the answer told. */
  readonly jobWorkers?: number
}

/** One way of talking to the job master: its web, or the CLI. */
export type Engine = {
  readonly paceMs: number
  /** Highest id so far, so that only younger jobs need be looked at; undefined when that cannot be had cheaply. */
  newest(): Promise<number | undefined>
  unfinished(ask: EngineAsk): Promise<Unfinished>
  /** Asks for one job's end; false when the engine refused. */
  cancel(id: number, ask: EngineAsk): Promise<boolean>
}

export type EngineAsk = {
  readonly path: string
  readonly newerThan?: number
  readonly signal?: AbortSignal
  readonly deadlineAt?: number
}

const GIVE_UP_MS = MINUTE
// jobs of a running submission are never further apart
const LOOK_TWICE_MS = SECOND
const CANCEL_MS = 60 * SECOND
const CANCEL_PATIENCE_MS = 10 * SECOND
const CANCEL_AT_ONCE = 8

export type Quiet = {
  /** Undefined: the engine did not tell. */
  readonly quiet?: boolean
  readonly left: number
  readonly calls: number
  readonly jobWorkers?: number
}

type QuietTools = {
  readonly engine: Engine
  readonly clock: Clock
  /** Nothing has moved for this long: no use to wait any more. Default a minute. */
  readonly giveUpMs?: number
  /**
   * Nothing at work must be seen twice, a pause apart: 2.8 and later go on creating jobs when the CLI is gone, and between
   * two of them there may be none.
   */
  readonly twice?: boolean
}

/** Waits until the engine has no unfinished job for the path; gives up when nothing has moved for a minute. */
export async function waitForQuiet(
  { engine, clock, giveUpMs = GIVE_UP_MS, twice = false }: QuietTools,
  ask: EngineAsk,
): Promise<Quiet> {
  let calls = 0
  let empties = 0
  let best = Number.POSITIVE_INFINITY
  let movedAt = clock.now()
  for (;;) {
    const seen = await engine.unfinished(ask)
    calls += seen.calls
    const more = seen.jobWorkers === undefined ? {} : { jobWorkers: seen.jobWorkers }
    empties = seen.known && seen.ids.length === 0 ? empties + 1 : 0
    if (empties >= (twice ? 2 : 1)) return { quiet: true, left: 0, calls, ...more }
    if (seen.left < best) {
      best = seen.left
      movedAt = clock.now()
    }
    const over = clock.now() - movedAt >= giveUpMs || ask.signal?.aborted === true
    // without any answer there is nothing to wait for
    if (!seen.known && seen.left === 0) return { left: 0, calls }
    if (over) return { ...(seen.known ? { quiet: false } : {}), left: seen.left, calls, ...more }
    await pause(clock, toPause(engine, empties))
  }
}

// a second look at nothing must be far enough from the first one
function toPause({ paceMs }: Engine, empties: number): number {
  return empties > 0 ? Math.max(paceMs, LOOK_TWICE_MS) : paceMs
}

type CancelTools = {
  readonly engine: Engine
  readonly clock: Clock
  readonly patienceMs?: number
  readonly overlaps: () => boolean
}

/**
 * Takes back the unfinished jobs of a stopped load, for at most a minute. What is cached stays. A cancel is only an ask:
 * it is read back, and 2.8 and later go on creating jobs after their CLI is gone, so the list must be empty twice.
 * @param tools.overlaps whether somebody else's jobs for the path may be among them: then none is asked to end (any more)
 */
export async function cancelEngineJobs(
  { engine, clock, patienceMs = CANCEL_PATIENCE_MS, overlaps }: CancelTools,
  ask: EngineAsk,
): Promise<EngineCancel & { calls: number; spared: boolean }> {
  const deadlineAt = clock.now() + CANCEL_MS
  const timed = { ...ask, deadlineAt }
  const asked = new Set<number>()
  let movedAt = clock.now()
  let fewest = Number.POSITIVE_INFINITY
  let calls = 0
  let empties = 0
  for (;;) {
    const spared = overlaps()
    const seen = await engine.unfinished(spared ? ask : timed)
    calls += seen.calls
    empties = seen.ids.length === 0 ? empties + 1 : 0
    const fresh = spared ? [] : seen.ids.filter(id => !asked.has(id))
    calls += await cancelAll(engine, { ids: fresh, asked, ask: timed, clock, overlaps })
    // asking takes a JVM each: patience begins when all are asked
    if (fresh.length > 0 || seen.ids.length < fewest) movedAt = clock.now()
    fewest = Math.min(fewest, seen.ids.length)
    const now = clock.now()
    const idle = fresh.length === 0 && now - movedAt >= patienceMs
    // without an answer, or without an effect, there is nothing to wait for
    if (spared || empties >= 2 || (!seen.known && seen.ids.length === 0) || now >= deadlineAt || idle) {
      // what was asked in this very round shows only when it is looked at again
      const last = fresh.length > 0 ? await engine.unfinished(ask) : seen
      const still = last.ids.filter(id => asked.has(id)).length
      const more = last === seen ? 0 : last.calls
      const { ids, known } = last
      return { cancelled: asked.size - still, remaining: ids.length, known, calls: calls + more, spared }
    }
    await pause(clock, toPause(engine, empties))
  }
}

async function cancelAll(
  engine: Engine,
  work: { ids: readonly number[]; asked: Set<number>; ask: EngineAsk } & Pick<CancelTools, 'clock' | 'overlaps'>,
): Promise<number> {
  const waiting = [...work.ids]
  let calls = 0
  const lane = async () => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (work.clock.now() >= (work.ask.deadlineAt ?? 0) || work.overlaps()) return
      calls += 1
      if (await engine.cancel(id, work.ask)) work.asked.add(id)
    }
  }
  // one JVM at a time; the web bears several
  await Promise.all(Array.from({ length: engine.paceMs < SECOND ? CANCEL_AT_ONCE : 1 }, lane))
  return calls
}

/** What became of the jobs of a stopped load, for people. */
export function tellCancel({ cancelled, remaining, known, spared }: EngineCancel & { spared: boolean }): string[] {
  const done = `engine jobs of this load: ${cancelled} cancelled`
  if (spared) {
    const left = known ? `${remaining}` : `at least ${remaining}`
    return [
      `${done}; ${left} unfinished ones of its path were left alone: another load of this agent works there, and jobs cannot be told apart`,
    ]
  }
  if (!known) return ['whether the engine still works for this load is not known']
  if (cancelled + remaining === 0) return []
  return [`${done}${remaining === 0 ? '' : `; ${remaining} were asked to end and have not done so yet`}`]
}

/**
 * Whether a job works for a path: one of the files it names is that path or lies below it. Undefined when a load names none
 * that could be read: nobody knows then. What the engine does besides (persist, migrate, …) is nobody's load.
 */
export function concerns(job: EngineJobDetail, path: string): boolean | undefined {
  if (job.paths.length === 0) return isLoad(job) || job.name === '' ? undefined : false
  const place = toNamespacePath(path)
  return job.paths.some(one => isWithin(toNamespacePath(one), place))
}

/** Whether the engine's job loads files: one, or a batch of them. */
export function isLoad({ name }: Pick<EngineJobDetail, 'name'>): boolean {
  return name === 'Load' || name === 'BatchedJob'
}

export function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise(resolve => {
    clock.after(delayMs, () => resolve())
  })
}
