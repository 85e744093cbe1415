// what the runs of one coordinator share, and how long they have patience
import type { Log } from '../../shared/log.ts'
import type { Clock } from '../../shared/time.ts'
import type { RunOrder } from '../../shared/wire.ts'
import type { OutputStore, StreamId } from '../engine/ports.ts'
import type { Client } from './client.ts'
import type { Printer } from './printer.ts'
import type { Voice } from './voice.ts'

export type Limits = {
  /** Between two looks at a job. */
  readonly pollMs: number
  /** The longest wait between two tries of something that failed. */
  readonly retryMs: number
  /** A coordinator that says nothing for so long is given up. */
  readonly giveUpMs: number
}

export type RunDeps = {
  readonly client: Client
  readonly voice: Voice
  readonly output: Pick<OutputStore, 'append' | 'length' | 'sync'>
  readonly grown: (stream: StreamId) => void
  readonly limits: () => Limits
  readonly clock: Clock
  readonly log: Log
  /** Aborted when the daemon goes: nothing more is said, and the coordinator goes on. */
  readonly signal: AbortSignal
}

/** How far an allocation had come when the daemon was started: unknown here, perhaps handed in, or certainly. */
export type Past = 'new' | 'accepted' | 'started'

export type Run = {
  /** It is not wanted any more; twice is once. */
  stop(): void
  /** Resolves when its last word is taken, or the daemon goes. */
  readonly done: Promise<void>
}

/** One run's own. */
export type RunRoom = RunDeps & {
  readonly order: RunOrder
  readonly past: Past
  /** Where its jobs are at the coordinator. */
  readonly path: string
  readonly printer: Printer
  /** Aborted when it is to be stopped. */
  readonly stopping: AbortSignal
}
