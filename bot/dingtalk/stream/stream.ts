// the supervised connection to DingTalk: assembles its parts, shows its state
import { toInstant } from '../../../shared/time.ts'
import { createHandling } from './handling.ts'
import type { Stream, StreamDeps, StreamStatus } from './port.ts'
import { createSeldom } from './seldom.ts'
import { createSupervisor, type Supervisor } from './supervisor.ts'
import { createTally, type Tally } from './tally.ts'
import { toTrouble } from './trouble.ts'

/** Makes a stream that is not started yet. It never throws at the world's failures: they are in its status. */
export function createStream(deps: StreamDeps): Stream {
  const { clock, log } = deps
  const tally = createTally()
  const seldom = createSeldom(clock, (message, fields) => log.warn(message, fields))
  const handling = createHandling({ ...deps, tally, seldom })
  const listeners = new Set<(status: StreamStatus) => void>()
  const shown = { face: 'waiting', since: clock.now() }
  const status = (): StreamStatus => toStatus(supervisor, tally, shown.since)
  const onChange = (): void => {
    const { state, trouble } = status()
    const face = `${state} ${trouble?.code ?? ''}`.trim()
    if (face === shown.face) return
    if (state !== shown.face.split(' ')[0]) shown.since = clock.now()
    shown.face = face
    for (const listener of [...listeners]) tell(listener)
  }
  const tell = (listener: (status: StreamStatus) => void): void => {
    try {
      listener(status())
    } catch (error) {
      log.error('a listener of the stream failed', { error })
    }
  }
  const supervisor = createSupervisor({ ...deps, handling, tally, seldom, onChange })
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    supervisor.stop()
    await handling.finish()
    await supervisor.end()
  }
  return {
    start: supervisor.start,
    status,
    onStatus(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      closing ??= close()
      return closing
    },
  }
}

function toStatus(supervisor: Supervisor, tally: Tally, since: number): StreamStatus {
  const state = supervisor.state()
  const code = state === 'connected' || state === 'closed' ? undefined : supervisor.trouble()
  const connectedAt = supervisor.connectedAt()
  const { heardAt, ackMs, frames, acks, lateAcks, unacked, rubbish, opened } = tally
  return {
    ...{ state, since: toInstant(since), frames, acks, lateAcks, unacked, rubbish },
    connections: supervisor.open(),
    reconnects: Math.max(0, opened - 1),
    ...(connectedAt === undefined ? {} : { connectedAt: toInstant(connectedAt) }),
    ...(heardAt === undefined ? {} : { lastFrameAt: toInstant(heardAt) }),
    ...(ackMs === undefined ? {} : { ackMs }),
    ...(code === undefined ? {} : { trouble: toTrouble(code) }),
  }
}
