// what the coordinator's agent says to the daemon: numbered, in order, and again until it was taken
import { backoffMs } from '../../shared/backoff.ts'
import { AppError, toError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { type Clock, MINUTE, SECOND } from '../../shared/time.ts'
import type { Report } from '../../shared/wire.ts'
import { pause } from './pause.ts'

export type Voice = {
  /** Nothing is said before: `acknowledged` is the highest number that was taken. */
  begin(acknowledged: number): void
  /** Resolves when it is on disk, or when there is nobody to hear it any more. */
  say(report: Report): Promise<void>
}

type VoiceDeps = {
  readonly report: (n: number, report: Report) => Promise<void>
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/** Makes a voice. There is no outbox: what is not taken when the daemon ends is found again at the coordinator. */
export function createVoice({ report, clock, log, signal }: VoiceDeps): Voice {
  let taken = 0
  let open = (): void => {}
  let tail = new Promise<void>(resolve => {
    open = resolve
    signal.addEventListener('abort', () => resolve())
  })

  async function deliver(words: Report): Promise<void> {
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        await report(taken + 1, words)
        taken += 1
        return
      } catch (thrown) {
        const cause = toError(thrown)
        if (cause instanceof AppError && cause.code === 'STOPPING') return
        log.warn('a report of a coordinator could not be taken in; it is tried again', { cause })
        await pause(clock, backoffMs(failures, { minMs: SECOND, maxMs: MINUTE }, 1), signal)
      }
    }
  }

  return {
    begin(acknowledged) {
      taken = acknowledged
      open()
    },
    say(words) {
      tail = tail.then(() => deliver(words))
      return tail
    },
  }
}
