// a small world for the core: a state, a clock that is an argument, seeded ids, agents that say what they are told to

import type { Answer, Command, Context, SubmitJob } from '../../bot/core/commands.ts'
import { decide } from '../../bot/core/decide.ts'
import type { Event } from '../../bot/core/events.ts'
import { evolve } from '../../bot/core/evolve.ts'
import { nextDue, reconcile } from '../../bot/core/reconcile.ts'
import { nextWake } from '../../bot/core/slot-waits.ts'
import {
  type AllocationRow,
  countersOf,
  createDraftState,
  createState,
  mergeDraftState,
  type Settings,
  type State,
  TABLE_NAMES,
  type TaskRow,
} from '../../bot/core/state.ts'
import { isQuiet, stamp } from '../../bot/engine/frame.ts'
import type { ActionName, TaskOptions } from '../../shared/actions.ts'
import type { AgentDescription } from '../../shared/agent.ts'
import type { Exit, StepName } from '../../shared/allocation.ts'
import { AppError } from '../../shared/errors.ts'
import { GUARD } from '../../shared/guard.ts'
import { createIds, type Id, type Ids } from '../../shared/ids.ts'
import type { Actor } from '../../shared/job.ts'
import { toInstant } from '../../shared/time.ts'
import type { Findings, Measurement } from '../../shared/verdict.ts'
import type { Ending, LiveAllocation, Report } from '../../shared/wire.ts'

export const START = Date.UTC(2024, 4, 1, 8)
export const SETTINGS: Settings = {
  verify: true,
  graceMs: 120_000,
  keepDays: 30,
  keepJobs: 100_000,
  clusters: [],
  guard: GUARD,
}

export const ANN: Actor = { name: 'ann', role: 'operator', via: 'http' }
export const BOB: Actor = { name: 'bob', role: 'operator', via: 'http' }
export const ROOT: Actor = { name: 'root', role: 'admin', via: 'http' }
export const VIC: Actor = { name: 'vic', role: 'viewer', via: 'http' }

/** The three verbs, so that a test can put broken ones in their place. */
export type Verbs = { decide: typeof decide; evolve: typeof evolve; reconcile: typeof reconcile }
export const VERBS: Verbs = { decide, evolve, reconcile }

export type World = ReturnType<typeof createWorld>

/** Random bytes of a linear congruence: the same ids in every run. */
export function seededIds(seed = 1): Ids {
  let last = seed
  return createIds(undefined, count =>
    Uint8Array.from({ length: count }, () => {
      last = (last * 1_103_515_245 + 12_345) % 2_147_483_648
      return last >> 16
    }),
  )
}

export type WorldOptions = { settings?: Partial<Settings>; verbs?: Partial<Verbs>; seed?: number; state?: State }

export function createWorld(options: WorldOptions = {}) {
  const verbs = { ...VERBS, ...options.verbs }
  const settings = { ...SETTINGS, ...options.settings }
  const ids = seededIds(options.seed)
  const state = options.state ?? createState()
  const numbers = new Map<Id, number>()
  const history: { command: Command; events: readonly Event[]; at: number }[] = []
  let now = START

  /** One frame, as the engine makes it; a refused ask leaves nothing behind. */
  function ask(command: Command): Answer & { events: readonly Event[] } {
    const frame = createDraftState(state)
    const trial = createDraftState(frame)
    const context: Context = { now, ids, settings }
    const { events, answer } = verbs.decide(trial, command, context)
    const happened: Event[] = []
    let next: readonly Event[] = events
    for (let round = 0; ; round += 1) {
      if (round > 200) throw new Error(`no rest after ${round} rounds: ${next[0]?.type}`)
      for (const event of next) {
        verbs.evolve(trial, event, toInstant(now))
        happened.push(event)
      }
      next = verbs.reconcile(trial, context)
      if (next.length === 0) break
    }
    if (!happened.every(isQuiet)) stamp(trial, countersOf(state).index + 1)
    for (const name of TABLE_NAMES) for (const row of trial[name].changes().values()) deepFreeze(row)
    mergeDraftState(trial, frame)
    mergeDraftState(frame, state)
    history.push({ command, events: happened, at: now })
    return { ...answer, events: happened }
  }

  const world = {
    state,
    settings,
    ids,
    history,
    ask,
    get now() {
      return now
    },
    nextDue() {
      const due = [nextDue(state, settings), nextWake(state)].flatMap(instant => instant ?? [])
      return due.length === 0 ? undefined : Math.min(...due)
    },
    /** Time passes, and is noticed. */
    wait(ms: number) {
      now += ms
      return ask({ type: 'tick' })
    },
    skip(ms: number) {
      now += ms
    },
    submit(paths: readonly string[], more: SubmitMore = {}) {
      const answer = ask(toSubmit(paths, more))
      return { ...answer, jobId: answer.jobId!, taskIds: answer.taskIds! }
    },
    agent(more: AgentOptions = {}) {
      const description = describeAgent(ids.next(now), more)
      world.hello(description)
      return description
    },
    hello(agent: AgentDescription, live: readonly LiveAllocation[] = [], more: HelloOptions = {}) {
      const nextNumber = (numbers.get(agent.id) ?? 0) + 1
      return ask({ type: 'agent.hello', agent, live, nextNumber, connection: `c${history.length}`, ...more })
    },
    gone(agentId: Id) {
      return ask({ type: 'agent.gone', agentId, connection: state.agents.get(agentId)?.connection ?? '' })
    },
    report(agentId: Id, report: Report) {
      const n = Math.max(numbers.get(agentId) ?? 0, state.agents.get(agentId)?.taken ?? 0) + 1
      numbers.set(agentId, n)
      return ask({ type: 'agent.report', agentId, n, report })
    },
    task: (id: Id): TaskRow => must(state.tasks.get(id)),
    job: (id: Id) => must(state.jobs.get(id)),
    allocation: (id: Id): AllocationRow => must(state.allocations.get(id)),
    /** The newest attempt of a task. */
    run: (taskId: Id): AllocationRow => must(state.allocations.get(must(state.tasks.get(taskId)?.allocationId))),
    start(taskId: Id) {
      const { id, agentId } = world.run(taskId)
      world.report(agentId, { type: 'accepted', allocation: id })
      return world.report(agentId, { type: 'started', allocation: id })
    },
    /** The newest attempt begins a step now, as its agent's clock tells it. */
    step(taskId: Id, name: StepName, startedAt = toInstant(now)) {
      const { id, agentId } = world.run(taskId)
      return world.report(agentId, { type: 'step', allocation: id, step: { name, startedAt } })
    },
    end(taskId: Id, more: Partial<Ending> = {}) {
      const { id, agentId } = world.run(taskId)
      return world.report(agentId, { type: 'ended', allocation: id, ending: ending(more) })
    },
  }
  return world
}

