// what the daemon sees of DingTalk's stream: pushes in, acks out, and how the connection is
import type { Log } from '../../../shared/log.ts'
import type { Clock, Instant } from '../../../shared/time.ts'

/** One pushed frame, parsed; `data` is the parsed JSON of its data (undefined when it is none). */
export type Push = { readonly topic: string; readonly messageId: string; readonly data: unknown }

export type StreamDeps = {
  readonly clientId: string
  readonly clientSecret: string
  /** Base of the open API, without trailing slash. */
  readonly apiBase: string
  /** Topics of callbacks that are subscribed to; events are not. */
  readonly topics: readonly string[]
  /**
   * Called for each push. What it resolves with is the `response` of the ack; resolved means acked with 200.
   * Rejected means not acked, so that it is pushed again.
   */
  readonly onPush: (push: Push) => Promise<unknown>
  /** After so long a push is acked without waiting for its handler any longer. */
  readonly ackWithinMs: (topic: string) => number
  readonly clock: Clock
  /** A number in [0, 1). */
  readonly random: () => number
  readonly log: Log
}

/** Why it is not connected, in a class with a hint for the operator; never a secret. */
export type Trouble = {
  readonly code: string
  /** It will not mend itself: somebody has to change something. */
  readonly permanent: boolean
  readonly en: string
  readonly zh: string
}

export type StreamStatus = {
  /** `connected`: a push would arrive. `waiting`: between two tries, or not started yet. */
  readonly state: 'connecting' | 'connected' | 'waiting' | 'closed'
  readonly since: Instant
  readonly connectedAt?: Instant
  /** Newest sign of life of the server's own accord: a frame or a ping, not the pong to our ping. */
  readonly lastFrameAt?: Instant
  /** Open now: 1, or 2 while one replaces the other. */
  readonly connections: number
  readonly reconnects: number
  readonly frames: number
  readonly acks: number
  /** Newest: from the push to its ack. */
  readonly ackMs?: number
  /** Acked because the time was up, before the handler had finished. */
  readonly lateAcks: number
  /** Pushes left without an ack: too many at once, a handler that failed, or a connection lost meanwhile. */
  readonly unacked: number
  /** Frames that nobody understood. */
  readonly rubbish: number
  readonly trouble?: Trouble
}

export type Stream = {
  /** Connects, and goes on connecting until it is closed. Answers at once. */
  start(): void
  status(): StreamStatus
  /** Called when the state or the trouble changes; the answer unsubscribes. */
  onStatus(listener: (status: StreamStatus) => void): () => void
  /** Lets running handlers ack (for a bounded time), says goodbye, and leaves no timer and no socket behind. */
  close(): Promise<void>
}
