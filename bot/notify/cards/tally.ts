// what became of the cards' calls since the start, for self-checks and metrics
import type { Failed } from '../../../shared/chat.ts'
import { type Clock, toInstant } from '../../../shared/time.ts'
import type { CardStatus } from './port.ts'

type Counted = Pick<CardStatus, 'opened' | 'updates' | 'failures' | 'lastFailure'>

export type Tally = {
  opened(): void
  updated(): void
  failed(failed: Failed): void
  read(): Counted
}

export function createTally(clock: Clock): Tally {
  let counted: Counted = { opened: 0, updates: 0, failures: 0 }
  return {
    opened: () => {
      counted = { ...counted, opened: counted.opened + 1 }
    },
    updated: () => {
      counted = { ...counted, updates: counted.updates + 1 }
    },
    failed: ({ code, en, zh }) => {
      const lastFailure = { at: toInstant(clock.now()), code, en, zh }
      counted = { ...counted, failures: counted.failures + 1, lastFailure }
    },
    read: () => counted,
  }
}