/** A submission whose units differ in nothing but their paths, unless `asks` says otherwise. */
export type SubmitMore = Partial<Omit<SubmitJob, 'type'>> & { action?: ActionName; options?: TaskOptions }

export function toSubmit(paths: readonly string[], more: SubmitMore = {}): SubmitJob {
  const { action = 'load', options = {}, ...rest } = more
  // what has no paths is one task of none, as the door makes it
  const asks = (paths.length === 0 ? [''] : paths).map(path => ({ action, path, options }))
  return { type: 'job.submit', actor: ANN, view: 'native', asks, ...rest }
}

export type HelloOptions = { connection?: string; nextNumber?: number }

export type AgentOptions = {
  name?: string
  cluster?: string
  work?: number
  read?: number
  found?: boolean
  owner?: string
}

export function describeAgent(id: Id, more: AgentOptions = {}): AgentDescription {
  return {
    id,
    name: more.name ?? `agent-${id.slice(-6)}`,
    cluster: more.cluster ?? 'default',
    version: '1',
    host: 'h',
    pid: 1,
    capacity: { work: more.work ?? 2, read: more.read ?? 1 },
    calls: [],
    capabilities: { bin: 'goosefs', found: more.found ?? true, simulated: true, loadFlags: [] },
    ...(more.owner !== undefined && { owner: more.owner }),
  }
}

export const EXIT_0: Exit = { reason: 'exited', code: 0 }

export function measured(files: number, cachedFiles: number, more: Partial<Measurement> = {}): Measurement {
  const percent = files === 0 ? 100 : Math.floor((cachedFiles * 100) / files)
  const bytes = { bytes: files * 10, cachedBytes: cachedFiles * 10, cachedPercent: percent }
  return { at: toInstant(START), files, cachedFiles, ...bytes, fresh: true, complete: true, ...more }
}

export function findings(more: Partial<Findings> = {}): Findings {
  return { missing: [], missingTotal: 0, missingByCause: {}, cost: { calls: 2, wallMs: 10 }, quiet: true, ...more }
}

/** Everything was loaded, unless `more` says otherwise. */
export function ending(more: Partial<Ending> = {}): Ending {
  return {
    exit: EXIT_0,
    started: true,
    cuts: [],
    outputBytes: 0,
    missingBytes: 0,
    notes: [],
    findings: findings({ before: measured(3, 0), after: measured(3, 3) }),
    ...more,
  }
}

export function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('there is none')
  return value
}

export function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const one of Object.values(value)) deepFreeze(one)
  return value
}

export type { ActionName, TaskOptions }

/** The code of the mistake that a deed is refused for; `none` when it is not. */
export function codeOf(deed: () => unknown): string {
  try {
    deed()
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown.code
    throw thrown
  }
  return 'none'
}
