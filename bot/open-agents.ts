// lets agents in, and tells them what follows from every frame
import type { Log } from '../shared/log.ts'
import { hashToken } from './access/credentials.ts'
import { dispatch } from './agents/dispatcher.ts'
import { createHub, type Hub } from './agents/hub.ts'
import { createDesk, createOrderBook } from './engine/desk.ts'
import type { Opened } from './open-state.ts'
import type { Told } from './told.ts'

/** Makes the agents' hub; it listens through the HTTP server's upgrades. A set agent token is demanded in every mode. */
export function openAgents(opened: Opened, { config }: Told, log: Log): Hub {
  const { output, clock, frames } = opened
  const admits = (token: string | undefined): boolean =>
    config.agentToken === undefined || (token !== undefined && hashToken(token) === hashToken(config.agentToken))
  const hub = createHub({ door: createDesk(opened), admits, clock, log })
  const orders = createOrderBook(opened)
  frames.subscribe(frame => {
    for (const event of frame.events) dispatch(event, orders, hub.send)
    const gone = frame.events.flatMap(event => (event.type === 'job.removed' ? event.allocationIds : []))
    if (gone.length > 0) output.remove(gone).catch(cause => log.warn('old output could not be removed', { cause }))
  })
  return hub
}
