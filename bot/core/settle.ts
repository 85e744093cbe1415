// what follows for a task, and for those that follow it, when its run has ended or is lost
import { ACTIONS } from '../../shared/actions.ts'
import { type Exit, isEnded } from '../../shared/allocation.ts'
import { toReasons } from '../../shared/causes.ts'
import { MINUTE, SECOND, toInstant, toMs } from '../../shared/time.ts'
import type { Ending } from '../../shared/wire.ts'
import { LONGEST_SHARED_WAIT_MS } from './attach.ts'
import { createFollowerJudge, type LedRun } from './cut.ts'
import { toSample, withSeconds } from './estimate.ts'
import type { Event } from './events.ts'
import { withFrees } from './freed-meanwhile.ts'
import { type Judgement, judge } from './judge.ts'
import type { AllocationRow, State, TaskRow } from './state.ts'
import { aimAt, NO_TARGETS } from './targets.ts'

/** Placements again after a run was lost. */
export const MOST_LOST_AGAIN = 2
/** Placements again after a verdict that named only causes that pass, and the time within which they may happen. */
export const MOST_PASSED_AGAIN = 2
export const PASSING_WINDOW_MS = 30 * MINUTE
const PASSING_WAITS_MS = [1 * MINUTE, 5 * MINUTE]

type Ended = Extract<Event, { type: 'task.ended' }>

/** An agent's last word on an allocation that may still end. Older attempts are kept, but say nothing about the task. */
export function settleEnding(
  state: State,
  allocation: AllocationRow,
  end: { readonly ending: Ending; readonly now: number },
): Event[] {
  const task = state.tasks.get(allocation.taskId)
  if (task === undefined) return []
  const { estimate } = end.ending
  const timed = estimate === undefined ? {} : { estimate: withSeconds(state, task.cluster, estimate) }
  const ending = { ...end.ending, ...timed, exit: toExit(allocation, end.ending.exit) }
  if (ending.exit.reason === 'lost') {
    const loss = { neverStarted: !ending.started, ending }
    return allocation.status === 'lost' ? [toLost(allocation, loss)] : settleLoss(state, allocation, loss)
  }
  const judgement = withFrees(state, { task, allocation, now: end.now }, judge({ task, ...ending }))
  const events: Event[] = []
  if (allocation.status === 'queued' && (ending.started || judgement.status === 'succeeded')) {
    events.push({ type: 'allocation.started', allocationId: allocation.id })
  }
  events.push({ type: 'allocation.ended', allocationId: allocation.id, status: judgement.status, ending })
  const sample = toSample(allocation, ending)
  if (sample !== undefined) events.push({ type: 'agent.sampled', agentId: allocation.agentId, sample })
  return isBelievable(task, allocation)
    ? [...events, ...settleTask(state, { ...end, task, allocation, ending, judgement })]
    : events
}

/** `neverStarted`: its agent said for certain that nothing ran. `ending`: the agent itself gave it up. */
type Loss = { readonly neverStarted: boolean; readonly ending?: Ending }

function toLost({ id }: AllocationRow, loss: Loss): Event {
  return { type: 'allocation.lost', allocationId: id, ...loss }
}

/** A run of which nothing is heard any more. */
export function settleLoss(state: State, allocation: AllocationRow, loss: Loss = { neverStarted: false }): Event[] {
  const { neverStarted } = loss
  const lost = toLost(allocation, loss)
  const task = state.tasks.get(allocation.taskId)
  if (task === undefined || task.allocationId !== allocation.id || isEnded(task.status)) return [lost]
  const again = (neverStarted || ACTIONS[task.action].repeatable) && task.lostAgain < MOST_LOST_AGAIN
  if (again && task.desired === 'run') return [lost, { type: 'task.queued', taskId: task.id, why: 'lost' }]
  const status = task.desired === 'stop' && neverStarted ? 'stopped' : 'lost'
  const ended: Ended = { type: 'task.ended', taskId: task.id, status, exit: { reason: status } }
  return [lost, ended]
}

/** Whether what an attempt says is the truth about its task: it is the newest, and the task did not end otherwise. */
export function isBelievable(task: TaskRow, allocation: AllocationRow): boolean {
  if (task.allocationId !== allocation.id || task.attachedTo !== undefined) return false
  return !isEnded(task.status) || task.status === 'lost'
}

/** Whether the agent's last word on it was taken in; only that one gives the length of its output. */
export function hasLastWord(row: AllocationRow): boolean {
  return row.outputBytes !== undefined
}

/**
 * Whether a run that was given up for lost goes on when it is heard of again: its agent did not give it up itself,
 * nothing took its place, and it is still wanted.
 */
export function mayReturn(state: State, row: AllocationRow): boolean {
  const task = state.tasks.get(row.taskId)
  if (row.status !== 'lost' || hasLastWord(row) || task === undefined || !isBelievable(task, row)) return false
  return task.desired === 'run' && state.jobs.get(task.jobId)?.desired === 'run'
}

type Settled = LedRun & { readonly judgement: Judgement; readonly now: number }

