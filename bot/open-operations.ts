// everything a caller can do, over the opened state: the same verbs for HTTP and chat
import type { Log } from '../shared/log.ts'
import { hashToken, makeDaemonId, makeToken } from './access/credentials.ts'
import type { Calendar } from './engine/calendar.ts'
import { createOperations } from './engine/operations/index.ts'
import type { Check, Features, Operations } from './engine/operations/port.ts'
import type { ClusterCalls } from './engine/ports.ts'
import type { Opened } from './open-state.ts'
import type { Told } from './told.ts'

type Around = {
  readonly opened: Opened
  readonly calls: ClusterCalls
  readonly calendar: Calendar
  readonly log: Log
  /** What the daemon says of itself, and of the ways to the chat. */
  readonly selfChecks: () => Promise<readonly Check[]>
  /** Sends a test message through each way that groups are reached by. */
  readonly testSends: () => Promise<readonly Check[]>
}

/** Makes the operations. */
export function openOperations(told: Told, { opened, ...around }: Around): Operations {
  return createOperations({
    ...opened,
    ...around,
    featuresOf: name => featuresOf(told.file, name),
    makeToken: () => {
      const token = makeToken()
      return { token, sha256: hashToken(token) }
    },
    makeDaemonId,
    users: toUsers(told),
  })
}

/** Who comes without a credential while none is asked for, unless the file names somebody. */
export const LOCAL = { name: 'local', role: 'admin' as const }

function featuresOf(file: Told['file'], name: string): Partial<Features> {
  const cluster = file.clusters.find(one => one.name === name)
  return (cluster?.type === 'cli' ? cluster.features : undefined) ?? {}
}

// who makes tokens is known by them
function toUsers({ config, file }: Told) {
  const admins = config.adminToken === undefined ? [] : ['admin']
  return { names: [...file.users.map(user => user.name), ...admins], defaultUser: file.defaultUser ?? LOCAL.name }
}
