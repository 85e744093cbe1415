// what agents may say and read of the state: their side of the engine

import type { AgentDescription } from '../../shared/agent.ts'
import { isEnded } from '../../shared/allocation.ts'
import type { Id } from '../../shared/ids.ts'
import type { Follower, LiveAllocation, Report, RunOrder } from '../../shared/wire.ts'
import { MOST_NAMED } from '../core/attach.ts'
import type { AllocationRow, Settings, State, TaskRow } from '../core/state.ts'
import type { Bus } from './bus.ts'
import type { Engine } from './engine.ts'
import type { OutputStore, StreamId } from './ports.ts'

type DeskDeps = {
  readonly state: State
  readonly engine: Engine
  readonly output: OutputStore
  readonly growth: Bus<StreamId>
}

/** The agents' verbs: hello, report, farewell; and who holds what. */
export function createDesk({ state, engine, output, growth }: DeskDeps) {
  return {
    output,
    grown: (stream: StreamId): void => growth.publish(stream),
    async hello(hello: {
      readonly agent: AgentDescription
      readonly live: readonly LiveAllocation[]
      readonly nextNumber: number
      readonly connection: string
    }) {
      const { acknowledged = 0, forget = [], stop = [] } = await engine.dispatch({ type: 'agent.hello', ...hello })
      return { acknowledged, forget, stop }
    },
    async gone(agentId: Id, connection: string): Promise<void> {
      await engine.dispatch({ type: 'agent.gone', agentId, connection })
    },
    async report(agentId: Id, n: number, report: Report): Promise<void> {
      await engine.dispatch({ type: 'agent.report', agentId, n, report })
    },
    holds: (agentId: Id, allocation: Id): boolean => state.allocations.get(allocation)?.agentId === agentId,
    finalLength({ allocation, kind }: StreamId): number | undefined {
      const row = state.allocations.get(allocation)
      return kind === 'output' ? row?.outputBytes : row?.missingBytes
    },
  }
}

type Book = { readonly state: State; readonly settings: Pick<Settings, 'guard'> }

/** What each unfinished allocation is to do, for those who tell the agents. */
export function createOrderBook({ state, settings }: Book) {
  return {
    orderOf(allocationId: Id): { readonly agentId: Id; readonly order: RunOrder } | undefined {
      const row = state.allocations.get(allocationId)
      const order = row === undefined || isEnded(row.status) ? undefined : toOrder({ state, settings }, row)
      return row === undefined || order === undefined ? undefined : { agentId: row.agentId, order }
    },
    outstanding: (agentId: Id): { readonly allocation: Id; readonly stop: boolean; readonly started: boolean }[] =>
      Array.from(state.allocations.find('liveByAgent', agentId), row => ({
        allocation: row.id,
        stop: row.desired === 'stop',
        started: row.started,
      })),
  }
}

/** Bytes of followers' paths in one order: with everything around them far below the largest frame. */
const MOST_NAMED_BYTES = 256 * 1024

// those that came first; of the leader's own path its findings serve
function nameFollowers(state: State, leader: TaskRow): Follower[] {
  const named: Follower[] = []
  let bytes = 0
  for (const { id, key, path } of state.tasks.find('followers', leader.id)) {
    if (key === leader.key) continue
    bytes += Buffer.byteLength(path)
    if (bytes > MOST_NAMED_BYTES || named.length === MOST_NAMED) break
    named.push({ task: id, path })
  }
  return named
}

function toOrder({ state, settings }: Book, row: AllocationRow): RunOrder | undefined {
  const task = state.tasks.get(row.taskId)
  if (task === undefined) return undefined
  const followers = nameFollowers(state, task)
  const { action, path, options, verify, targets } = task
  return {
    ...{ allocation: row.id, task: task.id, action, path, options, verify, followers },
    only: [...(targets?.paths ?? [])],
    guard: settings.guard,
  }
}
