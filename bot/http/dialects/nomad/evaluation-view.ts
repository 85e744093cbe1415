// one ask about a job as a Nomad evaluation: it is complete as soon as it was taken in
import type { NamedJobs, SubmissionView } from '../../../engine/operations/port.ts'
import { NO_METRICS } from './allocation-view.ts'
import { toHead } from './defaults.ts'
import { foreignGroups, givenOf, latestOf, NAMESPACE, toSummary } from './job-view.ts'
import { toNanos } from './read.ts'
import type { Evaluation } from './run-shapes.ts'

/** The evaluation that an ask was; `named` is what its name has come to, unless that was removed. */
export function toEvaluation(asked: SubmissionView, named?: NamedJobs): Evaluation {
  const { Type, Priority } = toHead((named && givenOf(latestOf(named))) ?? {})
  const newest = named !== undefined && asked.id === latestOf(named)?.id
  const unplaced = newest ? foreignGroups(named) : []
  return {
    ...{ ID: asked.id, Priority, Type, Namespace: NAMESPACE, JobID: asked.name },
    TriggeredBy: asked.kind === 'stop' ? 'job-deregister' : 'job-register',
    ...{ Status: 'complete', StatusDescription: '', JobModifyIndex: asked.modifyIndex },
    ...{ NodeID: '', NodeModifyIndex: 0, DeploymentID: '', Wait: 0, NextEval: '', PreviousEval: '', BlockedEval: '' },
    ...{
      RelatedEvals: null,
      FailedTGAllocs: toFailures(unplaced),
      ClassEligibility: null,
      EscapedComputedClass: false,
    },
    ...{ QuotaLimitReached: '', AnnotatePlan: false, SnapshotIndex: asked.createIndex },
    QueuedAllocations: newest ? toQueued(named) : {},
    ...{ CreateIndex: asked.createIndex, ModifyIndex: asked.modifyIndex },
    ...{ CreateTime: toNanos(asked.at), ModifyTime: toNanos(asked.at) },
  }
}

function toQueued(named: NamedJobs): Record<string, number> {
  const { Summary } = toSummary(named)
  return Object.fromEntries(Object.entries(Summary).map(([label, { Queued }]) => [label, Queued]))
}

// groups whose driver nobody offers, in the words in which Nomad tells it
function toFailures(labels: readonly string[]): Record<string, unknown> | null {
  if (labels.length === 0) return null
  const metrics = { ...NO_METRICS, NodesFiltered: 1, ConstraintFiltered: { 'missing drivers': 1 } }
  return Object.fromEntries(labels.map(label => [label, metrics]))
}
