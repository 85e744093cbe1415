// one attempt of a task on one agent: statuses, legal moves, exit, counted lines, progress, steps
import * as z from 'zod'
import { Instant } from './time.ts'

export const Status = z.enum(['queued', 'running', 'succeeded', 'failed', 'stopped', 'lost']).meta({ id: 'Status' })
export type Status = z.infer<typeof Status>

export const Desired = z.enum(['run', 'stop']).meta({ id: 'Desired' })
export type Desired = z.infer<typeof Desired>

/**
 * Legal moves of an allocation. A lost one may be heard of again: its agent was only silent.
 * Everything else that has ended stays ended.
 */
export const ALLOCATION_MOVES: Readonly<Record<Status, readonly Status[]>> = {
  queued: ['running', 'failed', 'stopped', 'lost'],
  running: ['succeeded', 'failed', 'stopped', 'lost'],
  lost: ['running', 'succeeded', 'failed', 'stopped'],
  succeeded: [],
  failed: [],
  stopped: [],
}

/** Statuses from which nothing follows by itself. */
export function isEnded(status: Status): boolean {
  return status !== 'queued' && status !== 'running'
}

/** How a run ended. `code` and `signal` as the operating system reports them; a launcher turns a signal into 128 + n. */
export const Exit = z
  .object({
    reason: z.enum(['exited', 'signalled', 'timeout', 'stopped', 'spawn-failed', 'refused', 'lost']),
    code: z.int().optional(),
    signal: z.string().optional(),
    message: z.string().optional().meta({ description: 'one sentence, when there is more to say' }),
  })
  .meta({ id: 'Exit' })
export type Exit = z.infer<typeof Exit>

/** What a launcher that outlives its program makes of the signal that ended it: 128 + n. */
export const SIGNALS: Readonly<Record<number, string>> = {
  129: 'SIGHUP',
  130: 'SIGINT',
  134: 'SIGABRT',
  137: 'SIGKILL',
  139: 'SIGSEGV',
  143: 'SIGTERM',
}

/** The signal that ended a program which nobody here had asked to end; undefined when it ended by itself. */
export function killedBy({ reason, code = 0, signal }: Exit): string | undefined {
  return reason === 'exited' ? SIGNALS[code] : reason === 'signalled' ? signal : undefined
}

/** What the action's own command printed, counted by line. Hints, never proof. */
export const LineCounts = z
  .object({
    loaded: z.int().min(0),
    alreadyCached: z.int().min(0),
    failed: z.int().min(0).meta({ description: 'lines `Failed to complete loading`' }),
    attemptsFailed: z.int().min(0).meta({ description: 'lines `Attempt … failed because`' }),
    started: z.int().min(0),
    submitFailed: z.int().min(0),
  })
  .meta({ id: 'LineCounts' })
export type LineCounts = z.infer<typeof LineCounts>

export const NO_LINES: LineCounts = {
  loaded: 0,
  alreadyCached: 0,
  failed: 0,
  attemptsFailed: 0,
  started: 0,
  submitFailed: 0,
}

/** How far a load is. Totals come from the first measurement; nothing is invented when it is missing. */
export const Progress = z
  .object({
    at: Instant,
    filesDone: z.int().min(0).optional(),
    filesTotal: z.int().min(0).optional(),
    bytesDone: z.int().min(0).optional(),
    bytesTotal: z.int().min(0).optional(),
    bytesPerSecond: z.number().min(0).optional(),
    percent: z.number().min(0).max(100).optional(),
    etaSeconds: z.number().min(0).optional(),
    source: z.enum(['lines', 'sample']),
  })
  .meta({ id: 'Progress' })
export type Progress = z.infer<typeof Progress>

export const StepName = z
  .enum([
    'probe',
    'workers',
    'measure',
    'guard',
    'refresh',
    'metadata',
    'load',
    'free',
    'list',
    'report',
    'sample',
    'quiet',
    'cancel',
    'verify',
  ])
  .meta({ id: 'StepName' })
export type StepName = z.infer<typeof StepName>

/** One step of an allocation as it is told to people: measuring steps are not part of the task's output. */
export const Step = z
  .object({
    name: StepName,
    startedAt: Instant,
    endedAt: Instant.optional(),
    exit: Exit.optional(),
    calls: z.int().min(0).optional().meta({ description: 'CLI processes started for it; 0 when it shared one' }),
  })
  .meta({ id: 'Step' })
export type Step = z.infer<typeof Step>

/** What became of the engine jobs of a stopped run. */
export const EngineCancel = z
  .object({ cancelled: z.int().min(0), remaining: z.int().min(0), known: z.boolean() })
  .meta({ id: 'EngineCancel' })
export type EngineCancel = z.infer<typeof EngineCancel>
