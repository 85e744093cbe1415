// builds every room of the daemon, introduces them, and closes them in reverse
import { VERSION } from '../process/program.ts'
import type { Log } from '../shared/log.ts'
import type { Scope } from '../shared/scope.ts'
import type { Clock } from '../shared/time.ts'
import { countSchedules } from './engine/queries/vitals.ts'
import { openAgents } from './open-agents.ts'
import { type AtTerminal, type Chat, openChat } from './open-chat.ts'
import { openCoordinators } from './open-coordinators.ts'
import { openHttp } from './open-http.ts'
import { openOperations } from './open-operations.ts'
import { openCalendar, openSchedules } from './open-schedules.ts'
import { openState } from './open-state.ts'
import { checkDaemon, checkSchedules } from './self-checks.ts'
import type { Told } from './told.ts'

export type Around = {
  readonly log: Log
  readonly scope: Scope
  readonly terminal?: AtTerminal
  /** The real one, unless somebody wants time to pass otherwise. */
  readonly clock?: Clock
}

/**
 * Opens the daemon; it is ready when this resolves. Throws what makes it impossible: DirectoryInUse, StateDamaged, a taken port.
 * @param around its log, the scope in which it is closed again, and for developers a terminal in which one can chat
 */
export async function openDaemon(told: Told, around: Around): Promise<Chat> {
  const { log, scope, terminal } = around
  const opened = await openState(told, around)
  const { hub, calls } = openAgents(opened, told, log)
  scope.add(() => hub.close())
  const coordinators = openCoordinators(opened, told.file, log)
  scope.add(() => coordinators.close())
  const calendar = openCalendar(told, opened)
  const ports: number[] = []
  const operations = openOperations(told, {
    ...{ opened, calls, calendar, log },
    selfChecks: async () => [
      ...(await checkDaemon(told.config, ports)),
      checkSchedules({ ...countSchedules(opened.state), timer: schedules.status(), tz: told.config.tz }),
      ...(await chat.check()),
    ],
    testSends: () => chat.testSends(),
  })
  const chat = openChat(told, { opened, operations, log, ...(terminal && { terminal }) })
  scope.add(() => chat.close())
  const schedules = openSchedules({ opened, calendar, calls, log })
  scope.add(() => schedules.close())
  await opened.engine.dispatch({ type: 'daemon.started' })
  await coordinators.start()
  await openHttp(told, { opened, hub, calls, operations, chatVitals: chat.vitals, log, scope }, ports)
  chat.start()
  schedules.start()
  const { httpHost: host, dataDir, auth } = told.config
  log.info('the daemon is ready', { host, ports, dataDir, auth, version: VERSION })
  return chat
}
