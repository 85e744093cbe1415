// opens the listeners: operations behind every dialect, the agents' socket beside them
import { GRACE_MS, VERSION } from '../process/program.ts'
import { toError } from '../shared/errors.ts'
import type { Log } from '../shared/log.ts'
import type { Scope } from '../shared/scope.ts'
import { createCredentials, hashToken, makeToken } from './access/credentials.ts'
import type { Hub } from './agents/hub.ts'
import { createOperations } from './engine/operations/index.ts'
import { toVitals } from './engine/queries/vitals.ts'
import { createHttpServer } from './http/server.ts'
import type { Opened } from './open-state.ts'
import { checkDaemon } from './self-checks.ts'
import type { Told } from './told.ts'

export type Rooms = { readonly opened: Opened; readonly hub: Hub; readonly log: Log; readonly scope: Scope }

/** Opens the main listener and what compatibility ports are free; answers the ports. Throws when the main one is taken. */
export async function openHttp(told: Told, { opened, hub, log, scope }: Rooms): Promise<readonly number[]> {
  const { config, file } = told
  const ports: number[] = []
  const operations = createOperations({
    ...opened,
    log,
    makeToken: () => {
      const token = makeToken()
      return { token, sha256: hashToken(token) }
    },
    selfChecks: () => checkDaemon(config, ports),
  })
  let ready = false
  const http = createHttpServer({
    operations,
    log,
    ...toAccess(told, opened),
    clock: opened.clock,
    version: VERSION,
    vitals: () => toVitals(opened.state, ready),
    upgrade: hub.upgrade,
    defaultCluster: file.defaultCluster,
    ...(config.publicUrl !== undefined && { publicUrl: config.publicUrl }),
    ...(config.tz !== undefined && { tz: config.tz }),
  })
  scope.add(() => http.close(GRACE_MS))
  ports.push((await http.listen(config.httpHost, config.httpPort)).port)
  for (const port of config.compatPorts) {
    const more = await http.listen(config.httpHost, port).catch((cause: unknown) => {
      log.warn(`the compatibility port ${port} cannot be opened and is left out`, { cause: toError(cause) })
    })
    if (more !== undefined) ports.push(more.port)
  }
  ready = true
  return ports
}

function toAccess({ config, file }: Told, { state }: Opened) {
  const made = (sha256: string) => {
    const [row] = state.tokens.find('sha256', sha256)
    return row === undefined ? undefined : { name: row.user, role: row.role }
  }
  const local = { name: 'local', role: 'admin' as const }
  return {
    mode: config.auth,
    defaultUser: file.users.find(user => user.name === file.defaultUser) ?? local,
    authenticate: createCredentials({ users: file.users, adminToken: config.adminToken, made }),
  }
}
