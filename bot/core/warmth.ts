// what was loaded before: whether a run is the first of its path, and when that is forgotten
import { DAY, toMs } from '../../shared/time.ts'
import type { Event } from './events.ts'
import { joined } from './indexes.ts'
import type { Settings, Stage, State, TaskRow } from './state.ts'

/** Paths that are remembered at most, and rows that one tick forgets at most. */
const MOST_WARMED = 1_000_000
const MOST_FORGOTTEN = 5_000

/** The id under which it is known that a path was loaded in its cluster. */
export function toWarmthId({ cluster, key }: Pick<TaskRow, 'cluster' | 'key'>): string {
  return joined(cluster, key)
}

/** Whether a run of this task is the first that loads its path. */
export function toStage(state: State, task: TaskRow): Stage {
  return state.warmed.get(toWarmthId(task)) === undefined ? 'full' : 'incr'
}

/** Forgets what was loaded last as long ago as jobs are kept, by whole days (UTC), and the oldest beyond what is remembered. */
export function forgetOld(state: State, settings: Settings, now: number): Event[] {
  const surplus = state.warmed.size - MOST_WARMED
  const ids: string[] = []
  for (const day of [...state.warmed.keys('day')].sort()) {
    const most = dueOf(day, settings) <= now ? MOST_FORGOTTEN : Math.min(surplus, MOST_FORGOTTEN)
    for (const { id } of state.warmed.find('day', day)) {
      if (ids.length >= most) break
      ids.push(id)
    }
  }
  return ids.length === 0 ? [] : [{ type: 'warmth.forgotten', ids }]
}

/** When the next of it is forgotten, in ms since the epoch; 0 when there is too much of it. */
export function nextForgotten(state: State, settings: Settings): number | undefined {
  if (state.warmed.size > MOST_WARMED) return 0
  const [oldest] = [...state.warmed.keys('day')].sort()
  return oldest === undefined ? undefined : dueOf(oldest, settings)
}

function dueOf(day: string, { keepDays }: Settings): number {
  return toMs(`${day}T00:00:00.000Z`) + (keepDays + 1) * DAY
}
