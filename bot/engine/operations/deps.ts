// what the operations are made of
import type { Log } from '../../../shared/log.ts'
import type { Clock } from '../../../shared/time.ts'
import type { Published } from '../../core/events.ts'
import type { Settings, State } from '../../core/state.ts'
import type { Bus } from '../bus.ts'
import type { Calendar } from '../calendar.ts'
import type { Engine } from '../engine.ts'
import type { AuditBook, ClusterCalls, OutputStore, StreamId } from '../ports.ts'
import type { Users } from './companions-port.ts'
import type { Features } from './features.ts'
import type { Check } from './port.ts'

export type OperationsDeps = {
  readonly state: State
  readonly engine: Engine
  readonly output: OutputStore
  /** The book of writes; doors write it, administrators read it. */
  readonly audit: AuditBook
  /** Small asks that a cluster answers at once. */
  readonly calls: ClusterCalls
  /** What the operator says that a cluster offers; what is left out is as `FEATURES` has it. */
  readonly featuresOf?: (cluster: string) => Partial<Features>
  readonly frames: Bus<Published>
  readonly growth: Bus<StreamId>
  readonly clock: Clock
  /** Knows expressions, zones and date macros. */
  readonly calendar: Calendar
  readonly settings: Settings
  readonly log: Log
  /** Makes a secret and its digest; handed in because the engine knows no cryptography. */
  readonly makeToken: () => { readonly token: string; readonly sha256: string }
  /** Makes the id of a user's own daemon: 21 lower-case hexadecimal digits. */
  readonly makeDaemonId: () => string
  /** Users that the configuration knows. */
  readonly users: Users
  /** Self-checks of the process around the engine: disk, listeners, clock. */
  readonly selfChecks: () => Promise<readonly Check[]>
  /** Sends a test message through each way that groups are reached by. */
  readonly testSends?: () => Promise<readonly Check[]>
}
