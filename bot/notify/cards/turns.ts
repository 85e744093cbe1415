// the cards' calls one behind the other, at most ten a second
import { type Clock, SECOND } from '../../../shared/time.ts'
import { createPace, type Pace } from '../pace.ts'

/** Half of what the smallest organisations may call a second. */
const MOST = 10

export type Turns = {
  /** Resolves when a call may begin: those that somebody waits for before the others. False after `close`. */
  take(waitedFor: boolean): Promise<boolean>
  close(): void
}

/** Makes the queue; `pace` when others call the same app. It holds a timer only while somebody waits. */
export function createTurns(clock: Clock, pace: Pace = createPace(clock, MOST, SECOND)): Turns {
  const first: ((may: boolean) => void)[] = []
  const rest: ((may: boolean) => void)[] = []
  let closed = false
  let disarm: (() => void) | undefined

  function serve(): void {
    disarm?.()
    disarm = undefined
    while (first.length + rest.length > 0) {
      const waitMs = pace.waitMs()
      if (waitMs > 0) {
        disarm = clock.after(waitMs, serve)
        return
      }
      pace.take()
      const next = first.shift() ?? rest.shift()
      next?.(true)
    }
  }

  return {
    take(waitedFor) {
      if (closed) return Promise.resolve(false)
      return new Promise(resolve => {
        const line = waitedFor ? first : rest
        line.push(resolve)
        if (disarm === undefined) serve()
      })
    },
    close() {
      closed = true
      disarm?.()
      for (const resolve of [...first.splice(0), ...rest.splice(0)]) resolve(false)
    },
  }
}
