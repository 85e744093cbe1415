// what follows from how one sending ended
import type { Channel, Failed, FailureClass } from '../../shared/chat.ts'
import { MINUTE, SECOND } from '../../shared/time.ts'

/** Waits between tries of the same way. */
const AGAIN_MS = [1, 2, 5, 10, 20, 40, 60].map(seconds => seconds * SECOND)
/** When all ways are closed: somebody may mend a setting meanwhile. */
export const ALL_CLOSED_MS = 10 * MINUTE

export type Reaction =
  /** The same way again. */
  | { readonly do: 'again'; readonly waitMs: number }
  /** The same way at once, in smaller pieces. */
  | { readonly do: 'smaller' }
  /** Never again this way. */
  | { readonly do: 'close' }

type Sides = {
  readonly channel: Channel
  /** Failures in a row so far. */
  readonly tries: number
  /** It was cut smaller for this way already. */
  readonly cut: boolean
}

const REACTIONS: Readonly<Record<FailureClass, (failed: Failed, sides: Sides) => Reaction>> = {
  unknown: again,
  busy: again,
  rate: ({ waitMs }, { channel }) => ({ do: 'again', waitMs: waitMs ?? (channel === 'robot' ? MINUTE : SECOND) }),
  expired: () => ({ do: 'close' }),
  config: () => ({ do: 'close' }),
  content: () => ({ do: 'close' }),
  'too-long': (_failed, { cut }) => (cut ? { do: 'close' } : { do: 'smaller' }),
  bug: () => ({ do: 'close' }),
}

/** By the class of a failure. Pure. */
export function toReaction(failed: Failed, sides: Sides): Reaction {
  return REACTIONS[failed.class](failed, sides)
}

function again({ waitMs = 0 }: Failed, { tries }: Sides): Reaction {
  return { do: 'again', waitMs: Math.max(waitMs, toWaitMs(tries)) }
}

/** How long to wait after so many failures in a row, from 0; also while nothing can be saved. */
export function toWaitMs(failures: number): number {
  return AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)] ?? 0
}
