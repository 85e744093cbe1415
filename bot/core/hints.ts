// what a verdict and its remarks are made of, beside the measurement itself
import type { Cause, Findings } from '../../shared/verdict.ts'

/** A run that did not come to its own end: stopped on request, its time was over, or the guard let nothing be loaded. */
export type Cut = 'stopped' | 'timeout' | 'refused'

/** What was asked for, and what the CLI itself let be known: remarks in the verdict, never its reason. */
export type Hints = {
  readonly path: string
  readonly endedWell: boolean
  /** The exit in words. */
  readonly exit: string
  readonly cut?: Cut | undefined
  /** Why, in the words of who ended it. */
  readonly message?: string | undefined
  /** Lines that speak of a failure. */
  readonly failures: number
  /** Measuring was asked for. */
  readonly asked: boolean
  /** Whether the object store was to be looked at. */
  readonly freshness: 'refreshed' | 'known'
  /** Copies asked for. */
  readonly copies: number
}

export type Missing = {
  readonly missing: Findings['missing']
  readonly missingTotal: number
  readonly missingByCause: Partial<Record<Cause, number>>
}

/**
 * Whether any worker serves what is cached. A dead worker is counted as live by the master for minutes, and so is what it
 * held; with several workers nobody can tell from outside which of them holds a block, so only silence of all is certain.
 */
export function isServed({ workers }: Pick<Findings, 'workers'>): boolean {
  return workers === undefined || workers.live - workers.silent > 0
}

/**
 * Why what lists as cached is no proof although some of it may be served: nobody told of the workers, or one of several is
 * silent, and what it held goes on listing as cached until the master gives it up.
 */
export function doubtOf({ trouble, workers }: Pick<Findings, 'trouble' | 'workers'>): Findings['trouble'] {
  if (trouble !== undefined || workers === undefined || workers.silent === 0) return trouble
  const message = 'what a silent worker held still lists as cached, so nobody knows whether all of it is there'
  return { cause: 'worker-lost', message }
}
