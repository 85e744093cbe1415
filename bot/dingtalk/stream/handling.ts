// pushes being handled: each acked once, in time, on the connection that it came by, and not too many at once
import { toError } from '../../../shared/errors.ts'
import { SECOND } from '../../../shared/time.ts'
import type { Push, StreamDeps } from './port.ts'
import type { Seldom } from './seldom.ts'
import type { Tally } from './tally.ts'

/**
 * Beyond this many at once pushes are left un-acked, as DingTalk's Go client does with a tenth of them: whether they come
 * again is not certain, and to keep one takes only a place in the next frame.
 */
const MOST_AT_ONCE = 1_000
const LAST_ACKS_WITHIN_MS = 3 * SECOND

/** Acks on the connection of the push; false when that is gone. */
export type Ack = (response: unknown) => boolean

export type Handling = {
  take(push: Push, ack: Ack): void
  /** Takes nothing more; resolves when everything taken was acked or failed, or when the time for that is up. */
  finish(): Promise<void>
}

type Deps = Pick<StreamDeps, 'onPush' | 'ackWithinMs' | 'clock'> & { readonly tally: Tally; readonly seldom: Seldom }
type Desk = { running: number; readonly unanswered: Set<object>; finishing: boolean; onIdle: () => void }

export function createHandling(deps: Deps): Handling {
  const desk: Desk = { running: 0, unanswered: new Set(), finishing: false, onIdle: () => {} }
  return {
    take(push, ack) {
      if (desk.finishing) return leave(deps, 'a push came while closing: it is left for another time')
      if (desk.running >= MOST_AT_ONCE) return leave(deps, 'too many pushes at once: one is left for another time')
      void handle(deps, desk, { push, ack })
    },
    finish() {
      desk.finishing = true
      if (desk.unanswered.size === 0) return Promise.resolve()
      return new Promise(resolve => {
        const cancel = deps.clock.after(LAST_ACKS_WITHIN_MS, resolve)
        desk.onIdle = () => {
          cancel()
          resolve()
        }
      })
    },
  }
}

function leave(deps: Deps, why: string): void {
  deps.tally.unacked += 1
  deps.seldom(why)
}

async function handle(deps: Deps, desk: Desk, taken: { push: Push; ack: Ack }): Promise<void> {
  const { clock, tally } = deps
  const since = clock.now()
  const work = {}
  const settle = (how: 'acked' | 'late' | 'failed', response: unknown): void => {
    if (!desk.unanswered.delete(work)) return
    const isAcked = how !== 'failed' && write(deps, taken.ack, response)
    if (!isAcked) tally.unacked += 1
    else Object.assign(tally, { acks: tally.acks + 1, ackMs: Math.max(0, clock.now() - since) })
    if (isAcked && how === 'late') tally.lateAcks += 1
    if (desk.unanswered.size === 0) desk.onIdle()
  }
  desk.running += 1
  desk.unanswered.add(work)
  let cancel = (): void => {}
  try {
    cancel = clock.after(deps.ackWithinMs(taken.push.topic), () => settle('late', null))
    settle('acked', (await deps.onPush(taken.push)) ?? null)
  } catch (thrown) {
    deps.seldom('a push could not be handled', { topic: taken.push.topic.slice(0, 100), error: toError(thrown) })
    settle('failed', null)
  } finally {
    cancel()
    desk.running -= 1
  }
}

function write(deps: Deps, ack: Ack, response: unknown): boolean {
  try {
    const isWritten = ack(response)
    if (!isWritten) deps.seldom('a push could not be acked: its connection is gone, or it had no id')
    return isWritten
  } catch (thrown) {
    deps.seldom('the response to a push is no JSON', { error: toError(thrown).name })
    return false
  }
}
