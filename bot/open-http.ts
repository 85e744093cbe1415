// opens the listeners: operations behind every dialect, the agents' socket beside them
import { GRACE_MS, VERSION } from '../process/program.ts'
import { toError } from '../shared/errors.ts'
import type { Log } from '../shared/log.ts'
import type { Scope } from '../shared/scope.ts'
import { createCredentials } from './access/credentials.ts'
import type { Leaving } from './agents/calls.ts'
import type { Hub } from './agents/hub.ts'
import { daemonSecrets } from './config.ts'
import type { ChatVitals, Operations } from './engine/operations/port.ts'
import { toVitals } from './engine/queries/vitals.ts'
import { createHttpServer } from './http/server.ts'
import { toCoordinators } from './open-coordinators.ts'
import { LOCAL } from './open-operations.ts'
import type { Opened } from './open-state.ts'
import type { Told } from './told.ts'

export type Rooms = {
  readonly opened: Opened
  readonly hub: Hub
  readonly calls: Leaving
  readonly operations: Operations
  readonly chatVitals: () => ChatVitals | undefined
  readonly log: Log
  readonly scope: Scope
}

/** Opens the main listener and what compatibility ports are free; adds them to `ports`. Throws when the main one is taken. */
export async function openHttp(told: Told, rooms: Rooms, ports: number[]): Promise<void> {
  const { opened, hub, calls, operations, log, scope } = rooms
  const { config, file } = told
  let ready = false
  const http = createHttpServer({
    operations,
    log,
    ...toAccess(told, opened),
    clock: opened.clock,
    version: VERSION,
    vitals: () =>
      toVitals(opened.state, { ready, store: opened.storeCounts(), chat: rooms.chatVitals(), ...opened.tally() }),
    audit: opened.audit,
    secrets: [...daemonSecrets(config), ...file.users.flatMap(user => user.tokens)],
    upgrade: hub.upgrade,
    defaultCluster: file.defaultCluster ?? (file.clusters.length === 1 ? file.clusters[0]?.name : undefined),
    coordinators: toCoordinators(file),
    alluxioEdition: file.compat?.alluxio,
    ...(config.publicUrl !== undefined && { publicUrl: config.publicUrl }),
    ...(config.tz !== undefined && { tz: config.tz }),
  })
  scope.add(() => {
    // who waits for a cluster would hold up all that is still to be closed
    calls.leave()
    return http.close(GRACE_MS)
  })
  ports.push((await http.listen(config.httpHost, config.httpPort)).port)
  for (const port of config.compatPorts) {
    const more = await http.listen(config.httpHost, port).catch((cause: unknown) => {
      log.warn(`the compatibility port ${port} cannot be opened and is left out`, { cause: toError(cause) })
    })
    if (more !== undefined) ports.push(more.port)
  }
  ready = true
}

function toAccess({ config, file }: Told, { state }: Opened) {
  const made = (sha256: string) => {
    const [row] = state.tokens.find('sha256', sha256)
    return row === undefined ? undefined : { name: row.user, role: row.role, sha256: row.sha256 }
  }
  return {
    mode: config.auth,
    defaultUser: file.users.find(user => user.name === file.defaultUser) ?? LOCAL,
    // the bootstrap token is taken away when it has made others
    authenticate: createCredentials({
      ...{ users: file.users, adminToken: config.adminToken, made },
      unlisted: ['admin', LOCAL.name],
    }),
  }
}
