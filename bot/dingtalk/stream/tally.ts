// the figures of a stream, over all of its connections
import type { StreamStatus } from './port.ts'
import { NEW_RHYTHM, type Rhythm } from './rhythm.ts'

export type Tally = {
  -readonly [K in 'frames' | 'acks' | 'lateAcks' | 'unacked' | 'rubbish']: StreamStatus[K]
} & {
  ackMs: number | undefined
  heardAt: number | undefined
  /** Newest push; -Infinity before the first. */
  pushedAt: number
  /** Connections that opened. */
  opened: number
  rhythm: Rhythm
}

export function createTally(): Tally {
  return {
    ...{ frames: 0, acks: 0, lateAcks: 0, unacked: 0, rubbish: 0, opened: 0 },
    ...{ ackMs: undefined, heardAt: undefined, pushedAt: Number.NEGATIVE_INFINITY, rhythm: NEW_RHYTHM },
  }
}
