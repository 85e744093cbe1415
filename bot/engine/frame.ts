// one frame: a draft over the committed state in which commands are judged and what follows from them is settled
import type { Ids } from '../../shared/ids.ts'
import { toInstant } from '../../shared/time.ts'
import { isChatEvent } from '../core/chat-events.ts'
import type { Answer, Command, Context } from '../core/commands.ts'
import { decide } from '../core/decide.ts'
import type { Event, Published } from '../core/events.ts'
import { evolve } from '../core/evolve.ts'
import { reconcile } from '../core/reconcile.ts'
import { isScheduleEvent } from '../core/schedule-events.ts'
import type { Indexed } from '../core/state.ts'
import { countersOf, createDraftState, mergeDraftState, type Settings, type State, TABLE_NAMES } from '../core/state.ts'
import type { Table } from '../core/table.ts'
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
/** Slots that are due together are settled one after the other: each is released, settled, and followed when its job ends. */
const ROUNDS_A_SLOT = 8

/** Opens a frame over `state` at the instant `now` (ms since the epoch). `isUrgent`: it may use the store's reserve. */
export function createFrame(
  world: { readonly state: State; readonly ids: Ids; readonly settings: Settings },
  { now, isUrgent }: { readonly now: number; readonly isUrgent: boolean },
): Frame {
  let draft = createDraftState(world.state)
  let isUntouched = true
  const events: Event[] = []
  const context: Context = { now, ids: world.ids, settings: world.settings, isUrgent }
  return {
    apply(command) {
      // a draft of its own, so that a command that fails half way leaves no trace; the first one may have the whole frame
      const trial = isUntouched ? draft : createDraftState(draft)
      if (isUntouched) draft = createDraftState(world.state)
      const { events: decided, answer } = decide(trial, command, context)
      const happened = settle(trial, decided, context)
      if (isUntouched) draft = trial
      else mergeDraftState(trial, draft)
      isUntouched = false
      for (const event of happened) events.push(event)
      return answer
    },
    changes: () => {
      if (!events.every(isQuiet)) stamp(draft, countersOf(world.state).index + 1)
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
      return { index: countersOf(world.state).index, at: now, events, changed }
    },
  }
}

/** What is said, and what users' daemons tell every few seconds, is no change of anybody's work. */
export function isQuiet(event: Event): boolean {
  return event.type === 'companion.changed' || isChatEvent(event) || isScheduleEvent(event)
}

/** Tables whose rows know when they came to be and changed last. */
const INDEXED = ['jobs', 'allocations', 'agents', 'submissions'] as const

/** Sets the index of the state, and that of every row that the draft changed. */
export function stamp(draft: State, index: number): void {
  draft.counters.set('counters', { ...countersOf(draft), index })
  for (const name of INDEXED) {
    const table = draft[name] as Table<Indexed & { readonly id: string }>
    for (const [id, row] of [...table.changes()]) {
      if (row !== undefined) table.amend(id, { ...row, createIndex: row.createIndex || index, modifyIndex: index })
    }
  }
}

function settle(draft: State, decided: readonly Event[], context: Context): Event[] {
  const at = toInstant(context.now)
  const happened: Event[] = []
  let next: readonly Event[] = decided
  const most = MOST_ROUNDS + ROUNDS_A_SLOT * draft.slots.size
  for (let round = 0; round < most; round += 1) {
    // one by one: a stack does not hold as many as one ask about a large job brings
    for (const event of next) {
      evolve(draft, event, at)
      happened.push(event)
    }
    next = reconcile(draft, context)
    if (next.length === 0) return happened
  }
  throw new Error(`reconcile did not come to rest in ${most} rounds, last event ${next[0]?.type}`)
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
