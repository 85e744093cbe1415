// what each event changes
import type { Instant } from '../../shared/time.ts'
import type { Event } from './events.ts'
import { AGENT_EVENTS } from './evolve/agents.ts'
import { ALLOCATION_EVENTS } from './evolve/allocations.ts'
import { CHAT_EVENTS } from './evolve/chat.ts'
import { JOB_EVENTS } from './evolve/jobs.ts'
import { MEMORY_EVENTS } from './evolve/memory.ts'
import { POST_EVENTS } from './evolve/post.ts'
import type { Evolvers } from './evolve/put.ts'
import { SCHEDULE_EVENTS } from './evolve/schedules.ts'
import { TASK_EVENTS } from './evolve/tasks.ts'
import type { State } from './state.ts'

const EVOLVERS: Evolvers<Event['type']> = {
  ...JOB_EVENTS,
  ...TASK_EVENTS,
  ...ALLOCATION_EVENTS,
  ...AGENT_EVENTS,
  ...MEMORY_EVENTS,
  ...CHAT_EVENTS,
  ...POST_EVENTS,
  ...SCHEDULE_EVENTS,
}

/** Applies one event to a draft at the instant `at`, jobs' counts and statuses included. Events about rows that are gone do nothing. */
export function evolve(draft: State, event: Event, at: Instant): void {
  const apply = EVOLVERS[event.type] as (draft: State, event: Event, at: Instant) => void
  apply(draft, event, at)
}