function settleTask(state: State, settled: Settled): Event[] {
  const { task, ending, judgement } = settled
  const judgeFollower = createFollowerJudge(settled)
  const followers = [...state.tasks.find('followers', task.id)].map(follower => ({
    follower,
    judgement: judgeFollower(follower),
  }))
  const settledOnes = followers.filter(one => isSettled(settled, one))
  const again = toNext(settled, settledOnes.length < followers.length)
  if (again !== undefined) {
    // followers that this measurement says nothing of ask for more than what it saw to be missing
    const isWhole = followers.some(one => one.judgement === undefined)
    const aim = isWhole ? NO_TARGETS : aimAt(task, judgement.verdict, settled.allocation.placedAt)
    // what passes by itself is waited for by all of them; to restart is the leader's own wish
    const ended = again.why === 'restart' ? settledOnes : followers.filter(isServed)
    return [
      { type: 'task.queued', taskId: task.id, ...again, ...aim, notes: [...again.notes, ...aim.notes] },
      ...ended.flatMap(one => toEnded(one.follower, one.judgement, ending)),
    ]
  }
  // what is still open when its leader has ended is handed over
  return [
    ...settledOnes.flatMap(one => toEnded(one.follower, one.judgement, ending)),
    ...toEnded(task, judgement, ending),
  ]
}

type Followed = { readonly follower: TaskRow; readonly judgement: Judgement | undefined }

// limits and stops of the leader are not the follower's, and who is to be tried again has not been tried yet
function isSettled({ task, ending, judgement }: Settled, one: Followed): boolean {
  if (one.judgement === undefined) return false
  if (one.judgement.status === 'failed' && mayRestart(one.follower)) return false
  if (ending.exit.reason === 'refused') return isRefusedToo(task, one.follower)
  return isServed(one) || (judgement.status !== 'stopped' && ending.exit.reason !== 'timeout')
}

function isServed({ judgement }: Followed): boolean {
  return judgement?.verdict?.ok === true
}

function mayRestart({ options: { restart }, restarts, desired }: TaskRow): boolean {
  return restart !== undefined && restarts < restart.attempts && desired === 'run'
}

type Next = { readonly why: 'passing' | 'restart'; readonly notBefore: number; readonly notes: readonly string[] }

// causes that pass are waited for first: they cost none of the restarts that were asked for. Others who wait for this
// load too did not ask for a delay
function toNext({ task, ending, judgement, now }: Settled, isAwaited: boolean): Next | undefined {
  if (judgement.passing && mayPass(task, ending.exit, now)) {
    const notBefore = now + (PASSING_WAITS_MS[task.passedAgain] ?? PASSING_WINDOW_MS)
    return { why: 'passing', notBefore, notes: [toWaitNote(judgement, notBefore)] }
  }
  const { restart } = task.options
  if (restart === undefined || judgement.status !== 'failed' || !mayRestart(task)) return undefined
  const waitMs = restart.delaySeconds * SECOND
  const notBefore = now + (isAwaited ? Math.min(waitMs, LONGEST_SHARED_WAIT_MS) : waitMs)
  const note = `restart ${task.restarts + 1} of ${restart.attempts}: not before ${toInstant(notBefore)}`
  return { why: 'restart', notBefore, notes: [note] }
}

// there may be room for a part of the path, and who forces is not refused
function isRefusedToo(leader: TaskRow, follower: TaskRow): boolean {
  return follower.key === leader.key && follower.options.force !== true
}

// whoever looks at a task that waits sees what for
function toWaitNote({ verdict }: Judgement, notBefore: number): string {
  const reasons = verdict === undefined ? [] : toReasons(verdict)
  const causes = reasons.map(({ cause, files, text }) => `${text.en} (${cause}: ${files})`)
  const why = causes.length > 0 ? `not all is cached: ${causes.join(', ')}` : verdict?.notes[0]
  return `${why ?? 'it could not be judged'}; this passes by itself: the next attempt is not before ${toInstant(notBefore)}`
}

function toEnded(task: TaskRow, judgement: Judgement | undefined, ending: Ending): Ended[] {
  if (judgement === undefined) return []
  const { status, verdict } = judgement
  const estimate = task.options.dryRun === true ? ending.estimate : undefined
  return [
    {
      ...{ type: 'task.ended', taskId: task.id, status, exit: ending.exit, notes: ending.notes },
      ...(verdict !== undefined && { verdict }),
      ...(estimate !== undefined && { estimate }),
    },
  ]
}

function mayPass(task: TaskRow, exit: Exit, now: number): boolean {
  if (task.desired === 'stop' || exit.reason === 'timeout' || task.passedAgain >= MOST_PASSED_AGAIN) return false
  return task.passingSince === undefined || now - toMs(task.passingSince) < PASSING_WINDOW_MS
}

// the agent knows only that it was told to stop; why is known here
function toExit(allocation: AllocationRow, exit: Exit): Exit {
  return allocation.timedOut === true && exit.reason === 'stopped' ? { ...exit, reason: 'timeout' } : exit
}
