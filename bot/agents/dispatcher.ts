// events out: placed becomes run, a stop becomes stop, a follower is named
import type { Id } from '../../shared/ids.ts'
import type { DaemonMessage, RunOrder } from '../../shared/wire.ts'
import type { Event } from '../core/events.ts'

/** Where the dispatcher reads what an allocation is to do. */
export type OrderBook = {
  /** Undefined when it has ended. */
  orderOf(allocationId: Id): { readonly agentId: Id; readonly order: RunOrder } | undefined
  /** All unfinished allocations of an agent, and whether each is wanted. */
  outstanding(agentId: Id): Iterable<{ readonly allocation: Id; readonly stop: boolean; readonly started: boolean }>
}

type Send = (agentId: Id, message: DaemonMessage) => void

/**
 * Turns one event into messages. What cannot be sent now is said when the agent is back: `agent.joined` names
 * everything again, and agents ignore what they know.
 */
export function dispatch(event: Event, orders: OrderBook, send: Send): void {
  switch (event.type) {
    case 'allocation.placed':
      return run(event.allocation.id, orders, send)
    case 'allocation.stop-requested':
      return stop(event.allocationId, orders, send)
    case 'allocation.followed': {
      const held = orders.orderOf(event.allocationId)
      if (held !== undefined)
        send(held.agentId, { type: 'follow', allocation: event.allocationId, follower: event.follower })
      return
    }
    case 'agent.joined':
      for (const { allocation, stop: unwanted, started } of orders.outstanding(event.agent.id)) {
        if (!started) run(allocation, orders, send)
        else
          for (const follower of orders.orderOf(allocation)?.order.followers ?? [])
            send(event.agent.id, { type: 'follow', allocation, follower })
        if (unwanted) send(event.agent.id, { type: 'stop', allocation })
      }
      return
    default:
      return
  }
}

function run(allocation: Id, orders: OrderBook, send: Send): void {
  const held = orders.orderOf(allocation)
  if (held !== undefined) send(held.agentId, { type: 'run', order: held.order })
}

function stop(allocation: Id, orders: OrderBook, send: Send): void {
  const held = orders.orderOf(allocation)
  if (held !== undefined) send(held.agentId, { type: 'stop', allocation })
}
