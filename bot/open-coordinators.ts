// follows the coordinators of the configured clusters: each is an agent inside the daemon
import { VERSION } from '../process/program.ts'
import type { Log } from '../shared/log.ts'
import { dispatch } from './agents/dispatcher.ts'
import type { ConfigFile } from './config-file.ts'
import { createCoordinator } from './coordinator/coordinator.ts'
import { createDesk, createOrderBook } from './engine/desk.ts'
import type { Opened } from './open-state.ts'

export type Coordinators = {
  /** After `daemon.started`, which says that nobody is connected. */
  start(): Promise<void>
  close(): Promise<void>
}

/** Base URL of the coordinator by cluster, for those that have one. */
export function toCoordinators({ clusters }: Pick<ConfigFile, 'clusters'>): ReadonlyMap<string, string> {
  return new Map(clusters.flatMap(one => (one.type === 'alluxio3' ? [[one.name, one.coordinator] as const] : [])))
}

/** Makes one agent for each; without such clusters nothing is listened to. */
export function openCoordinators(opened: Opened, file: Pick<ConfigFile, 'clusters'>, log: Log): Coordinators {
  const { clock, frames } = opened
  const orders = createOrderBook(opened)
  const door = { ...createDesk(opened), ...orders }
  const made = Array.from(toCoordinators(file), ([cluster, url]) =>
    createCoordinator({ cluster, url, door, clock, log, version: VERSION }),
  )
  const byAgent = new Map(made.map(coordinator => [coordinator.agentId, coordinator]))
  if (made.length > 0) {
    frames.subscribe(frame => {
      for (const event of frame.events)
        dispatch(event, orders, (agentId, message) => byAgent.get(agentId)?.send(message))
    })
  }
  return {
    async start() {
      await Promise.all(made.map(coordinator => coordinator.start()))
    },
    async close() {
      await Promise.all(made.map(coordinator => coordinator.close()))
    },
  }
}
