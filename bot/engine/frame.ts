// one frame: a draft over the committed state in which commands are judged and what follows from them is settled
import type { Ids } from '../../shared/ids.ts'
import { toInstant } from '../../shared/time.ts'
import type { Answer, Command, Context } from '../core/commands.ts'
import { decide } from '../core/decide.ts'
import type { Event, Published } from '../core/events.ts'
import { evolve } from '../core/evolve.ts'
import { reconcile } from '../core/reconcile.ts'
import { createDraftState, mergeDraftState, type Settings, type State, TABLE_NAMES } from '../core/state.ts'
import type { Change } from './ports.ts'

export type Frame = {
  /** Judges one command; throws the asker's mistake, and then nothing of it stays in the frame. */
  apply(command: Command): Answer
  /** What has to be saved. */
  changes(): readonly Change[]
  /** Makes the draft the committed state; the answer is what listeners hear. */
  merge(): Published
}

/** Rounds in which consequences may follow from consequences; more is a mistake of the core. */
const MOST_ROUNDS = 1_000

/** Opens a frame over `state` at the instant `now` (ms since the epoch). */
export function createFrame(
  world: { readonly state: State; readonly ids: Ids; readonly settings: Settings },
  now: number,
): Frame {
  const draft = createDraftState(world.state)
  const events: Event[] = []
  const context: Context = { now, ids: world.ids, settings: world.settings }
  return {
    apply(command) {
      // a draft of its own, so that a command that fails half way leaves no trace
      const trial = createDraftState(draft)
      const { events: decided, answer } = decide(trial, command, context)
      const happened = settle(trial, decided, context)
      mergeDraftState(trial, draft)
      events.push(...happened)
      return answer
    },
    changes: () => {
      if (events.length > 0)
        draft.counters.set('counters', { ...readCounters(draft), index: readCounters(world.state).index + 1 })
      return toChanges(draft)
    },
    merge() {
      const changed = {
        jobs: ids(draft, 'jobs'),
        tasks: ids(draft, 'tasks'),
        allocations: ids(draft, 'allocations'),
        agents: ids(draft, 'agents'),
      }
      mergeDraftState(draft, world.state)
      return { index: readCounters(world.state).index, at: now, events, changed }
    },
  }
}

/** The counters; before the first frame they stand at the beginning. */
export function readCounters(state: State): {
  readonly id: 'counters'
  readonly nextNumber: number
  readonly index: number
} {
  return state.counters.get('counters') ?? { id: 'counters', nextNumber: 1, index: 0 }
}

function settle(draft: State, decided: readonly Event[], context: Context): Event[] {
  const at = toInstant(context.now)
  const happened: Event[] = []
  let next: readonly Event[] = decided
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    for (const event of next) evolve(draft, event, at)
    happened.push(...next)
    next = reconcile(draft, context)
    if (next.length === 0) return happened
  }
  throw new Error(`reconcile did not come to rest in ${MOST_ROUNDS} rounds, last event ${next[0]?.type}`)
}

function toChanges(draft: State): Change[] {
  return TABLE_NAMES.flatMap(table => {
    const changed: ReadonlyMap<string, unknown> = draft[table].changes()
    return Array.from(changed, ([key, row]) => ({ table, key, value: row ?? null }))
  })
}

function ids(draft: State, table: 'jobs' | 'tasks' | 'allocations' | 'agents'): string[] {
  return [...draft[table].changes().keys()]
}
