// node-cron, alone here: on which days does a pattern of days fall
import { createTask } from 'node-cron'
import { DAY, SECOND } from '../../shared/time.ts'

/** What a task carries within, and the library's pages do not speak of. */
type Matcher = { getNextMatch(after: Date): Date }

function isMatcher(value: unknown): value is Matcher {
  return (
    typeof value === 'object' && value !== null && 'getNextMatch' in value && typeof value.getNextMatch === 'function'
  )
}

/**
 * The library's reading of `day month weekday`, in the canonical dialect. Days are the milliseconds of their midnight in UTC.
 * Where day and weekday are both restricted the library wants both of them to be met.
 */
export function createDayMatcher(days: string): (from: number) => number | undefined {
  const task = createTask(`0 0 0 ${days}`, () => {}, { timezone: 'UTC' })
  // a task is remembered by the library until it is destroyed; its matcher does not need it
  void task.destroy()
  const matcher: unknown = Reflect.get(task, 'timeMatcher')
  if (!isMatcher(matcher)) throw new Error('node-cron has changed: its tasks have no timeMatcher with getNextMatch')
  let answers: Answer[] = []
  return from => {
    // a search costs some hundred microseconds, and most asks are about days that were searched from before
    const known = answers.find(({ asked, found }) => from >= asked && (found === undefined || from <= found))
    if (known !== undefined) return known.found
    const found = search(matcher, from)
    answers = [{ asked: from, found }, ...answers.slice(0, MOST_ANSWERS - 1)]
    return found
  }
}

type Answer = { readonly asked: number; readonly found: number | undefined }
const MOST_ANSWERS = 16

/** The first match on a day or after it; undefined when there is none within a hundred years. */
function search(matcher: Matcher, from: number): number | undefined {
  try {
    return Math.floor(matcher.getNextMatch(new Date(from - SECOND)).getTime() / DAY) * DAY
  } catch {
    // that is how the library says that it found none
    return undefined
  }
}
