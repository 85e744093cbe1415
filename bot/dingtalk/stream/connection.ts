// one connection from asking the gateway to its last byte
import { errnoOf, toError } from '../../../shared/errors.ts'
import { SECOND } from '../../../shared/time.ts'
import { openGateway } from './gateway.ts'
import { alive, answered, doubt, hear, look } from './hearing.ts'
import { end, leave, retire } from './leaving.ts'
import { type Connection, type ConnectionDeps, createLife, type Here } from './life.ts'
import { openLine } from './sdk.ts'

const HANDSHAKE_WITHIN_MS = 10 * SECOND

/** Dials at once; everything that follows is told to `deps`. */
export function openConnection(deps: ConnectionDeps): Connection {
  const life = createLife()
  let left = (): void => {}
  const gone = new Promise<void>(resolve => {
    left = resolve
  })
  const isOpen = (): boolean => life.openedAt !== undefined && !life.isGone && life.line?.isOpen() === true
  const self: Connection = {
    get openedAt() {
      return life.openedAt
    },
    gone,
    isOpen,
    isWell: () => isOpen() && life.doubt === undefined && !life.isEnding,
    isDraining: () => life.isDraining,
    look: () => look(here),
    doubt: why => doubt(here, why),
    retire: lingerMs => retire(here, lingerMs),
    end: () => end(here),
  }
  const here: Here = { deps, life, self, left }
  void dial(here)
  return self
}

async function dial(here: Here): Promise<void> {
  const { deps, life } = here
  const opening = await openGateway(deps, life.abort.signal)
  if (!opening.ok) return leave(here, { why: opening.code, detail: opening.detail })
  life.cancel = deps.clock.after(HANDSHAKE_WITHIN_MS, () => {
    life.why = 'upgrade-timeout'
    life.line?.cut()
  })
  try {
    await upgrade(here, opening.url)
  } catch (thrown) {
    deps.log.error('the client of the stream failed', { error: thrown })
    leave(here, { why: 'upgrade-failed' })
  }
}

async function upgrade(here: Here, url: string): Promise<void> {
  const { deps, life } = here
  life.line = await openLine(url, {
    onOpen: () => opened(here),
    onFrame: frame => hear(here, frame),
    onBeat: () => alive(here),
    onPong: () => answered(here),
    onRefused(status) {
      Object.assign(life, { why: 'upgrade-refused', detail: `HTTP ${status}` })
    },
    onError(error) {
      life.detail ??= errnoOf(error) || undefined
    },
    onGone: () => leave(here, { why: life.openedAt === undefined ? 'upgrade-failed' : 'dropped' }),
    onFault: thrown => deps.seldom('a fault while reading the stream', { error: toError(thrown) }),
  })
  // given up while the gateway answered or the client was being loaded; no event can have come in between
  if (life.isEnding || life.why !== undefined) life.line.cut()
}

function opened(here: Here): void {
  const { deps, life, self } = here
  life.cancel()
  const now = deps.clock.now()
  Object.assign(life, { openedAt: now, heardAt: now, pingedAt: now })
  deps.onOpen(self)
}
