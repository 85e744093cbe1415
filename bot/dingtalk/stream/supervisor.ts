// keeps one good connection: looks after it, renews it in time, wakes with the computer, and stops for good
import { MINUTE } from '../../../shared/time.ts'
import { createKeep, dial, type Keep, type KeepDeps, replace, stateOf } from './keep.ts'
import { isRenewalDue } from './pace.ts'
import type { StreamStatus } from './port.ts'
import { atLeastMs, type TroubleCode } from './trouble.ts'
import { hasJumped, LOOK_EVERY_MS } from './vitals.ts'

export type Supervisor = {
  start(): void
  state(): StreamStatus['state']
  trouble(): TroubleCode | undefined
  connectedAt(): number | undefined
  /** Connections that are open. */
  open(): number
  /** Dials no more. */
  stop(): void
  /** Says goodbye on every connection; resolves when all are gone. */
  end(): Promise<void>
}

export function createSupervisor(deps: KeepDeps): Supervisor {
  const keep = createKeep(deps)
  return {
    start() {
      if (keep.phase !== 'new') return
      Object.assign(keep, { phase: 'on', lookedAt: deps.clock.now() })
      dial(keep)
      lookAgain(keep)
    },
    state: () => stateOf(keep),
    trouble: () => keep.trouble,
    connectedAt: () => (keep.current?.isOpen() ? keep.current.openedAt : undefined),
    open: () => [...keep.lives].filter(life => life.isOpen()).length,
    stop() {
      keep.phase = 'off'
      keep.cancelLook()
      keep.cancelWait?.()
      keep.cancelWait = undefined
      keep.next?.end()
      deps.onChange()
    },
    async end() {
      const lives = [...keep.lives]
      for (const life of lives) life.end()
      await Promise.all(lives.map(life => life.gone))
    },
  }
}

function lookAgain(keep: Keep): void {
  keep.cancelLook = keep.deps.clock.after(LOOK_EVERY_MS, () => {
    lookAgain(keep)
    look(keep)
  })
}

function look(keep: Keep): void {
  const { current, deps } = keep
  const now = deps.clock.now()
  const jumped = hasJumped(keep.lookedAt, now)
  keep.lookedAt = now
  if (jumped) return wake(keep)
  for (const life of keep.lives) life.look()
  if (current?.openedAt === undefined || !current.isWell()) return
  if (isRenewalDue({ openedAt: current.openedAt, lastPushAt: deps.tally.pushedAt, now })) replace(keep, current)
}

/** After a jump of the clock nothing known of the connection holds, and a wait may have lost its meaning. */
function wake(keep: Keep): void {
  const { current, trouble } = keep
  if (current !== undefined) return current.doubt('clock-jump')
  // what DingTalk itself asked us to wait for is waited for
  if (keep.cancelWait === undefined || (trouble !== undefined && atLeastMs(trouble) >= MINUTE)) return
  keep.cancelWait()
  keep.cancelWait = undefined
  dial(keep)
}
