// how a connection ends: retired after a while, closed with a word, cut when that is not answered
import { SECOND } from '../../../shared/time.ts'
import type { Farewell, Here } from './life.ts'

const CLOSE_WITHIN_MS = 2 * SECOND

/** Reads on for so long, then ends it. A retirement that was to come sooner stands. */
export function retire(here: Here, lingerMs: number): void {
  const { deps, life } = here
  const at = deps.clock.now() + lingerMs
  if (life.isEnding || at >= life.retiresAt) return
  life.retiresAt = at
  life.cancel()
  life.cancel = deps.clock.after(lingerMs, () => end(here))
}

/** Ends it in whatever state it is: the call aborted, the handshake cut, or the socket closed with a close frame. */
export function end(here: Here): void {
  const { deps, life } = here
  if (life.isEnding || life.isGone) return
  life.isEnding = true
  life.cancel()
  life.abort.abort()
  if (life.line === undefined) return
  if (life.openedAt === undefined) return life.line.cut()
  life.cancel = deps.clock.after(CLOSE_WITHIN_MS, () => life.line?.cut())
  life.line.close()
}

/** Nothing is left of it: tells so, once, with the first cause that is known. */
export function leave(here: Here, farewell: Farewell): void {
  const { deps, life, self, left } = here
  if (life.isGone) return
  life.isGone = true
  life.cancel()
  left()
  deps.onGone(self, { why: life.why ?? life.doubt ?? farewell.why, detail: farewell.detail ?? life.detail })
}
