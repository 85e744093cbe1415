// what is heard on an open connection, what is not, and what follows from both
import { SECOND } from '../../../shared/time.ts'
import type { Frame } from './frame.ts'
import { retire } from './leaving.ts'
import type { ConnectionDeps, Here } from './life.ts'
import { heard, silenceMs, wasMute } from './rhythm.ts'
import type { TroubleCode } from './trouble.ts'
import { examine } from './vitals.ts'

/** After a `disconnect` frame the server closes within about 10 s; nothing new comes, what is under way may. */
const DRAIN_MS = 15 * SECOND

/** A sign of life of the server's own accord: a frame, whatever it is, or a ping of the socket. */
export function alive(here: Here): void {
  const { deps, life } = here
  const now = deps.clock.now()
  deps.tally.rhythm = heard(deps.tally.rhythm, now - life.heardAt)
  deps.tally.heardAt = now
  Object.assign(life, { heardAt: now, isMute: false })
  if (life.doubt === 'silent') relieve(here)
}

/** The answer to our ping: the way is open, but it says nothing of whether anything is delivered. */
export function answered(here: Here): void {
  here.life.unanswered = 0
  if (here.life.doubt === 'no-pong') relieve(here)
}

export function hear(here: Here, frame: Frame): void {
  const { deps, life } = here
  deps.tally.frames += 1
  alive(here)
  if (frame.kind === 'rubbish') return reject(deps, frame.why)
  if (frame.kind === 'disconnect') return drain(here, frame)
  if (frame.kind !== 'push') return
  if (!deps.topics.includes(frame.topic)) return reject(deps, 'an unknown topic')
  deps.tally.pushedAt = deps.clock.now()
  const { topic, messageId, data } = frame
  // bound to the socket that the frame came by: an ack on another one is for nobody
  const { line } = life
  deps.handling.take({ topic, messageId, data }, response => line?.ack(messageId, response) ?? false)
}

function reject(deps: ConnectionDeps, why: string): void {
  deps.tally.rubbish += 1
  deps.seldom('a frame was not understood', { why })
}

// nothing is delivered to this socket from here on: the replacement comes first, then it is left
function drain(here: Here, frame: { messageId: string; reason: string }): void {
  here.life.line?.ack(frame.messageId, null)
  if (here.life.isDraining) return
  here.life.isDraining = true
  here.deps.log.info('the server is recycling the connection', { reason: frame.reason })
  retire(here, DRAIN_MS)
  doubt(here, 'recycled')
}

/** A round of examination: pings when it is time to, finds out about silence. */
export function look(here: Here): void {
  const { deps, life } = here
  if (!here.self.isOpen() || life.isEnding || life.isDraining) return
  const now = deps.clock.now()
  const finding = examine(life, silenceMs(deps.tally.rhythm), now)
  if (finding === 'well') return
  if (finding === 'silent' || finding === 'no-pong') return doubt(here, finding)
  life.pingedAt = now
  life.unanswered += 1
  life.line?.ping()
}

/** Something speaks against it: told once, until it is heard of again. */
export function doubt(here: Here, why: TroubleCode): void {
  const { deps, life } = here
  if (life.doubt !== undefined || life.isEnding) return
  life.doubt = why
  if (why === 'silent' && life.isMute) deps.tally.rhythm = wasMute(deps.tally.rhythm)
  // the time that a computer slept is no interval of the server's
  if (why === 'clock-jump') life.heardAt = deps.clock.now()
  deps.onDoubt(here.self, why)
}

function relieve(here: Here): void {
  here.life.doubt = undefined
  here.deps.onRelief(here.self)
}
