// what the operations are made of
import type { Log } from '../../../shared/log.ts'
import type { Clock } from '../../../shared/time.ts'
import type { Published } from '../../core/events.ts'
import type { Settings, State } from '../../core/state.ts'
import type { Bus } from '../bus.ts'
import type { Engine } from '../engine.ts'
import type { OutputStore, StreamId } from '../ports.ts'
import type { Check } from './port.ts'

export type OperationsDeps = {
  readonly state: State
  readonly engine: Engine
  readonly output: OutputStore
  readonly frames: Bus<Published>
  readonly growth: Bus<StreamId>
  readonly clock: Clock
  readonly settings: Settings
  readonly log: Log
  /** Makes a secret and its digest; handed in because the engine knows no cryptography. */
  readonly makeToken: () => { readonly token: string; readonly sha256: string }
  /** Self-checks of the process around the engine: disk, listeners, clock. */
  readonly selfChecks: () => Promise<readonly Check[]>
}
