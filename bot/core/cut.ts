// what a leader's run says about a task that followed it, and when it says nothing
import type { Step } from '../../shared/allocation.ts'
import type { Findings } from '../../shared/verdict.ts'
import type { Ending } from '../../shared/wire.ts'
import { type Judgement, judge } from './judge.ts'
import type { AllocationRow, TaskRow } from './state.ts'

/** A run that has ended. */
export type LedRun = { readonly task: TaskRow; readonly allocation: AllocationRow; readonly ending: Ending }

/**
 * How to judge what followed this run: of the same path by the run's own findings, below it by the cut that the agent
 * made of its lists. Undefined is the answer when nothing can be said:
 *
 * - there is no cut (it was not named to the agent, or the report had no room for it);
 * - the measurement had begun when it was asked for: what was cached before somebody asked proves nothing afterwards;
 * - the load had begun when it was asked for and something is missing: the load may have been past it. It is given a
 *   load of its own, which began after it was asked for, so that this happens once;
 * - the load began only at what had been missing, somebody asked after that was seen, and not all is cached: nobody was
 *   to load all of what they asked for;
 * - the lists name no file below it: they hold files only, so whether there is such a path at all is not known.
 */
export function createFollowerJudge({ task: leader, allocation, ending }: LedRun) {
  const cuts = new Map(ending.cuts.map(cut => [cut.task, cut.findings]))
  const load = allocation.steps.find(step => step.name === 'load')
  const verify = allocation.steps.findLast(step => step.name === 'verify')
  const judgeIt = (follower: TaskRow, cut: Findings | undefined): Judgement | undefined => {
    const { exit, estimate, lines, findings } = ending
    if (follower.key === leader.key) return judge({ task: follower, exit, estimate, lines, findings })
    return cut === undefined ? undefined : judge({ task: follower, exit, findings: cut })
  }
  return (follower: TaskRow): Judgement | undefined => {
    if (cameAfter(follower, allocation, verify)) return undefined
    const judgement = judgeIt(follower, cuts.get(follower.id))
    const tooLate = judgement?.status === 'failed' && cameAfter(follower, allocation, load)
    const leftOut = judgement?.verdict?.ok !== true && asksForMore(follower, leader)
    const isUnseen = judgement?.verdict?.kind === 'empty' && follower.key !== leader.key
    return tooLate || leftOut || isUnseen ? undefined : served(follower, judgement)
  }
}

// that somebody stopped the leader is no end of what follows it: all of it is there
function served(follower: TaskRow, judgement: Judgement | undefined): Judgement | undefined {
  const isServed = judgement?.verdict?.ok === true && follower.desired === 'run'
  return isServed ? { ...judgement, status: 'succeeded' } : judgement
}

function asksForMore(follower: TaskRow, { targets }: TaskRow): boolean {
  return targets !== undefined && (follower.retriedAt ?? follower.createdAt) > targets.seenAt
}

// steps are told by the agent's clock: an ask from before the placement came before all of its steps whatever that says
function cameAfter(task: TaskRow, allocation: AllocationRow, step: Step | undefined): boolean {
  const askedAt = task.retriedAt ?? task.createdAt
  return step !== undefined && askedAt > allocation.placedAt && askedAt >= step.startedAt
}
