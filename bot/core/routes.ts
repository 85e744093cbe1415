// who is told when a job has ended: the configured routes, or what holds without any
import type { Via } from '../../shared/job.ts'

/** One line of `notify.routes`. `to`: `requester`, `robot`, a conversation's id, or `staff:ID`. */
export type Route = {
  readonly when: 'ended' | 'alarm'
  readonly via?: readonly Via[] | undefined
  /** A pattern with `*` and `?`. */
  readonly name?: string | undefined
  readonly to: readonly string[]
}
