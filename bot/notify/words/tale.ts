// all that a message about one job is made of
import type { Asker } from '../../../shared/chat.ts'
import type { Job, Task } from '../../../shared/job.ts'

export type Tale = {
  readonly job: Job
  /** First word 告警 instead of 通知. */
  readonly alarm: boolean
  readonly askers: readonly Asker[]
  /** It is told where somebody asked for it: there an alarm calls them, and need not say who it was. */
  readonly atHome: boolean
  /** The worst first, at most ten. */
  readonly worst: readonly Task[]
  /** How long something of it was at work, in ms; undefined when nothing ever ran. */
  readonly workMs: number | undefined
  /** For paths that do not exist: the nearest one that does. */
  readonly near: ReadonlyMap<string, string>
  /** That of its schedule, when it is the run of one; absent: UTC. */
  readonly zone?: string | undefined
  /** Base of links; without it there are none. */
  readonly publicUrl?: string | undefined
}

/** A message before it is cut into parts. */
export type Said = {
  /** Plain. */
  readonly title: string
  /** Markdown. */
  readonly text: string
}

/**
 * How long at least one of the tasks was at work, in ms. Pauses are not counted: a job that is taken up again next day did not
 * work all night. Pure.
 */
export function toWorkMs(tasks: Iterable<Pick<Task, 'startedAt' | 'endedAt'>>): number | undefined {
  const spans = [...tasks].flatMap(({ startedAt, endedAt }) =>
    startedAt === undefined || endedAt === undefined ? [] : [[Date.parse(startedAt), Date.parse(endedAt)] as const],
  )
  if (spans.length === 0) return undefined
  let total = 0
  let reached = Number.NEGATIVE_INFINITY
  for (const [from, to] of spans.sort((a, b) => a[0] - b[0])) {
    total += Math.max(0, to - Math.max(from, reached))
    reached = Math.max(reached, to)
  }
  return total
}
