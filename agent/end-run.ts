// ends a run on behalf of somebody who does not wait: what fails is logged and tried again while the run lives
import { toError } from '../shared/errors.ts'
import type { Log } from '../shared/log.ts'
import { type Clock, SECOND } from '../shared/time.ts'
import type { Run } from './driver.ts'

type How = {
  readonly graceMs: number
  readonly reason?: 'stopped' | 'timeout'
  readonly clock: Clock
  readonly log: Log
}

const AGAIN_MS = SECOND

/** Ends the whole tree of a run; resolves when it was ended or the first try has failed. Never rejects. */
export async function endRun(run: Run, how: How): Promise<void> {
  let tries = 0
  const attempt = async (): Promise<void> => {
    tries += 1
    try {
      await run.stop(how.graceMs, how.reason ?? 'stopped')
    } catch (thrown) {
      if (tries === 1) how.log.warn('a run cannot be ended yet', { dir: run.dir, error: toError(thrown) })
      const cancel = how.clock.after(AGAIN_MS, () => void attempt())
      void run.exited.then(cancel)
    }
  }
  await attempt()
}
